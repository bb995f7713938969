/** `npm run bench -- scheduled`: what a million messages that wait for their hour cost a process in memory. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillScheduled, withFolder } from './bulk.ts';
import { closedLoop, postMessage } from './load.ts';
import { CONNECTIONS, type Peer, pause, ROUNDS, report, SECONDS, start } from './peer.ts';

const MESSAGES = Number(process.env.PIDGE_TEST_MESSAGES ?? 1_000_000);
/**
 * Of a fresh start: what gives back the claims of dead processes looks through all work, and leaves up to 64 MB of pages in
 * the writer's cache, however much there is. A load fills that cache anyway, so after one there must be no difference.
 */
const MAXIMUM_MB = { idle: 80, loaded: 40 };
const SETTLED_MS = 4_000;

interface Measured {
  /** Megabytes resident some seconds after a start and a first message. */
  idle: number[];
  /** The same after a load. */
  loaded: number[];
  first_201_ms: number[];
}

export function scheduled(): Promise<void> {
  return withFolder(async (folder) => {
    // Makes the schema and the account.
    await (await start('full', { kept: folder })).stop();
    const without = await measure(folder);
    fillScheduled(join(folder, 'bench.db'), MESSAGES, Date.now());
    const having = await measure(folder);
    for (const state of ['idle', 'loaded'] as const) {
      report({
        bench: `RSS with ${MESSAGES} scheduled messages, ${state}`,
        more_mb: Math.min(...having[state]) - Math.min(...without[state]),
        maximum: MAXIMUM_MB[state],
        without: without[state],
        having: having[state],
      });
    }
    report({
      bench: `first 201 with ${MESSAGES} scheduled messages`,
      ms: Math.min(...having.first_201_ms),
      maximum: 5_000,
      without: without.first_201_ms,
      having: having.first_201_ms,
    });
  });
}

async function measure(folder: string): Promise<Measured> {
  const measured: Measured = { idle: [], loaded: [], first_201_ms: [] };
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    const peer = await start('full', { kept: folder });
    const target = postMessage(peer.origin);
    await closedLoop(target, 1, 0.001);
    measured.first_201_ms.push(Math.round(performance.now() - peer.startedAt));
    await pause(SETTLED_MS);
    measured.idle.push(rss(peer));
    await closedLoop(target, CONNECTIONS, SECONDS);
    await pause(SETTLED_MS);
    measured.loaded.push(rss(peer));
    await peer.stop();
  }
  return measured;
}

function rss({ child }: Peer): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024);
}
