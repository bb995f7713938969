/** Outside the nodes under test: starts, kills and freezes them, loads them, and judges what they had promised. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openPostgresReader } from '../../src/store/postgres/open.ts';
import type { Reads } from '../../src/store/store.ts';
import { Client } from '../helpers/client.ts';
import { Sink } from '../helpers/sink.ts';
import type { JournalLine } from './journaling-carrier.ts';

const NODE = fileURLToPath(new URL('./node.ts', import.meta.url));
export const ACCOUNT = { sid: 'AC00000000000000000000000000000001', token: '00000000000000000000000000000001' };
export const PACED = { number: '+12025550150', rate: 50 };
const FREE = '+12025550100';
const PACED_EVERY = 10;
/** Longest that a caller may be left without an answer (D3). */
export const LONGEST_ANSWER_MS = 5_000;

export interface Verdict {
  lost: string[];
  silent: string[];
  /** Windows of one second in which the paced sender started more than its rate. */
  windowsOver: number;
  /** Messages handed over twice although nothing had happened to their node, its database or its connection. */
  unexplained: string[];
  findings: unknown[];
}

interface Node {
  name: string;
  child: ChildProcess;
  client: Client | null;
  exit: Promise<void>;
}

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const monotonic = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;

export class Cluster {
  readonly sink = new Sink();
  readonly acked = new Set<string>();
  /** What was answered instead of 201, by status. */
  readonly refused = new Map<number, number>();
  longestAnswerMs = 0;
  duplicates = 0;
  readonly #folder: string;
  /** May change: after a failover. */
  url: string;
  readonly #nodes = new Map<string, Node>();
  /** Instants at which something was broken, and until when it was. */
  readonly #blows: { from: number; to: number }[] = [];
  #loading = false;
  #load: Promise<unknown> = Promise.resolve();

  constructor(folder: string, url: string) {
    this.#folder = folder;
    this.url = url;
  }

  get #journal(): string {
    return join(this.#folder, 'journal');
  }

