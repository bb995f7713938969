/** `npm run bench -- postgres`: one node and two on one PostgreSQL that loses nothing, beside no store. */
import { findPostgres } from '../tests/helpers/postgres-binaries.ts';
import { startServer } from '../tests/helpers/postgres-server.ts';
import { closedLoop, postMessage } from './load.ts';
import {
  CONNECTIONS,
  type Kind,
  median,
  type Peer,
  pause,
  ROUNDS,
  report,
  round,
  SECONDS,
  start,
  startSink,
  WARM_UP_SECONDS,
} from './peer.ts';

export async function postgres(): Promise<void> {
  const found = findPostgres();
  if ('missing' in found) {
    console.error(`SKIPPED PostgreSQL: ${found.missing}`);
    return;
  }
  const server = await startServer({ settings: { shared_buffers: '512MB', max_wal_size: '4GB' } });
  const rates: Record<string, number[]> = {
    'no store': [],
    one: [],
    two: [],
    'one, one lane': [],
    'two, one lane': [],
    full: [],
  };
  const measure = async (name: string, kind: Kind, nodes: number) => {
    const database = kind === 'no-store' ? '' : await server.createDatabase();
    rates[name]?.push(await acceptsPerSecond(kind, nodes, database));
  };
  try {
    for (let turn = 0; turn < ROUNDS; turn += 1) {
      await measure('no store', 'no-store', 1);
      await measure('one', 'api', 1);
      await measure('two', 'api', 2);
      await measure('one, one lane', 'waiting', 1);
      await measure('two, one lane', 'waiting', 2);
      await measure('full', 'full', 1);
    }
    for (const nodes of [1, 2]) {
      const rates = [];
      for (let turn = 0; turn < ROUNDS; turn += 1) rates.push(await endToEnd(nodes, await server.createDatabase()));
      report({
        bench: `end to end with two callbacks on PostgreSQL, ${nodes} node(s)`,
        per_second: median(rates),
        rates,
      });
    }
  } finally {
    await server.close();
  }
  const of = (name: string) => median(rates[name] ?? []);
  report({ bench: 'accept on PostgreSQL ÷ no store', ratio: round(of('one') / of('no store')), minimum: 0.3, rates });
  report({ bench: 'accept on PostgreSQL, two nodes ÷ one', ratio: round(of('two') / of('one')), minimum: 0.8 });
  // Every message in the lane of one sender: both nodes take turns at one row.
  report({ bench: 'the same from one paced sender ÷ no store', ratio: round(of('one, one lane') / of('no store')) });
  report({ bench: 'two nodes ÷ one, one paced sender', ratio: round(of('two, one lane') / of('one, one lane')) });
  report({
    bench: 'accept on PostgreSQL with the engine running ÷ no store',
    ratio: round(of('full') / of('no store')),
  });
}

/** Messages a second from the first request until the last of two callbacks each has come. */
async function endToEnd(nodes: number, database: string): Promise<number> {
  const sink = await startSink();
  const peers: Peer[] = [];
  for (let node = 0; node < nodes; node += 1) peers.push(await start('full', { database }));
  const from = performance.now();
  const loads = await Promise.all(
    peers.map((peer) => closedLoop(postMessage(peer.origin, sink.url), CONNECTIONS / nodes, SECONDS)),
  );
  const messages = loads.reduce((sum, { answers }) => sum + answers, 0);
  const limit = performance.now() + 60_000;
  while (sink.heard() < messages * 2 && performance.now() < limit) await pause(5);
  const seconds = (performance.now() - from) / 1_000;
  if (sink.heard() < messages * 2)
    report({ bench: 'end to end', fault: `${messages * 2 - sink.heard()} callbacks missing` });
  for (const peer of peers) await peer.stop();
  sink.close();
  return Math.round(messages / seconds);
}

/** Of all nodes together, over as many connections whatever their number. */
async function acceptsPerSecond(kind: Kind, nodes: number, database: string): Promise<number> {
  const peers: Peer[] = [];
  for (let node = 0; node < nodes; node += 1) peers.push(await start(kind, { database }));
  const load = (seconds: number) =>
    Promise.all(peers.map((peer) => closedLoop(postMessage(peer.origin), CONNECTIONS / nodes, seconds)));
  await load(WARM_UP_SECONDS);
  const results = await load(SECONDS);
  for (const peer of peers) await peer.stop();
  return results.reduce((sum, { perSecond }) => sum + perSecond, 0);
}
