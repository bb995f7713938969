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

/** Answers are read into it: what is read is looked at and forgotten, and all of it happens in one turn. */
const READ_INTO = Buffer.allocUnsafeSlow(65_536);
const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/** One connection: a request at a time. Resolves `true` when the answer began as expected. */
class Line {
  #socket: Socket;
  #target: Target;
  #expected: Buffer;
  /** Of an answer that came in pieces. */
  #pieces: Buffer | null = null;
  #waiting: ((good: boolean) => void) | null = null;

  constructor(target: Target) {
    this.#target = target;
    this.#expected = Buffer.from(target.expect);
    const callback = (size: number, octets: Uint8Array): boolean => {
      this.#take(octets as Buffer, size);
      return true;
    };
    this.#socket = connect({ port: target.port, host: target.host, onread: { buffer: READ_INTO, callback } });
    this.#socket.setNoDelay(true);
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

  #take(octets: Buffer, size: number): void {
    const read = octets.subarray(0, size);
    const answer = this.#pieces ? Buffer.concat([this.#pieces, read]) : read;
    if (!isWhole(answer)) {
      this.#pieces = Buffer.from(answer);
      return;
    }
    this.#pieces = null;
    this.#end(answer.subarray(0, this.#expected.length).equals(this.#expected));
  }

  #end(good: boolean): void {
    const resolve = this.#waiting;
    this.#waiting = null;
    resolve?.(good);
  }
}

function isWhole(answer: Buffer): boolean {
  const head = answer.indexOf(HEAD_END);
  if (head < 0) return false;
  const length = /content-length: *(\d+)/i.exec(answer.toString('latin1', 0, head))?.[1];
  if (length !== undefined) return answer.length >= head + HEAD_END.length + Number(length);
  return answer.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK);
}

/** Every line asks again as soon as it is answered, until the time is over or `most` have been asked for. */
export async function closedLoop(
  target: Target,
  connections: number,
  seconds: number,
  most = Number.POSITIVE_INFINITY,
): Promise<LoadResult> {
  const lines = Array.from({ length: connections }, () => new Line(target));
  const waits: number[] = [];
  let bad = 0;
  let begun = 0;
  const start = performance.now();
  const end = start + seconds * 1_000;
  await Promise.all(
    lines.map(async (line) => {
      for (let now = start; now < end && begun < most; ) {
        begun += 1;
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
