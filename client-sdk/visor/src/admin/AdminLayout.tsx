import { Link, Outlet } from '@tanstack/react-router';
import { useIsAdmin } from '../session/use-session.ts';
import { NotFound } from '../shell/NotFound.tsx';
import { useTexts } from '../texts.ts';
import { adminTexts } from './admin.texts.ts';
import styles from './admin.module.css';

const PLACES = [
  ['/admin', 'metrics'],
  ['/admin/medicos', 'doctors'],
  ['/admin/hospitales', 'hospitals'],
  ['/admin/planes', 'plans'],
  ['/admin/suscripciones', 'subscriptions'],
  ['/admin/pagos', 'payments'],
  ['/admin/trabajos', 'jobs'],
  ['/admin/mensajes', 'messages'],
  ['/admin/auditoria', 'audit'],
] as const;

/** What every page of an administrator has above it. */
export function AdminLayout() {
  const t = useTexts(adminTexts);
  if (!useIsAdmin()) return <NotFound />;
  return (
    <>
      <nav className={styles['places']} aria-label={t.sections}>
        {PLACES.map(([to, text]) => (
          <Link key={to} to={to} activeOptions={{ exact: true }} activeProps={{ className: styles['here'] }}>
            {t[text]}
          </Link>
        ))}
      </nav>
      <Outlet />
    </>
  );
}
