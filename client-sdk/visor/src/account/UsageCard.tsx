import type { Quota } from '@som3d/client';
import { useQuery } from '@tanstack/react-query';
import { useFormats } from '../format.ts';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Alert } from '../ui/Alert.tsx';
import { Card } from '../ui/Page.tsx';
import { Failed, Loading } from '../ui/States.tsx';
import { accountTexts } from './account.texts.ts';
import styles from './account.module.css';

/** What the account uses of what it may. */
export function UsageCard() {
  const t = useTexts(accountTexts);
  const format = useFormats();
  const { data, error, refetch } = useQuery(q.usage.mine());
  const meter = (label: string, { uso, limite }: Quota, show = format.number) => (
    <div className={styles['quota']}>
      <span>{label}</span>
      <span>{t.of(show(uso), show(limite))}</span>
      <meter aria-label={label} min={0} max={limite} high={limite * 0.9} value={uso} />
    </div>
  );
  return (
    <Card title={t.usage}>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading rows={6} height={44} />}
      {data && (
        <>
          {!data.subidas.permitidas && (
            <Alert kind="info">{data.subidas.requiere === 'active' ? t.uploadsActive : t.uploadsVerified}</Alert>
          )}
          {meter(t.waitingJobs, data.trabajos_en_espera)}
          {meter(t.stored, data.bytes_almacenados, format.bytes)}
          {meter(t.notes, data.notas_24h)}
          {meter(t.states, data.estados_visor)}
          {meter(t.sentMessages, data.mensajes_24h)}
          {meter(t.openPayments, data.pagos_abiertos)}
        </>
      )}
    </Card>
  );
}
