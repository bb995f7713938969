import { expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import type { ClaimedWork } from '../store/inbound-shapes.ts';
import { StoreUnavailable } from '../store/store.ts';
import { makeDrain } from './drain.ts';

const WORK: ClaimedWork = { workId: 1, accountSid: 'AC1', attempt: 1 };

function room(claimed: () => ClaimedWork[]) {
  const clock = new HandWoundClock();
  const asked: ClaimedWork[][] = [];
  const stillClaimed = async (works: ClaimedWork[]) => {
    asked.push(works);
    return claimed();
  };
  let ended: string | null = null;
  const drain = makeDrain({ store: { stillClaimed }, clock });
  const begin = (works: ClaimedWork[]) => {
    drain(works).then(
      () => {
        ended = 'drained';
      },
      (error: unknown) => {
        ended = error instanceof StoreUnavailable ? 'given up' : String(error);
      },
    );
  };
  const wind = async (ms: number) => {
    for (let left = ms; left > 0; left -= 50) {
      clock.advance(50);
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    }
  };
  return { asked, begin, wind, ended: () => ended };
}

it('an opt-out with nothing under way holds at once, and the store is not asked', async () => {
  const { asked, begin, wind, ended } = room(() => []);
  begin([]);
  await wind(50);
  expect([ended(), asked]).toEqual(['drained', []]);
});

it('an opt-out is not told of while something claimed before it may still be handed over', async () => {
  let left = [WORK, { ...WORK, workId: 2 }];
  const { asked, begin, wind, ended } = room(() => left);
  begin(left);
  await wind(500);
  expect(ended()).toBeNull();
  left = [WORK];
  await wind(100);
  expect([ended(), asked.at(-1)]).toEqual([null, [WORK]]);
  left = [];
  await wind(100);
  expect(ended()).toBe('drained');
});

it('a carrier that would wait too long is told to come again', async () => {
  const { begin, wind, ended } = room(() => [WORK]);
  begin([WORK]);
  await wind(4_900);
  expect(ended()).toBeNull();
  await wind(200);
  expect(ended()).toBe('given up');
});
