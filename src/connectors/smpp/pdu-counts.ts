import type { Clock } from '../../domain/clock.ts';
import { Durations } from '../../domain/durations.ts';
import type { CountedPdus, PduCount, ReceiptCount } from '../../domain/pdu-trace.ts';
import { describeStatus, ofCarrier } from '../../wire/smpp/codes.ts';
import type { CarrierReceipt } from '../../wire/smpp/receipt.ts';

const TELL_MS = 1_000;
/** Errors of receipts that are told apart; carriers have some dozens, and a broken one would make a series a message. */
const MOST_ERRORS = 100;
const MOST_ERR_CHARACTERS = 8;
const UNKNOWN_STATE = 'unknown to us';

/** Counts PDUs of one connector, and tells what it has counted once a second. */
export class PduCounts {
  readonly #clock: Clock;
  readonly #tell: (counted: CountedPdus) => void;
  /** By command and status: nothing is put together for a PDU that is as many others. */
  readonly #pdus = new Map<string, Map<number, number>>();
  readonly #receipts = new Map<string, ReceiptCount>();
  readonly #errors = new Set<string>();
  #unknownStates = 0;
  #answers: Durations | undefined;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, tell: (counted: CountedPdus) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  pdu(command: string, commandStatus: number): void {
    let statuses = this.#pdus.get(command);
    if (!statuses) {
      statuses = new Map();
      this.#pdus.set(command, statuses);
    }
    statuses.set(commandStatus, (statuses.get(commandStatus) ?? 0) + 1);
    this.#cancel ??= this.#clock.after(TELL_MS, () => this.#flush());
  }

  /** A submit was answered; its answer is counted as a PDU before. */
  answered(ms: number): void {
    this.#answers ??= new Durations();
    this.#answers.add(ms);
  }

  receipt({ state, stateWord, err }: Pick<CarrierReceipt, 'state' | 'stateWord' | 'err'>): void {
    if (state === null) this.#unknownStates += 1;
    const word = state === null || stateWord === null ? UNKNOWN_STATE : stateWord;
    const error = this.#errorName(err ?? '');
    const key = `${word} ${error}`;
    const known = this.#receipts.get(key);
    if (known) known.count += 1;
    else this.#receipts.set(key, { state: word, err: error, count: 1 });
  }

  /** What is not told yet is told now. */
  stop(): void {
    this.#cancel?.();
    if (this.#cancel) this.#flush();
  }

  #errorName(err: string): string {
    const name = /^[\w-]*$/.test(err) ? err.slice(0, MOST_ERR_CHARACTERS) : 'other';
    if (this.#errors.has(name)) return name;
    if (this.#errors.size >= MOST_ERRORS) return 'other';
    this.#errors.add(name);
    return name;
  }

  #flush(): void {
    this.#cancel = null;
    let unknownStatuses = 0;
    const pdus = [...this.#pdus].flatMap(([command, statuses]) =>
      [...statuses].map(([commandStatus, count]): PduCount => {
        const { name, known } = describeStatus(commandStatus);
        if (!known) unknownStatuses += count;
        // A series for each of the carrier's own 256, and one for whatever else it makes up.
        return { command, status: known || ofCarrier(commandStatus) ? name : 'reserved', count };
      }),
    );
    const unknown = [
      { what: 'status' as const, count: unknownStatuses },
      { what: 'state' as const, count: this.#unknownStates },
    ].filter(({ count }) => count > 0);
    const receipts = [...this.#receipts.values()];
    this.#pdus.clear();
    this.#receipts.clear();
    this.#unknownStates = 0;
    const answers = this.#answers;
    this.#answers = undefined;
    this.#tell({ pdus, receipts, unknown, dropped: 0, ...(answers && { answers }) });
  }
}
