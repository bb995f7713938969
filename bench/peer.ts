/** Servers under measurement, and the small things every bench needs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const ROUNDS = Number(process.env.PIDGE_BENCH_ROUNDS ?? 3);
export const SECONDS = 4;
/** Long enough for the server's code to be compiled for good: before that, its pauses are what one measures. */
export const WARM_UP_SECONDS = 2;
export const CONNECTIONS = 64;
const HERE = fileURLToPath(new URL('..', import.meta.url));

export type Kind = 'full' | 'waiting' | 'api' | 'no-store';

export interface Peer {
  origin: string;
  folder: string;
  child: ChildProcess;
  startedAt: number;
  stop(): Promise<void>;
}

/** `kept`: a folder that outlives it. `database`: a PostgreSQL. `root`: another checkout of the program. */
export async function start(
  kind: Kind,
  { kept, database = '', root = HERE }: { kept?: string; database?: string; root?: string } = {},
): Promise<Peer> {
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'pidge-bench-'));
  const startedAt = performance.now();
  const child = spawn(process.execPath, [join(root, 'bench/server.ts'), kind, folder, database], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // As the launcher has it.
    env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/pidge') },
  });
  const origin = await new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
  return {
    origin,
    folder,
    child,
    startedAt,
    async stop() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      if (!kept) rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const median = (numbers: number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
export const round = (number: number) => Number(number.toFixed(3));
export const report = (line: Record<string, unknown>) => console.log(JSON.stringify(line));
export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** An answer that a client may keep its connection after. */
const HEARD = 'HTTP/1.1 204 No Content\r\nConnection: keep-alive\r\n\r\n';

/** A receiver of callbacks that only counts: bare sockets and one answer for all, for it shares cores with what is measured. */
export async function startSink(): Promise<{ url: string; heard: () => number; close(): void }> {
  let heard = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let rest = '';
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: string) => {
      rest += chunk;
      for (let head = rest.indexOf('\r\n\r\n'); head >= 0; head = rest.indexOf('\r\n\r\n')) {
        const end = head + 4 + Number(/content-length: *(\d+)/i.exec(rest.slice(0, head))?.[1] ?? 0);
        if (rest.length < end) return;
        rest = rest.slice(end);
        heard += 1;
        socket.write(HEARD);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/status`,
    heard: () => heard,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
