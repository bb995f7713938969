/** `npm run bench`: ratios measured side by side in one sitting, medians of alternating rounds, one JSON line each. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSqliteReader } from '../src/store/sqlite.ts';
import { closedLoop, openLoop, postMessage, type Target } from './load.ts';
import {
  CONNECTIONS,
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

/** Prism on the published description, when both can be had; `null` with a printed reason otherwise. */
async function startPrism(): Promise<{ target: Target; stop(): void } | null> {
  const folder = process.env.PIDGE_OPENAPI_DIR;
  const spec = folder ? join(folder, 'twilio_api_v2010.json') : '';
  if (!spec || !existsSync(spec)) {
    console.error('SKIPPED Prism: PIDGE_OPENAPI_DIR names no folder with twilio_api_v2010.json');
    return null;
  }
  const prefix = fileURLToPath(new URL('../.tools/prism', import.meta.url));
  const program = join(prefix, 'node_modules/@stoplight/prism-cli/dist/index.js');
  if (!existsSync(program)) {
    console.error('Fetching Prism 5.14 from npm…');
    try {
      execFileSync('npm', ['i', '--prefix', prefix, '--ignore-scripts', '@stoplight/prism-cli@5.14.2'], {
        stdio: 'ignore',
      });
    } catch (error) {
      console.error(`SKIPPED Prism: npm could not install it (${(error as Error).message})`);
      return null;
    }
  }
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const child = spawn(process.execPath, [program, 'mock', '-p', String(port), '-v', 'fatal', spec], {
    stdio: 'ignore',
  });
  const target = postMessage(`http://127.0.0.1:${port}`);
  for (let tries = 0; tries < 120; tries += 1) {
    await pause(500);
    if ((await closedLoop(target, 1, 0.05)).answers > 0) return { target, stop: () => child.kill('SIGKILL') };
  }
  child.kill('SIGKILL');
  console.error('SKIPPED Prism: it did not answer within 60 s');
  return null;
}

/** How much of what was accepted is delivered at the very end of the load: what is missing is backlog. */
async function deliveredShare(peer: Peer): Promise<number> {
  const reader = openSqliteReader(join(peer.folder, 'bench.db'));
  const { messagesByStatus } = await reader.stats();
  await reader.close();
  const all = Object.values(messagesByStatus).reduce((sum, count) => sum + count, 0);
  return round((messagesByStatus.delivered ?? 0) / all);
}

async function accepts(): Promise<void> {
  const prism = await startPrism();
  const shares: number[] = [];
  const rates: Record<string, number[]> = { 'no-store': [], waiting: [], full: [], prism: [] };
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    for (const kind of ['no-store', 'waiting', 'full'] as const) {
      const peer = await start(kind);
      const target = postMessage(peer.origin);
      await closedLoop(target, CONNECTIONS, WARM_UP_SECONDS);
      rates[kind]?.push((await closedLoop(target, CONNECTIONS, SECONDS)).perSecond);
      if (kind === 'full') shares.push(await deliveredShare(peer));
      await peer.stop();
    }
    if (prism) rates.prism?.push((await closedLoop(prism.target, 8, SECONDS)).perSecond);
  }
  prism?.stop();
  const base = median(rates['no-store'] ?? []);
  const waiting = median(rates.waiting ?? []);
  const full = median(rates.full ?? []);
  report({ bench: 'accept ÷ no store', ratio: round(waiting / base), minimum: 0.45, rates });
  report({
    bench: 'accept with the engine running ÷ no store',
    ratio: round(full / base),
    minimum: 0.2,
    delivered_when_load_ends: median(shares),
    shares,
  });
  const mock = median(rates.prism ?? []);
  if (mock > 0) report({ bench: 'accept ÷ Prism', ratio: round(waiting / mock), minimum: 12 });
}

async function latency(): Promise<void> {
  const p99: number[] = [];
  const p50: number[] = [];
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    const peer = await start('waiting');
    const target = postMessage(peer.origin);
    await closedLoop(target, CONNECTIONS, WARM_UP_SECONDS);
    const result = await openLoop(target, 5_000, SECONDS);
    p99.push(result.p99);
    p50.push(result.p50);
    await peer.stop();
  }
  report({
    bench: 'open loop at 5 000/s',
    p99_ms: Math.min(...p99),
    p50_ms: Math.min(...p50),
    maximum: 15,
    rounds: p99,
  });
}

/** 20 000 messages with two callbacks each: accepted as fast as it goes, then until the last callback came. */
async function endToEnd(): Promise<void> {
  const rates: number[] = [];
  const share: number[] = [];
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    const sink = await startSink();
    const peer = await start('full');
    const from = performance.now();
    const load = await closedLoop(postMessage(peer.origin, sink.url), CONNECTIONS, SECONDS);
    const atEnd = sink.heard();
    const limit = performance.now() + 60_000;
    while (sink.heard() < load.answers * 2 && performance.now() < limit) await pause(5);
    rates.push(Math.round(sink.heard() / 2 / ((performance.now() - from) / 1_000)));
    share.push(round(atEnd / 2 / load.answers));
    if (sink.heard() < load.answers * 2)
      report({ bench: 'end to end', fault: `${load.answers * 2 - sink.heard()} callbacks missing` });
    await peer.stop();
    sink.close();
  }
  report({
    bench: 'end to end with two callbacks',
    messages_per_second: median(rates),
    done_when_load_ends: median(share),
    rates,
  });
}

async function startup(): Promise<void> {
  // Once before, so that what is measured is a warm start: the schema is there, the sources are compiled.
  const folder = mkdtempSync(join(tmpdir(), 'pidge-bench-'));
  await (await start('full', { kept: folder })).stop();
  const firsts: number[] = [];
  const idle: number[] = [];
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    const peer = await start('full', { kept: folder });
    await closedLoop(postMessage(peer.origin), 1, 0.001);
    firsts.push(Math.round(performance.now() - peer.startedAt));
    await pause(1_500);
    const status = readFileSync(`/proc/${peer.child.pid}/status`, 'utf8');
    idle.push(Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024));
    await peer.stop();
  }
  rmSync(folder, { recursive: true, force: true });
  report({ bench: 'first 201 after start', ms: Math.min(...firsts), maximum: 500, rounds: firsts });
  report({ bench: 'idle RSS', mb: Math.min(...idle), maximum: 150, rounds: idle });
}

const RUNS = { startup, latency, accepts, 'end-to-end': endToEnd };
const wanted = process.argv.slice(2);
const at = wanted.indexOf('--against');
if (at !== -1) {
  await (await import('./against.ts')).against(wanted[at + 1] ?? 'HEAD');
} else {
  // In need of a PostgreSQL, or minutes long: only by name.
  if (wanted.includes('copy')) await (await import('./copy.ts')).copyBench(report);
  if (wanted.includes('postgres')) await (await import('./postgres.ts')).postgres();
  if (wanted.includes('lists')) await (await import('./lists.ts')).lists();
  if (wanted.includes('live')) await (await import('./live-cost.ts')).liveCost();
  if (wanted.includes('page')) await (await import('./page.ts')).pageBench();
  if (wanted.includes('codec')) (await import('./codec.ts')).codec();
  if (wanted.includes('smpp')) await (await import('./smpp.ts')).smpp();
  if (wanted.includes('scheduled')) await (await import('./scheduled.ts')).scheduled();
  for (const [name, run] of Object.entries(RUNS)) {
    if (wanted.length === 0 || wanted.includes(name)) await run();
  }
}
