import { expect, test } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import { Loop, type LoopOptions } from './loop.ts';

interface Row {
  id: number;
  dueAt: number;
}

/** Work in memory: due rows are claimed by removing them. */
function bench(options: Partial<LoopOptions<Row>> = {}) {
  const clock = new HandWoundClock();
  const rows: Row[] = [];
  const ran: number[] = [];
  const limits: number[] = [];
  const faults: string[] = [];
  const loop = new Loop<Row>({
    name: 'test',
    clock,
    async claim(limit) {
      limits.push(limit);
      const due = rows.filter((row) => row.dueAt <= clock.now()).slice(0, limit);
      for (const row of due) rows.splice(rows.indexOf(row), 1);
      return due;
    },
    async run(items) {
      ran.push(...items.map((item) => item.id));
    },
    nextDueAt: async () => (rows.length > 0 ? Math.min(...rows.map((row) => row.dueAt)) : null),
    maxInFlight: 10,
    batch: 4,
    pollMs: 1000,
    onFault: (where) => faults.push(where),
    ...options,
  });
  return { clock, rows, ran, limits, faults, loop };
}

test('what is due at the start is run, in batches, until nothing is left', async () => {
  const { clock, rows, ran, loop } = bench();
  for (let id = 0; id < 25; id += 1) rows.push({ id, dueAt: clock.now() });
  loop.start();
  await loop.idle();
  expect(ran).toEqual(Array.from({ length: 25 }, (_, id) => id));
});

test('a thousand rings in one tick are one claim', async () => {
  const { clock, rows, ran, limits, loop } = bench();
  loop.start();
  await loop.idle();
  limits.length = 0;
  rows.push({ id: 1, dueAt: clock.now() });
  for (let i = 0; i < 1000; i += 1) loop.ring();
  await Promise.resolve();
  await Promise.resolve();
  expect(limits).toHaveLength(1);
  await loop.idle();
  expect(ran).toEqual([1]);
});

test('the loop sleeps until the instant the store names', async () => {
  const { clock, rows, ran, loop } = bench();
  rows.push({ id: 1, dueAt: clock.now() + 300 });
  loop.start();
  await loop.idle();
  expect(clock.untilNext()).toBe(300);
  clock.advance(299);
  await loop.idle();
  expect(ran).toEqual([]);
  clock.advance(1);
  await loop.idle();
  expect(ran).toEqual([1]);
});

test('a ring for an earlier instant moves the alarm, one for a later instant does not', async () => {
  const { clock, loop } = bench();
  loop.start();
  await loop.idle();
  expect(clock.untilNext()).toBe(1000);
  loop.ring(clock.now() + 200);
  expect(clock.untilNext()).toBe(200);
  loop.ring(clock.now() + 500);
  expect(clock.untilNext()).toBe(200);
});

test.each([0, 1, 2, 3, 4, 5])(
  'a ring for a later instant, %i ticks after the store named none, is kept',
  async (ticks) => {
    let isFirst = true;
    const { clock, rows, ran, loop } = bench({
      nextDueAt() {
        const answer = Promise.resolve(rows[0]?.dueAt ?? null);
        if (isFirst) void answer.then(commit);
        isFirst = false;
        return answer;
      },
    });
    async function commit(): Promise<void> {
      for (let tick = 0; tick < ticks; tick += 1) await null;
      rows.push({ id: 1, dueAt: clock.now() + 100 });
      loop.ring(clock.now() + 100);
    }
    loop.start();
    for (let tick = 0; tick < 30; tick += 1) await null;
    expect(clock.untilNext()).toBe(100);
    clock.advance(100);
    await loop.idle();
    expect(ran).toEqual([1]);
  },
);

test('a ring for an instant that comes before the pass ends is heard as it ends', async () => {
  let name: (dueAt: null) => void = () => undefined;
  const { clock, rows, ran, loop } = bench({ nextDueAt: () => new Promise((resolve) => (name = resolve)) });
  loop.start();
  for (let tick = 0; tick < 30; tick += 1) await null;
  rows.push({ id: 1, dueAt: clock.now() + 100 });
  loop.ring(clock.now() + 100);
  clock.advance(100);
  name(null);
  for (let tick = 0; tick < 30; tick += 1) await null;
  expect(ran).toEqual([1]);
});

