import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { realClock } from '../domain/clock.ts';
import type { FaultPoint } from '../domain/faults.ts';
import type { TracedPdu } from '../domain/pdu-trace.ts';
import type { Receipt } from '../domain/receipt.ts';
import { type ArmedFault, ArmedFaults, standStill } from './armed-faults.ts';
import type { CallbackClaim, CallbackResult } from './callback-shapes.ts';
import type { Answer, Call, Rejection } from './commit.ts';
import type { ConsoleChange } from './console-shapes.ts';
import type { Account, AccountChange, Document, Sender } from './directory.ts';
import type { Expiry } from './expiry.ts';
import type { ArrivedPart, EndedSubmission, Intake, OptOutChange, ReplyResult } from './inbound-shapes.ts';
import type { BlobHold, FetchSettlement, LinkVisit } from './media.ts';
import { migrate } from './migrate.ts';
import type { PduBounds } from './pdu-shapes.ts';
import type { FiredTrigger, RaisedAlert } from './report-shapes.ts';
import { dyingBlobs, forgetBlobs, holdBlob } from './sql/blobs.ts';
import { claimCallbacks, keepAttempts, replayCallback } from './sql/callbacks.ts';
import { changeConsole } from './sql/console.ts';
import { WriteContext } from './sql/context.ts';
import { changeAccount, removeSender, saveAccount, saveSender } from './sql/directory.ts';
import { removeDocument, saveDocument } from './sql/documents.ts';
import { endSubmission, finishTold } from './sql/esmes.ts';
import { noteHandOvers } from './sql/hand-overs.ts';
import { takeIn } from './sql/inbound.ts';
import { claimJoinings, takePart } from './sql/joinings.ts';
import { forgetLinks } from './sql/links.ts';
import { claimFetches, removeMedia, settleFetches } from './sql/media.ts';
import { accept, change } from './sql/messages.ts';
import { changeOptOuts } from './sql/opt-outs.ts';
import { forgetInbound } from './sql/pairs.ts';
import { forgetPdus, keepPdus } from './sql/pdus.ts';
import { expire } from './sql/privacy.ts';
import { receive } from './sql/receipts.ts';
import { claimReleases, release } from './sql/releases.ts';
import { repace } from './sql/repace.ts';
import { claimReplies, finishReplies } from './sql/replies.ts';
import { fireTrigger, forgetAlerts, raiseAlerts } from './sql/reports.ts';
import { forget } from './sql/retention.ts';
import { visitLink } from './sql/visits.ts';
import { claimSends, leave, settleSends, takeOver } from './sql/work.ts';
import { BUSY_MS, judge, unavailable } from './sqlite-file.ts';
import type { Change, Claim, Release, RepaceStep, SendClaim, SendSettlement } from './store.ts';
import type { HandOvers } from './work-shapes.ts';

/** The writer thread: the only connection that writes. One message in is one group, one transaction, one message out. */

export interface WriterSettings {
  path: string;
  synchronous: 'FULL' | 'NORMAL' | 'OFF';
  maxPages?: number;
  armed: ArmedFault[];
  /** Planted fault: answers, then commits 20 ms later. A storm that does not notice this is blind. */
  ackBeforeCommit: boolean;
}

export type ToMain =
  | { ready: true }
  | { migrating: string[] }
  | { refused: Error }
  | { answers: Answer[] }
  | { fatal: Error }
  | { closed: true };
export type ToWriter = { calls: Call[] } | { close: true };

type Verb = (ctx: WriteContext, args: never, now: number) => unknown;

