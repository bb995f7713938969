/** Outside the node under test: its carrier and its customer, what each has seen, and what the node said of itself. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { realClock } from '../../src/domain/clock.ts';
import { Smsc } from '../../src/simulator/smsc.ts';
import type { SubmitPlan } from '../../src/simulator/smsc-plans.ts';
import { openPostgresReader } from '../../src/store/postgres/open.ts';
import { openSqliteReader } from '../../src/store/sqlite.ts';
import type { Finding } from '../../src/store/store.ts';
import { Client } from '../helpers/client.ts';
import { Sink } from '../helpers/sink.ts';
import { eachOf } from './nodes.ts';
import type { SmppNodeOptions } from './smpp-node.ts';

const NODE = fileURLToPath(new URL('./smpp-node.ts', import.meta.url));
const ACCOUNT = { sid: 'AC00000000000000000000000000000001', token: '00000000000000000000000000000001' };
const FIRST_PHONE = 2_000_000;

const IN_DOUBT_TWICE = 30410;
const WARP = 10;
/** Real milliseconds without any news, after which nothing more is waited for. */
const NO_NEWS_MS = 20_000;
/** An answer that came so short before the end may not have been recorded. */
const RECORDED_MS = 1_000;

/** One submit of a message, as its carrier saw it; monotonic. */
interface Copy {
  at: number;
  answeredAt: number | null;
}

export class SmppRestarts {
  readonly smsc: Smsc;
  readonly acked = new Map<string, string>();
  readonly copies = new Map<string, Copy[]>();
  /** Sids that the node itself calls in doubt, because a process that is gone had claimed them. */
  readonly doubted = new Set<string>();
  /** Sids in doubt that the node itself says it sent again. What was put off meanwhile is none of them. */
  readonly resent = new Set<string>();
  /** Monotonic: when a process was killed, and from when on nothing of it can come any more. */
  readonly kills: { from: number; goneAt: number }[] = [];
  /** What becomes of a submit, by its token and how often it has come. */
  plan: (token: string, time: number) => SubmitPlan = () => ({});
  readonly #open = new Map<string, Copy>();
  readonly #sink = new Sink();
  readonly #options: Omit<SmppNodeOptions, 'carrierPort'>;
  #sent = 0;
  #carrierPort = 0;
  #child: ChildProcess | null = null;
  #exit: Promise<number | null> = Promise.resolve(null);
  #client: Client | null = null;

