import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import type { Clock } from '../domain/clock.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { ArmedFault } from './armed-faults.ts';
import type { AttemptVerbs } from './attempt-shapes.ts';
import type { CallbackClaim, CallbackResult, CallbackWork } from './callback-shapes.ts';
import { type Call, GroupCommit, type Rejection } from './commit.ts';
import type { Account, AccountChange, AccountChanged, Document, Sender } from './directory.ts';
import type { Expired, Expiry } from './expiry.ts';
import { joiningWorkFrom } from './inbound-rows.ts';
import type {
  ArrivedPart,
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
} from './inbound-shapes.ts';
import { pushFinished } from './kept-attempt.ts';
import type {
  BlobHold,
  FetchSettled,
  FetchSettlement,
  FetchWork,
  HeldBlob,
  Link,
  LinkVisit,
  MediaVerbs,
} from './media.ts';
import { fetchWorkFrom } from './media-rows.ts';
import type { PduVerbs } from './pdu-shapes.ts';
import { SqliteReads } from './reads.ts';
import type { FiredTrigger, RaisedAlert } from './report-shapes.ts';
import { callbackWorkFrom, pushAcceptance, type Row, releaseWorkFrom, sendWorkFrom } from './rows.ts';
import { lockFile, openReadOnly, prepareFile } from './sqlite-file.ts';
import type { ToMain, ToWriter } from './sqlite-writer.ts';
import {
  type Acceptance,
  type Accepted,
  type Change,
  type Changed,
  type Claim,
  type Heartbeat,
  type Membership,
  type Reads,
  type Received,
  type Release,
  type Released,
  type ReleaseWork,
  type SendClaim,
  type SendSettlement,
  type SendWork,
  type Store,
  StoreUnavailable,
} from './store.ts';
import type { Repaced, RepaceStep } from './work-shapes.ts';
import { startWriter } from './writer-thread.ts';

export type { ArmedFault } from './armed-faults.ts';

export interface SqliteSettings {
  /** A file, or `:memory:` for a private folder that goes with the store. */
  path: string;
  clock: Clock;
  /** The writer cannot go on: the disk failed or the thread died. Nothing of the last group was answered (D2). */
  onFatal(error: Error): void;
  /** `FULL` unless told otherwise: anything less loses acknowledged messages in a power cut. */
  synchronous?: 'FULL' | 'NORMAL' | 'OFF';
  /** A ceiling on the file, in pages of 4 096 bytes; reached, it is a full disk. */
  maxPages?: number;
  faults?: ArmedFault[];
  /** The file is of an earlier version and these steps begin now: with millions of messages they take minutes. */
  onMigrating?(steps: string[]): void;
  /** Planted fault for the control run of a storm. */
  ackBeforeCommit?: boolean;
}

/**
 * Opens, checks and migrates the store. Rejects with StoreLocked when the file is another process', and with a plain
 * sentence when it is damaged or was written by a newer version.
 */
export async function openSqlite(settings: SqliteSettings): Promise<Store> {
  const folder = settings.path === ':memory:' ? mkdtempSync(join(tmpdir(), 'pidge-')) : null;
  const path = folder ? join(folder, 'pidge.db') : settings.path;
  prepareFile(path);
  const lock = lockFile(path);
  const release = (): void => {
    lock.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const worker = await startWriter(
      {
        path,
        synchronous: settings.synchronous ?? (folder ? 'OFF' : 'FULL'),
        maxPages: settings.maxPages,
        armed: settings.faults ?? [],
        ackBeforeCommit: settings.ackBeforeCommit ?? false,
      },
      settings.onMigrating,
    );
    return new SqliteStore(openReadOnly(path), worker, release, settings);
  } catch (error) {
    release();
    throw error;
  }
}

/** The reading half alone, for `verify`: takes no lock, starts no writer, works beside a running process. */
export function openSqliteReader(path: string): Reads & { close(): Promise<void> } {
  return new SqliteReads(openReadOnly(path));
}

class SqliteStore extends SqliteReads implements Store {
  readonly #worker: Worker;
  readonly #release: () => void;
  readonly #commits: GroupCommit;
  readonly #clock: Clock;
  readonly keepAttempts: AttemptVerbs['keepAttempts'] = (records, now) => this.#call('keepAttempts', now, records);
  readonly keepPdus: PduVerbs['keepPdus'] = (batch, now) => this.#call('keepPdus', now, batch);
  readonly forgetPdus: PduVerbs['forgetPdus'] = (bounds, now) => this.#call('forgetPdus', now, bounds);
  readonly changeConsole: Store['changeConsole'] = (change, now) => this.#call('changeConsole', now, change);
  readonly noteHandOvers: Store['noteHandOvers'] = (note, now) => this.#call('noteHandOvers', now, note);
  readonly #risk: string | null;
  #closing: Promise<void> | null = null;
  #dead = false;
  #onClosed: (() => void) | null = null;

