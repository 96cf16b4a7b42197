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

const PAGE = 25;
const STATES = ['ACTIVA', 'PAUSADA'] as const;

export function SubscriptionsPage() {
  const t = useTexts(adminTexts);
  const format = useFormats();
  const address = useAddress();
  const estado = STATES.find((known) => known === address.text('estado'));
  const query = { estado, limit: PAGE, offset: (address.page - 1) * PAGE };
  const list = useQuery({ ...q.subscriptions.list({ query }), placeholderData: keepPreviousData });
  const plans = useQuery(q.plans.list());
  const planOf = (id: number) => plans.data?.rows.find(({ id_plan }) => id_plan === id)?.nombre ?? '';
  return (
    <Page title={t.subscriptions}>
      <Filters>
        <Choice
          label={t.state}
          value={estado ?? ''}
          options={[['', t.all], ...STATES.map((name) => [name, t[name]] as const)]}
          onChange={(value) => address.set('estado', value)}
        />
      </Filters>
      <ListOf list={list} empty={t.nothing} page={address.page} size={PAGE}>
        {({ id_suscripcion, id_medico, id_hospital, id_plan, estado: state, fecha_expiracion }) => (
          <li key={id_suscripcion}>
            <h2>{id_medico === null ? t.hospital(id_hospital ?? 0) : t.doctor(id_medico)}</h2>
            <p>
              {planOf(id_plan)} · {fecha_expiracion ? t.expires(format.instant(fecha_expiracion)) : t.never}
            </p>
            <Badge tone={state === 'ACTIVA' ? 'good' : 'plain'}>{t[state]}</Badge>
          </li>
        )}
      </ListOf>
    </Page>
  );
}
