/**
 * SMPP as a client (SMPP 3.4; behaviour sheet 12.4). Submissions wait in one short queue for a bind with room; parts of
 * one message leave back to back (settled 26), and their answers make its outcome.
 *
 * What is known of a message outlives its attempt, in memory: an attempt that was throttled, cut short or in doubt is
 * repeated with the parts alone that the carrier has not taken, and an answer that comes late settles a doubt. After a
 * restart nothing is known: the engine holds what may have been sent before it.
 */
import type { Clock } from '../../domain/clock.ts';
import type { CountedPdus, TracedPdu } from '../../domain/pdu-trace.ts';
import { describeStatus, ESME } from '../../wire/smpp/codes.ts';
import { foldId } from '../../wire/smpp/receipt.ts';
import { verdictOfSubmit } from '../../wire/smpp/submit-result.ts';
import type { AwaitedPart, Connector, Ear, Outcome, Submission, Tell } from '../connector.ts';
import { CarrierIds } from './carrier-ids.ts';
import { type Delivered, makeDeliver } from './deliver.ts';
import { fieldsOf, type Job, outcomeOf, ownId, type PartState, type Progress } from './job.ts';
import { PduCounts } from './pdu-counts.ts';
import { Session, type SessionParts } from './session.ts';
import type { BindNotice, SmppSettings } from './settings.ts';
import { Tracer } from './trace.ts';
import type { Answer } from './unanswered.ts';

export interface SmppParts {
  name: string;
  settings: SmppSettings;
  clock: Clock;
  /** 0 to 1. */
  random: () => number;
  notice?: (notice: BindNotice) => void;
  /** Where PDUs are kept, and what is told of their numbers. */
  trace?: { keep: (pdu: TracedPdu) => void; tell: (counted: CountedPdus) => void };
}

/** Messages of which something is remembered; the oldest are forgotten, and then are like those of another process. */
const MOST_REMEMBERED = 10_000;
const UNREACHED: Outcome = { kind: 'unreachable', note: 'not bound' };
/** A receipt of ours that the store could not take. */
const OWN_RECEIPT_TRIES = 5;
const OWN_RECEIPT_MS = 1_000;

export class SmppConnector implements Connector {
  readonly name: string;
  readonly honoursIdempotencyKeys = false;
  readonly carries = ['sms'] as const;
  readonly #settings: SmppSettings;
  readonly #clock: Clock;
  readonly #parts: SmppParts;
  readonly #ids: CarrierIds;
  readonly #sessions: Session[];
  readonly #tracer: Tracer | null;
  readonly #progress = new Map<string, Progress>();
  #queue: Job[] = [];
  #deliver: ((pdu: Delivered) => Promise<number>) | null = null;
  #ear: Ear | null = null;
  #reference: number;
  #isResumed = false;
  #isRunning = false;
  #isPumping = false;
  #cancelPump: (() => void) | null = null;

  constructor(parts: SmppParts) {
    this.name = parts.name;
    this.#parts = parts;
    this.#settings = parts.settings;
    this.#clock = parts.clock;
    this.#ids = new CarrierIds(parts.settings.receiptIds, parts.clock);
    // Not from 0 after each restart: phones remember the parts of a message for days.
    this.#reference = Math.floor(parts.random() * 0x10000);
    this.#tracer = makeTracer(parts);
    this.#sessions = this.#makeSessions();
  }

  /** Whether something can be submitted now. */
  get isBound(): boolean {
    return this.#sessions.some((session) => session.isBound && session.canSubmit);
  }

  /** Of the binds that are there. */
  get window(): number {
    const bound = this.#sessions.filter((session) => session.isBound && session.canSubmit).length;
    return this.#settings.window * Math.max(1, bound);
  }