  constructor(db: DatabaseSync, worker: Worker, release: () => void, settings: SqliteSettings) {
    super(db);
    this.#worker = worker;
    this.#release = release;
    const { clock, onFatal } = settings;
    this.#clock = clock;
    this.#risk = riskOf(settings);
    this.#commits = new GroupCommit((calls: Call[]) => this.#tell({ calls }), revive);
    const die = (error: Error): void => {
      if (this.#dead) return;
      this.#dead = true;
      this.#commits.end(new StoreUnavailable(`The store has stopped: ${error.message}`));
      this.#onClosed?.();
      onFatal(error);
    };
    worker.on('message', (message: ToMain) => {
      if ('answers' in message) this.#commits.answered(message.answers);
      else if ('fatal' in message) die(message.fatal);
      else if ('closed' in message) this.#onClosed?.();
    });
    worker.on('error', die);
    worker.on('exit', (code) => {
      if (!this.#closing) die(new Error(`The writer thread ended with ${code}`));
    });
  }

  accept(batch: Acceptance[], now: number): Promise<Accepted[]> {
    const flat: SQLInputValue[] = [];
    for (const acceptance of batch) pushAcceptance(flat, acceptance);
    return this.#call('accept', now, flat);
  }

  async claimSends(claim: SendClaim, now: number): Promise<SendWork[]> {
    return (await this.#call<Row[]>('claimSends', now, claim)).map(sendWorkFrom);
  }

  settleSends(batch: SendSettlement[], now: number): Promise<boolean[]> {
    return this.#call('settleSends', now, batch);
  }

  receive(batch: Receipt[], now: number): Promise<Received[]> {
    return this.#call('receive', now, batch);
  }

  async claimCallbacks(claim: CallbackClaim, now: number): Promise<CallbackWork[]> {
    return (await this.#call<Row[]>('claimCallbacks', now, claim)).map(callbackWorkFrom);
  }

  finishCallbacks(batch: CallbackResult[], now: number): Promise<boolean[]> {
    const flat: SQLInputValue[] = [];
    for (const result of batch) pushFinished(flat, result);
    return this.#call('finishCallbacks', now, flat);
  }

  replayCallback(accountSid: string, attemptId: number, now: number): Promise<{ workId: number } | null> {
    return this.#call('replayCallback', now, accountSid, attemptId);
  }

  takeOver(owner: string, now: number): Promise<number> {
    return this.#call('takeOver', now, owner);
  }

  /** The lock on the file has settled who is here: nothing to write, and everything asked for is held. */
  async heartbeat({ owner, leaseMs, address, roles, connectors }: Heartbeat, now: number): Promise<Membership> {
    const self = { owner, address, roles, connectors, aliveUntil: now + leaseMs };
    return { alone: true, held: connectors, nodes: [self] };
  }

  leave(owner: string, now: number): Promise<void> {
    return this.#call('leave', now, owner);
  }

  async clockOffset(): Promise<number> {
    return 0;
  }

  /** Nobody else commits here. */
  watch(): () => void {
    return () => undefined;
  }

  override async risk(): Promise<string | null> {
    return this.#risk;
  }

  change(batch: Change[], now: number): Promise<Changed[]> {
    return this.#call('change', now, batch);
  }

  async claimReleases(claim: Claim, now: number): Promise<ReleaseWork[]> {
    return (await this.#call<Row[]>('claimReleases', now, claim)).map(releaseWorkFrom);
  }

  release(batch: Release[], now: number): Promise<(Released | null)[]> {
    return this.#call('release', now, batch);
  }

  repace(step: RepaceStep, now: number): Promise<Repaced> {
    return this.#call('repace', now, step);
  }

  async claimFetches(claim: Claim, now: number): Promise<FetchWork[]> {
    return (await this.#call<Row[]>('claimFetches', now, claim)).map(fetchWorkFrom);
  }

  settleFetches(batch: FetchSettlement[], now: number): Promise<(FetchSettled | null)[]> {
    return this.#call('settleFetches', now, batch);
  }

  holdBlob(blob: BlobHold, now: number): Promise<HeldBlob> {
    return this.#call('holdBlob', now, blob);
  }

  dyingBlobs(limit: number, now: number): Promise<string[]> {
    return this.#call('dyingBlobs', now, limit);
  }

  forgetBlobs(keys: string[]): Promise<void> {
    return this.#call('forgetBlobs', this.#clock.now(), keys);
  }

  removeMedia(...[medium, now]: Parameters<MediaVerbs['removeMedia']>): ReturnType<MediaVerbs['removeMedia']> {
    return this.#call('removeMedia', now, medium);
  }

  saveDocument(document: Document, expected?: Document | null): ReturnType<Store['saveDocument']> {
    return this.#call('saveDocument', this.#clock.now(), document, expected);
  }

  removeDocument(accountSid: string, kind: string, sid: string): Promise<boolean> {
    return this.#call('removeDocument', this.#clock.now(), accountSid, kind, sid);
  }

  expire(step: Expiry, now: number): Promise<Expired> {
    return this.#call('expire', now, step);
  }

  forget(before: number, now: number): Promise<number> {
    return this.#call('forget', now, before);
  }

  visitLink(visit: LinkVisit, now: number): Promise<Link | null> {
    return this.#call('visitLink', now, visit);
  }

  forgetLinks(before: number): Promise<number> {
    return this.#call('forgetLinks', this.#clock.now(), before);
  }

  takePart(batch: ArrivedPart[], now: number): Promise<PartTaken[]> {
    return this.#call('takePart', now, batch);
  }

  async claimJoinings(claim: Claim, now: number): Promise<JoiningWork[]> {
    return (await this.#call<Row[]>('claimJoinings', now, claim)).map(joiningWorkFrom);
  }

  endSubmission(ended: EndedSubmission, now: number): Promise<boolean> {
    return this.#call('endSubmission', now, ended);
  }

  takeIn(batch: Intake[], now: number): Promise<TookIn[]> {
    return this.#call('takeIn', now, batch);
  }

  claimReplies(claim: Claim, now: number): Promise<ReplyWork[]> {
    return this.#call('claimReplies', now, claim);
  }

  finishReplies(batch: ReplyResult[], now: number): Promise<ReplyDone[]> {
    return this.#call('finishReplies', now, batch);
  }

  changeOptOuts(batch: OptOutChange[], now: number): Promise<OptOutChanged[]> {
    return this.#call('changeOptOuts', now, batch);
  }

  forgetInbound(now: number): Promise<number> {
    return this.#call('forgetInbound', now);
  }

  raiseAlerts(batch: RaisedAlert[], now: number): Promise<void> {
    return this.#call('raiseAlerts', now, batch);
  }

  forgetAlerts(before: number): Promise<number> {
    return this.#call('forgetAlerts', this.#clock.now(), before);
  }

  fireTrigger(fired: FiredTrigger, now: number): Promise<boolean> {
    return this.#call('fireTrigger', now, fired);
  }

  saveAccount(account: Account): Promise<void> {
    return this.#call('saveAccount', this.#clock.now(), account);
  }

  changeAccount(change: AccountChange, now: number): Promise<AccountChanged> {
    return this.#call('changeAccount', now, change);
  }

  saveSender(sender: Sender, expected?: Sender | null): ReturnType<Store['saveSender']> {
    return this.#call('saveSender', this.#clock.now(), sender, expected);
  }

  removeSender(accountSid: string, sid: string): Promise<boolean> {
    return this.#call('removeSender', this.#clock.now(), accountSid, sid);
  }

  override close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#commits.drain(new StoreUnavailable('The store is closed'));
    if (!this.#dead) await this.#closeWriter();
    await this.#worker.terminate();
    await super.close();
    this.#release();
  }

  async #closeWriter(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#onClosed = resolve;
      this.#worker.once('exit', () => resolve());
    });
    this.#tell({ close: true });
    await closed;
  }

  #tell(message: ToWriter): void {
    this.#worker.postMessage(message);
  }

  async #call<Value>(verb: string, now: number, ...args: unknown[]): Promise<Value> {
    return (await this.#commits.call(verb, now, args)) as Value;
  }
}

/** What is in memory goes with the process anyway, so there is nothing to warn of. */
function riskOf({ path, synchronous = 'FULL' }: SqliteSettings): string | null {
  if (path === ':memory:' || synchronous === 'FULL') return null;
  return `synchronous is ${synchronous}: a power cut loses the messages acknowledged last`;
}

/** Restores the one class callers ask for. */
function revive({ name, message, stack }: Rejection): Error {
  const error = name === 'StoreUnavailable' ? new StoreUnavailable(message) : new Error(message);
  return Object.assign(error, stack && { stack });
}
