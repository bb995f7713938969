import { randomInt, randomUUID } from 'node:crypto';
import { realClock } from '../../domain/clock.ts';
import { type Faults, noFaults } from '../../domain/faults.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { Call } from '../commit.ts';
import type { Account, Document, Sender } from '../directory.ts';
import type {
  Acceptance,
  Accepted,
  CallbackResult,
  CallbackWork,
  Change,
  Changed,
  Claim,
  Heartbeat,
  Membership,
  Received,
  Release,
  Released,
  ReleaseWork,
  SendClaim,
  SendSettlement,
  SendWork,
  Store,
  WorkKind,
} from '../store.ts';
import { Batch } from './batch.ts';
import { type Driver, judge, type Session, unavailable } from './driver.ts';
import { Lanes } from './lanes.ts';
import { NodeLine } from './node-line.ts';
import { ensurePartitions } from './partitions.ts';
import { Pipeline } from './pipeline.ts';
import { Readers } from './readers.ts';
import { PostgresReads } from './reads.ts';
import { forget } from './retention.ts';
import { GIVE_BACK, isOneStatement, POINTS, REPEATABLE, runCalls } from './verbs.ts';

export interface StoreParts {
  driver: Driver;
  /** For directory writes, which carry no `now`. */
  clock: { now(): number };
  faults?: Faults;
}

/** Connections for reads. With four for writes and one of the node itself a process holds eight at most. */
const READERS = 3;
const SLOTS = 20;
/** What gathers within this time becomes one hint. */
const HINT_MS = 10;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The store on PostgreSQL: four pipelines, so that accepting never waits for what the engine writes, callbacks for
 * neither, and an owner's change takes its locks in a transaction of its own.
 */
export class PostgresStore extends PostgresReads implements Store {
  readonly #driver: Driver;
  /** Where rare writes count. */
  readonly #slot: number;
  readonly #readers: Readers;
  readonly #accepts: Pipeline;
  readonly #sends: Pipeline;
  readonly #callbacks: Pipeline;
  readonly #changes: Pipeline;
  readonly #line: NodeLine;
  readonly #clock: { now(): number };
  /** Claims whose commit got no answer: nobody has their work, so the next claim gives it back first. */
  #lost: Call[] = [];
  #monthsKeptUntil: number;
  #hints = new Set<WorkKind>();
  #closing: Promise<void> | null = null;

  constructor({ driver, clock, faults = noFaults }: StoreParts) {
    const readers = new Readers(driver, READERS);
    super({ session: readers, scan: () => driver.connect('scan') });
    this.#driver = driver;
    this.#readers = readers;
    this.#monthsKeptUntil = clock.now() + DAY_MS;
    this.#clock = clock;
    this.#line = new NodeLine(driver, randomUUID());
    const firstSlot = randomInt(SLOTS) * 4;
    this.#slot = firstSlot + 3;
    const knownLanes = new Set<string>();
    const pipeline = (index: number) =>
      new Pipeline({
        driver,
        slot: firstSlot + index,
        repeatable: REPEATABLE,
        isOneStatement,
        knownLanes,
        run: (batch, calls) => this.#run(batch, calls),
        committing: (calls) => pass(faults, calls, 'before-commit'),
        committed: (batch, calls) => {
          pass(faults, calls, 'after-commit');
          // Each verb has one pipeline, so what was lost of it has been given back in this very transaction.
          this.#lost = this.#lost.filter(([verb]) => !calls.some((call) => call[0] === verb));
          this.#hint(batch);
        },
        unknown: (calls) => this.#lost.push(...calls.filter(([verb]) => verb in GIVE_BACK)),
      });
    this.#accepts = pipeline(0);
    this.#sends = pipeline(1);
    this.#callbacks = pipeline(2);
    this.#changes = pipeline(3);
  }

  accept(batch: Acceptance[], now: number): Promise<Accepted[]> {
    return this.#accepts.call('accept', now, batch);
  }

  claimSends(claim: SendClaim, now: number): Promise<SendWork[]> {
    return this.#sends.call('claimSends', now, claim);
  }

  settleSends(batch: SendSettlement[], now: number): Promise<boolean[]> {
    return this.#sends.call('settleSends', now, batch);
  }

  receive(batch: Receipt[], now: number): Promise<Received[]> {
    return this.#sends.call('receive', now, batch);
  }

  claimCallbacks(claim: Claim, now: number): Promise<CallbackWork[]> {
    return this.#callbacks.call('claimCallbacks', now, claim);
  }