const VERBS: Record<string, Verb> = {
  accept: (ctx, [flat]: [SQLInputValue[]], now) => accept(ctx, flat, now),
  claimSends: (ctx, [claim]: [SendClaim], now) => claimSends(ctx, claim, now),
  settleSends: (ctx, [batch]: [SendSettlement[]], now) => settleSends(ctx, batch, now),
  receive: (ctx, [batch]: [Receipt[]], now) => receive(ctx, batch, now),
  claimCallbacks: (ctx, [claim]: [CallbackClaim], now) => claimCallbacks(ctx, claim, now),
  finishCallbacks: (ctx, [flat]: [SQLInputValue[]], now) => finishTold(ctx, flat, now),
  replayCallback: (ctx, [account, id]: [string, number], now) => replayCallback(ctx, account, id, now),
  takeOver: (ctx, [owner]: [string], now) => takeOver(ctx, owner, now),
  leave: (ctx, [owner]: [string], now) => leave(ctx, owner, now),
  change: (ctx, [batch]: [Change[]], now) => change(ctx, batch, now),
  claimReleases: (ctx, [claim]: [Claim], now) => claimReleases(ctx, claim, now),
  release: (ctx, [batch]: [Release[]], now) => release(ctx, batch, now),
  repace: (ctx, [step]: [RepaceStep], now) => repace(ctx, step, now),
  claimFetches: (ctx, [claim]: [Claim], now) => claimFetches(ctx, claim, now),
  settleFetches: (ctx, [batch]: [FetchSettlement[]], now) => settleFetches(ctx, batch, now),
  holdBlob: (ctx, [blob]: [BlobHold], now) => holdBlob(ctx, blob, now),
  dyingBlobs: (ctx, [limit]: [number], now) => dyingBlobs(ctx, limit, now),
  forgetBlobs: (ctx, [keys]: [string[]]) => forgetBlobs(ctx, keys),
  removeMedia: (ctx, [medium]: [Parameters<typeof removeMedia>[1]], now) => removeMedia(ctx, medium, now),
  saveDocument: (ctx, [document, expected]: [Document, Document?]) => saveDocument(ctx, document, expected),
  removeDocument: (ctx, [account, kind, sid]: [string, string, string]) => removeDocument(ctx, account, kind, sid),
  forget: (ctx, [before]: [number], now) => forget(ctx, before, now),
  expire: (ctx, [step]: [Expiry], now) => expire(ctx, step, now),
  visitLink: (ctx, [visit]: [LinkVisit], now) => visitLink(ctx, visit, now),
  forgetLinks: (ctx, [before]: [number]) => forgetLinks(ctx, before),
  takePart: (ctx, [batch]: [ArrivedPart[]], now) => takePart(ctx, batch, now),
  claimJoinings: (ctx, [claim]: [Claim], now) => claimJoinings(ctx, claim, now),
  endSubmission: (ctx, [ended]: [EndedSubmission], now) => endSubmission(ctx, ended, now),
  takeIn: (ctx, [batch]: [Intake[]], now) => takeIn(ctx, batch, now),
  claimReplies: (ctx, [claim]: [Claim], now) => claimReplies(ctx, claim, now),
  finishReplies: (ctx, [batch]: [ReplyResult[]], now) => finishReplies(ctx, batch, now),
  changeOptOuts: (ctx, [batch]: [OptOutChange[]], now) => changeOptOuts(ctx, batch, now),
  forgetInbound: (ctx, _args, now) => forgetInbound(ctx, now),
  raiseAlerts: (ctx, [batch]: [RaisedAlert[]], now) => raiseAlerts(ctx, batch, now),
  forgetAlerts: (ctx, [before]: [number]) => forgetAlerts(ctx, before),
  fireTrigger: (ctx, [fired]: [FiredTrigger], now) => fireTrigger(ctx, fired, now),
  keepAttempts: (ctx, [records]: [CallbackResult['record'][]]) => keepAttempts(ctx, records),
  keepPdus: (ctx, [batch]: [TracedPdu[]]) => keepPdus(ctx, batch),
  forgetPdus: (ctx, [bounds]: [PduBounds]) => forgetPdus(ctx, bounds),
  changeConsole: (ctx, [change]: [ConsoleChange], now) => changeConsole(ctx, change, now),
  noteHandOvers: (ctx, [note]: [HandOvers]) => noteHandOvers(ctx, note),
  saveAccount: (ctx, [account]: [Account]) => saveAccount(ctx, account),
  changeAccount: (ctx, [change]: [AccountChange], now) => changeAccount(ctx, change, now),
  saveSender: (ctx, [sender, expected]: [Sender, Sender?]) => saveSender(ctx, sender, expected),
  removeSender: (ctx, [account, sid]: [string, string]) => removeSender(ctx, account, sid),
};