  get windowUsed(): number | null {
    if (!this.isBound) return null;
    const room = this.#sessions.reduce((sum, session) => sum + session.room, 0);
    return Math.max(0, 1 - room / this.window);
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Resolves at once: a carrier that is away must not keep a node from starting. */
  async start(ear: Ear): Promise<void> {
    this.#ear = ear;
    this.#isRunning = true;
    this.#deliver = makeDeliver({
      connector: this.name,
      settings: this.#settings,
      clock: this.#clock,
      ids: this.#ids,
      ear,
      idsMayCome: () => !this.#isResumed || this.#sessions.some(({ isWaiting }) => isWaiting),
      odd: (why) => this.#parts.notice?.({ state: 'odd', bind: this.name, why }),
      tracer: this.#tracer,
    });
    for (const session of this.#sessions) session.start();
  }

  /** What receipts may still name. */
  resume(awaited: AwaitedPart[]): void {
    this.#isResumed = true;
    for (const { carrierId } of awaited) this.#ids.add(carrierId);
  }

  async send(batch: Submission[], tell?: Tell): Promise<Outcome[]> {
    const outcomes = batch.map((submission) => this.#take(submission));
    if (tell) for (const [index, outcome] of outcomes.entries()) void outcome.then((known) => tell(index, known));
    this.#pump();
    return Promise.all(outcomes);
  }

  /** An answer that came late settles a doubt; parts that never left settle it too, once all others are known. */
  recall(idempotencyKey: string): Outcome | null {
    const progress = this.#progress.get(idempotencyKey);
    if (!progress || progress.parts.some(({ kind }) => kind === 'doubt' || kind === 'out')) return null;
    return outcomeOf({ progress, submission: { messageSid: idempotencyKey }, halted: null });
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#giveBackAll();
    await Promise.all(this.#sessions.map((session) => session.stop()));
    this.#tracer?.stop();
    this.#cancelPump?.();
    this.#cancelPump = null;
  }

  #take(submission: Submission): Promise<Outcome> {
    const key = submission.idempotencyKey;
    const known = this.#progress.get(key);
    const reference = known?.reference ?? this.#nextReference();
    const fields = fieldsOf(submission, reference, this.#settings, this.#clock.now());
    if (!Array.isArray(fields)) return Promise.resolve(fields);
    const fits = known?.parts.length === fields.length;
    const progress: Progress =
      known && fits ? known : { reference, parts: fields.map((): PartState => ({ kind: 'unsent' })), tries: 0 };
    const { parts } = progress;
    // Nothing is known to be out any more: what was in doubt goes again, and so does what was put off.
    for (const [index, part] of parts.entries()) if (part.kind === 'doubt') parts[index] = { kind: 'unsent' };
    return new Promise((resolve) => {
      const queuedUntil = this.#clock.monotonic() + this.#settings.queueMs;
      const writeBy = Math.min(queuedUntil, submission.writeBy ?? queuedUntil);
      const job: Job = {
        submission,
        fields,
        progress,
        next: 0,
        open: 0,
        halted: null,
        isQueued: false,
        writeBy,
        resolve,
      };
      if (!this.#isRunning || !this.isBound) job.halted = UNREACHED;
      if (this.#isThrough(job)) {
        this.#conclude(job);
        return;
      }
      job.isQueued = true;
      this.#queue.push(job);
    });
  }

  /** Writes what can be written now. The parts of a message follow one another. */
  #pump(): void {
    // Answers may come while something is written.
    if (this.#isPumping) return;
    this.#isPumping = true;
    this.#cancelPump?.();
    this.#cancelPump = null;
    try {
      this.#writeAll();
    } finally {
      this.#isPumping = false;
    }
    if (this.#queue.length > 0) this.#pumpLater();
  }

  #writeAll(): void {
    const now = this.#clock.monotonic();
    for (let job = this.#queue[0]; job; job = this.#queue[0]) {
      // Its claim would not outlast an answer that came at the last moment.
      if (job.writeBy <= now) job.halted ??= { kind: 'busy', retryAfterMs: this.#settings.throttleMs };
      if (this.#isThrough(job)) {
        this.#queue.shift();
        this.#leaveQueue(job);
        continue;
      }
      const session = this.#freeSession();
      if (!session) break;
      this.#write(job, session);
    }
  }

  /** Nothing of it is to be written any more. Skips parts that the carrier has. */
  #isThrough(job: Job): boolean {
    const { parts } = job.progress;
    if (job.halted || parts[0]?.kind === 'refused') return true;
    while (job.next < parts.length && parts[job.next]?.kind !== 'unsent') job.next += 1;
    return job.next >= parts.length;
  }

  /** The one with most room among those whose rate lets it write. */
  #freeSession(): Session | null {
    let free: Session | null = null;
    for (const session of this.#sessions) {
      if (session.room > (free?.room ?? 0) && session.waitMs === 0) free = session;
    }
    return free;
  }

  /** At the next slot of a bind that has room, or when the first of the queue has waited too long. */
  #pumpLater(): void {
    const waits = this.#sessions.filter(({ room }) => room > 0).map(({ waitMs }) => waitMs);
    const untilLate = (this.#queue[0]?.writeBy ?? 0) - this.#clock.monotonic();
    const waitMs = Math.max(1, Math.min(...waits, untilLate));
    this.#cancelPump = this.#clock.after(waitMs, () => this.#pump());
  }

  #write(job: Job, session: Session): void {
    const index = job.next;
    const fields = job.fields[index];
    if (!fields) return;
    const { parts } = job.progress;
    job.next += 1;
    job.open += 1;
    parts[index] = { kind: 'out' };
    let isOver = false;
    const writtenAt = this.#clock.monotonic();
    const written = session.submit(fields, (answer) => {
      if (answer.kind === 'answered') this.#tracer?.answered(this.#clock.monotonic() - writtenAt);
      if (!isOver) this.#judge(job, index, answer, session);
      // The doubt is over, whatever the answer is, unless it has gone out again.
      else if (answer.kind === 'answered' && parts[index]?.kind === 'doubt') this.#settle(job, index, answer, session);
      isOver = true;
    });
    if (written) return;
    job.open -= 1;
    parts[index] = { kind: 'refused', errorCode: 30008, note: 'it fits no PDU' };
  }

  /** What the end of a submit makes of its part. */
  #judge(job: Job, index: number, answer: Answer, session: Session): void {
    if (answer.kind === 'answered') this.#settle(job, index, answer, session);
    else {
      const note = answer.kind === 'silent' ? 'no answer in time' : answer.why;
      job.progress.parts[index] = { kind: 'doubt', note };
    }
    job.open -= 1;
    if (job.open === 0 && !job.isQueued) this.#conclude(job);
    this.#pump();
  }

