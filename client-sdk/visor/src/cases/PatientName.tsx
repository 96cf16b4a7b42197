import { useQuery } from '@tanstack/react-query';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { casesTexts } from './cases.texts.ts';

/** Who a case is of. Rows of the same patient share one request. */
export function PatientName({ id }: { readonly id: number | null }) {
  const t = useTexts(casesTexts);
  if (id === null) return <>{t.noPatient}</>;
  return <Known id={id} />;
}

function Known({ id }: { readonly id: number }) {
  const { data } = useQuery({ ...q.patients.get({ params: { id } }), staleTime: 5 * 60_000 });
  // A blank keeps the line.
  return <>{data ? `${data.nombres} ${data.apellidos}` : '\u00A0'}</>;
}
