import { casefold } from './letter-case.js';
import { boundedText } from './text.js';
import { isLatin, mapAssigned } from './unicode-version.js';

/** The forms that NORMALIZE may give, as they are written. */
export const NORMAL_FORMS = ['NFC', 'NFKC', 'NFD', 'NFKD'] as const;

/** NORMALIZE; NULL when the text or the result is too long. */
export function normalize(text: string, form: string): string | null {
  if (boundedText(text) === null) return null;
  // The first combining mark is U+0300.
  if (form === 'NFC' && isLatin(text)) return text;
  return boundedText(mapAssigned(text, (assigned) => assigned.normalize(form)));
}

/** NORMALIZE_AND_CASEFOLD: the normal form, then folded; NULL when too long. */
export function normalizeAndCasefold(text: string, form: string): string | null {
  const normal = normalize(text, form);
  return normal === null ? null : boundedText(casefold(normal));
}
