import { describe, expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import type { Saying } from '../domain/phone-talk.ts';
import { OwnNumbers } from './own-numbers.ts';

const OURS = '+12025550100';
const text = (body: string) => ({ from: '+12025550199', to: OURS, body, files: [] });

function start() {
  const clock = new HandWoundClock(1_000_000);
  const faults: PidgeEvent[] = [];
  const said: Saying[] = [];
  const state = { refusals: 0, isHeard: true };
  const own = new OwnNumbers({
    clock,
    observe: (event) => faults.push(event),
    async oursOf(addresses) {
      if (state.refusals > 0) {
        state.refusals -= 1;
        throw new Error('the store is away');
      }
      return new Set(addresses.filter((address) => address === OURS));
    },
    say: (saying) => said.push(saying),
    isHeard: () => state.isHeard,
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return { clock, faults, state, own, settle, bodies: () => said.map(({ body }) => body), said };
}

describe('numbers of ours', () => {
  it('get what reached them, and nobody else does', async () => {
    const { own, said, settle } = start();
    own.reached([text('for us'), { ...text('for somebody'), to: '+12025550101' }]);
    await settle();
    expect(said).toEqual([{ from: '+12025550199', to: OURS, body: 'for us', media: [], channel: null }]);
  });

  it('get it later while nobody knows whose they are, in its order', async () => {
    const { own, clock, state, faults, settle, bodies } = start();
    state.refusals = 2;
    own.reached([text('first')]);
    own.reached([text('second')]);
    await settle();
    clock.advance(1_000);
    await settle();
    expect(bodies()).toEqual([]);
    clock.advance(1_000);
    await settle();
    expect(bodies()).toEqual(['first', 'second']);
    expect(faults).toHaveLength(2);
  });

  it('are not asked about again when nobody hears', async () => {
    const { own, clock, state, faults, settle, bodies } = start();
    Object.assign(state, { refusals: 1, isHeard: false });
    own.reached([text('unheard')]);
    await settle();
    clock.advance(60_000);
    await settle();
    expect([bodies(), faults.length]).toEqual([[], 1]);
  });

  it('get a text without the file that is gone, and not before one that was sent earlier', async () => {
    const { own, settle, said, bodies } = start();
    const read = async () => Uint8Array.of(7);
    const gone = async () => {
      await settle();
      throw new Error('it is gone');
    };
    const files = [
      { contentType: 'image/png', read },
      { contentType: 'image/gif', read: gone },
    ];
    own.reached([{ ...text('with pictures'), files }]);
    own.reached([text('after it')]);
    await settle();
    await settle();
    expect(bodies()).toEqual(['with pictures', 'after it']);
    expect(said[0]?.media).toEqual([{ contentType: 'image/png', bytes: Uint8Array.of(7) }]);
  });
});
