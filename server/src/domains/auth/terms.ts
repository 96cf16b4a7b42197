import type { Me } from '@som3d/contract';
import { invalidField } from '../../base/errors.ts';
import type { Config } from '../../config/config.ts';
import type { Usuario } from '../../db/entities/auth.entity.ts';

type Settings = Pick<Config, 'SOM3D_TERMS_VERSION' | 'SOM3D_TERMS_URL'>;

/** The terms in force; nulls while the service asks for none. */
export function currentTerms({ SOM3D_TERMS_VERSION: version, SOM3D_TERMS_URL: url }: Settings) {
  return { version: version ?? null, url: url ?? null };
}

/**
 * What a row keeps of an acceptance. Nothing, when none was sent.
 *
 * @throws AppError 422 for another version than the one in force: the person has read another text
 */
export function acceptanceOf(config: Settings, version: string | undefined, at: Date) {
  const { version: present } = currentTerms(config);
  if (version === undefined || present === null) return {};
  if (version === present) return { terms_version: version, terms_accepted_at: at };
  throw invalidField(
    ['body', 'terminos_version'],
    `Los términos vigentes son los de la versión ${present}: léalos y acéptelos`,
  );
}

/** What the owner of an account sees about them. */
export function presentTerms(config: Settings, user: Usuario): Pick<Me, 'terminos'> {
  const { version: vigente, url } = currentTerms(config);
  const version = user.terms_version ?? null;
  if (version === null && vigente === null) return {};
  return { terminos: { version, aceptados_en: user.terms_accepted_at?.toISOString() ?? null, vigente, url } };
}
