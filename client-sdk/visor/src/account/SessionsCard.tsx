import type { Session } from '@som3d/client';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useDescribe } from '../describe-error.ts';
import { useFormats } from '../format.ts';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Badge } from '../ui/Badge.tsx';
import { Button } from '../ui/Button.tsx';
import { Card } from '../ui/Page.tsx';
import { Failed, Loading } from '../ui/States.tsx';
import { toast } from '../ui/Toast.tsx';
import styles from './account.module.css';
import { accountTexts } from './account.texts.ts';

const BROWSERS = ['Edg', 'OPR', 'Firefox', 'Chrome', 'Safari'] as const;
const SYSTEMS = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS X', 'Linux'] as const;

/** Browser and system of a User-Agent, as a person calls them. */
function deviceOf(agent: string | null): string | undefined {
  if (!agent) return undefined;
  const found = [BROWSERS, SYSTEMS].map((names) => names.find((name) => agent.includes(name)));
  const named = found.flatMap((name) => name ?? []);
  if (named.length === 0) return agent.slice(0, 60);
  return named.join(' · ').replace('Edg', 'Edge').replace('OPR', 'Opera').replace('Mac OS X', 'Mac');
}

export function SessionsCard() {
  const t = useTexts(accountTexts);
  const describe = useDescribe();
  const { data, error, refetch } = useQuery(q.auth.sessions());
  const endOthers = useMutation({
    ...q.auth.endOtherSessions,
    onSuccess: ({ cerradas }) => toast(t.endedAll(cerradas)),
    onError: (failure) => toast(describe(failure)),
  });
  return (
    <Card
      title={t.sessions}
      actions={
        data && data.length > 1 ? (
          <Button busy={endOthers.isPending} onClick={() => endOthers.mutate({})}>
            {t.endOthers}
          </Button>
        ) : undefined
      }
    >
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading rows={2} />}
      <ul className={styles['sessions']}>
        {data?.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </ul>
    </Card>
  );
}

function SessionRow({ session }: { readonly session: Session }) {
  const t = useTexts(accountTexts);
  const format = useFormats();
  const describe = useDescribe();
  const end = useMutation({
    ...q.auth.endSession,
    onSuccess: () => toast(t.ended),
    onError: (failure) => toast(describe(failure)),
  });
  const device = deviceOf(session.navegador) ?? t.unknownDevice;
  return (
    <li>
      <div>
        <strong>{device}</strong> {session.actual && <Badge tone="accent">{t.thisSession}</Badge>}
        <p>
          {t.lastUse(format.instant(session.ultimo_uso))} · {session.direccion_ip}
        </p>
      </div>
      {!session.actual && (
        <Button busy={end.isPending} onClick={() => end.mutate({ params: { id: session.id } })}>
          {t.end}
        </Button>
      )}
    </li>
  );
}
