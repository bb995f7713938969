import { esmeUserOf } from '../../domain/esme-address.ts';
import type { Event, Status } from '../../domain/message.ts';
import { sidTime } from '../../domain/sid.ts';
import type { CallbackPayload } from '../callback-shapes.ts';
import { UsageSums } from '../report-rows.ts';
import { historyLine, MESSAGE_COLUMNS, type Row, type Walker, walkerFrom } from '../rows.ts';
import { CLICK, HELD_AT, IN_ORDER, type Loss, type StepDetails, transition } from '../transition.ts';
import { Columns } from './columns.ts';
import type { Session } from './driver.ts';
import type { Lanes } from './lanes.ts';
import { countUsage } from './usage.ts';

/**
 * One transaction of a writing verb. Rows are read with their locks first, what follows is decided in memory by the
 * rules both engines share, and `flush` writes it with one statement a table. Locks are taken in the same order
 * everywhere (lanes, work, messages by sid, parts), so transactions rarely wait in a circle; when they do, the
 * pipeline runs one of them again.
 */

const MESSAGE = MESSAGE_COLUMNS.map((column) => `m.${column}`).join(', ');

export interface MessageKey {
  accountSid: string;
  sid: string;
}

interface Step {
  message: Walker;
  status: Status;
  updatedAt: number;
  lines: string;
  errorCode: number | null;
  sentAt: number | null;
  priceMicros: number | null;
}

interface Callback {
  messageSid: string;
  accountSid: string;
  payload: CallbackPayload;
  now: number;
}

/** A message that keeps less from its step on. */
export interface Lost {
  message: Walker;
  loss: Loss;
  now: number;
}

export class Batch {
  readonly session: Session;
  readonly lanes: Lanes;
  /** Whether an earlier try of the same calls may have been committed (D4). */
  readonly mayRepeat: boolean;
  /** Something another node may want to know of has been written. */
  readonly made = {
    send: false,
    callback: false,
    esme: false,
    release: false,
    fetch: false,
    reply: false,
    notice: false,
    joining: false,
  };
  readonly usage = new UsageSums();
  readonly #slot: number;
  readonly #walkers = new Map<string, Walker>();
  readonly #steps = new Map<string, Step>();
  readonly #counts = new Map<string, number>();
  #callbacks: Callback[] = [];
  #lost: Lost[] = [];

  constructor(session: Session, lanes: Lanes, options: { slot: number; mayRepeat: boolean }) {
    this.session = session;
    this.lanes = lanes;
    this.#slot = options.slot;
    this.mayRepeat = options.mayRepeat;
  }

  query(text: string, values?: readonly unknown[]): Promise<Row[]> {
    return this.session.query(text, values);
  }

