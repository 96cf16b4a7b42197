/** Outlines on a grid of 24. */
const PATHS = {
  fit: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5M9 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0',
  picture: 'M4 8h3l2-3h6l2 3h3v11H4zM8.5 13a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0-7 0',
  fullScreen: 'M4 10V4h6M20 14v6h-6M4 4l7 7M20 20l-7-7',
  leaveFullScreen: 'M10 4v6H4M14 20v-6h6M10 10L3 3M14 14l7 7',
} as const;

/** A picture in a button whose label says what it does. */
export function ToolIcon({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg width={20} height={20} viewBox="0 0 24 24" fill="none" stroke="currentColor" aria-hidden="true">
      <path d={PATHS[name]} strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  );
}
