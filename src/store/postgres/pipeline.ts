import { realClock } from '../../domain/clock.ts';
import type { Answer, Call, Rejection } from '../commit.ts';
import { GroupCommit } from '../commit.ts';
import { StoreUnavailable } from '../store.ts';
import { Batch } from './batch.ts';
import {
  CommitUnknown,
  type Connection,
  type Driver,
  isUniqueViolation,
  judge,
  type Session,
  unavailable,
} from './driver.ts';
import { Lanes } from './lanes.ts';

/**
 * One writing connection and the calls waiting for it. What gathers while a transaction runs becomes the next one.
 * A broken connection is replaced and the transaction run again, as long as callers can wait; then they are refused,
 * and so at once are those after them, until the database answers again.
 */
export interface PipelineParts {
  driver: Driver;
  /** Where this connection counts. */
  slot: number;
  knownLanes: Set<string>;
  /** Runs the calls of one transaction; one answer each, in order. */
  run(batch: Batch, calls: Call[]): Promise<unknown[]>;
  /** Whether `run` will ask for one statement only, which then needs no transaction around it. */
  isOneStatement(calls: Call[]): boolean;
  /** Verbs that may be run again although their commit may have happened. */
  repeatable: ReadonlySet<string>;
  /** Told when everything is written and the commit is next. */
  committing(calls: Call[]): void;
  committed(batch: Batch, calls: Call[]): void;
  /** Told when a commit got no answer, before anything is run again. */
  unknown(calls: Call[]): void;
}

/** Longest that a call waits for a database to come back. Its caller has to be answered within five seconds. */
const PATIENCE_MS = 2_000;
const STATEMENT_LIMIT_MS = 4_500;
const PAUSE_MS = 100;
const MOST_COLLISIONS = 10;

export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #commits: GroupCommit;
  #connection: Connection | null = null;
  #isDown = false;
  #closed = false;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#commits = new GroupCommit((calls) => void this.#group(calls), revive);
  }

  async call<Value>(verb: string, now: number, ...args: unknown[]): Promise<Value> {
    return (await this.#commits.call(verb, now, args)) as Value;
  }

  async close(): Promise<void> {
    await this.#commits.drain(new StoreUnavailable('The store is closed'));
    this.#closed = true;
    await this.#connection?.close();
  }

  async #group(calls: Call[]): Promise<void> {
    let answers: Answer[];
    try {
      answers = await this.#attempts(calls);
      this.#isDown = false;
    } catch (error) {
      const refusal = rejection(error);
      answers = calls.map(() => [null, refusal]);
    }
    this.#commits.answered(answers);
  }

  /** Runs a group, in as many tries as it takes. Rejects with StoreUnavailable when the database is not there. */
  async #attempts(calls: Call[]): Promise<Answer[]> {
    const startedAt = realClock.monotonic();
    let mayRepeat = false;
    for (let collisions = 0; ; ) {
      try {
        const values = await this.#transaction(calls, mayRepeat);
        return values.map((value): Answer => [value]);
      } catch (error) {
        const verdict = judge(error);
        // Our earlier commit came through after all while we were trying again: this time it is seen.
        const cameThrough = mayRepeat && isUniqueViolation(error);
        if (verdict === 'other' && !cameThrough) return await this.#oneByOne(calls, error, mayRepeat);
        if ((verdict === 'collision' || cameThrough) && ++collisions < MOST_COLLISIONS) continue;
        if (error instanceof CommitUnknown) {
          this.#parts.unknown(calls);
          if (!calls.every(([verb]) => this.#parts.repeatable.has(verb))) throw unavailable(error);
          mayRepeat = true;
        }
        const isOver = this.#isDown || realClock.monotonic() - startedAt > PATIENCE_MS;
        if (verdict !== 'lost' || isOver || this.#closed) {
          this.#isDown = true;
          throw unavailable(error);
        }
        await new Promise<void>((resolve) => realClock.after(PAUSE_MS, resolve));
      }
    }
  }

  /** One of the calls cannot be stored: each alone, so that it harms none beside it. */
  async #oneByOne(calls: Call[], error: unknown, mayRepeat: boolean): Promise<Answer[]> {
    if (calls.length === 1) return [[null, rejection(error)]];
    const answers: Answer[] = [];
    for (const call of calls) {
      try {
        const [value] = await this.#transaction([call], mayRepeat);
        answers.push([value]);
      } catch (reason) {
        answers.push([null, rejection(judge(reason) === 'other' ? reason : unavailable(reason))]);
      }
    }
    return answers;
  }

  async #transaction(calls: Call[], mayRepeat: boolean): Promise<unknown[]> {
    const connection = await this.#connected();
    const cancel = realClock.after(STATEMENT_LIMIT_MS, () => connection.destroy());
    try {
      let done: Batch | undefined;
      const isAlone = !mayRepeat && this.#parts.isOneStatement(calls);
      const work = async (session: Session): Promise<unknown[]> => {
        done = new Batch(session, new Lanes(this.#parts.knownLanes), { slot: this.#parts.slot, mayRepeat });
        if (isAlone) this.#parts.committing(calls);
        const answers = await this.#parts.run(done, calls);
        if (!isAlone) this.#parts.committing(calls);
        return answers;
      };
      const alone: Session = { query: (text, values = []) => connection.statement(text, values) };
      const values = await (isAlone ? work(alone) : connection.transaction(work));
      if (done) this.#parts.committed(done, calls);
      return values;
    } finally {
      cancel();
    }
  }

  async #connected(): Promise<Connection> {
    if (this.#connection && !this.#connection.isLost) return this.#connection;
    this.#connection = await this.#parts.driver.connect('write');
    return this.#connection;
  }
}

function rejection(error: unknown): Rejection {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack };
}

/** Restores the one class callers ask for. */
function revive({ name, message, stack }: Rejection): Error {
  const error = name === 'StoreUnavailable' ? new StoreUnavailable(message) : new Error(message);
  return Object.assign(error, stack && { stack });
}
