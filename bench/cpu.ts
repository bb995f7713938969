/** CPU of processes by thread, from Linux' own books: wall-clock rates on a shared machine say little, CPU says the same. */
import { readdirSync, readFileSync } from 'node:fs';

/** Microseconds by name of thread: `MainThread`, the name of a worker, `V8Worker` (collection and compilation). */
export type CpuMicros = Map<string, number>;

/** What every thread of these processes has had so far; threads of one name together. */
export function cpuOf(pids: (number | undefined)[]): CpuMicros {
  const micros: CpuMicros = new Map();
  for (const pid of pids) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const folder = `/proc/${pid}/task/${thread}`;
      const name = readFileSync(`${folder}/comm`, 'utf8').trim();
      // Its first number: nanoseconds on a core, kernel's work for it included.
      const nanos = Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]);
      micros.set(name, (micros.get(name) ?? 0) + nanos / 1_000);
    }
  }
  return micros;
}

/** Of each thread, divided by `count`; threads with less than 1 µs are left out. */
export function cpuEach(before: CpuMicros, after: CpuMicros, count: number): Record<string, number> {
  const each: Record<string, number> = {};
  for (const [name, micros] of after) {
    const one = Math.round((micros - (before.get(name) ?? 0)) / count);
    if (one >= 1) each[name] = one;
  }
  return each;
}

export const sumOf = (each: Record<string, number>): number => Object.values(each).reduce((sum, one) => sum + one, 0);

/** Seconds that all cores together have worked, for whomever. */
export function busySeconds(ticksPerSecond: number): number {
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] =
    readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.split(/\s+/).map(Number) ?? [];
  return (user + nice + system + irq + softirq) / ticksPerSecond;
}
