/** Texts that must not be found, and where they are looked for. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from '../helpers/client.ts';
import type { CanaryOptions } from './canary-server.ts';

const SERVER = fileURLToPath(new URL('./canary-server.ts', import.meta.url));
const ACCOUNT = { sid: 'AC00000000000000000000000000000001', token: '5ca1ab1e5ca1ab1e5ca1ab1e5ca1ab1e' };
const CANARY = /CANARY[0-9a-f]{24}/g;
/** As parts of long texts keep their octets. */
const IN_HEX = /43414e415259(?:3\d|6[1-6]){24}/g;

/** A word that is nowhere else. */
export function canary(): string {
  return `CANARY${randomBytes(12).toString('hex')}`;
}

/** A body of some length that says its canary again and again, so that also a piece of it gives it away. */
export function bodyOf(word: string, repeats: number): string {
  return Array(repeats).fill(word).join(' ');
}

/** The canaries that stand in any file of a folder, however it is called. Files that go meanwhile are passed over. */
export function canariesIn(folder: string): Set<string> {
  const found = new Set<string>();
  for (const path of filesIn(folder)) {
    let text: string;
    try {
      text = readFileSync(path).toString('latin1');
    } catch {
      continue;
    }
    for (const [word] of text.matchAll(CANARY)) found.add(word);
    for (const [hex] of text.matchAll(IN_HEX)) found.add(Buffer.from(hex, 'hex').toString('latin1'));
  }
  return found;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

/** Of these words, those that are still found when the time is over, or none as soon as there is none. */
export async function remaining(folder: string, words: string[], withinMs: number): Promise<string[]> {
  const limit = performance.now() + withinMs;
  for (;;) {
    const found = canariesIn(folder);
    const left = words.filter((word) => found.has(word));
    if (left.length === 0 || performance.now() > limit) return left;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A server in a process of its own, which can be killed. */
export class CanaryServer {
  #child: ChildProcess | null = null;
  #gone: Promise<void> = Promise.resolve();
  client: Client | null = null;

  async start(options: Omit<CanaryOptions, 'token'>): Promise<Client> {
    const child = spawn(process.execPath, [SERVER, JSON.stringify({ ...options, token: ACCOUNT.token })], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    this.#gone = new Promise((resolve) => child.once('exit', () => resolve()));
    const origin = await Promise.race([
      new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve)),
      this.#gone.then(() => null),
    ]);
    if (origin === null) throw new Error('The server did not start');
    this.client = new Client(origin, ACCOUNT);
    return this.client;
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.#child?.kill(signal);
    await this.#gone;
    await this.client?.close();
    this.client = null;
  }
}

export interface Sent {
  sid: string;
  word: string;
}

/** Sends bodies with a canary each, some at a time, and waits until all have come to their end. */
export async function sendAll(client: Client, count: number, form: Record<string, string> = {}): Promise<Sent[]> {
  const sent: Sent[] = [];
  for (let first = 0; first < count; first += 20) {
    const some = Array.from({ length: Math.min(20, count - first) }, async (_, index) => {
      const word = canary();
      const answer = await client.send({
        Body: bodyOf(word, 1 + ((first + index) % 12)),
        To: personAt(first + index),
        ...form,
      });
      if (answer.status !== 201) throw new Error(answer.text);
      return { sid: answer.json.sid as string, word };
    });
    sent.push(...(await Promise.all(some)));
  }
  for (const { sid } of sent) await delivered(client, sid);
  return sent;
}

/** A number that nothing else in a log looks like. */
export function personAt(index: number): string {
  return `+1202555${String(1_200 + (index % 8_000)).padStart(4, '0')}`;
}

/** Resolves when a message has come to its end. */
export async function delivered(client: Client, sid: string): Promise<void> {
  const limit = performance.now() + 20_000;
  for (;;) {
    const { json } = await client.call('GET', `${client.base}/Messages/${sid}.json`);
    if (json.status === 'delivered') return;
    if (performance.now() > limit) throw new Error(`${sid} is still ${json.status}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
