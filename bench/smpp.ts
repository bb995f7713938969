/**
 * Messages from the POST to the last callback through one windowed SMPP bind, with receipts: Pidge with its durable
 * store, and beside it Kannel with one callback a message and with two, as Pidge has, each before the same carrier, with
 * the same receiver and the same load. CPU a message is told by thread, and what the harness itself eats is told too:
 * where cores are shared, who eats less is what wall-clock rates come down to, and they are worth nothing beside a
 * busy neighbour (`elsewhere`: how many cores somebody else has had meanwhile).
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { busySeconds, type CpuMicros, cpuEach, cpuOf, sumOf } from './cpu.ts';
import { closedLoop, postMessage, type Target } from './load.ts';
import { CONNECTIONS, median, pause, ROUNDS, report, round, startSink } from './peer.ts';
import { hasKannel, type KeptReceipts, startKannel } from './smpp-kannel.ts';

const WINDOW = 100;
/** A number, not a time: beside a busy neighbour, what compilation costs would be shared by fewer messages. */
const MESSAGES = Number(process.env.PIDGE_BENCH_MESSAGES ?? 12_000);
const WARM_UP_MESSAGES = 12_000;
const GOAL_PER_SECOND = 2_000;
const MINIMUM_RATIO = 2;
const LONGEST_SECONDS = 60;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TICKS = Number(execFileSync('getconf', ['CLK_TCK']));

interface Candidate {
  target: Target;
  children: ChildProcess[];
  callbacksEach: number;
  stop(): void;
}
type Start = (carrierPort: string, sinkUrl: string) => Promise<Candidate>;

interface Round {
  perSecond: number;
  /** Of all its processes and threads. */
  cpuMicros: number;
  threads: Record<string, number>;
  carrierMicros: number;
  /** Load and receiver. */
  harnessMicros: number;
  /** Cores that others have had. */
  elsewhere: number;
  missing: number;
}

async function spawned(
  root: string,
  file: string,
  args: string[] = [],
): Promise<{ child: ChildProcess; line: string }> {
  // As the launcher has it.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/pidge') };
  const profile = process.env.PIDGE_BENCH_PROFILE;
  const flags = profile && file === 'smpp-server.ts' ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [];
  // Its input ends with us, and so does it.
  const stdio = ['pipe', 'pipe', 'inherit'] as ['pipe', 'pipe', 'inherit'];
  const child = spawn(process.execPath, [...flags, join(root, 'bench', file), ...args], { stdio, env });
  const lines = createInterface({ input: child.stdout });
  const line = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    child.once('exit', () => reject(new Error(`${file} ended before it said anything`)));
  });
  return { child, line };
}

/** `root`: this checkout or another one. */
function pidgeOf(root: string): Start {
  return async (carrierPort, sinkUrl) => {
    const folder = mkdtempSync(join(tmpdir(), 'pidge-bench-'));
    const { child, line: origin } = await spawned(root, 'smpp-server.ts', [folder, carrierPort, String(WINDOW)]);
    return {
      target: postMessage(origin, sinkUrl),
      children: [child],
      callbacksEach: 2,
      stop() {
        child.kill(process.env.PIDGE_BENCH_PROFILE ? 'SIGTERM' : 'SIGKILL');
        rmSync(folder, { recursive: true, force: true });
      },
    };
  };
}

function kannelWith(callbacksEach: 1 | 2, receipts: KeptReceipts = 'memory'): Start {
  return async (port, url) => {
    const kannel = await startKannel(Number(port), WINDOW, url, { callbacksEach, receipts });
    return { ...kannel, callbacksEach };
  };
}

