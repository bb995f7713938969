/** A carrier's codes in our numbers, by the table of its mapping. Unknown ones become 30008. */
import { nameOf } from '../../domain/catalogue.ts';
import type { ErrorMeaning, ErrorTable } from './mapping.ts';

const UNKNOWN: ErrorMeaning & { kind: 'code' } = { kind: 'code', errorCode: 30008, isRoute: false };
/** About the sender, the account or the way, not about the message: another carrier may take it. */
const OF_THE_ROUTE = [20003, 20005, 21212, 21408, 21606, 21611, 21612, 21659, 21660, 21661, 30002, 30024, 63007];

/**
 * A carrier that speaks our numbers tells with the general ones (20xxx) how its server fares: beside a status that says so
 * too, that is nothing about the message. What stands in its table is meant as it stands.
 */
export function isOfServer(code: string, { codes }: ErrorTable): boolean {
  return !codes.has(code) && /^20\d{3}$/.test(code);
}

export function meaningOf(code: string, { codes, isSame }: ErrorTable): { meaning: ErrorMeaning; isKnown: boolean } {
  const meaning = codes.get(code);
  if (meaning) return { meaning, isKnown: true };
  const number = Number(code);
  if (!isSame || !/^\d{5}$/.test(code) || nameOf(number) === null) return { meaning: UNKNOWN, isKnown: false };
  return { meaning: { kind: 'code', errorCode: number, isRoute: OF_THE_ROUTE.includes(number) }, isKnown: true };
}
