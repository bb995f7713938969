import { describe, expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import type { TracedPdu } from '../domain/pdu-trace.ts';
import { StoreUnavailable } from '../store/store.ts';
import { makePduKeeper } from './keep-pdus.ts';

function setUp(most = 1_000_000) {
  const clock = new HandWoundClock();
  const batches: TracedPdu[][] = [];
  const bounds: { before: number; most: number }[] = [];
  const events: PidgeEvent[] = [];
  let write: () => Promise<void> = () => Promise.resolve();
  const keeper = makePduKeeper({
    clock,
    store: {
      async keepPdus(batch) {
        await write();
        batches.push(batch);
      },
      async forgetPdus(bound) {
        bounds.push(bound);
        return 0;
      },
    },
    observe: (event) => void events.push(event),
    settings: { keepMs: 1_000, most },
  });
  const give = (count: number) => {
    for (let index = 0; index < count; index += 1) keeper.keep({ ...PDU, octets: String(index) });
  };
  const dropped = () => events.reduce((sum, event) => sum + (event.type === 'connector.pdus' ? event.dropped : 0), 0);
  return { clock, batches, bounds, events, keeper, give, dropped, writeBy: (by: typeof write) => (write = by) };
}

const PDU: TracedPdu = {
  ...{ at: 0, connector: 'acme', bind: 'acme 1', peer: 'smsc:2775', ours: true, octets: '' },
  owner: { kind: 'none' },
};

async function turns(done: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1_000 && !done(); turn += 1) await Promise.resolve();
}

describe('the keeper of PDUs', () => {
  it('writes what gathered, in its order and many at a time, and nothing before', async () => {
    const { clock, batches, keeper, give } = setUp();
    give(2_500);
    expect(batches).toEqual([]);
    clock.advance(500);
    await turns(() => batches.length === 3);
    expect(batches.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
    expect(batches.flat().map(({ octets }) => Number(octets))).toEqual(Array.from({ length: 2_500 }, (_, at) => at));
    give(1);
    await keeper.stop();
    expect(batches.flat()).toHaveLength(2_501);
  });

  it('drops and counts what comes while too many wait', async () => {
    const { clock, batches, give, dropped, keeper, writeBy } = setUp();
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    writeBy(() => gate);
    give(1_000);
    clock.advance(500);
    give(20_300);
    go();
    await turns(() => batches.length === 21);
    expect(batches.flat()).toHaveLength(21_000);
    expect(dropped()).toBe(300);
    await keeper.stop();
  });

  it('goes on after a store that was away, without what it could not write', async () => {
    const { clock, batches, events, give, dropped, keeper, writeBy } = setUp();
    writeBy(() => Promise.reject(new StoreUnavailable('away')));
    give(3);
    clock.advance(500);
    await turns(() => dropped() === 3);
    expect(dropped()).toBe(3);
    expect(events.filter(({ type }) => type === 'fault')).toEqual([]);
    writeBy(() => Promise.resolve());
    give(2);
    clock.advance(500);
    await turns(() => batches.length === 1);
    expect(batches.flat()).toHaveLength(2);
    await keeper.stop();
  });

  it('forgets by the minute, and sooner when much has come', async () => {
    const { clock, bounds, give, keeper } = setUp(2_000);
    keeper.start();
    await turns(() => bounds.length === 1);
    for (let minute = 0; minute < 3 && bounds.length < 2; minute += 1) {
      clock.advance(60_000);
      await turns(() => bounds.length === 2);
    }
    expect(bounds.at(-1)).toEqual({ before: clock.now() - 1_000, most: 2_000 });
    give(500);
    clock.advance(500);
    await turns(() => bounds.length === 3);
    expect(bounds).toHaveLength(3);
    await keeper.stop();
  });

  it('keeps nothing where none are to be kept', async () => {
    const { clock, batches, give, keeper } = setUp(0);
    give(5);
    clock.advance(500);
    await keeper.stop();
    expect(batches).toEqual([]);
  });
});
