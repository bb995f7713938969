/** `npm run bench -- postgres`: one node and two on one PostgreSQL that loses nothing, beside no store. */
import { findPostgres } from '../tests/helpers/postgres-binaries.ts';
import { startServer } from '../tests/helpers/postgres-server.ts';
import { closedLoop, postMessage } from './load.ts';
import {
  CONNECTIONS,
  type Kind,
  median,
  type Peer,
  ROUNDS,
  report,
  round,
  SECONDS,
  start,
  WARM_UP_SECONDS,
} from './peer.ts';

export async function postgres(): Promise<void> {
  const found = findPostgres();
  if ('missing' in found) {
    console.error(`SKIPPED PostgreSQL: ${found.missing}`);
    return;
  }
  const server = await startServer({ settings: { shared_buffers: '512MB', max_wal_size: '4GB' } });
  const rates: Record<string, number[]> = { 'no-store': [], one: [], two: [], full: [] };
  try {
    for (let turn = 0; turn < ROUNDS; turn += 1) {
      rates['no-store']?.push(await acceptsPerSecond('no-store', 1, ''));
      rates.one?.push(await acceptsPerSecond('waiting', 1, await server.createDatabase()));
      rates.two?.push(await acceptsPerSecond('waiting', 2, await server.createDatabase()));
      rates.full?.push(await acceptsPerSecond('full', 1, await server.createDatabase()));
    }
  } finally {
    await server.close();
  }
  const [base, one, two, full] = ['no-store', 'one', 'two', 'full'].map((kind) => median(rates[kind] ?? []));
  if (!base || !one || !two || !full) throw new Error('A round gave no figure');
  report({ bench: 'accept on PostgreSQL ÷ no store', ratio: round(one / base), minimum: 0.3, rates });
  report({ bench: 'accept on PostgreSQL, two nodes ÷ one', ratio: round(two / one), minimum: 0.8 });
  report({ bench: 'accept on PostgreSQL with the engine running ÷ no store', ratio: round(full / base) });
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
