import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useFormats } from '../format.ts';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Badge } from '../ui/Badge.tsx';
import { Choice, Filters } from '../ui/Filters.tsx';
import { ListOf } from '../ui/ListOf.tsx';
import { Page } from '../ui/Page.tsx';
import { useAddress } from '../ui/use-address.ts';
import { adminTexts } from './admin.texts.ts';
import styles from './admin.module.css';

const PAGE = 25;
const ACTIONS = ['CREATE', 'UPDATE', 'DELETE', 'READ', 'DENIED'] as const;
const ENTITIES = [
  'PACIENTE',
  'NOTA',
  'ESTUDIO',
  'ESTADO_VISOR',
  'TRABAJO',
  'RESULTADO',
  'PLAN',
  'SUSCRIPCION',
  'PAGO',
  'HOSPITAL',
  'MEDICO',
  'USUARIO',
] as const;

/** Who changed and read what. */
export function AuditPage() {
  const t = useTexts(adminTexts);
  const format = useFormats();
  const address = useAddress();
  const [action, entity_type] = [address.text('accion') || undefined, address.text('registro') || undefined];
  const query = { action, entity_type, limit: PAGE, offset: (address.page - 1) * PAGE };
  const list = useQuery({ ...q.admin.clinicalAudit({ query }), placeholderData: keepPreviousData });
  return (
    <Page title={t.audit}>
      <p>{t.verifyHint}</p>
      <Filters>
        <Choice
          label={t.entity}
          value={entity_type ?? ''}
          options={[['', t.all], ...ENTITIES.map((name) => [name, name] as const)]}
          onChange={(value) => address.set('registro', value)}
        />
        <Choice
          label={t.action}
          value={action ?? ''}
          options={[['', t.all], ...ACTIONS.map((name) => [name, t[name]] as const)]}
          onChange={(value) => address.set('accion', value)}
        />
      </Filters>
      <ListOf list={list} empty={t.nothing} page={address.page} size={PAGE}>
        {(entry) => {
          const known = ACTIONS.find((name) => name === entry.action);
          return (
            <li key={entry.id_audit}>
              <h2>
                {entry.entity_type} {entry.entity_id > 0 && entry.entity_id}
              </h2>
              <p>
                {[format.instant(entry.created_at), entry.actor ?? entry.actor_id_usuario].filter(Boolean).join(' · ')}
              </p>
              <Badge tone={entry.action === 'DENIED' ? 'bad' : 'plain'}>{known ? t[known] : entry.action}</Badge>
              <details className={styles['detail']}>
                <summary>{t.detail}</summary>
                <pre tabIndex={0}>
                  {JSON.stringify({ before: entry.before, after: entry.after, meta: entry.meta }, undefined, 2)}
                </pre>
              </details>
            </li>
          );
        }}
      </ListOf>
    </Page>
  );
}
