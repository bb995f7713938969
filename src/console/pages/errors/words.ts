/** What the cases of a code say themselves, beside what the catalogue knows. */
import type { ErrorGroup } from './errors.ts';

/** The words that all of the latest cases share, where they say more than the title; `null`: there are none. */
export function causeOf({ samples, source, title }: Pick<ErrorGroup, 'samples' | 'source' | 'title'>): string | null {
  const [first, ...rest] = samples.map(({ text }) => text);
  if (source === 'message' || !first || first === title || rest.some((text) => text !== first)) return null;
  return first;
}

/** What helps first, where the cases tell it better than the catalogue can. */
export function hintOf(group: Pick<ErrorGroup, 'samples' | 'source' | 'title'>): string | null {
  const cause = causeOf(group);
  if (group.source !== 'webhook' || cause === null || !/^answered 40[13]$/.test(cause)) return null;
  return 'Your app refuses the request, as a rule because of the signature: open an attempt, tab Signature, and compare.';
}

/** A path of the API without what is the same for all of them. */
export function pathOf(value: string): string {
  return value.replace(/\/2010-04-01\/Accounts\/AC[0-9a-fA-F]{32}\//, '');
}
