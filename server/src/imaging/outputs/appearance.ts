/** How a tissue looks where there is light: sRGB, 0..255 each, and the two numbers of physically based shading. */
export interface Appearance {
  readonly rgb: readonly [number, number, number];
  readonly roughness: number;
  readonly metallic: number;
  /** Of what overlaps, that with the greater number lies farther in. */
  readonly layer: number;
}

/** From the outside in. */
const LAYERS = { skin: 0, soft: 1, muscle: 2, organ: 3, bone: 4, cortical: 5, teeth: 6, metal: 7 } as const;

function matt(layer: keyof typeof LAYERS, rgb: Appearance['rgb'], roughness = 0.7): Appearance {
  return { rgb, roughness, metallic: 0, layer: LAYERS[layer] };
}

const BONE = matt('bone', [233, 220, 192]);
const TEETH = matt('teeth', [245, 241, 228], 0.35);
const CARTILAGE = matt('bone', [190, 208, 220], 0.5);
const METAL: Appearance = { rgb: [190, 194, 200], roughness: 0.35, metallic: 0.9, layer: LAYERS.metal };
const MUSCLE = matt('muscle', [176, 74, 66]);
const FAT = matt('muscle', [240, 206, 110]);
const SKIN = matt('skin', [224, 172, 140]);
const ARTERY = matt('organ', [200, 40, 40], 0.5);
const VEIN = matt('organ', [62, 92, 170], 0.5);
const NERVE = matt('organ', [238, 206, 160]);
const AIRWAY = matt('organ', [158, 200, 214]);
const ORGAN = matt('organ', [190, 110, 92], 0.5);

/** Tissues of the built-in engine, by their identifiers. */
const TISSUES: Readonly<Record<string, Appearance>> = {
  hueso: BONE,
  hueso_cortical: { ...BONE, layer: LAYERS.cortical },
  umbral: BONE,
  dientes: TEETH,
  implante: METAL,
  musculo: MUSCLE,
  tejido_blando: matt('soft', [204, 128, 108]),
  grasa: FAT,
  piel: SKIN,
};

/** Anatomical names in English, as segmentation tools give them; the first that matches counts. */
const PATTERNS: readonly (readonly [RegExp, Appearance])[] = [
  [/implant|prosthe|metal/, METAL],
  [/teeth|tooth|incisor|canine|molar/, TEETH],
  [/cartilage|disc|meniscus/, CARTILAGE],
  [/vein|vena|portal/, VEIN],
  [/arter|aorta|trunk|vessel/, ARTERY],
  [/lung|trachea|bronch|airway|sinus|pharyn|nasal/, AIRWAY],
  [/brain|cord|nerve|ventricle/, NERVE],
  [/fat/, FAT],
  [/skin|body|face/, SKIN],
  [
    /muscle|gluteus|iliopsoas|autochthon|quadriceps|thigh|sartorius|deltoid|spinatus|scapularis|coracobrach|trapezius|pectoralis|serratus|teres|triceps|biceps|masseter|temporalis|pterygoid/,
    MUSCLE,
  ],
  [
    /skull|crani|mandib|vertebra|sacrum|rib|sternum|clavic|scapula|humer|ulna|radius|carpal|phalan|hip|femur|patella|tibia|fibula|tarsal|bone|head|hyoid|zygoma|maxilla/,
    BONE,
  ],
];

/** Colour and finish of a tissue by its identifier; what nobody has named looks like an organ. */
export function appearanceOf(tissue: string): Appearance {
  const name = tissue.toLowerCase();
  if (Object.hasOwn(TISSUES, name)) return TISSUES[name]!;
  return PATTERNS.find(([pattern]) => pattern.test(name))?.[1] ?? ORGAN;
}

/** A value of sRGB, 0..255, as linear light, 0..1 (IEC 61966-2-1). */
export function toLinear(value: number): number {
  const c = value / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

/** Linear light, 0..1, as sRGB, 0..255, rounded and held within its bounds. */
export function toSrgb(light: number): number {
  const l = Math.min(1, Math.max(0, light));
  return Math.round(255 * (l <= 0.0031308 ? 12.92 * l : 1.055 * l ** (1 / 2.4) - 0.055));
}
