import { appendFileSync } from 'node:fs';
import type { AwaitedPart, Connector, Ear, Outcome, Submission } from '../../src/connectors/connector.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { Receipt } from '../../src/domain/receipt.ts';

/** One hand-over as the carrier saw it. `at`: milliseconds of the machine's monotonic clock, shared by all processes. */
export interface JournalLine {
  node: string;
  sid: string;
  from: string;
  to: string;
  attempt: number;
  at: number;
}

const ANSWER_MS = 5;
const RECEIPT_MS = 20;
const REPEAT_MS = 200;

/**
 * A carrier with stable keys. Each submission is a line in the journal before anything else happens to it, so that
 * it survives the process; an id says nothing but the message's key, so any node knows it again.
 */
export class JournalingCarrier implements Connector {
  readonly name: string;
  readonly honoursIdempotencyKeys = true;
  readonly #clock: Clock;
  readonly #journal: string;
  readonly #node: string;
  #ear: Ear | null = null;

  constructor(parts: { name: string; clock: Clock; journal: string; node: string }) {
    this.name = parts.name;
    this.#clock = parts.clock;
    this.#journal = parts.journal;
    this.#node = parts.node;
  }

  async start(ear: Ear): Promise<void> {
    this.#ear = ear;
  }

  async send(batch: Submission[]): Promise<Outcome[]> {
    const at = Number(process.hrtime.bigint() / 1_000n) / 1_000;
    const lines = batch.map(({ messageSid: sid, from, to, attempt }): JournalLine => {
      return { node: this.#node, sid, from, to, attempt, at };
    });
    appendFileSync(this.#journal, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    await new Promise<void>((resolve) => this.#clock.after(ANSWER_MS, resolve));
    this.#report(batch.map((one) => one.messageSid));
    return batch.map((one) => ({ kind: 'accepted', carrierIds: [one.messageSid] }));
  }

  resume(awaited: AwaitedPart[]): void {
    this.#report(awaited.map((part) => part.carrierId));
  }

  /** The ear stays: a receipt that is due while the connection changes hands finds its way, as with a real carrier. */
  async stop(): Promise<void> {}

  /** As a carrier does: repeats a receipt until it is taken. */
  #report(ids: string[]): void {
    if (ids.length === 0) return;
    const receipts = ids.map((carrierId): Receipt => ({ connector: this.name, carrierId, state: 'delivered' }));
    const tell = (): void => {
      this.#ear?.receipts(receipts).catch(() => this.#clock.after(REPEAT_MS, tell));
    };
    this.#clock.after(RECEIPT_MS, tell);
  }
}
