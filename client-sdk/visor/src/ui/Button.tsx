import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ButtonHTMLAttributes, Ref } from 'react';
import styles from './Button.module.css';
import { Icon, type IconName } from './Icon.tsx';

type Kind = 'primary' | 'plain' | 'quiet' | 'danger';

interface Look {
  readonly kind?: Kind | undefined;
  readonly icon?: IconName | undefined;
  /** Only the icon is seen; the text is the label for everybody else. */
  readonly iconOnly?: boolean | undefined;
}

function classesOf({ kind = 'plain', iconOnly }: Look): string {
  return [styles['button'], styles[kind], iconOnly && styles['iconOnly']].filter(Boolean).join(' ');
}

function Content({ icon, iconOnly, children }: Look & { readonly children: React.ReactNode }) {
  return (
    <>
      {icon && <Icon name={icon} />}
      <span className={iconOnly ? 'visually-hidden' : undefined}>{children}</span>
    </>
  );
}

/** @param busy it works: a second press does nothing, and it keeps its focus */
export function Button({
  kind,
  icon,
  iconOnly,
  busy = false,
  children,
  onClick,
  type = 'button',
  ...rest
}: Look & ButtonHTMLAttributes<HTMLButtonElement> & { readonly busy?: boolean }) {
  return (
    <button
      {...rest}
      type={type}
      className={classesOf({ kind, iconOnly })}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      title={iconOnly && typeof children === 'string' ? children : undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
    >
      <Content icon={icon} iconOnly={iconOnly}>
        {children}
      </Content>
    </button>
  );
}

function Anchor({
  kind,
  icon,
  iconOnly,
  children,
  ...rest
}: Look & AnchorHTMLAttributes<HTMLAnchorElement> & { readonly ref?: Ref<HTMLAnchorElement> }) {
  return (
    <a {...rest} className={classesOf({ kind, iconOnly })}>
      <Content icon={icon} iconOnly={iconOnly}>
        {children}
      </Content>
    </a>
  );
}

/** A link to a page that looks like a button. */
export const ButtonLink = createLink(Anchor);
