import { invalidField } from '../../base/errors.ts';

/** What a person would put into a password that others can look up. */
export interface OwnData {
  readonly correo: string;
  readonly nombre?: string | null | undefined;
  readonly apellido?: string | null | undefined;
  readonly telefono?: string | null | undefined;
  readonly ciudad?: string | null | undefined;
}

const MIN_LENGTH = 8;
/** What somebody guesses within as many tries is as good as on the list of the commonest. */
const COMMON_GUESSES = 10_000;
/** The estimate looks at so many characters: its time grows with the length. */
const ESTIMATED_LENGTH = 40;
/** Shorter words stand in every other password. */
const MIN_WORD = 3;
/** Characters that must be left of a password once its owner's own data are taken out. */
const MIN_REST = 5;

const BLANK = 'La contraseña debe tener 8 caracteres o más sin contar los espacios';
const COMMON = 'Esta contraseña es de las más usadas: elija otra';
const OWN = 'La contraseña no debe formarse con su nombre, su correo u otros datos suyos: elija otra';

async function loadEstimator() {
  const [{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  const common = dictionary['passwords-common'];
  const terms = { dictionary: { 'passwords-common': common }, graphs: adjacencyGraphs, maxLength: ESTIMATED_LENGTH };
  return { commonest: new Set(common), estimator: new ZxcvbnFactory(terms) };
}

/** The lists fill some megabytes: the first new password loads them, and not every start. */
let loading: ReturnType<typeof loadEstimator> | undefined;

/** The list leaves out repeats, sequences and walks over the keyboard (`88888888`): the estimate knows those. */
async function isCommon(password: string): Promise<boolean> {
  const { commonest, estimator } = await (loading ??= loadEstimator());
  return commonest.has(password.trim().toLowerCase()) || estimator.check(password).guesses < COMMON_GUESSES;
}

function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** The words of one's own data and the product's name, the longest first. */
function ownWords({ correo, nombre, apellido, telefono, ciudad }: OwnData): string[] {
  const texts = [correo, correo.split('@')[0], nombre, apellido, telefono, ciudad, 'som3d'].filter(
    (text) => text != null,
  );
  const words = texts.flatMap((text) => [text, ...text.split(/[^\p{L}\p{N}]+/u)]).map(folded);
  return [...new Set(words)].filter((word) => word.length >= MIN_WORD).toSorted((a, b) => b.length - a.length);
}

function isOwnData(password: string, own: OwnData): boolean {
  const text = folded(password);
  const rest = ownWords(own).reduce((left, word) => left.replaceAll(word, ''), text);
  return rest !== text && rest.replace(/[^\p{L}\p{N}]/gu, '').length < MIN_REST;
}

/**
 * Refuses a password that anybody would try first, whoever has it.
 *
 * @param field of the body, for the error
 * @throws AppError 422
 */
export async function refuseCommonPassword(password: string, field: string): Promise<void> {
  if (password.replace(/[\s\p{Z}\p{C}]/gu, '').length < MIN_LENGTH) throw invalidField(['body', field], BLANK);
  if (await isCommon(password)) throw invalidField(['body', field], COMMON);
}

/**
 * Refuses a password that is blank, is among the commonest or consists of its owner's own data.
 *
 * @param field of the body, for the error
 * @throws AppError 422
 */
export async function refuseWeakPassword(password: string, own: OwnData, field: string): Promise<void> {
  await refuseCommonPassword(password, field);
  if (isOwnData(password, own)) throw invalidField(['body', field], OWN);
}