async function measure(start: Start): Promise<Round> {
  const sink = await startSink();
  const carrier = await spawned(ROOT, 'smpp-carrier.ts');
  const { target, children, callbacksEach, stop } = await start(carrier.line, sink.url);
  const untilHeard = async (count: number) => {
    const limit = performance.now() + LONGEST_SECONDS * 1_000;
    while (sink.heard() < count && performance.now() < limit) await pause(5);
  };
  const cpu = (): CpuMicros[] =>
    [children.map(({ pid }) => pid), [carrier.child.pid], [process.pid]].map((pids) => cpuOf(pids));
  try {
    // What it was asked on its start is not counted.
    await pause(500);
    const early = sink.heard();
    const warm = await closedLoop(target, CONNECTIONS, LONGEST_SECONDS, WARM_UP_MESSAGES);
    await untilHeard(early + warm.answers * callbacksEach);
    const before = { heard: sink.heard(), cpu: cpu(), busy: busySeconds(TICKS), at: performance.now() };
    const { answers } = await closedLoop(target, CONNECTIONS, LONGEST_SECONDS, MESSAGES);
    await untilHeard(before.heard + answers * callbacksEach);
    const seconds = (performance.now() - before.at) / 1_000;
    const messages = (sink.heard() - before.heard) / callbacksEach;
    const after = cpu();
    const busy = busySeconds(TICKS) - before.busy;
    const each = after.map((one, index) => cpuEach(before.cpu[index] ?? new Map(), one, messages));
    const [threads = {}, itsCarrier = {}, harness = {}] = each;
    const all = each.reduce((sum, one) => sum + sumOf(one), 0);
    return {
      perSecond: Math.round(messages / seconds),
      cpuMicros: sumOf(threads),
      threads,
      carrierMicros: sumOf(itsCarrier),
      harnessMicros: sumOf(harness),
      elsewhere: round(Math.max(0, busy - (all * messages) / 1e6) / seconds),
      missing: Math.round(answers - messages),
    };
  } finally {
    stop();
    carrier.child.kill('SIGKILL');
    sink.close();
  }
}

/** Of the middle round by CPU, and the middle rate. */
function summary(rounds: Round[]): Record<string, unknown> {
  const middle = rounds.toSorted((a, b) => a.cpuMicros - b.cpuMicros)[Math.floor(rounds.length / 2)];
  return {
    messages_per_second: median(rounds.map(({ perSecond }) => perSecond)),
    cpu_us_per_message: middle?.cpuMicros,
    by_thread: middle?.threads,
    carrier_us: middle?.carrierMicros,
    load_and_receiver_us: middle?.harnessMicros,
    missing: Math.max(...rounds.map(({ missing }) => missing)),
    rates: rounds.map(({ perSecond }) => perSecond),
    cpu: rounds.map(({ cpuMicros }) => cpuMicros),
    elsewhere: rounds.map(({ elsewhere }) => elsewhere),
  };
}

/** `PIDGE_BENCH_BESIDE`: another checkout of Pidge, in turns with this one. `PIDGE_BENCH_ALONE`: without Kannel. */
export async function smpp(): Promise<void> {
  const starts: Record<string, Start> = { pidge: pidgeOf(ROOT) };
  const beside = process.env.PIDGE_BENCH_BESIDE;
  if (beside) starts.beside = pidgeOf(beside);
  const isBeside = hasKannel();
  if (!isBeside) console.error('SKIPPED Kannel: bearerbox is not installed (Debian: apt-get install kannel)');
  else if (!process.env.PIDGE_BENCH_ALONE) {
    starts.kannel_one = kannelWith(1);
    starts.kannel_two = kannelWith(2);
    starts.kannel_kept = kannelWith(1, 'sqlite');
  }
  const rounds: Record<string, Round[]> = Object.fromEntries(Object.keys(starts).map((name) => [name, []]));
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    // Each of them first as often as last.
    const order = Object.entries(starts);
    for (const [name, start] of turn % 2 === 0 ? order : order.reverse()) rounds[name]?.push(await measure(start));
  }
  const mine = rounds.pidge ?? [];
  report({
    bench: 'end to end through one SMPP bind, with receipts and two callbacks',
    goal: GOAL_PER_SECOND,
    window: WINDOW,
    ...summary(mine),
  });
  const others = {
    beside: 'another checkout',
    kannel_one: 'Kannel with one callback',
    kannel_two: 'Kannel with two',
    kannel_kept: 'Kannel with one callback and receipts that outlive it',
  };
  for (const [name, words] of Object.entries(others)) {
    const theirs = rounds[name];
    if (!theirs) continue;
    const rates = (all: Round[]) => median(all.map(({ perSecond }) => perSecond));
    const micros = (all: Round[]) => median(all.map(({ cpuMicros }) => cpuMicros));
    report({
      bench: `end to end through one SMPP bind ÷ ${words}`,
      ratio: round(rates(mine) / rates(theirs)),
      ...(name !== 'beside' && { minimum: MINIMUM_RATIO }),
      cpu_ratio: round(micros(mine) / micros(theirs)),
      ...summary(theirs),
    });
  }
}
