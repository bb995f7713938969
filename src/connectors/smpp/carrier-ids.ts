/**
 * Which message a receipt is about. Ids are kept folded (`foldId`); carriers write them in receipts as in answers, or
 * in another base. Where no setting says which, the ids that are known tell: one that fits in one way alone teaches it.
 */
import type { Clock } from '../../domain/clock.ts';
import { foldId } from '../../wire/smpp/receipt.ts';
import type { ReceiptIds } from './settings.ts';

type Dialect = Exclude<ReceiptIds, 'auto'>;

const DIALECTS: readonly Dialect[] = ['same', 'decimal', 'hex'];
/** A receipt waits so long for the answer that it may have overtaken. */
const OVERTAKING_MS = 1_000;
/** Longer ones are no numbers in another base. */
const MOST_DIGITS = 40;
/** In two generations: ids of the last 100 000 to 200 000 parts. */
const GENERATION = 100_000;

export class CarrierIds {
  #dialect: Dialect | null;
  #young = new Set<string>();
  #old = new Set<string>();

  readonly #isFixed: boolean;
  readonly #clock: Clock;
  readonly #waiting = new Set<() => void>();

  constructor(receiptIds: ReceiptIds, clock: Clock) {
    this.#clock = clock;
    this.#dialect = receiptIds === 'auto' ? null : receiptIds;
    this.#isFixed = receiptIds !== 'auto';
  }

  /** Told of an id of an answer, folded. */
  add(id: string): void {
    if (this.#isFixed) return;
    this.#keep(id);
    for (const look of [...this.#waiting]) look();
  }

  /**
   * The form in which the answer had it. While no dialect is known an id that is not either is waited for a moment, if
   * `mayCome`: receipts overtake answers, and the store finds them by one form alone.
   */
  resolve(receiptId: string, mayCome: boolean): string | Promise<string> {
    const found = this.find(receiptId);
    if (found !== null) return found;
    return this.#dialect === null && mayCome ? this.#overtaken(receiptId) : this.#guess(receiptId);
  }

  #overtaken(receiptId: string): Promise<string> {
    return new Promise((resolve) => {
      const end = (id: string) => {
        cancel();
        this.#waiting.delete(look);
        resolve(id);
      };
      const look = () => {
        const found = this.find(receiptId);
        if (found !== null) end(found);
      };
      const cancel = this.#clock.after(OVERTAKING_MS, () => end(this.#guess(receiptId)));
      this.#waiting.add(look);
    });
  }

  #keep(id: string): void {
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(id);
  }

  /** The form in which the answer had it; `null` when that cannot be told yet. */
  find(receiptId: string): string | null {
    if (this.#isFixed) return formIn(this.#dialect ?? 'same', receiptId);
    const found = DIALECTS.flatMap((dialect) => {
      const form = formIn(dialect, receiptId);
      return form !== null && this.#knows(form) ? [{ dialect, form }] : [];
    });
    const usual = found.find(({ dialect }) => dialect === this.#dialect);
    if (usual) return usual.form;
    const [first, another] = found;
    if (first && (!another || another.form === first.form)) this.#dialect ??= first.dialect;
    return first?.form ?? null;
  }

  /** The likeliest form of one that is not known: it may be of another process, or ahead of its answer. */
  #guess(receiptId: string): string {
    return (this.#dialect && formIn(this.#dialect, receiptId)) ?? foldId(receiptId);
  }

  #knows(id: string): boolean {
    return this.#young.has(id) || this.#old.has(id);
  }
}

/** What the answer said, if the receipt says `receiptId` in this dialect; `null`: it could not. */
function formIn(dialect: Dialect, receiptId: string): string | null {
  const folded = foldId(receiptId);
  switch (dialect) {
    case 'same':
      return folded;
    case 'decimal':
      return /^\d+$/.test(folded) && folded.length <= MOST_DIGITS ? BigInt(folded).toString(16) : folded;
    case 'hex':
      return /^[\da-f]+$/.test(folded) && folded.length <= MOST_DIGITS ? BigInt(`0x${folded}`).toString() : folded;
  }
}
