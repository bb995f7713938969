/**
 * Receipts that overtook the carrier's own answer. The store parks them and applies them when the message is settled,
 * which is nobody's step then; so the room that heard of a failure leaves it here for the one that settles. Of this
 * node alone, and not for long: it is for those who watch, the message has its status whatever happens.
 */
import type { Receipt } from '../domain/receipt.ts';

export interface Overtaken {
  note(receipt: Receipt): void;
  /** The code with which a message of these parts has failed already; `undefined`: it has not. */
  take(connector: string, carrierIds: string[]): number | undefined;
}

const MOST = 1_000;

export function makeOvertaken(): Overtaken {
  const codes = new Map<string, number>();
  return {
    note({ connector, carrierId, errorCode }) {
      if (errorCode === undefined) return;
      if (codes.size >= MOST) codes.clear();
      codes.set(`${connector} ${carrierId}`, errorCode);
    },
    take(connector, carrierIds) {
      // Nearly always there is none.
      if (codes.size === 0) return undefined;
      const found = carrierIds.map((id) => `${connector} ${id}`).filter((key) => codes.has(key));
      const [first] = found.map((key) => codes.get(key));
      for (const key of found) codes.delete(key);
      return first;
    },
  };
}
