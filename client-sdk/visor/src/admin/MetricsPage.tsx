import { useQuery } from '@tanstack/react-query';
import { useFormats } from '../format.ts';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Card, Page } from '../ui/Page.tsx';
import { Failed, Loading } from '../ui/States.tsx';
import { adminTexts } from './admin.texts.ts';
import { BarChart } from './BarChart.tsx';
import styles from './admin.module.css';

export function MetricsPage() {
  const t = useTexts(adminTexts);
  const format = useFormats();
  const { data, error, refetch } = useQuery(q.admin.metrics());
  return (
    <Page title={t.metrics}>
      {error && !data && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading rows={3} height={120} />}
      {data && (
        <>
          <dl className={styles['numbers']}>
            {[
              [t.doctorsTotal, format.number(data.summary.doctors_total)],
              [t.patientsTotal, format.number(data.summary.patients_total)],
              [t.studiesTotal, format.number(data.summary.studies_total)],
              [t.hospitalsTotal, format.number(data.summary.hospitals_total)],
              [t.activeSubs, format.number(data.subscriptions.active)],
              [t.expiring, format.number(data.subscriptions.expiring_30_days)],
              [t.paymentsMonth, format.number(data.finance.payments_month_count)],
              [t.revenue, format.money(data.finance.revenue_month)],
            ].map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          <Card title={t.shares}>
            <BarChart
              title={t.shares}
              bars={[
                { name: t.doctors, value: data.doctors.activos, of: data.doctors.total },
                { name: t.hospitals, value: data.hospitals.activos, of: data.hospitals.total },
                { name: t.subscriptions, value: data.subscriptions.active, of: data.subscriptions.total },
              ]}
            />
          </Card>
          {data.doctors_by_hospital.length > 0 && (
            <Card title={t.byHospital}>
              <BarChart
                title={t.byHospital}
                bars={data.doctors_by_hospital.map(({ nombre, doctores }) => ({ name: nombre, value: doctores }))}
              />
            </Card>
          )}
        </>
      )}
    </Page>
  );
}