  #settle(job: Job, index: number, answer: Extract<Answer, { kind: 'answered' }>, session: Session): void {
    const { progress, submission } = job;
    const { commandStatus, messageId } = answer;
    const verdict = verdictOfSubmit(commandStatus);
    progress.parts[index] = { kind: 'unsent' };
    switch (verdict.kind) {
      case 'sent': {
        session.ease();
        const carrierId = foldId(messageId) || ownId('nameless', submission.messageSid, index);
        progress.parts[index] = { kind: 'taken', carrierId };
        this.#ids.add(carrierId);
        return;
      }
      case 'fail':
        progress.parts[index] = { kind: 'refused', errorCode: verdict.errorCode, note: noteOf(commandStatus) };
        return;
      case 'retry':
        progress.tries += 1;
        if (progress.tries > verdict.times) {
          progress.parts[index] = { kind: 'refused', errorCode: verdict.errorCode, note: noteOf(commandStatus) };
        } else job.halted ??= { kind: 'busy', retryAfterMs: this.#settings.throttleMs * 2 ** progress.tries };
        return;
      case 'later':
        // A recipient who cannot take it now is no reason for the others to wait.
        job.halted ??= {
          kind: 'busy',
          retryAfterMs: commandStatus === ESME.ESME_RX_T_APPN ? this.#settings.longestThrottleMs : session.throttle(),
        };
        return;
      case 'rebind':
      case 'alarm':
        job.halted ??= { kind: 'unreachable', note: noteOf(commandStatus) };
        session.rebind(noteOf(commandStatus), verdict.kind === 'alarm');
    }
  }

