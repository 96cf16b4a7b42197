import { z } from 'zod';

function text(...examples: string[]) {
  return z.string().meta({ examples });
}

function json(example: string) {
  return z.string().meta({ contentMediaType: 'application/json', examples: [example] });
}

/** Texts of answers that many schemas have, with what the reference shows of each. */
export const fields = {
  nombre: text('María'),
  apellido: text('Gómez Rojas'),
  nombres: text('María'),
  apellidos: text('Gómez Rojas'),
  correo: text('maria.gomez@example.com'),
  telefono: text('+573001234567'),
  direccion: text('Calle 45 # 12-30'),
  ciudad: text('Bogotá'),
  codigo: text('HSI-2026'),
  doc_tipo: text('CC'),
  doc_numero: text('1032456789'),
  sexo: text('F'),
  job_id: text('3f2b8c1e-9d47-4a60-8e15-0c6a5b7d2f31'),
  titulo: text('El visor no abre'),
  descripcion: text('Al abrir el trabajo de hoy, la pantalla queda en blanco.'),
  notas: text('Modelo revisado con el equipo de cirugía.'),
  segmento: text('RODILLA'),
  texto: text('Fractura de la meseta tibial, sin desplazamiento.'),
  modalidad: text('CT'),
  invoice: text('SUB-1-8f2c41d09b7e'),
  ref_payco: text('101012345'),
  referencia: text('101012345'),
  referencia_epayco: text('101012345'),
  plan: text('Plan mensual'),
  nombre_proceso: text('Rodilla derecha'),
  filename: text('bone.stl'),
  version: text('0.1.0'),
  currency: text('COP'),
  hospital: text('Hospital San Ignacio'),
  anchor_json: json('{"archivo":"bone.stl","punto":[12.5,-4,30]}'),
  ui_json: json('{"camara":[0,0,300]}'),
  modelos_json: json('[{"archivo":"bone.stl","visible":true}]'),
  notas_json: json('[]'),
  i18n_json: json('{}'),
  before_json: json('{"ciudad":"Bogotá"}'),
  after_json: json('{"ciudad":"Medellín"}'),
  meta_json: json('{}'),
  hospitalName: text('Hospital San Ignacio'),
  planName: text('Plan mensual'),
  stateTitle: text('Planeación de la rodilla derecha'),
  studyTitle: text('TAC de rodilla derecha'),
  url: z
    .string()
    .meta({ format: 'uri', examples: ['https://api.example.com/som3d/files/eyJmIjoiYm9uZS5zdGwifQ.c2lnbmF0dXJl'] }),
};
