/** Sids as paths and parameters bring them. */
import { isSid } from '../domain/sid.ts';

/** Sids are stored in lower case and compared as text; the prefix stays upper-case. */
export function canonicalSid(text = ''): string {
  return isSid(text) ? text.slice(0, 2) + text.slice(2).toLowerCase() : text;
}
