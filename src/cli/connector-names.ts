import { nearest } from '../domain/nearest.ts';

/** What to say behind a name that no connector has. */
export function knownConnectors(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'There is none: pidge connector add';
  const meant = nearest(name, known);
  return `There are: ${known.join(', ')}.${meant === null ? '' : ` Did you mean "${meant}"?`}`;
}
