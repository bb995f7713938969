import { appendFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import type { AwaitedPart, Connector, Ear, Heard, Outcome, Submission } from '../../src/connectors/connector.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { Receipt } from '../../src/domain/receipt.ts';
import { type Delivered, type Delivery, linesOf } from './trunk.ts';

/**
 * One hand-over as the carrier saw it. `at`: milliseconds of the machine's monotonic clock, shared by all processes;
 * `wallAt`: the instant by the clock of the node.
 */
export interface JournalLine {
  node: string;
  sid: string;
  from: string;
  to: string;
  attempt: number;
  segments: number;
  at: number;
  wallAt: number;
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
  /** With a trunk every node hears; without one the connector goes from node to node. */
  readonly shared: boolean;
  readonly #trunkPort: number;
  #trunk: Socket | null = null;
  readonly #clock: Clock;
  readonly #journal: string;
  readonly #node: string;
  #ear: Ear | null = null;

  /** `trunkPort`: where the carrier delivers what comes in (`Trunk`); 0: nothing does. */
  constructor(parts: { name: string; clock: Clock; journal: string; node: string; trunkPort?: number }) {
    this.#trunkPort = parts.trunkPort ?? 0;
    this.shared = this.#trunkPort !== 0;
    this.name = parts.name;
    this.#clock = parts.clock;
    this.#journal = parts.journal;
    this.#node = parts.node;
  }

  async start(ear: Ear): Promise<void> {
    this.#ear = ear;
    if (this.#trunkPort !== 0) this.#listen(ear);
  }

  async send(batch: Submission[]): Promise<Outcome[]> {
    const at = Number(process.hrtime.bigint() / 1_000n) / 1_000;
    const wallAt = this.#clock.now();
    const lines = batch.map(({ messageSid: sid, from, to, attempt, parts }): JournalLine => {
      return { node: this.#node, sid, from, to, attempt, segments: parts.length, at, wallAt };
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
  async stop(): Promise<void> {
    this.#trunk?.destroy();
    this.#trunk = null;
  }

  /** Whatever came in one piece is one batch. Answered when it is committed; what cannot be taken now is told so. */
  #listen(ear: Ear): void {
    const trunk = connect(this.#trunkPort, '127.0.0.1').setNoDelay(true);
    this.#trunk = trunk;
    trunk.on('error', () => undefined);
    linesOf<Delivery>(trunk, (deliveries) => {
      const answer = (ok: boolean) => {
        const answers = deliveries.map(({ id }): Delivered => ({ id, ok }));
        if (!trunk.destroyed) trunk.write(answers.map((one) => `${JSON.stringify(one)}\n`).join(''));
      };
      const heard = deliveries.map(({ id, from, to, body }): Heard => {
        const content = { kind: 'text', body, numSegments: 1 } as const;
        return { connector: this.name, carrierId: id, from, to, content, media: [], channel: null };
      });
      ear.inbound(heard).then(
        () => answer(true),
        () => answer(false),
      );
    });
  }

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