test('a lost ring is a delay of one poll, not a loss', async () => {
  const { clock, rows, ran, loop } = bench();
  loop.start();
  await loop.idle();
  rows.push({ id: 7, dueAt: clock.now() });
  clock.advance(1000);
  await loop.idle();
  expect(ran).toEqual([7]);
});

test('a row that is due and cannot be claimed is asked for at a walking pace', async () => {
  let claims = 0;
  const claim = async () => {
    claims += 1;
    return [];
  };
  const { clock, loop } = bench({ claim, nextDueAt: async () => 0 });
  loop.start();
  await loop.idle();
  expect(claims).toBe(2);
  expect(clock.untilNext()).toBe(50);
});

test('no more is claimed than there are places, and a place given back early is used', async () => {
  const releases: ((count: number) => void)[] = [];
  const ends: (() => void)[] = [];
  const started: number[] = [];
  const { clock, rows, loop } = bench({
    maxInFlight: 2,
    run: (items, done) => {
      started.push(...items.map((item) => item.id));
      releases.push(done);
      return new Promise<void>((resolve) => ends.push(resolve));
    },
  });
  for (let id = 0; id < 4; id += 1) rows.push({ id, dueAt: clock.now() });
  loop.start();
  const settled = async () => {
    for (let i = 0; i < 20; i += 1) await Promise.resolve();
  };
  await settled();
  expect(started).toEqual([0, 1]);
  releases[0]?.(1);
  await settled();
  expect(started).toEqual([0, 1, 2]);
  // Giving back more than one holds frees nothing of the others.
  releases[0]?.(5);
  await settled();
  expect(started).toEqual([0, 1, 2, 3]);
  for (const end of ends) end();
  await loop.idle();
});

test('idle waits for what was started, however long it takes', async () => {
  let end: () => void = () => undefined;
  const { clock, rows, loop } = bench({
    run: () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  });
  rows.push({ id: 1, dueAt: clock.now() });
  loop.start();
  let idle = false;
  const waiting = loop.idle().then(() => {
    idle = true;
  });
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
  expect(idle).toBe(false);
  end();
  await waiting;
  expect(idle).toBe(true);
});

test('a claim that fails is told, backs off longer each time, and the loop goes on', async () => {
  let failing = true;
  const done: string[] = [];
  const { clock, faults, loop } = bench({
    claim: async () => {
      if (failing) throw new Error('disk full');
      return done.length === 0 ? [{ id: 1, dueAt: 0 }] : [];
    },
    run: async () => void done.push('ran'),
  });
  loop.start();
  await loop.idle();
  expect(clock.untilNext()).toBe(100);
  loop.ring();
  clock.advance(100);
  await loop.idle();
  expect(clock.untilNext()).toBe(200);
  expect(faults).toEqual(['test: claim', 'test: claim']);
  failing = false;
  clock.advance(200);
  await loop.idle();
  expect(done).toEqual(['ran']);
});

test('a run that throws is told and gives its places back', async () => {
  const { clock, rows, faults, loop } = bench({
    maxInFlight: 1,
    run: async () => {
      throw new Error('bug');
    },
  });
  rows.push({ id: 1, dueAt: clock.now() }, { id: 2, dueAt: clock.now() });
  loop.start();
  await loop.idle();
  expect(faults).toEqual(['test: run', 'test: run']);
});

test('stop waits for what was started, but not beyond its limit, and leaves no timer', async () => {
  let end: () => void = () => undefined;
  const { clock, rows, ran, loop } = bench({
    run: () =>
      new Promise<void>((resolve) => {
        end = resolve;
      }),
  });
  rows.push({ id: 1, dueAt: clock.now() });
  loop.start();
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
  const late = loop.stop(5000);
  clock.advance(5000);
  expect(await late).toBe(false);
  const inTime = loop.stop(5000);
  end();
  expect(await inTime).toBe(true);
  rows.push({ id: 2, dueAt: clock.now() });
  loop.ring();
  await loop.idle();
  expect(ran).toEqual([]);
  expect(clock.untilNext()).toBeNull();
});