/** Verbs with fault points: `<name>.before-commit` and `<name>.after-commit`. */
const POINTS: Record<string, string> = {
  accept: 'accept',
  claimSends: 'claim',
  claimCallbacks: 'claim',
  claimFetches: 'claim',
  settleSends: 'settle',
  release: 'settle',
  settleFetches: 'settle',
  receive: 'receive',
  finishCallbacks: 'finish',
  takeIn: 'intake',
  finishReplies: 'reply',
  change: 'privacy',
  removeMedia: 'privacy',
  changeAccount: 'account',
};

const settings = workerData as WriterSettings;
const faults = new ArmedFaults(settings.armed);
const post = (message: ToMain): void => parentPort?.postMessage(message);

function open(): DatabaseSync {
  const db = new DatabaseSync(settings.path, { timeout: BUSY_MS, enableForeignKeyConstraints: false });
  // 4 000 pages are 16 MB of WAL between checkpoints; the limit gives back what one long burst took.
  db.exec(`pragma journal_mode = wal; pragma synchronous = ${settings.synchronous}; pragma secure_delete = on;
    pragma wal_autocheckpoint = 4000; pragma journal_size_limit = 67108864; pragma cache_size = -65536;
    pragma temp_store = memory`);
  if (settings.maxPages) db.exec(`pragma max_page_count = ${settings.maxPages}`);
  const findings = db
    .prepare('pragma quick_check(5)')
    .all()
    .map((row) => Object.values(row)[0]);
  if (findings.length !== 1 || findings[0] !== 'ok') {
    throw new Error(`its quick check found: ${findings.join('; ')}`);
  }
  return db;
}

/** What goes with messages on their way is scrubbed once for many: within the five seconds of P1, not for each group. */
const SCRUB_MS = 1_000;
const SCRUB_AGAIN_MS = 250;

