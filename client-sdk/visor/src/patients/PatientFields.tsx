import type { CreatePatientBody, Patient } from '@som3d/client';
import { useTexts } from '../texts.ts';
import { Field, Row, Select } from '../ui/Field.tsx';
import type { Values } from '../ui/Form.tsx';
import { patientsTexts } from './patients.texts.ts';

/** Kinds of documents of health records in Colombia. */
const DOCUMENTS = ['CC', 'TI', 'RC', 'CE', 'PA', 'PE', 'PT', 'CD', 'SC', 'CN', 'AS', 'MS', 'NI'] as const;

/** What was typed, as the service takes it: an empty field is none. */
export function patientOf({ nombres = '', apellidos = '', ...rest }: Values): CreatePatientBody {
  const others = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value || null]));
  return { nombres, apellidos, ...others };
}

export function PatientFields({ patient }: { readonly patient?: Patient | undefined }) {
  const t = useTexts(patientsTexts);
  return (
    <>
      <Row>
        <Field name="nombres" label={t.names} defaultValue={patient?.nombres} required minLength={2} maxLength={100} />
        <Field
          name="apellidos"
          label={t.surnames}
          defaultValue={patient?.apellidos}
          required
          minLength={2}
          maxLength={100}
        />
      </Row>
      <Row>
        <Select name="doc_tipo" label={t.docType} defaultValue={patient?.doc_tipo ?? ''}>
          <option value="">{t.none}</option>
          {patient?.doc_tipo && !DOCUMENTS.some((kind) => kind === patient.doc_tipo) && (
            <option>{patient.doc_tipo}</option>
          )}
          {DOCUMENTS.map((kind) => (
            <option key={kind}>{kind}</option>
          ))}
        </Select>
        <Field name="doc_numero" label={t.docNumber} defaultValue={patient?.doc_numero ?? ''} maxLength={24} />
      </Row>
      <Row>
        <Field
          name="fecha_nacimiento"
          label={t.birth}
          type="date"
          min="1900-01-01"
          defaultValue={patient?.fecha_nacimiento?.slice(0, 10)}
        />
        <Select name="sexo" label={t.sex} defaultValue={patient?.sexo ?? ''}>
          <option value="">{t.none}</option>
          <option value="F">{t.female}</option>
          <option value="M">{t.male}</option>
          <option value="O">{t.otherSex}</option>
        </Select>
      </Row>
      <Row>
        <Field name="telefono" label={t.phone} type="tel" defaultValue={patient?.telefono ?? ''} />
        <Field name="correo" label={t.email} type="email" defaultValue={patient?.correo ?? ''} />
      </Row>
      <Row>
        <Field name="direccion" label={t.address} defaultValue={patient?.direccion ?? ''} />
        <Field name="ciudad" label={t.city} defaultValue={patient?.ciudad ?? ''} />
      </Row>
    </>
  );
}