  finishCallbacks(batch: CallbackResult[], now: number): Promise<boolean[]> {
    return this.#callbacks.call('finishCallbacks', now, batch);
  }

  replayCallback(accountSid: string, attemptId: number, now: number): Promise<{ workId: number } | null> {
    return this.#callbacks.call('replayCallback', now, accountSid, attemptId);
  }

  takeOver(owner: string, now: number): Promise<number> {
    return this.#sends.call('takeOver', now, owner);
  }

  async leave(owner: string, now: number): Promise<void> {
    await this.#sends.call('leave', now, owner);
  }

  change(batch: Change[], now: number): Promise<Changed[]> {
    return this.#changes.call('change', now, batch);
  }

  claimReleases(claim: Claim, now: number): Promise<ReleaseWork[]> {
    return this.#sends.call('claimReleases', now, claim);
  }

  release(batch: Release[], now: number): Promise<(Released | null)[]> {
    return this.#sends.call('release', now, batch);
  }

  saveDocument(document: Document): Promise<'saved' | 'taken'> {
    return this.#sends.call('saveDocument', this.#clock.now(), document);
  }

  removeDocument(accountSid: string, kind: string, sid: string): Promise<boolean> {
    return this.#sends.call('removeDocument', this.#clock.now(), accountSid, kind, sid);
  }

  async forget(before: number, now: number): Promise<number> {
    try {
      const connection = await this.#driver.connect('scan');
      const work = async (session: Session): Promise<number> => {
        const batch = new Batch(session, new Lanes(new Set()), { slot: this.#slot, mayRepeat: false });
        const gone = await forget(batch, before, now);
        await batch.flush();
        return gone;
      };
      return await connection.transaction(work).finally(() => connection.close());
    } catch (error) {
      throw judge(error) === 'other' ? error : unavailable(error);
    }
  }

  async saveAccount(account: Account): Promise<void> {
    await this.#sends.call('saveAccount', this.#clock.now(), account);
  }

  saveSender(sender: Sender): Promise<'saved' | 'taken'> {
    return this.#sends.call('saveSender', this.#clock.now(), sender);
  }

  removeSender(accountSid: string, sid: string): Promise<boolean> {
    return this.#sends.call('removeSender', this.#clock.now(), accountSid, sid);
  }

  heartbeat(beat: Heartbeat, now: number): Promise<Membership> {
    void this.#keepMonths(now);
    return this.#line.heartbeat(beat, now);
  }

  clockOffset(): Promise<number> {
    return this.#line.clockOffset();
  }

  watch(listener: (kind: WorkKind) => void): () => void {
    return this.#line.watch(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const pipelines = [this.#accepts, this.#sends, this.#callbacks, this.#changes];
    await Promise.all(pipelines.map((pipeline) => pipeline.close()));
    await this.#line.close();
    await this.#readers.close();
  }

  /** Partitions of the months to come, looked after once a day; without them rows go to the default partition. */
  async #keepMonths(now: number): Promise<void> {
    if (now < this.#monthsKeptUntil) return;
    this.#monthsKeptUntil = now + DAY_MS;
    try {
      const connection = await this.#driver.connect('scan');
      await ensurePartitions(connection, now).finally(() => connection.close());
    } catch {
      // There are two months left to try again in.
      this.#monthsKeptUntil = now + HOUR_MS;
    }
  }

  async #run(batch: Batch, calls: Call[]): Promise<unknown[]> {
    for (const [verb, now, args] of this.#lost) {
      if (calls.some((call) => call[0] === verb)) await GIVE_BACK[verb]?.(batch, args[0] as Claim, now);
    }
    return runCalls(batch, calls);
  }

  /** Tells the other nodes, soon and once for many commits; alone there is nobody to tell. */
  #hint({ made }: Batch): void {
    const kinds = (Object.keys(made) as WorkKind[]).filter((kind) => made[kind]);
    if (!this.#line.hasCompany || kinds.length === 0) return;
    if (this.#hints.size === 0) {
      realClock.after(HINT_MS, () => {
        const gathered = [...this.#hints];
        this.#hints = new Set();
        this.#line.tell(gathered);
      });
    }
    for (const kind of kinds) this.#hints.add(kind);
  }
}

function pass(faults: Faults, calls: Call[], edge: 'before-commit' | 'after-commit'): void {
  const points = new Set(calls.map(([verb]) => POINTS[verb]).filter((point) => point !== undefined));
  for (const point of points) faults.at(`${point}.${edge}`);
}
