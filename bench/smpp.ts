/**
 * Messages a second from the POST to the last callback through one windowed SMPP bind, with receipts: Pidge with its two
 * signed callbacks and its durable store, and beside it Kannel with its one and a store that it never syncs, each before
 * a carrier of the same kind in the same sitting. CPU a message counts every process and thread of the candidate.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { closedLoop, postMessage, type Target } from './load.ts';
import { CONNECTIONS, median, pause, ROUNDS, report, round, startSink, WARM_UP_SECONDS } from './peer.ts';
import { hasKannel, startKannel } from './smpp-kannel.ts';

const WINDOW = 100;
const SECONDS = Number(process.env.PIDGE_BENCH_SECONDS ?? 5);
const GOAL_PER_SECOND = 2_000;
const MINIMUM_RATIO = 2;
const LONGEST_MS = 60_000;
const HERE = fileURLToPath(new URL('.', import.meta.url));
const TICKS = Number(execFileSync('getconf', ['CLK_TCK']));

interface Candidate {
  target: Target;
  children: ChildProcess[];
  callbacksEach: number;
  stop(): void;
}
interface Round {
  perSecond: number;
  cpuMicros: number;
  missing: number;
}

async function spawned(file: string, args: string[] = []): Promise<{ child: ChildProcess; line: string }> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  // As the launcher has it.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/pidge') };
  const flags =
    process.env.PIDGE_BENCH_PROFILE && file === 'smpp-server.ts'
      ? ['--cpu-prof', `--cpu-prof-dir=${process.env.PIDGE_BENCH_PROFILE}`]
      : [];
  // Its input ends with us, and so does it.
  const stdio = ['pipe', 'pipe', 'inherit'] as ['pipe', 'pipe', 'inherit'];
  const child = spawn(process.execPath, [...flags, join(HERE, file), ...args], { stdio, env });
  const lines = createInterface({ input: child.stdout });
  const line = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    child.once('exit', () => reject(new Error(`${file} ended before it said anything`)));
  });
  return { child, line };
}

export async function startPidge(carrierPort: string, sinkUrl: string): Promise<Candidate> {
  const folder = mkdtempSync(join(tmpdir(), 'pidge-bench-'));
  const { child, line: origin } = await spawned('smpp-server.ts', [folder, carrierPort, String(WINDOW)]);
  return {
    target: postMessage(origin, sinkUrl),
    children: [child],
    callbacksEach: 2,
    stop() {
      child.kill(process.env.PIDGE_BENCH_PROFILE ? 'SIGTERM' : 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Seconds of CPU that all threads of a process have had. */
function cpuSeconds({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Behind the name, which may hold blanks: utime and stime are the 12th and 13th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

export async function measure(start: (carrierPort: string, sinkUrl: string) => Promise<Candidate>): Promise<Round> {
  const sink = await startSink();
  const carrier = await spawned('smpp-carrier.ts');
  const { target, children, callbacksEach, stop } = await start(carrier.line, sink.url);
  const untilHeard = async (count: number) => {
    const limit = performance.now() + LONGEST_MS;
    while (sink.heard() < count && performance.now() < limit) await pause(5);
  };
  try {
    const warm = await closedLoop(target, CONNECTIONS, WARM_UP_SECONDS);
    await untilHeard(warm.answers * callbacksEach);
    const before = sink.heard();
    const cpuBefore = children.reduce((sum, child) => sum + cpuSeconds(child), 0);
    const from = performance.now();
    const { answers } = await closedLoop(target, CONNECTIONS, SECONDS);
    await untilHeard(before + answers * callbacksEach);
    const seconds = (performance.now() - from) / 1_000;
    const messages = (sink.heard() - before) / callbacksEach;
    const cpu = children.reduce((sum, child) => sum + cpuSeconds(child), 0) - cpuBefore;
    const cpuMicros = Math.round((cpu / messages) * 1_000_000);
    return { perSecond: Math.round(messages / seconds), cpuMicros, missing: Math.round(answers - messages) };
  } finally {
    stop();
    carrier.child.kill('SIGKILL');
    sink.close();
  }
}

export async function smpp(): Promise<void> {
  const isBeside = hasKannel();
  if (!isBeside) console.error('SKIPPED Kannel: bearerbox is not installed (Debian: apt-get install kannel)');
  const rounds: { pidge: Round[]; kannel: Round[] } = { pidge: [], kannel: [] };
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    rounds.pidge.push(await measure(startPidge));
    if (!isBeside) continue;
    rounds.kannel.push(
      await measure(async (port, url) => ({
        ...(await startKannel(Number(port), WINDOW, url)),
        callbacksEach: 1,
      })),
    );
  }
  const ofAll = (all: Round[], key: keyof Round) => all.map((one) => one[key]);
  const [mine, theirs] = [median(ofAll(rounds.pidge, 'perSecond')), median(ofAll(rounds.kannel, 'perSecond'))];
  report({
    bench: 'end to end through one SMPP bind, with receipts and two callbacks',
    messages_per_second: mine,
    goal: GOAL_PER_SECOND,
    cpu_us_per_message: median(ofAll(rounds.pidge, 'cpuMicros')),
    missing: Math.max(...ofAll(rounds.pidge, 'missing')),
    window: WINDOW,
    rounds: rounds.pidge,
  });
  if (!isBeside) return;
  report({
    bench: 'end to end through one SMPP bind ÷ Kannel, with its one callback',
    ratio: round(mine / theirs),
    minimum: MINIMUM_RATIO,
    kannel_messages_per_second: theirs,
    kannel_cpu_us_per_message: median(ofAll(rounds.kannel, 'cpuMicros')),
    kannel_missing: Math.max(...ofAll(rounds.kannel, 'missing')),
    rounds: rounds.kannel,
  });
}
