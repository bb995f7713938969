/** Outside the nodes under test, on either engine: starts, kills and stops them, and reads what their carrier wrote down. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openPostgresReader } from '../../src/store/postgres/open.ts';
import { openSqliteReader } from '../../src/store/sqlite.ts';
import type { Finding, Reads } from '../../src/store/store.ts';
import { Client } from '../helpers/client.ts';
import type { JournalLine } from './journaling-carrier.ts';

const NODE = fileURLToPath(new URL('./node.ts', import.meta.url));
const ACCOUNT = { sid: 'AC00000000000000000000000000000001', token: '00000000000000000000000000000001' };
/** After a kill the work of a node is another's within this time (settled 41). */
const TAKEN_OVER_MS = 15_000;
/** Answers of a carrier are recorded within this time: what was handed over before it is not in doubt. */
const RECORDED_MS = 1_000;

/** Epoch milliseconds between which nobody need have sent anything. */
export interface Outage {
  from: number;
  /** The process is gone; between `from` and this it may have sent. */
  goneAt: number;
  to: number;
  /** Whether something may be in doubt. */
  isKill: boolean;
}

/** A sender beside those of `dev`; `rate` 0: unpaced. */
export interface PacedNumber {
  number: string;
  rate: number;
  properties?: Record<string, string>;
}

interface Node {
  child: ChildProcess;
  client: Client;
  exit: Promise<void>;
}

export class Nodes {
  readonly outages: Outage[] = [];
  readonly #folder: string;
  readonly #database: string;
  readonly #paced: PacedNumber[];
  readonly #trunkPort: number;
  readonly #nodes = new Map<string, Node>();

  /** `database`: the url of a PostgreSQL; without one, a file in the folder. */
  constructor(folder: string, { database = '', paced = [] as PacedNumber[], trunkPort = 0 } = {}) {
    this.#trunkPort = trunkPort;
    this.#folder = folder;
    this.#database = database || join(folder, 'pidge.db');
    this.#paced = paced;
  }

  get clients(): Client[] {
    return [...this.#nodes.values()].map(({ client }) => client);
  }

  /** Resolves when it is ready. With `onlyAccepts` it sends nothing. */
  async start(name: string, { onlyAccepts = false } = {}): Promise<void> {
    const options = {
      name,
      url: this.#database,
      journal: this.#journal,
      paced: this.#paced,
      trunkPort: this.#trunkPort,
      onlyAccepts,
    };
    const child = spawn(process.execPath, [NODE, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const exit = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const origin = await Promise.race([
      new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve)),
      exit.then(() => null),
    ]);
    if (origin === null) throw new Error(`Node ${name} died before it listened`);
    this.#nodes.set(name, { child, client: new Client(origin, ACCOUNT), exit });
  }

  /** Ends a node and starts one of another name in its place. Until that is ready nobody is expected to send. */
  async replace(name: string, next: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const isKill = signal === 'SIGKILL';
    const never = Number.POSITIVE_INFINITY;
    const outage: Outage = { from: Date.now(), goneAt: never, to: never, isKill };
    this.outages.push(outage);
    await this.#end(name, signal);
    outage.goneAt = Date.now();
    const survives = this.#nodes.size > 0;
    await this.start(next);
    outage.to = survives && isKill ? outage.from + TAKEN_OVER_MS : Date.now();
  }

  /** The most memory that a node ever had, in bytes; `null` where the system does not tell. */
  peakMemory(name: string): number | null {
    const path = `/proc/${this.#nodes.get(name)?.child.pid}/status`;
    const peak = existsSync(path) ? /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(path, 'utf8')) : null;
    return peak ? Number(peak[1]) * 1_024 : null;
  }

  async stop(name: string): Promise<void> {
    await this.#end(name, 'SIGTERM');
  }

  /** Every hand-over so far, in the order of the journal. */
  lines(): JournalLine[] {
    if (!existsSync(this.#journal)) return [];
    const text = readFileSync(this.#journal, 'utf8');
    // A line that is being written has no end yet.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    return whole === '' ? [] : (JSON.parse(`[${whole.trimEnd().replaceAll('\n', ',')}]`) as JournalLine[]);
  }

  /** Messages that were handed over twice: in doubt at a kill, or for no such reason. */
  repeated(lines: JournalLine[]): { inDoubt: string[]; unexplained: string[] } {
    const before = new Map<string, JournalLine>();
    const found = { inDoubt: [] as string[], unexplained: [] as string[] };
    for (const line of lines) {
      const earlier = before.get(line.sid);
      before.set(line.sid, line);
      if (!earlier) continue;
      const isExplained = this.outages.some(
        ({ from, goneAt, isKill }) => isKill && earlier.wallAt > from - RECORDED_MS && earlier.wallAt <= goneAt,
      );
      (isExplained ? found.inDoubt : found.unexplained).push(line.sid);
    }
    return found;
  }

  /** Milliseconds from `from` to `to` (epoch) in which somebody should have sent. */
  upBetween(from: number, to: number): number {
    const down = this.outages.reduce(
      (sum, outage) => sum + Math.max(0, Math.min(to, outage.to) - Math.max(from, outage.from)),
      0,
    );
    return to - from - down;
  }

  /** Reads the store beside the nodes. */
  async reader(): Promise<Reads & { close(): Promise<void> }> {
    return this.#database.startsWith('postgres')
      ? openPostgresReader(this.#database)
      : openSqliteReader(this.#database);
  }

  /** Stops every node and looks for what is wrong in the store. */
  async verify(): Promise<Finding[]> {
    for (const name of [...this.#nodes.keys()]) await this.#end(name, 'SIGTERM');
    const reader = await this.reader();
    const findings = await reader.verify();
    await reader.close();
    return findings;
  }

  async close(): Promise<void> {
    for (const name of [...this.#nodes.keys()]) await this.#end(name, 'SIGKILL');
  }

  get #journal(): string {
    return join(this.#folder, 'journal');
  }

  async #end(name: string, signal: NodeJS.Signals): Promise<void> {
    const node = this.#nodes.get(name);
    if (!node) throw new Error(`There is no node ${name}`);
    this.#nodes.delete(name);
    node.child.kill(signal);
    await node.exit;
    await node.client.close();
  }
}

/** Runs `task` for each number below `count`, `atOnce` at a time. */
export async function eachOf(count: number, atOnce: number, task: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await task(index);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

export const pauseUntil = (at: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, Math.max(0, at - Date.now())));
