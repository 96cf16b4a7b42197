import type { Patient } from '@som3d/client';
import { keepPreviousData, skipToken, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { q } from '../service.ts';
import { useTexts } from '../texts.ts';
import { Select } from '../ui/Field.tsx';
import { Search } from '../ui/Filters.tsx';
import { patientsTexts } from './patients.texts.ts';

const SHOWN = 50;

interface PickerProps {
  readonly name: string;
  readonly label: string;
  readonly value?: number | null;
}

function textOf({ nombres, apellidos, doc_tipo, doc_numero }: Patient): string {
  return [`${nombres} ${apellidos}`, [doc_tipo, doc_numero].filter(Boolean).join(' ')].filter(Boolean).join(' · ');
}

/** One of the own patients, or none; the search shortens the list. The form's value is the patient's id. */
export function PatientPicker({ name, label, value = null }: PickerProps) {
  const t = useTexts(patientsTexts);
  const [search, setSearch] = useState('');
  const [chosen, setChosen] = useState(value === null ? '' : String(value));
  const query = { q: useDeferredValue(search) || undefined, estado: 'ACTIVO' as const, limit: SHOWN };
  const { data } = useQuery({ ...q.patients.list({ query }), placeholderData: keepPreviousData });
  const id = Number(chosen);
  const present = useQuery(q.patients.get(id ? { params: { id } } : skipToken)).data;
  const others = data?.rows.filter(({ id_paciente }) => id_paciente !== id) ?? [];
  return (
    <>
      {(search !== '' || (data && data.total > data.rows.length)) && (
        <Search label={t.search} value={search} onChange={setSearch} />
      )}
      <Select name={name} label={label} value={chosen} onChange={({ target }) => setChosen(target.value)}>
        <option value="">{t.nobody}</option>
        {chosen !== '' && <option value={chosen}>{present ? textOf(present) : '…'}</option>}
        {others.map((patient) => (
          <option key={patient.id_paciente} value={patient.id_paciente}>
            {textOf(patient)}
          </option>
        ))}
      </Select>
    </>
  );
}
