type Gender = 'm' | 'f';

/** Spanish names of what the tool finds on one or both sides; the gender is for `izquierdo` and `izquierda`. */
const NAMES: Readonly<Record<string, readonly [string, Gender]>> = {
  skull: ['Cráneo', 'm'],
  sacrum: ['Sacro', 'm'],
  sternum: ['Esternón', 'm'],
  clavicula: ['Clavícula', 'f'],
  scapula: ['Escápula', 'f'],
  humerus: ['Húmero', 'm'],
  hip: ['Hueso coxal', 'm'],
  femur: ['Fémur', 'm'],
  costal_cartilages: ['Cartílagos costales', 'm'],
  patella: ['Rótula', 'f'],
  tibia: ['Tibia', 'f'],
  fibula: ['Peroné', 'm'],
  tarsal: ['Huesos del tarso', 'm'],
  metatarsal: ['Metatarsianos', 'm'],
  phalanges_feet: ['Falanges del pie', 'f'],
  ulna: ['Cúbito', 'm'],
  radius: ['Radio', 'm'],
  carpal: ['Huesos del carpo', 'm'],
  metacarpal: ['Metacarpianos', 'm'],
  phalanges_hand: ['Falanges de la mano', 'f'],
  quadriceps_femoris: ['Cuádriceps femoral', 'm'],
  thigh_medial_compartment: ['Compartimento medial del muslo', 'm'],
  thigh_posterior_compartment: ['Compartimento posterior del muslo', 'm'],
  sartorius: ['Sartorio', 'm'],
  deltoid: ['Deltoides', 'm'],
  supraspinatus: ['Supraespinoso', 'm'],
  infraspinatus: ['Infraespinoso', 'm'],
  subscapularis: ['Subescapular', 'm'],
  coracobrachial: ['Coracobraquial', 'm'],
  trapezius: ['Trapecio', 'm'],
  pectoralis_minor: ['Pectoral menor', 'm'],
  serratus_anterior: ['Serrato anterior', 'm'],
  teres_major: ['Redondo mayor', 'm'],
  triceps_brachii: ['Tríceps braquial', 'm'],
  gluteus_maximus: ['Glúteo mayor', 'm'],
  gluteus_medius: ['Glúteo medio', 'm'],
  gluteus_minimus: ['Glúteo menor', 'm'],
  iliopsoas: ['Iliopsoas', 'm'],
  hip_implant: ['Prótesis de cadera', 'f'],
  mandible: ['Mandíbula', 'f'],
  teeth_lower: ['Dientes inferiores', 'm'],
  teeth_upper: ['Dientes superiores', 'm'],
  head: ['Cabeza', 'f'],
  face: ['Cara', 'f'],
  sinus_maxillary: ['Senos maxilares', 'm'],
  sinus_frontal: ['Senos frontales', 'm'],
  brain: ['Encéfalo', 'm'],
  heart: ['Corazón', 'm'],
  aorta: ['Aorta', 'f'],
  liver: ['Hígado', 'm'],
  spleen: ['Bazo', 'm'],
  pancreas: ['Páncreas', 'm'],
  stomach: ['Estómago', 'm'],
  gallbladder: ['Vesícula biliar', 'f'],
  kidney: ['Riñón', 'm'],
  adrenal_gland: ['Glándula suprarrenal', 'f'],
  urinary_bladder: ['Vejiga', 'f'],
  prostate: ['Próstata', 'f'],
  thyroid_gland: ['Tiroides', 'm'],
  trachea: ['Tráquea', 'f'],
  esophagus: ['Esófago', 'm'],
  colon: ['Colon', 'm'],
  spinal_cord: ['Médula espinal', 'f'],
};

const SIDES = { left: { m: 'izquierdo', f: 'izquierda' }, right: { m: 'derecho', f: 'derecha' } } as const;

/** What a doctor reads for a class of the tool; its own name in words where no table gives a Spanish one. */
export function spanishLabel(name: string): string {
  const vertebra = /^vertebrae_([CTLS]\d{1,2})$/.exec(name);
  if (vertebra !== null) return `Vértebra ${vertebra[1]}`;
  const rib = /^rib_(left|right)_(\d{1,2})$/.exec(name);
  if (rib !== null) return `Costilla ${SIDES[rib[1] as keyof typeof SIDES].f} ${rib[2]}`;
  const [, base = name, side] = /^(.+)_(left|right)$/.exec(name) ?? [];
  const known = Object.hasOwn(NAMES, base) ? NAMES[base] : undefined;
  if (known === undefined) return name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
  return side === undefined ? known[0] : `${known[0]} ${SIDES[side as keyof typeof SIDES][known[1]]}`;
}

/** A name for files, from that of a mask: letters, digits, `-` and `_`, the same for the same mask. */
export function fileStem(name: string): string {
  return (
    name
      .normalize('NFKD')
      .replaceAll(/[^A-Za-z0-9_-]+/g, '_')
      .replace(/^[_-]+/, '')
      .slice(0, 100) || 'estructura'
  );
}
