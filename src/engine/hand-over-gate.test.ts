import { expect, it } from 'vitest';
import type { Connector } from '../connectors/connector.ts';
import { HandWoundClock } from '../domain/clock.ts';
import type { HandOvers } from '../store/work-shapes.ts';
import { type Gated, HandOverGate } from './hand-over-gate.ts';

const turn = () => new Promise((resolve) => setImmediate(resolve));
const term = { owner: 'me' };

function rig(more: Partial<Connector> = { window: 4 }) {
  const clock = new HandWoundClock();
  const connector = { name: 'acme', honoursIdempotencyKeys: false, ...more } as Connector;
  const notes: HandOvers[] = [];
  const sent: number[][] = [];
  const putBack: number[] = [];
  const faults: unknown[] = [];
  const state = { noted: Promise.resolve(), ends: [] as (() => void)[], isGone: false };
  const gate = new HandOverGate<Gated>({
    store: {
      async noteHandOvers(note) {
        notes.push(note);
        await state.noted;
      },
    },
    connectors: new Map([['acme', connector]]),
    clock,
    persist: async (write) => (state.isGone ? null : await write()),
    fault: (error) => void faults.push(error),
    putBack: async (claims) => void putBack.push(...claims.map(({ work }) => work.workId)),
  });
  const claims = (...ids: number[]): Gated[] =>
    ids.map((workId) => ({ work: { workId, attempt: 1, connector: 'acme' }, term, leaseUntil: 60_000 }));
  const send = (some: Gated[]): Promise<void> => {
    sent.push(some.map(({ work }) => work.workId));
    return new Promise((resolve) => state.ends.push(resolve));
  };
  return { gate, notes, sent, putBack, faults, state, claims, send };
}

it('lets through a window and its half, and writes them down before', async () => {
  const { gate, notes, sent, claims, send, state } = rig();
  let note: () => void = () => undefined;
  state.noted = new Promise((resolve) => {
    note = resolve;
  });
  const all = claims(1, 2, 3, 4, 5, 6, 7, 8);
  let isDone = false;
  void gate.pass(all, send).then(() => {
    isDone = true;
  });
  await turn();
  expect([notes.map(({ works }) => works), sent]).toEqual([[['1:1', '2:1', '3:1', '4:1', '5:1', '6:1']], []]);
  note();
  await turn();
  expect(sent).toEqual([[1, 2, 3, 4, 5, 6]]);
  // What was answered makes room; it is named until it is written down what became of it.
  gate.answered(all[0] as Gated);
  gate.closed(all[1] as Gated);
  await turn();
  expect(sent).toEqual([[1, 2, 3, 4, 5, 6], [7], [8]]);
  expect(notes.at(-1)?.works).toEqual(['1:1', '3:1', '4:1', '5:1', '6:1', '7:1', '8:1']);
  for (const end of state.ends) end();
  await turn();
  expect(isDone).toBe(true);
});

it('what has been in doubt once is noted only when the window has room for it', async () => {
  const { gate, sent, claims, send } = rig();
  const [one, two, ...others] = claims(1, 2, 3, 4, 5, 6, 7) as [Gated, Gated, ...Gated[]];
  const doubted = others.map((claimed) => ({ ...claimed, work: { ...claimed.work, past: { doubts: 1 } } }));
  void gate.pass([one, two, ...doubted], send);
  await turn();
  expect(sent).toEqual([[1, 2, 3, 4]]);
  void gate.pass(claims(8), send);
  gate.answered(one);
  await turn();
  gate.answered(two);
  await turn();
  // None overtakes it.
  expect(sent).toEqual([[1, 2, 3, 4], [5], [6]]);
  for (const claimed of doubted.slice(0, 4)) gate.answered(claimed);
  await turn();
  expect(sent.slice(3)).toEqual([[7], [8]]);
});

it('waits for a part of the window to be free when more waits than has room', async () => {
  const { gate, sent, claims, send } = rig({ window: 8 });
  const all = claims(...Array.from({ length: 20 }, (_, index) => index));
  void gate.pass(all, send);
  await turn();
  gate.answered(all[0] as Gated);
  await turn();
  expect(sent).toHaveLength(1);
  gate.answered(all[1] as Gated);
  await turn();
  expect(sent.map((some) => some.length)).toEqual([12, 2]);
});

it('is no gate where there is no window, or where the carrier tells copies apart', async () => {
  for (const more of [{}, { window: 1, honoursIdempotencyKeys: true }]) {
    const { gate, notes, sent, claims, send } = rig(more);
    expect(gate.begin(term)).toBeNull();
    void gate.pass(claims(1, 2, 3), send);
    expect([sent, notes]).toEqual([[[1, 2, 3]], []]);
  }
});

it('begins each term with a note of nothing, once', async () => {
  const { gate, notes } = rig();
  await gate.begin(term);
  expect(gate.begin(term)).toBeNull();
  await gate.begin({ owner: 'me, later' });
  expect(notes.map(({ owner, works }) => [owner, works])).toEqual([
    ['me', []],
    ['me, later', []],
  ]);
});

it('lets nothing through that is not written down', async () => {
  const { gate, sent, putBack, faults, state, claims, send } = rig();
  state.noted = Promise.reject(new Error('a bad note'));
  await gate.pass(claims(1), send);
  expect([sent, putBack, faults.length]).toEqual([[], [1], 1]);
  state.isGone = true;
  await gate.pass(claims(2), send);
  // Its lease is over: it is somebody else's.
  expect([sent, putBack]).toEqual([[], [1]]);
});

it('gives back what waits when everything stops', async () => {
  const { gate, sent, claims, send, state } = rig();
  const passed = gate.pass(claims(1, 2, 3, 4, 5, 6, 7, 8), send);
  await turn();
  expect(gate.clear().map(({ work }) => work.workId)).toEqual([7, 8]);
  for (const end of state.ends) end();
  await passed;
  expect(sent).toEqual([[1, 2, 3, 4, 5, 6]]);
});
