/** Outside the process under test: starts it, kills it, and keeps what it had acknowledged. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from '../helpers/client.ts';
import { TestPhone } from '../helpers/phone.ts';
import { Sink } from '../helpers/sink.ts';

const SERVER = fileURLToPath(new URL('./server.ts', import.meta.url));
const ACCOUNT = { sid: 'AC00000000000000000000000000000001', token: '00000000000000000000000000000001' };

/** A number that has an app. */
const ANSWERING = '+13125550170';
const FIRST_PHONE = 14_152_000_000;

export interface ArmedFault {
  point: string;
  hit: number;
  action: 'kill';
}

export class Ledger {
  readonly sink = new Sink();
  /** Sids of messages whose 201 arrived here. */
  readonly acked = new Set<string>();
  /** Texts that were taken, by the phone that sent them. */
  readonly texts = new Map<string, string>();
  /** Of the app that answers texts to `ANSWERING`; without it there is none. */
  appUrl: string | null = null;
  refused = 0;
  starts = 0;
  #folder: string;
  #phones = 0;
  #child: ChildProcess | null = null;
  #exit: Promise<void> = Promise.resolve();
  #signal: NodeJS.Signals | null = null;
  client: Client | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts the program on the same folder; resolves when it listens. `false`: it died before. */
  async start(options: { fault?: ArmedFault; ackBeforeCommit?: boolean } = {}): Promise<boolean> {
    this.starts += 1;
    const answering = this.appUrl === null ? undefined : { number: ANSWERING, url: this.appUrl };
    const child = spawn(process.execPath, [SERVER, this.#folder, JSON.stringify({ ...options, answering })], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    this.#signal = null;
    this.#exit = new Promise((resolve) => {
      child.once('exit', (_code, signal) => {
        this.#signal = signal;
        resolve();
      });
    });
    const lines = createInterface({ input: child.stdout });
    const origin = await Promise.race([
      new Promise<string>((resolve) => lines.once('line', resolve)),
      this.#exit.then(() => null),
    ]);
    if (origin === null) return false;
    this.client = new Client(origin, ACCOUNT);
    return true;
  }

  /** Sends without pause from `connections` sides until the process dies or `count` are acknowledged. */
  async load(connections: number, count: number): Promise<void> {
    const client = this.client;
    if (!client) return;
    const goal = this.acked.size + count;
    let alive = true;
    const one = async () => {
      while (alive && this.acked.size < goal) {
        try {
          const answer = await client.send({
            Body: `token ${this.acked.size}`,
            StatusCallback: `${this.sink.origin}/status`,
          });
          if (answer.status === 201) this.acked.add(answer.json.sid);
          else this.refused += 1;
        } catch {
          // The connection broke with the process: nothing was acknowledged to us.
          alive = false;
        }
      }
    };
    await Promise.all(Array.from({ length: connections }, one));
  }

  /** So many phones text at once, and wait for nothing but to be taken. */
  async text(count: number): Promise<void> {
    const client = this.client;
    if (!client) return;
    const one = async (): Promise<void> => {
      const phone = `+${FIRST_PHONE + this.#phones}`;
      this.#phones += 1;
      try {
        const said = { to: ANSWERING, body: 'Is anybody there?', wait: false };
        const { status, json } = await new TestPhone(client, phone).send(said);
        if (status < 300) this.texts.set(phone, json.sid);
      } catch {
        // The connection broke with the process: nobody knows whether it was taken.
      }
    };
    await Promise.all(Array.from({ length: count }, one));
  }

  /** Whether the last process ended by SIGKILL. */
  wasKilled(): boolean {
    return this.#signal === 'SIGKILL';
  }

  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.died();
  }

  /** Asks it to stop; resolves with the process gone. */
  async stop(): Promise<void> {
    this.#child?.kill('SIGTERM');
    await this.died();
  }

  async died(): Promise<void> {
    await this.#exit;
    await this.client?.close();
    this.client = null;
  }

  /** Acknowledged messages that the server does not know. */
  async lost(): Promise<string[]> {
    const missing: string[] = [];
    for (const sid of this.acked) {
      const answer = await this.client?.call('GET', `${this.client.base}/Messages/${sid}.json`);
      if (answer?.status !== 200) missing.push(sid);
    }
    return missing;
  }

  /** Phones whose text was taken and that have not exactly one answer, and why. */
  async unanswered(): Promise<string[]> {
    const client = this.client;
    if (!client) return [...this.texts.keys()];
    const found: string[] = [];
    for (const [phone, sid] of this.texts) {
      const text = await client.call('GET', `${client.base}/Messages/${sid}.json`);
      const query = `To=${encodeURIComponent(phone)}`;
      const { json } = await client.call('GET', `${client.base}/Messages.json?${query}`);
      const replies = json.messages.filter(({ direction }: { direction: string }) => direction === 'outbound-reply');
      const isFine = text.json?.status === 'received' && replies.length === 1;
      if (!isFine) found.push(`${phone}: ${text.status} ${text.json?.status}, ${replies.length} replies`);
    }
    return found;
  }

  /** Acknowledged messages that have not yet had both their callbacks. */
  silent(): string[] {
    const heard = new Map<string, Set<string>>();
    for (const { params } of this.sink.heard) {
      const sid = params.MessageSid ?? '';
      const statuses = heard.get(sid) ?? new Set();
      statuses.add(params.MessageStatus ?? '');
      heard.set(sid, statuses);
    }
    return [...this.acked].filter((sid) => !heard.get(sid)?.has('sent') || !heard.get(sid)?.has('delivered'));
  }
}
