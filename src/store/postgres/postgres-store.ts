import { randomInt, randomUUID } from 'node:crypto';
import { realClock } from '../../domain/clock.ts';
import { type Faults, noFaults } from '../../domain/faults.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { AttemptVerbs } from '../attempt-shapes.ts';
import type { CallbackClaim, CallbackResult, CallbackWork } from '../callback-shapes.ts';
import type { Call } from '../commit.ts';
import type { Account, AccountChange, AccountChanged, Document, Sender } from '../directory.ts';
import type { Expired, Expiry } from '../expiry.ts';
import type {
  ArrivedPart,
  ClaimedWork,
  EndedSubmission,
  Intake,
  JoiningWork,
  OptOutChange,
  OptOutChanged,
  PartTaken,
  ReplyDone,
  ReplyResult,
  ReplyWork,
  TookIn,
} from '../inbound-shapes.ts';
import type {
  BlobHold,
  FetchSettled,
  FetchSettlement,
  FetchWork,
  HeldBlob,
  Link,
  LinkVisit,
  MediaVerbs,
} from '../media.ts';
import type { FiredTrigger, RaisedAlert } from '../report-shapes.ts';
import type {
  Acceptance,
  Accepted,
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
import type { Repaced, RepaceStep } from '../work-shapes.ts';
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

/** Connections for reads. With eight for writes and one of the node itself a process holds twelve at most. */
const READERS = 3;
const PIPELINES = 8;
const SLOTS = 20;
/** What gathers within this time becomes one hint. */
const HINT_MS = 10;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The store on PostgreSQL: eight pipelines, so that accepting never waits for what the engine writes, callbacks for
 * neither, what comes in for none of them nor for its apps' answers, and an owner's change takes its locks in a
 * transaction of its own. That of the gate (`opt-outs.ts`) is opened by the first opt-out.
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
  readonly #inbound: Pipeline;
  readonly #replies: Pipeline;
  readonly #handOvers: Pipeline;
  readonly #gate: Pipeline;
  readonly #line: NodeLine;
  readonly #clock: { now(): number };
  readonly keepAttempts: AttemptVerbs['keepAttempts'] = (some, now) => this.#callbacks.call('keepAttempts', now, some);
  readonly keepPdus: Store['keepPdus'] = (batch, now) => this.#changes.call('keepPdus', now, batch);
  readonly forgetAlerts = (before: number) => this.#callbacks.call<number>('forgetAlerts', this.#clock.now(), before);
  readonly forgetLinks = (before: number) => this.#callbacks.call<number>('forgetLinks', this.#clock.now(), before);
  readonly noteHandOvers: Store['noteHandOvers'] = (note, now) => this.#handOvers.call('noteHandOvers', now, note);
  readonly forgetPdus: Store['forgetPdus'] = (bounds, now) => this.#changes.call('forgetPdus', now, bounds);
  readonly changeConsole: Store['changeConsole'] = (one, now) => this.#changes.call('changeConsole', now, one);
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
    const firstSlot = randomInt(SLOTS) * PIPELINES;
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
    this.#inbound = pipeline(4);
    this.#gate = pipeline(5);
    this.#replies = pipeline(6);
    this.#handOvers = pipeline(7);
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

  claimCallbacks(claim: CallbackClaim, now: number): Promise<CallbackWork[]> {
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

  repace(step: RepaceStep, now: number): Promise<Repaced> {
    return this.#sends.call('repace', now, step);
  }

  claimFetches(claim: Claim, now: number): Promise<FetchWork[]> {
    return this.#sends.call('claimFetches', now, claim);
  }

  settleFetches(batch: FetchSettlement[], now: number): Promise<(FetchSettled | null)[]> {
    return this.#sends.call('settleFetches', now, batch);
  }

  holdBlob(blob: BlobHold, now: number): Promise<HeldBlob> {
    return this.#changes.call('holdBlob', now, blob);
  }

  dyingBlobs(limit: number, now: number): Promise<string[]> {
    return this.#changes.call('dyingBlobs', now, limit);
  }

  async forgetBlobs(keys: string[]): Promise<void> {
    await this.#changes.call('forgetBlobs', this.#clock.now(), keys);
  }

  removeMedia(...[medium, now]: Parameters<MediaVerbs['removeMedia']>): ReturnType<MediaVerbs['removeMedia']> {
    return this.#changes.call('removeMedia', now, medium);
  }

  saveDocument(document: Document, expected?: Document | null): ReturnType<Store['saveDocument']> {
    return this.#sends.call('saveDocument', this.#clock.now(), document, expected);
  }

  removeDocument(accountSid: string, kind: string, sid: string): Promise<boolean> {
    return this.#sends.call('removeDocument', this.#clock.now(), accountSid, kind, sid);
  }

  visitLink(visit: LinkVisit, now: number): Promise<Link | null> {
    return this.#callbacks.call('visitLink', now, visit);
  }

  expire(step: Expiry, now: number): Promise<Expired> {
    return this.#changes.call('expire', now, step);
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

  async raiseAlerts(batch: RaisedAlert[], now: number): Promise<void> {
    await this.#callbacks.call('raiseAlerts', now, batch);
  }

  fireTrigger(fired: FiredTrigger, now: number): Promise<boolean> {
    return this.#callbacks.call('fireTrigger', now, fired);
  }

  takePart(batch: ArrivedPart[], now: number): Promise<PartTaken[]> {
    return this.#inbound.call('takePart', now, batch);
  }

  claimJoinings(claim: Claim, now: number): Promise<JoiningWork[]> {
    return this.#inbound.call('claimJoinings', now, claim);
  }

  endSubmission(ended: EndedSubmission, now: number): Promise<boolean> {
    return this.#inbound.call('endSubmission', now, ended);
  }

  async takeIn(batch: Intake[], now: number): Promise<TookIn[]> {
    const answers = await this.#inbound.call<TookIn[]>('takeIn', now, batch);
    const changes = batch.map(({ message, optOut }) => ({ accountSid: message.accountSid, ...optOut }));
    await this.#addClaimed(answers, changes, now);
    return answers;
  }

  claimReplies(claim: Claim, now: number): Promise<ReplyWork[]> {
    return this.#replies.call('claimReplies', now, claim);
  }

  finishReplies(batch: ReplyResult[], now: number): Promise<ReplyDone[]> {
    return this.#replies.call('finishReplies', now, batch);
  }

  async changeOptOuts(batch: OptOutChange[], now: number): Promise<OptOutChanged[]> {
    const answers = await this.#inbound.call<OptOutChanged[]>('changeOptOuts', now, batch);
    await this.#addClaimed(answers, batch, now);
    return answers;
  }

  forgetInbound(now: number): Promise<number> {
    return this.#inbound.call('forgetInbound', now);
  }

  async saveAccount(account: Account): Promise<void> {
    await this.#sends.call('saveAccount', this.#clock.now(), account);
  }

  changeAccount(change: AccountChange, now: number): Promise<AccountChanged> {
    return this.#sends.call('changeAccount', now, change);
  }

  saveSender(sender: Sender, expected?: Sender | null): ReturnType<Store['saveSender']> {
    return this.#sends.call('saveSender', this.#clock.now(), sender, expected);
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
    const before = [this.#accepts, this.#sends, this.#callbacks, this.#changes];
    const pipelines = [...before, this.#inbound, this.#replies, this.#gate, this.#handOvers];
    await Promise.all(pipelines.map((pipeline) => pipeline.close()));
    await this.#line.close();
    await this.#readers.close();
  }

  /** What opt-outs that are committed now have to wait for. */
  async #addClaimed(answers: object[], changes: Partial<OptOutChange>[], now: number): Promise<void> {
    const asked = changes.flatMap(({ accountSid = '', change, keys = [] }, index) => {
      const answer = answers[index];
      return change === 'opt-out' && answer && 'claimedWorks' in answer ? [{ accountSid, keys, answer }] : [];
    });
    if (asked.length === 0) return;
    const questions = asked.map(({ accountSid, keys }) => ({ accountSid, keys }));
    await this.#gate.call('passGate', now);
    const found = await this.#gate.call<ClaimedWork[][]>('findClaimed', now, questions);
    for (const [index, { answer }] of asked.entries()) answer.claimedWorks = found[index];
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