  constructor({ database = '', folder, window }: { database?: string; folder: string; window: number }) {
    const url = database || join(folder, 'pidge.db');
    this.#options = { database: url, folder, window, warp: WARP, since: Date.now() };
    this.smsc = new Smsc({
      clock: realClock,
      keep: 0,
      script: { submit: (pdu) => this.#submitted(Buffer.from(pdu.shortMessage).toString('latin1')) },
      watch: (event) => {
        if (event.kind === 'heard' && event.pdu.command === 'submit_sm') {
          const copy: Copy = { at: performance.now(), answeredAt: null };
          const token = Buffer.from(event.pdu.shortMessage ?? []).toString('latin1');
          this.copies.set(token, [...(this.copies.get(token) ?? []), copy]);
          this.#open.set(`${event.connection} ${event.pdu.sequence}`, copy);
        }
        if (event.kind !== 'said' || event.pdu.command !== 'submit_sm_resp') return;
        const copy = this.#open.get(`${event.connection} ${event.pdu.sequence}`);
        if (copy) copy.answeredAt = performance.now();
        this.#open.delete(`${event.connection} ${event.pdu.sequence}`);
      },
    });
  }

  /** Resolves when it is bound to its carrier. */
  async start(): Promise<void> {
    if (this.#carrierPort === 0) {
      await this.#sink.start();
      this.#carrierPort = await this.smsc.listen();
    }
    const options: SmppNodeOptions = { ...this.#options, carrierPort: this.#carrierPort };
    const child = spawn(process.execPath, [NODE, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    this.#exit = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    const origin = await Promise.race([
      new Promise<string>((resolve) => {
        createInterface({ input: child.stdout }).on('line', (line) => {
          if (line.startsWith('{')) this.#told(JSON.parse(line));
          else resolve(line);
        });
      }),
      this.#exit.then(() => null),
    ]);
    if (origin === null) throw new Error('It died before it listened');
    this.#client = new Client(origin, ACCOUNT);
    await until(() => this.smsc.bound > 0, NO_NEWS_MS);
  }

  /** So many messages; ends early and quietly when the process dies. */
  async send(count: number): Promise<void> {
    const client = this.#client;
    // Never one twice: what a kill left without its answer may be a message all the same.
    const first = this.#sent;
    this.#sent += count;
    let isAlive = client !== null;
    await eachOf(count, 32, async (index) => {
      if (!isAlive) return;
      const token = `token-${first + index}`;
      const to = `+1415${FIRST_PHONE + first + index}`;
      try {
        const answer = await client?.send({ To: to, Body: token, StatusCallback: `${this.#sink.origin}/status` });
        if (answer?.status === 201) this.acked.set(token, answer.json.sid);
      } catch {
        // Nothing was acknowledged to us.
        isAlive = false;
      }
    });
  }

  /** Tokens that the carrier has and has not answered, or so late that the node may not have written it down. */
  inDoubtAt({ from, goneAt }: { from: number; goneAt: number }, recordedMs = RECORDED_MS): Set<string> {
    const isOpen = ({ at, answeredAt }: Copy) => at <= goneAt && (answeredAt ?? goneAt) > from - recordedMs;
    return new Set([...this.copies].filter(([, all]) => all.some(isOpen)).map(([token]) => token));
  }

  async kill(): Promise<void> {
    const from = performance.now();
    this.#child?.kill('SIGKILL');
    await this.#gone();
    // What it had written is still on its way until the connection ends here.
    await until(() => this.smsc.bound === 0, NO_NEWS_MS);
    this.kills.push({ from, goneAt: performance.now() });
  }

  /** Asks it to stop; its exit code, and how long it took. */
  async stop(): Promise<{ code: number | null; ms: number }> {
    const from = performance.now();
    this.#child?.kill('SIGTERM');
    const code = await this.#gone();
    return { code, ms: performance.now() - from };
  }

  /** Sids that have had no callback for an end. */
  open(): string[] {
    const ended = this.#sink.heard.filter(({ params }) =>
      /^(delivered|undelivered|failed)$/.test(params.MessageStatus ?? ''),
    );
    const sids = new Set(ended.map(({ params }) => params.MessageSid));
    return [...this.acked.values()].filter((sid) => !sids.has(sid));
  }

  async calm(): Promise<void> {
    let [least, heardAt] = [Number.POSITIVE_INFINITY, performance.now()];
    while (this.open().length > 0 && performance.now() - heardAt < NO_NEWS_MS) {
      if (this.open().length < least) [least, heardAt] = [this.open().length, performance.now()];
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /**
   * How many of what was acknowledged have each status, the tokens of what was given up as in doubt twice, and what is
   * wrong in the store.
   */
  async judge(): Promise<{ statuses: Record<string, number>; givenUp: string[]; findings: Finding[] }> {
    await this.calm();
    await this.stop();
    const { database } = this.#options;
    const isPostgres = database.startsWith('postgres');
    const reader = await (isPostgres ? openPostgresReader(database) : openSqliteReader(database));
    const statuses: Record<string, number> = {};
    const givenUp: string[] = [];
    for (const [token, sid] of this.acked) {
      const { status = 'lost', errorCode } = (await reader.message(ACCOUNT.sid, sid)) ?? {};
      if (status === 'failed' && errorCode === IN_DOUBT_TWICE) givenUp.push(token);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
    const findings = await reader.verify();
    await reader.close();
    return { statuses, givenUp, findings };
  }

  async close(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#gone();
    await this.smsc.close();
    await this.#sink.stop();
  }

  #submitted(token: string): SubmitPlan {
    return this.plan(token, this.copies.get(token)?.length ?? 1);
  }

  #told({ sid, outcome, note }: { sid: string; outcome: string; note?: string }): void {
    if (outcome === 'sent' && this.doubted.has(sid)) this.resent.add(sid);
    if (note?.startsWith('whoever was sending it is gone')) this.doubted.add(sid);
  }

  async #gone(): Promise<number | null> {
    const code = await this.#exit;
    await this.#client?.close();
    this.#client = null;
    return code;
  }
}

/** Waits on the real clock for a state. */
export async function until(done: () => boolean, limitMs: number): Promise<void> {
  const end = performance.now() + limitMs;
  while (!done()) {
    if (performance.now() > end) throw new Error(`it never came to be: ${done}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