  /** Locks messages and remembers them. Those that are gone are left out. */
  async load(keys: Iterable<MessageKey>): Promise<void> {
    const columns = new Columns(3);
    for (const { accountSid, sid } of keys) {
      if (!this.#walkers.has(sid)) columns.push(accountSid, sidTime(sid), sid);
    }
    if (columns.size === 0) return;
    const rows = await this.query(
      `select ${MESSAGE} from unnest($1::text[], $2::bigint[], $3::text[]) k (account_sid, sid_at, sid)
       join messages m on m.account_sid = k.account_sid and m.sid_at = k.sid_at and m.sid = k.sid
       order by m.sid for no key update of m`,
      columns.values,
    );
    for (const row of rows) this.remember(walkerFrom(row));
  }

  /** A message whose row this transaction holds otherwise. */
  remember(message: Walker): void {
    if (!this.#walkers.has(message.sid)) this.#walkers.set(message.sid, message);
  }

  message(sid: string): Walker | null {
    return this.#walkers.get(sid) ?? null;
  }

  /** The only way a status changes; see `transition`. Answers the new status, or `null` when nothing changes. */
  advance(message: Walker, event: Event, now: number, details: StepDetails = {}): Status | null {
    const made = transition(message, event, now, details);
    if (!made) return null;
    const step = this.#stepOf(message, now);
    step.status = made.status;
    step.lines += made.line;
    step.errorCode = details.errorCode ?? step.errorCode;
    if (event === 'take') {
      step.sentAt = now;
      step.priceMicros = details.priceMicros ?? null;
      this.usage.add(message, 'outbound', step.priceMicros, now);
    }
    this.count(message.status, -1);
    this.count(made.status, 1);
    message.status = made.status;
    message.errorCode = made.errorCode;
    if (made.callback) this.queueCallback(message, made.callback, now);
    if (made.loss) this.#lost.push({ message, loss: made.loss, now });
    return made.status;
  }

  /** Adds a line to the walk without a step. */
  remark(message: Walker, note: string, now: number): void {
    const step = this.#steps.get(message.sid);
    const line = `\n${historyLine({ at: now, status: message.status, note })}`;
    if (step) step.lines += line;
    else this.#steps.set(message.sid, { ...nothing(message), updatedAt: UNTOUCHED, lines: line });
  }

  queueCallback({ sid, accountSid }: MessageKey, payload: CallbackPayload, now: number): void {
    this.#callbacks.push({ messageSid: sid, accountSid, payload, now });
    this.made[kindOf(payload)] = true;
  }

  count(name: string, by: number): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  /** Writes steps, callbacks, lanes and counters. Answers the ids of the callbacks queued, in order. */
  async flush(): Promise<number[]> {
    await this.#flushSteps();
    const ids = await this.#flushCallbacks();
    await this.lanes.flush(this.session);
    await this.#flushCounts();
    await countUsage(this.session, this.usage, this.#slot);
    return ids;
  }

  #stepOf(message: Walker, now: number): Step {
    let step = this.#steps.get(message.sid);
    if (!step) {
      step = nothing(message);
      this.#steps.set(message.sid, step);
    }
    step.updatedAt = now;
    return step;
  }

  async #flushSteps(): Promise<void> {
    if (this.#steps.size === 0) return;
    const columns = new Columns(9);
    for (const { message, ...step } of this.#steps.values()) {
      columns.push(
        message.accountSid,
        sidTime(message.sid),
        message.sid,
        step.status,
        step.updatedAt,
        step.lines,
        step.errorCode,
        step.sentAt,
        step.priceMicros,
      );
    }
    this.#steps.clear();
    await this.query(
      `update messages m set status = u.status, updated_at = coalesce(nullif(u.updated_at, ${UNTOUCHED}), m.updated_at),
       history = m.history || u.lines, error_code = coalesce(u.error_code, m.error_code),
       sent_at = coalesce(u.sent_at, m.sent_at),
       listed_at = greatest(m.listed_at, u.sent_at - u.sent_at % 1000),
       price_micros = coalesce(u.price_micros, m.price_micros)
       from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::int[], $8::bigint[],
         $9::bigint[]) u (account_sid, sid_at, sid, status, updated_at, lines, error_code, sent_at, price_micros)
       where m.account_sid = u.account_sid and m.sid_at = u.sid_at and m.sid = u.sid`,
      columns.values,
    );
  }

  /**
   * Of one message only the oldest open callback has a real due time; those behind it are held, and each that
   * finishes lets the next one go. The open ones are locked while that is decided, so that none finishes unseen.
   */
  async #flushCallbacks(): Promise<number[]> {
    const callbacks = this.#callbacks;
    this.#callbacks = [];
    const ids = new Map<Callback, number>();
    for (const kind of ['callback', 'esme'] as const) {
      const mine = callbacks.filter(({ payload }) => kindOf(payload) === kind);
      const made = await this.#insertCallbacks(kind, mine);
      for (const [index, callback] of mine.entries()) ids.set(callback, made[index] ?? 0);
    }
    return callbacks.map((callback) => ids.get(callback) ?? 0);
  }

  async #insertCallbacks(kind: 'callback' | 'esme', callbacks: Callback[]): Promise<number[]> {
    if (callbacks.length === 0) return [];
    const owners = new Columns(2);
    for (const { accountSid, messageSid } of callbacks) owners.push(accountSid, messageSid);
    // Lateral, so that the planner cannot begin with all open callbacks when it believes that there are none.
    const rows = await this.query(
      `select k.message_sid from (select distinct * from unnest($1::text[], $2::text[]) u (account_sid, message_sid)
         order by 2) k
       cross join lateral (select 1 from work w where w.account_sid = k.account_sid and w.message_sid = k.message_sid
         and w.kind = '${kind}' and ${IN_ORDER} for update) w`,
      owners.values,
    );
    const open = new Set(rows.map((row) => row[0] as string));
    const columns = new Columns(6);
    for (const { messageSid, accountSid, payload, now } of callbacks) {
      const dueAt = !payload.click && open.has(messageSid) ? HELD_AT : now;
      const line = payload.click ? CLICK : esmeUserOf(payload.url);
      columns.push(messageSid, accountSid, sidTime(messageSid), dueAt, JSON.stringify(payload), line);
      if (!payload.click) open.add(messageSid);
    }
    this.count(`work ${kind}`, callbacks.length);
    const made = await this.query(
      `insert into work (kind, message_sid, account_sid, sid_at, due_at, attempt, payload, connector)
       select '${kind}', u.message_sid, u.account_sid, u.sid_at, u.due_at, 0, u.payload, u.connector
       from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[])
         u (message_sid, account_sid, sid_at, due_at, payload, connector) returning id`,
      columns.values,
    );
    return made.map((row) => row[0] as number);
  }

  /** What is to be taken from messages that were advanced; it is the caller's to do (`lose`). */
  takeLost(): Lost[] {
    return this.#lost.splice(0);
  }

  /** What has been counted, as the three parameters of `countersFrom`; it is the caller's to write. */
  takeCounts(): unknown[] {
    const columns = new Columns(2);
    for (const [name, by] of [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (by !== 0) columns.push(name, by);
    }
    this.#counts.clear();
    return [...columns.values, this.#slot];
  }

  async #flushCounts(): Promise<void> {
    const counts = this.takeCounts();
    if ((counts[0] as unknown[]).length > 0) await this.query(countersFrom(0), counts);
  }
}

/** The statement that counts; its parameters follow `taken` others. */
export function countersFrom(taken: number): string {
  return `insert into counters (name, slot, n)
    select u.name, $${taken + 3}::int, u.n from unnest($${taken + 1}::text[], $${taken + 2}::bigint[]) u (name, n)
    on conflict (name, slot) do update set n = counters.n + excluded.n`;
}

/** What is for ESMEs is of another kind (`sql/callbacks.ts`). */
function kindOf({ url }: CallbackPayload): 'callback' | 'esme' {
  return esmeUserOf(url) === null ? 'callback' : 'esme';
}

/** In place of `updated_at` where a remark alone is written. */
const UNTOUCHED = -1;

function nothing(message: Walker): Step {
  return {
    message,
    status: message.status,
    updatedAt: UNTOUCHED,
    lines: '',
    errorCode: null,
    sentAt: null,
    priceMicros: null,
  };
}
