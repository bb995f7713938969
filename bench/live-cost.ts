/**
 * `npm run bench -- live`: what one page of the console that listens costs the server, in CPU an accepted message, while
 * 2 000 messages a second pass and are delivered. With and without it take turns on one server, so that its growing
 * store weighs on both; each turn ends when everything is delivered.
 */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { openSqliteReader } from '../src/store/sqlite.ts';
import { ACCOUNT, TOKEN } from './bulk.ts';
import { openLoop, postMessage } from './load.ts';
import { median, type Peer, pause, ROUNDS, report, round, start } from './peer.ts';

const PER_SECOND = 2_000;
const TURN_SECONDS = 10;
/** Long enough for the server's code to be compiled for good, on its way to delivery too. */
const WARM_UP_SECONDS = 8;
const MAXIMUM = 1.05;
/** The kernel counts CPU in hundredths of a second. */
const TICK_MS = 10;

export async function liveCost(): Promise<void> {
  const peer = await start('full');
  const target = postMessage(peer.origin);
  await openLoop(target, PER_SECOND, WARM_UP_SECONDS);
  await settled(peer);
  const costs: Record<'without' | 'with', number[]> = { without: [], with: [] };
  const ratios: number[] = [];
  const heard: number[] = [];
  for (let turn = 0; turn < ROUNDS * 2; turn += 1) {
    // In turns, each first as often as second.
    const order = turn % 2 === 0 ? (['without', 'with'] as const) : (['with', 'without'] as const);
    const pair = { without: 0, with: 0 };
    for (const kind of order) {
      const page = kind === 'with' ? await listen(peer.origin) : null;
      const before = cpuMs(peer);
      const { answers, bad } = await openLoop(target, PER_SECOND, TURN_SECONDS);
      await settled(peer);
      pair[kind] = (1_000 * (cpuMs(peer) - before)) / answers;
      costs[kind].push(Math.round(pair[kind]));
      if (bad > 0) report({ bench: 'live', fault: `${bad} requests failed` });
      if (page) {
        heard.push(page.frames());
        page.close();
      }
    }
    ratios.push(round(pair.with / pair.without));
  }
  await peer.stop();
  report({
    bench: `CPU an accepted message at ${PER_SECOND}/s with one live reader ÷ without`,
    ratio: median(ratios),
    maximum: MAXIMUM,
    // Where others share the machine, the least disturbed turns say most.
    ratio_of_best: round(Math.min(...costs.with) / Math.min(...costs.without)),
    ratios,
    micros: costs,
    frames_heard: heard,
  });
}

/** User and system time of the whole process, its threads among it. */
function cpuMs({ child }: Peer): number {
  const text = readFileSync(`/proc/${child.pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Resolves when everything that was accepted is delivered. */
async function settled(peer: Peer): Promise<void> {
  const reader = openSqliteReader(join(peer.folder, 'bench.db'));
  for (let tries = 0; tries < 600; tries += 1) {
    const { messagesByStatus } = await reader.stats();
    const { delivered = 0, ...others } = messagesByStatus;
    if (delivered > 0 && Object.values(others).every((count) => count === 0)) break;
    await pause(50);
  }
  await reader.close();
}

/** A page that reads and does nothing with it. */
async function listen(origin: string): Promise<{ frames: () => number; close(): void }> {
  const { hostname, port, host } = new URL(origin);
  const socket: Socket = connect(Number(port), hostname);
  let frames = 0;
  const begun = new Promise<void>((resolve) => socket.once('data', () => resolve()));
  socket.setEncoding('latin1').on('data', (text: string) => {
    frames += text.split('event: changes').length - 1;
  });
  const auth = Buffer.from(`${ACCOUNT}:${TOKEN}`).toString('base64');
  const head = [`GET /_admin/v1/events?account=${ACCOUNT} HTTP/1.1`, `Host: ${host}`, `Authorization: Basic ${auth}`];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await begun;
  return { frames: () => frames, close: () => socket.destroy() };
}
