import { Link, Outlet } from '@tanstack/react-router';
import { Suspense, useRef } from 'react';
import { connection } from '../session/connection.ts';
import { SignInAgain } from '../session/SignInAgain.tsx';
import { useIsAdmin } from '../session/use-session.ts';
import { useStore } from '../store.ts';
import { useTexts } from '../texts.ts';
import { Icon, type IconName } from '../ui/Icon.tsx';
import { Loading } from '../ui/States.tsx';
import { Brand } from './Brand.tsx';
import styles from './Layout.module.css';
import { shellTexts } from './shell.texts.ts';

const DOCTOR = [
  ['/casos', 'cases', 'cases'],
  ['/pacientes', 'patients', 'patients'],
  ['/plan', 'plan', 'plan'],
  ['/mensajes', 'messages', 'messages'],
  ['/cuenta', 'account', 'account'],
] as const satisfies readonly (readonly [to: string, icon: IconName, text: string])[];

const ADMIN = [
  ['/casos', 'cases', 'cases'],
  ['/pacientes', 'patients', 'patients'],
  ['/admin', 'admin', 'admin'],
  ['/cuenta', 'account', 'account'],
] as const satisfies typeof DOCTOR | readonly unknown[];

/** What every page has around it: the bar of places (below on a telephone), the state of the connection, the session. */
export function Layout() {
  const t = useTexts(shellTexts);
  const content = useRef<HTMLElement>(null);
  const online = useStore(connection.online);
  const places = useIsAdmin() ? ADMIN : DOCTOR;
  return (
    <div className={styles['layout']}>
      <header className={styles['bar']}>
        {/* A link to #contenido would lead to the address of <base>. */}
        <button type="button" className={styles['skip']} onClick={() => content.current?.focus()}>
          {t.skip}
        </button>
        <Link to="/casos" className={styles['home']}>
          <Brand />
        </Link>
        <nav aria-label={t.main}>
          {places.map(([to, icon, text]) => (
            <Link key={to} to={to} className={styles['place']} activeProps={{ className: styles['here'] }}>
              <Icon name={icon} size={22} />
              <span>{t[text]}</span>
            </Link>
          ))}
        </nav>
      </header>
      <div className={styles['content']}>
        <div role="status">{!online && <p className={styles['offline']}>{t.offline}</p>}</div>
        <main ref={content} id="contenido" tabIndex={-1}>
          <Suspense fallback={<Loading />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <SignInAgain />
    </div>
  );
}
