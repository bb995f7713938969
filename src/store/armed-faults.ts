import type { FaultPoint, Faults } from '../domain/faults.ts';

/** One planted fault: at the `hit`-th passing of `point` (from 1). Plain data, so it can be handed to a thread. */
export interface ArmedFault {
  point: FaultPoint;
  hit: number;
  action: 'kill' | 'throw' | 'delay';
  /** With `delay`; 50 by default. The whole thread stands still. */
  delayMs?: number;
  /** With `throw`: the SQLite result code the error carries, as if the engine had failed with it. */
  errcode?: number;
}

/** Faults that a test armed. Each fires once. */
export class ArmedFaults implements Faults {
  readonly #armed: ArmedFault[];
  readonly #hits = new Map<FaultPoint, number>();

  constructor(armed: ArmedFault[]) {
    this.#armed = armed;
  }

  at(point: FaultPoint): void {
    const hit = (this.#hits.get(point) ?? 0) + 1;
    this.#hits.set(point, hit);
    for (const fault of this.#armed) {
      if (fault.point === point && fault.hit === hit) act(fault);
    }
  }
}

function act(fault: ArmedFault): void {
  switch (fault.action) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      // The signal may take a moment to arrive; not one further step is to be taken.
      standStill(10_000);
      break;
    case 'throw':
      throw Object.assign(new Error(`Planted fault at ${fault.point}`), { errcode: fault.errcode });
    case 'delay':
      standStill(fault.delayMs ?? 50);
  }
}

/** Blocks this thread. Only planted faults do such a thing. */
export function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
