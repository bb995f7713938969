import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { turns } from '../../tests/helpers/fake-nodes.ts';
import { MemoryBlobs } from '../../tests/helpers/memory-blobs.ts';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import { makeSweeper, type Sweeper } from './sweep-blobs.ts';

describe('the sweeper of blobs', () => {
  const bytes = new Uint8Array([1]);
  let clock: HandWoundClock;
  let blobs: MemoryBlobs;
  let dying: string[];
  let events: PidgeEvent[];
  let sweeper: Sweeper;

  beforeEach(() => {
    clock = new HandWoundClock(0);
    blobs = new MemoryBlobs();
    [dying, events] = [[], []];
    sweeper = makeSweeper({
      clock,
      blobs,
      observe: (event) => events.push(event),
      store: {
        dyingBlobs: async (limit) => dying.slice(0, limit),
        async forgetBlobs(keys) {
          // Its row goes only after its bytes.
          expect(keys.filter((key) => blobs.blobs.has(key))).toEqual([]);
          dying = dying.filter((key) => !keys.includes(key));
        },
      },
    });
  });
  afterEach(async () => {
    await sweeper.stop();
    expect(clock.untilNext()).toBeNull();
  });

  async function die(...keys: string[]): Promise<void> {
    for (const key of keys) await blobs.put(key, bytes);
    dying.push(...keys);
  }
  const settle = async () => {
    for (let turn = 0; turn < 50; turn += 1) await turns();
  };

  it('sweeps at its start, each minute, and when it is rung', async () => {
    await die('start');
    await blobs.put('living', bytes);
    sweeper.start();
    await settle();
    expect([...blobs.blobs.keys()]).toEqual(['living']);
    await die('minute');
    clock.advance(59_999);
    await settle();
    expect(blobs.blobs.has('minute')).toBe(true);
    clock.advance(1);
    await settle();
    expect(blobs.blobs.has('minute')).toBe(false);
    await die('rung');
    sweeper.ring();
    await settle();
    expect(blobs.blobs.has('rung')).toBe(false);
  });

  it('takes all there are, however many', async () => {
    await die(...Array.from({ length: 250 }, (_, index) => `key-${index}`));
    sweeper.start();
    await settle();
    expect([dying, blobs.blobs.size]).toEqual([[], 0]);
  });

  it('that cannot remove bytes forgets none of them, says so, and comes again', async () => {
    await die('key');
    blobs.failing = true;
    sweeper.start();
    await settle();
    expect(dying).toEqual(['key']);
    expect(events).toMatchObject([{ type: 'fault', where: 'sweep blobs' }]);
    blobs.failing = false;
    clock.advance(60_000);
    await settle();
    expect(dying).toEqual([]);
  });
});
