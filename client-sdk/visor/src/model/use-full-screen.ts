import { type RefObject, useEffect, useState } from 'react';

/** Whether an element fills the screen, and what changes that. */
export function useFullScreen(element: RefObject<HTMLElement | null>): [full: boolean, toggle: () => void] {
  const [full, setFull] = useState(false);
  useEffect(() => {
    const follow = (): void => setFull(document.fullscreenElement !== null);
    document.addEventListener('fullscreenchange', follow);
    return () => document.removeEventListener('fullscreenchange', follow);
  }, []);
  const toggle = (): void => void (full ? document.exitFullscreen() : element.current?.requestFullscreen());
  return [full, toggle];
}