class Writer {
  readonly #db: DatabaseSync;
  readonly #ctx: WriteContext;
  #scrubsLater = false;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#ctx = new WriteContext(db);
    this.#ctx.traces.recall(this.#ctx);
    // A kill between a redaction and its checkpoint leaves the old body in the WAL: begin by emptying it.
    this.#scrub();
  }

  group(calls: Call[]): void {
    const points = new Set(calls.map(([verb]) => POINTS[verb]).filter((name) => name !== undefined));
    let answers: Answer[];
    try {
      this.#db.exec('begin immediate');
      answers = this.#run(calls);
      for (const name of points) faults.at(`${name}.before-commit` as FaultPoint);
      if (settings.ackBeforeCommit) {
        post({ answers });
        standStill(20);
      }
      this.#db.exec('commit');
      for (const name of points) faults.at(`${name}.after-commit` as FaultPoint);
    } catch (error) {
      answers = this.#failed(calls, error);
    }
    // Before the answer, so that whoever is told "redacted" can look for the body on disk and not find it (P1).
    if (points.has('privacy')) this.#scrub();
    else if (!this.#ctx.traces.isEmpty) this.#scrubAfter(SCRUB_MS);
    if (!settings.ackBeforeCommit) post({ answers });
  }

  close(): void {
    if (this.#scrubsLater) this.#scrub();
    this.#db.close();
  }

  /** Adjacent calls of one verb share a savepoint, their lanes and counters; when that fails, each is tried alone. */
  #run(calls: Call[]): Answer[] {
    const answers: Answer[] = [];
    for (let first = 0, end = 0; first < calls.length; first = end) {
      while (end < calls.length && calls[end]?.[0] === calls[first]?.[0]) end += 1;
      const together = calls.slice(first, end);
      try {
        answers.push(...this.#attempt(together));
      } catch (error) {
        if (judge(error) !== 'other') throw error;
        answers.push(...together.map((call) => this.#alone(call, together.length === 1 ? error : null)));
      }
    }
    return answers;
  }

  #attempt(calls: Call[]): Answer[] {
    this.#ctx.sql('savepoint verb').run();
    try {
      const answers = calls.map(([name, now, args]): Answer => {
        const verb = VERBS[name];
        if (!verb) throw new Error(`The store has no verb ${name}`);
        return [verb(this.#ctx, args as never, now)];
      });
      this.#ctx.flush();
      this.#ctx.sql('release verb').run();
      return answers;
    } catch (error) {
      this.#ctx.discard();
      // A full disk may have rolled back the whole transaction already.
      if (this.#db.isTransaction) this.#db.exec('rollback to verb; release verb');
      throw error;
    }
  }

  #alone(call: Call, known: unknown): Answer {
    if (known) return [null, rejection(known)];
    try {
      return this.#attempt([call])[0] ?? [null];
    } catch (error) {
      if (judge(error) !== 'other') throw error;
      return [null, rejection(error)];
    }
  }

  #failed(calls: Call[], error: unknown): Answer[] {
    this.#ctx.discard();
    const verdict = judge(error);
    if (verdict === 'fatal') {
      // No rollback, no close: this handle has seen the disk fail (D2). Throwing ends the thread.
      throw error;
    }
    if (this.#db.isTransaction) this.#db.exec('rollback');
    const answer = rejection(verdict === 'unavailable' ? unavailable(error) : error);
    return calls.map(() => [null, answer]);
  }

  /**
   * Removes what is left of content that went: stale copies in the file, and the WAL, which is moved into the file and
   * cut to nothing. A reader or a full disk in the way makes it try again shortly.
   */
  #scrub(): void {
    try {
      this.#ctx.traces.remove(this.#ctx);
      this.#db.exec('pragma busy_timeout = 100');
      const row = this.#db.prepare('pragma wal_checkpoint(truncate)').get() as { busy: number };
      if (row.busy !== 0) this.#scrubAfter(SCRUB_AGAIN_MS);
    } catch (error) {
      if (judge(error) !== 'unavailable') throw error;
      this.#scrubAfter(SCRUB_AGAIN_MS);
    } finally {
      if (this.#db.isOpen) this.#db.exec(`pragma busy_timeout = ${BUSY_MS}`);
    }
  }

  #scrubAfter(ms: number): void {
    if (this.#scrubsLater) return;
    this.#scrubsLater = true;
    realClock.after(ms, () => {
      this.#scrubsLater = false;
      if (this.#db.isOpen) guarded(() => this.#scrub());
    });
  }
}

function rejection(error: unknown): Rejection {
  const { name, message, stack } = plain(error);
  return { name, message, stack };
}

function plain(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function guarded(task: () => void): void {
  try {
    task();
  } catch (error) {
    parentPort?.removeAllListeners('message');
    post({ fatal: plain(error) });
  }
}

async function start(): Promise<void> {
  const db = open();
  await migrate(db, faults, (steps) => post({ migrating: steps }));
  const writer = new Writer(db);
  parentPort?.on('message', (message: ToWriter) => {
    guarded(() => {
      if ('calls' in message) return writer.group(message.calls);
      writer.close();
      post({ closed: true });
      parentPort?.close();
    });
  });
  post({ ready: true });
}

start().catch((error: unknown) => {
  post({ refused: plain(error) });
  parentPort?.close();
});