  async start(name: string): Promise<void> {
    const options = { name, url: this.url, journal: this.#journal, paced: [PACED] };
    const child = spawn(process.execPath, [NODE, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const node: Node = { name, child, client: null, exit };
    this.#nodes.set(name, node);
    const origin = await Promise.race([
      new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve)),
      exit.then(() => null),
    ]);
    if (origin !== null) node.client = new Client(origin, ACCOUNT);
  }

  isUp(name: string): boolean {
    return this.#nodes.get(name)?.client !== null;
  }

  /** Notes that something is broken while `blow` runs and for `afterMs` more. */
  async strike(blow: () => Promise<unknown>, afterMs = 0): Promise<void> {
    const mark = { from: monotonic(), to: Number.POSITIVE_INFINITY };
    this.#blows.push(mark);
    await blow();
    mark.to = monotonic() + afterMs;
  }

  async kill(name: string): Promise<void> {
    await this.#end(name, 'SIGKILL');
  }

  async stop(name: string): Promise<void> {
    await this.#end(name, 'SIGTERM');
  }

  /** Stands still for `ms`, in the middle of whatever it does. */
  async freeze(name: string, ms: number): Promise<void> {
    const node = this.#nodes.get(name);
    node?.child.kill('SIGSTOP');
    await pause(ms);
    node?.child.kill('SIGCONT');
  }

  /** Sends without pause to whichever nodes are up, until `calm`. Some of it is the paced sender's, about as much as its rate. */
  load(connections: number, gapMs: number): void {
    this.#loading = true;
    const one = async (index: number): Promise<void> => {
      for (let turn = index; this.#loading; turn += 1) {
        await this.#send(turn);
        await pause(gapMs);
      }
    };
    this.#load = Promise.all(Array.from({ length: connections }, (_, index) => one(index)));
  }

  async calm(): Promise<void> {
    this.#loading = false;
    await this.#load;
  }

  /** One message through some node; the answer's status, or 0 when the connection broke. */
  async #send(turn: number): Promise<number> {
    const up = [...this.#nodes.values()].flatMap(({ client }) => (client ? [client] : []));
    const client = up[turn % Math.max(1, up.length)];
    if (!client) return 0;
    const from = turn % PACED_EVERY === 0 ? PACED.number : FREE;
    const startedAt = monotonic();
    try {
      const answer = await client.send({
        From: from,
        Body: `turn ${turn}`,
        StatusCallback: `${this.sink.origin}/status`,
      });
      this.longestAnswerMs = Math.max(this.longestAnswerMs, monotonic() - startedAt);
      if (answer.status === 201) this.acked.add(answer.json.sid);
      else this.refused.set(answer.status, (this.refused.get(answer.status) ?? 0) + 1);
      if (answer.status === 503 && answer.headers['retry-after'] === undefined) this.refused.set(-503, 1);
      return answer.status;
    } catch {
      // The connection broke with the process: nothing was acknowledged to us.
      return 0;
    }
  }

  /** Asks until a message is accepted; answers how long that took. */
  async recoveredAfterMs(limitMs: number): Promise<number> {
    const startedAt = monotonic();
    while (monotonic() - startedAt < limitMs) {
      if ((await this.#send(1)) === 201) return monotonic() - startedAt;
      await pause(50);
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Acknowledged messages that have not yet had both their callbacks. */
  silent(): string[] {
    const heard = new Set(this.sink.heard.map(({ params }) => `${params.MessageSid} ${params.MessageStatus}`));
    return [...this.acked].filter((sid) => !heard.has(`${sid} sent`) || !heard.has(`${sid} delivered`));
  }

  /** Waits until all is told, or nothing more has been for `limitMs`; stops every node and looks at what is left. */
  async judge(limitMs: number): Promise<Verdict> {
    let least = Number.POSITIVE_INFINITY;
    for (let until = monotonic() + limitMs; monotonic() < until; ) {
      const open = this.silent().length;
      if (open === 0) break;
      if (open < least) until = monotonic() + limitMs;
      least = Math.min(least, open);
      await pause(100);
    }
    for (const name of [...this.#nodes.keys()]) await this.stop(name);
    const reader = await openPostgresReader(this.url);
    try {
      const lost: string[] = [];
      for (const sid of this.acked) if (!(await reader.message(ACCOUNT.sid, sid))) lost.push(sid);
      for (const sid of this.silent().slice(0, 5)) await this.#explain(reader, sid);
      const findings = await reader.verify();
      return { lost, silent: this.silent(), ...this.#journalFaults(), findings };
    } finally {
      await reader.close();
    }
  }

  /** What there is to know of a message that stayed silent. */
  async #explain(reader: Reads, sid: string): Promise<void> {
    const message = await reader.message(ACCOUNT.sid, sid);
    const attempts = await reader.attempts({ accountSid: ACCOUNT.sid, messageSid: sid, limit: 10 });
    const walk = message?.history.map(({ at, status, note }) => `${at} ${status} ${note ?? ''}`).join(', ');
    const tries = attempts.map(({ at, decision, payload, error }) => `${at} ${payload.status} ${decision} ${error}`);
    console.log(`silent ${sid}: ${walk}; callbacks ${tries.join(', ') || 'none tried'}`);
  }

  async close(): Promise<void> {
    this.#loading = false;
    for (const name of [...this.#nodes.keys()]) await this.kill(name);
    await this.sink.stop();
  }

  #journalFaults(): Pick<Verdict, 'windowsOver' | 'unexplained'> {
    const lines = existsSync(this.#journal)
      ? readFileSync(this.#journal, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as JournalLine)
      : [];
    const first = new Map<string, number>();
    const unexplained: string[] = [];
    this.duplicates = 0;
    for (const { sid, at } of lines) {
      const before = first.get(sid);
      first.set(sid, at);
      if (before === undefined) continue;
      this.duplicates += 1;
      // In doubt is what had no recorded answer when the blow fell; answers are recorded within a second.
      if (!this.#blows.some(({ from, to }) => from < at && before < to && before > from - 1_000)) unexplained.push(sid);
    }
    const starts = lines.filter(({ from }) => from === PACED.number).map(({ at }) => at);
    starts.sort((a, b) => a - b);
    // As the peer counts (H8): one more than the rate, because arrival is not departure.
    const most = Math.floor(PACED.rate * 1.01 + 1);
    const windowsOver = starts.filter((at, index) => at - (starts[index - most] ?? -Infinity) < 1_000).length;
    return { windowsOver, unexplained };
  }

  async #end(name: string, signal: NodeJS.Signals): Promise<void> {
    const node = this.#nodes.get(name);
    if (!node) return;
    this.#nodes.delete(name);
    node.child.kill(signal);
    await node.exit;
    await node.client?.close();
  }
}
