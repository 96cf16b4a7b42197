import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Badge } from '../ui/Badge.tsx';
import { Button } from '../ui/Button.tsx';
import { Confirm } from '../ui/Confirm.tsx';
import { Filters, Search } from '../ui/Filters.tsx';
import { ListOf } from '../ui/ListOf.tsx';
import { Card, Page } from '../ui/Page.tsx';
import { RowActions } from '../ui/Rows.tsx';
import { toast } from '../ui/Toast.tsx';
import { useAddress } from '../ui/use-address.ts';
import { adminTexts } from './admin.texts.ts';

const PAGE = 25;

interface Account {
  readonly id_usuario: number;
  readonly nombre: string;
  readonly apellido: string;
  readonly correo: string;
}

/** Doctors: suspend, reactivate, end sessions. */
export function DoctorsPage() {
  const t = useTexts(adminTexts);
  const address = useAddress();
  const search = address.text('q');
  const query = { q: search || undefined, limit: PAGE, offset: (address.page - 1) * PAGE };
  const doctors = useQuery({ ...q.admin.listDoctors({ query }), placeholderData: keepPreviousData });
  const suspended = useQuery(q.admin.listSuspendedUsers({ query: { limit: 500 } }));
  const isSuspended = new Set(suspended.data?.rows.map(({ id_usuario }) => id_usuario));
  return (
    <Page title={t.doctors}>
      <Filters>
        <Search label={t.search} value={search} onChange={(value) => address.set('q', value)} />
      </Filters>
      <ListOf list={doctors} empty={t.nothing} page={address.page} size={PAGE}>
        {(doctor) => (
          <AccountRow
            key={doctor.id_usuario}
            account={doctor}
            suspended={isSuspended.has(doctor.id_usuario)}
            active={doctor.activo}
          />
        )}
      </ListOf>
      {isSuspended.size > 0 && (
        <Card title={t.suspendedAccounts}>
          <ListOf list={suspended} empty={t.nothing}>
            {(user) => <AccountRow key={user.id_usuario} account={user} suspended active={user.activo} />}
          </ListOf>
        </Card>
      )}
    </Page>
  );
}

interface AccountProps {
  readonly account: Account;
  readonly suspended: boolean;
  readonly active: boolean;
}

function AccountRow({ account, suspended, active }: AccountProps) {
  const t = useTexts(adminTexts);
  const [open, setOpen] = useState<'suspend' | 'end'>();
  const update = useMutation(q.admin.updateUser);
  const end = useMutation(q.admin.endUserSessions);
  const params = { id: account.id_usuario };
  const close = () => setOpen(undefined);
  const set = async (suspendido: boolean) => {
    await update.mutateAsync({ params, body: { suspendido } });
    toast(suspendido ? t.suspendedToast : t.reactivated);
  };
  const endSessions = async () => {
    const { cerradas } = await end.mutateAsync({ params });
    toast(t.ended(cerradas));
  };
  const status = suspended ? t.suspended : active ? t.active : t.inactive;
  return (
    <li>
      <h2>
        {account.nombre} {account.apellido}
      </h2>
      <p>{account.correo}</p>
      <RowActions>
        <Badge tone={suspended ? 'bad' : active ? 'good' : 'plain'}>{status}</Badge>
        {suspended ? (
          <Button kind="quiet" onClick={() => void set(false).catch(() => setOpen(undefined))}>
            {t.reactivate}
          </Button>
        ) : (
          <>
            <Button kind="quiet" onClick={() => setOpen('end')}>
              {t.endSessions}
            </Button>
            <Button kind="quiet" onClick={() => setOpen('suspend')}>
              {t.suspend}
            </Button>
          </>
        )}
      </RowActions>
      {open === 'suspend' && (
        <Confirm title={t.suspendTitle} action={t.suspend} onConfirm={() => set(true)} onClose={close}>
          <p>
            {account.nombre} {account.apellido} · {account.correo}
          </p>
          <p>{t.suspendText}</p>
        </Confirm>
      )}
      {open === 'end' && (
        <Confirm title={t.endSessions} action={t.endSessions} onConfirm={endSessions} onClose={close}>
          <p>
            {account.nombre} {account.apellido} · {account.correo}
          </p>
          <p>{t.endSessionsText}</p>
        </Confirm>
      )}
    </li>
  );
}
