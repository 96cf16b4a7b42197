import { scalars } from '@som3d/contract';
import { invalidField } from '../base/errors.ts';

/**
 * Refuses a changed document that is no JSON. The predecessor stored any text: the same text again is no change.
 *
 * @param names the fields that hold documents
 * @throws AppError 422
 */
export function requireJson<Name extends string>(
  names: readonly Name[],
  stored: { readonly [K in Name]?: string | null | undefined },
  sent: { readonly [K in Name]?: string | null | undefined },
): void {
  for (const name of names) {
    const text = sent[name];
    if (typeof text === 'string' && text !== stored[name] && !scalars.isJson(text)) {
      throw invalidField(['body', name], scalars.NO_JSON);
    }
  }
}
