/** Load over bare sockets: what the generator costs must not be what is measured. Bounded in count and time. */
import { connect, type Socket } from 'node:net';

export interface Target {
  host: string;
  port: number;
  /** One whole HTTP/1.1 request. */
  request: Buffer;
  /** How a good answer begins. */
  expect: string;
}

export interface LoadResult {
  answers: number;
  bad: number;
  seconds: number;
  perSecond: number;
  /** Milliseconds, from the instant at which the request should have left. */
  p50: number;
  p99: number;
}

/** A POST of one message, as an SDK would send it. */
export function postMessage(origin: string, callback?: string): Target {
  const url = new URL(origin);
  const sid = 'AC00000000000000000000000000000001';
  const token = '00000000000000000000000000000001';
  const body = new URLSearchParams({ To: '+12025550101', From: '+12025550100', Body: 'Your code is 482913' });
  if (callback) body.set('StatusCallback', callback);
  const text = body.toString();
  const head = [
    `POST /2010-04-01/Accounts/${sid}/Messages.json HTTP/1.1`,
    `Host: ${url.host}`,
    `Authorization: Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`,
    'Content-Type: application/x-www-form-urlencoded',
    'Accept: application/json',
    `Content-Length: ${Buffer.byteLength(text)}`,
  ].join('\r\n');
  return {
    host: url.hostname,
    port: Number(url.port),
    request: Buffer.from(`${head}\r\n\r\n${text}`),
    expect: 'HTTP/1.1 201',
  };
}

/** One connection: a request at a time. Resolves `true` when the answer began as expected. */
class Line {
  #socket: Socket;
  #target: Target;
  #buffer = '';
  #waiting: ((good: boolean) => void) | null = null;

  constructor(target: Target) {
    this.#target = target;
    this.#socket = connect(target.port, target.host);
    this.#socket.setNoDelay(true);
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (chunk: string) => this.#take(chunk));
    this.#socket.on('error', () => this.#end(false));
    this.#socket.on('close', () => this.#end(false));
  }

  ask(): Promise<boolean> {
    if (this.#socket.destroyed) return Promise.resolve(false);
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#socket.write(this.#target.request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: string): void {
    this.#buffer += chunk;
    const head = this.#buffer.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = /content-length: (\d+)/i.exec(this.#buffer.slice(0, head))?.[1];
    const whole =
      length === undefined ? this.#buffer.endsWith('0\r\n\r\n') : this.#buffer.length >= head + 4 + Number(length);
    if (!whole) return;
    const good = this.#buffer.startsWith(this.#target.expect);
    this.#buffer = '';
    this.#end(good);
  }

  #end(good: boolean): void {
    const resolve = this.#waiting;
    this.#waiting = null;
    resolve?.(good);
  }
}

/** Every line asks again as soon as it is answered. */
export async function closedLoop(target: Target, connections: number, seconds: number): Promise<LoadResult> {
  const lines = Array.from({ length: connections }, () => new Line(target));
  const waits: number[] = [];
  let bad = 0;
  const start = performance.now();
  const end = start + seconds * 1_000;
  await Promise.all(
    lines.map(async (line) => {
      for (let now = start; now < end; ) {
        const asked = performance.now();
        if (await line.ask()) waits.push(performance.now() - asked);
        else bad += 1;
        now = performance.now();
        if (bad > 100) return;
      }
    }),
  );
  for (const line of lines) line.close();
  return summary(waits, bad, (performance.now() - start) / 1_000);
}

/** Requests leave by the clock, whether or not earlier ones are answered: a stall shows in the waits. */
export async function openLoop(target: Target, perSecond: number, seconds: number): Promise<LoadResult> {
  const idle: Line[] = [];
  const all: Line[] = [];
  const waits: number[] = [];
  let bad = 0;
  const total = perSecond * seconds;
  const start = performance.now();
  const flights: Promise<void>[] = [];
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - start) / 1_000) * perSecond));
    for (; sent < due; sent += 1) flights.push(ask(start + (sent / perSecond) * 1_000));
    // A millisecond's sleep, not a spin: the server needs both cores more than the generator does.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(flights);
  for (const line of all) line.close();
  return summary(waits, bad, (performance.now() - start) / 1_000);

  async function ask(meant: number): Promise<void> {
    const line = idle.pop() ?? added();
    if (await line.ask()) waits.push(performance.now() - meant);
    else bad += 1;
    idle.push(line);
  }

  function added(): Line {
    const line = new Line(target);
    all.push(line);
    return line;
  }
}

function summary(waits: number[], bad: number, seconds: number): LoadResult {
  const sorted = waits.sort((a, b) => a - b);
  const at = (share: number) =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2));
  return {
    answers: sorted.length,
    bad,
    seconds,
    perSecond: Math.round(sorted.length / seconds),
    p50: at(0.5),
    p99: at(0.99),
  };
}