  /** Nothing of it is out. */
  #conclude(job: Job): void {
    const { submission, progress } = job;
    const outcome = outcomeOf(job);
    this.#progress.delete(submission.idempotencyKey);
    const isFinal = outcome.kind === 'accepted' || outcome.kind === 'refused';
    const isKnown = progress.tries > 0 || progress.parts.some(({ kind }) => kind !== 'unsent');
    if (!isFinal && isKnown) this.#remember(submission.idempotencyKey, progress);
    job.resolve(outcome);
    if (outcome.kind !== 'accepted') return;
    for (const [index, part] of progress.parts.entries()) {
      if (part.kind === 'refused') this.#reportRefused(outcome.carrierIds[index] ?? '', part.errorCode);
    }
  }

  /** The store matches it with the outcome in whichever order they come (S1). */
  #reportRefused(carrierId: string, errorCode: number, tries = 1): void {
    this.#ear?.receipts([{ connector: this.name, carrierId, state: 'undelivered', errorCode }]).catch(() => {
      if (tries >= OWN_RECEIPT_TRIES || !this.#isRunning) return;
      this.#clock.after(OWN_RECEIPT_MS, () => this.#reportRefused(carrierId, errorCode, tries + 1));
    });
  }

  /** No bind is left: what is not out goes back to the engine, what is waits for its answers. */
  #giveBackAll(): void {
    const all = this.#queue;
    this.#queue = [];
    for (const job of all) {
      job.halted ??= UNREACHED;
      this.#leaveQueue(job);
    }
  }

  #leaveQueue(job: Job): void {
    job.isQueued = false;
    if (job.open === 0) this.#conclude(job);
  }

  #remember(key: string, progress: Progress): void {
    if (this.#progress.size >= MOST_REMEMBERED) this.#progress.delete(this.#progress.keys().next().value ?? '');
    this.#progress.set(key, progress);
  }

  #nextReference(): number {
    this.#reference = (this.#reference + 1) & 0xffff;
    return this.#reference;
  }

  #makeSessions(): Session[] {
    const { bindMode, binds } = this.#settings;
    const roles: SessionParts['role'][] = bindMode === 'pair' ? ['transmitter', 'receiver'] : [bindMode];
    return Array.from({ length: binds }, (_, at) => at + 1).flatMap((number) =>
      roles.map(
        (role) =>
          new Session({
            name: `${this.name} ${role} ${number}`,
            role,
            settings: this.#settings,
            clock: this.#clock,
            random: this.#parts.random,
            onRoom: () => this.#pump(),
            seen: this.#tracer?.of(`${this.name} ${role} ${number}`),
            onLost: () => {
              this.#tracer?.lost(`${this.name} ${role} ${number}`);
              if (this.isBound) this.#pump();
              else this.#giveBackAll();
            },
            onDeliver: (pdu) => this.#deliver?.(pdu) ?? Promise.resolve(ESME.ESME_RX_T_APPN),
            notice: (notice) => {
              this.#parts.notice?.(notice);
              if (notice.state === 'bound') this.#ear?.bound?.();
            },
          }),
      ),
    );
  }
}

function noteOf(commandStatus: number): string {
  const { name, text } = describeStatus(commandStatus);
  return `${name}: ${text}`;
}

function makeTracer({ name, settings, clock, trace }: SmppParts): Tracer | null {
  if (!trace) return null;
  const { host, port, responseMs, trace: mode } = settings;
  const counts = new PduCounts(clock, trace.tell);
  return new Tracer({ connector: name, peer: `${host}:${port}`, mode, clock, responseMs, keep: trace.keep, counts });
}
