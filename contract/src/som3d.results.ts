import { z } from 'zod';
import { fields, Id, numericOrNull, scalars } from './common/index.ts';
import { Patient } from './patients.ts';
import { Job, JobFile } from './som3d.jobs.ts';

/** Geometry of one mesh. Lengths in mm, in the patient's coordinates (LPS). */
export const MeshMetrics = z
  .object({
    filename: fields.filename,
    tissue: z.string().meta({ examples: ['bone'] }),
    label: z
      .string()
      .meta({ examples: ['Hueso'] })
      .meta({ description: 'Nombre del tejido para personas' }),
    triangles: z.int(),
    vertices: z.int(),
    volume_cm3: z.number(),
    area_cm2: z.number(),
    bounding_box_mm: z.object({ min: z.array(z.number()).length(3), max: z.array(z.number()).length(3) }),
    components: z.int(),
    open_edges: z.int(),
    non_manifold_edges: z.int(),
    non_manifold_vertices: z.int().optional(),
    watertight: z.boolean(),
    reduction: z.number().optional().meta({ description: 'Parte de los triángulos que se ahorró, 0 a 1' }),
    distance_mm: z.number().optional().meta({
      description: 'Mayor distancia medida entre el modelo y su superficie sin reducir, en ambos sentidos, en mm',
    }),
    size: z.int().meta({ description: 'Bytes' }),
    files: z
      .object({
        stl: JobFile.meta({ description: 'Para imprimir, en las coordenadas del paciente' }),
        glb: JobFile.meta({ description: 'Para cualquier programa que abre GLB' }),
        web_glb: JobFile.optional().meta({ description: 'El pequeño, para la web: pide EXT_meshopt_compression' }),
        png: JobFile.meta({ description: 'Una imagen' }),
        plate_stl: JobFile.optional().meta({ description: 'Con acomodar: apoyado en la base de impresión' }),
      })
      .optional()
      .meta({ description: 'El modelo en todas sus formas; un trabajo antiguo tiene menos o ninguna' }),
  })
  .meta({
    id: 'MeshMetrics',
    description: 'Un modelo: su geometría en mm y en las coordenadas del paciente (LPS), y sus archivos',
  });
export type MeshMetrics = z.infer<typeof MeshMetrics>;

export const JobStls = z
  .object({
    job_id: fields.job_id,
    count: z.int(),
    items: z.array(
      z
        .object({
          filename: fields.filename,
          size: z.int().meta({ description: 'Bytes' }),
          url: fields.url.meta({ description: 'URL firmada del STL; vence' }),
          glb_url: fields.url
            .nullable()
            .meta({ description: 'URL firmada del modelo para programas (GLB, en metros)' }),
          web_glb_url: fields.url.nullable().meta({ description: 'URL firmada del GLB pequeño para la web (meshopt)' }),
          plate_stl_url: fields.url.nullable().meta({ description: 'URL firmada del STL apoyado en la base' }),
          png_url: fields.url.nullable().meta({ description: 'URL firmada de la imagen del modelo' }),
        })
        .and(MeshMetrics.partial()),
    ),
    threemf: JobFile.nullable(),
    threemf_url: fields.url
      .nullable()
      .meta({ description: 'URL firmada de todos los modelos en un 3MF, con nombres y colores' }),
  })
  .meta({
    id: 'JobStls',
    description: 'Los modelos de un trabajo terminado, con sus direcciones firmadas y sus medidas',
  });

export const JobResult = z
  .object({ job_id: fields.job_id, url: fields.url, expires_in: z.int().meta({ description: 'Segundos' }) })
  .meta({ id: 'JobResult', description: 'Una dirección firmada del ZIP de resultados' });

export const FinalizeBody = z
  .object({
    id_paciente: Id.nullish(),
    stl_size: numericOrNull(z.int().min(0).max(Number.MAX_SAFE_INTEGER)).meta({ description: 'Bytes' }),
    num_stl_archivos: numericOrNull(z.int().min(0).max(100_000)),
    notas: scalars.clinicalText(10_000, 1, 'Modelo revisado con el equipo de cirugía.').optional,
  })
  .meta({
    id: 'FinalizeBody',
    description: 'El resultado de un trabajo, para el historial de un paciente',
    examples: [{ id_paciente: 1, notas: 'Modelo revisado con el equipo de cirugía.' }],
  });
export type FinalizeBody = z.infer<typeof FinalizeBody>;

export const JobStl = z
  .object({
    id_jobstl: z.int(),
    job_id: fields.job_id,
    id_paciente: z.int().nullable(),
    stl_size: z.int().nullable(),
    num_stl_archivos: z.int().nullable(),
    notas: fields.notas.nullable(),
    created_at: z.string().nullable().meta({ format: 'date-time' }),
  })
  .meta({ id: 'JobStl', description: 'Un resultado registrado de un trabajo' });
export type JobStl = z.infer<typeof JobStl>;

/** A viewer state without its documents, which are at `/visor/states/{id}`. */
const StateSummary = z
  .object({
    id_visor_estado: z.int(),
    id_medico: z.int(),
    id_paciente: z.int().nullable(),
    id_jobstl: z.int().nullable(),
    titulo: fields.stateTitle,
    descripcion: fields.stateTitle.nullable(),
    creado_en: scalars.Instant,
    actualizado_en: scalars.Instant,
  })
  .meta({ id: 'ViewerStateSummary', description: 'Un estado guardado del visor, sin sus documentos' });

/** The data with which the viewer reopens a job. */
export const JobStateContext = z
  .object({
    job_id: fields.job_id,
    id_jobstl: z.int().nullable().meta({ description: 'El último resultado registrado' }),
    id_paciente: z.int().nullable().meta({ description: 'Su paciente, o el del trabajo' }),
    job: Job,
    paciente: Patient.nullable().meta({ description: 'El paciente del trabajo, o el de su último resultado' }),
    jobstl: JobStl.nullable().meta({ description: 'El último resultado registrado' }),
    resultados: z.array(JobStl).meta({ description: 'Todos los resultados registrados, el más reciente primero' }),
    estados: z.array(StateSummary).meta({ description: 'Estados guardados, el último cambiado primero; 100 a lo más' }),
  })
  .meta({ id: 'JobStateContext', description: 'Lo que el visor necesita para abrir otra vez un trabajo' });
export type JobStateContext = z.infer<typeof JobStateContext>;

/** A registered result with its patient. */
export const PatientWithStl = Patient.extend({
  ...JobStl.shape,
  id_paciente: z.int(),
  total_stl: z.int().meta({ description: 'Resultados del paciente' }),
}).meta({ id: 'PatientWithStl', description: 'Un resultado registrado, con su paciente' });
export type PatientWithStl = z.infer<typeof PatientWithStl>;

export const JobStlNotesBody = z
  .object({
    notas: z
      .preprocess(
        (value: string | null | undefined) => (typeof value === 'string' && value.trim() === '' ? null : value),
        scalars.clinicalText(10_000, 1, 'Modelo revisado con el equipo de cirugía.').required.nullable(),
      )
      .meta({ description: 'null o un texto vacío las borra' }),
  })
  .meta({ id: 'JobStlNotesBody', description: 'Las notas de un resultado' });
