import { describe, expect, it } from 'vitest';
import { submission } from '../../tests/helpers/smpp.ts';
import { HandWoundClock } from '../domain/clock.ts';
import type { Outcome, Submission } from './connector.ts';
import { HandOver, retryAfterOf } from './hand-over.ts';

const TAKEN: Outcome = { kind: 'accepted', carrierIds: ['1'] };
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Sends whose answers the test gives. */
function rig(most: number) {
  const clock = new HandWoundClock();
  const handOver = new HandOver(clock, most);
  handOver.open();
  const begun: string[] = [];
  const answers = new Map<string, (outcome: Outcome) => void>();
  const one = ({ messageSid }: Submission) => {
    begun.push(messageSid);
    return new Promise<Outcome>((resolve) => answers.set(messageSid, resolve));
  };
  const to = (sid: string, number: string, more = {}) => submission(sid, 'Hi', { to: `+1202555010${number}`, ...more });
  return { clock, handOver, begun, answer: (sid: string) => answers.get(sid)?.(TAKEN), one, to };
}

describe('handing over', () => {
  it('has so many under way at once, in their order', async () => {
    const { handOver, begun, answer, one, to } = rig(2);
    const all = handOver.run([to('SM1', '1'), to('SM2', '2'), to('SM3', '3')], one);
    await turn();
    expect(begun).toEqual(['SM1', 'SM2']);
    answer('SM1');
    await turn();
    expect(begun).toEqual(['SM1', 'SM2', 'SM3']);
    answer('SM2');
    answer('SM3');
    expect(await all).toEqual([TAKEN, TAKEN, TAKEN]);
  });

  it('tells each outcome as it comes, so that a slow one holds up none', async () => {
    const { handOver, answer, one, to } = rig(2);
    const told: number[] = [];
    const all = handOver.run([to('SM1', '1'), to('SM2', '2'), to('SM3', '3')], one, (index) => told.push(index));
    await turn();
    answer('SM2');
    await turn();
    answer('SM3');
    await turn();
    expect(told).toEqual([1, 2]);
    answer('SM1');
    expect(await all).toEqual([TAKEN, TAKEN, TAKEN]);
    expect(told).toEqual([1, 2, 0]);
  });

  it('has one under way to each recipient, so that a person reads them in order', async () => {
    const { handOver, begun, answer, one, to } = rig(10);
    const first = handOver.run([to('SM1', '1'), to('SM2', '1'), to('SM3', '2')], one);
    const later = handOver.run([to('SM4', '1')], one);
    await turn();
    expect(begun).toEqual(['SM1', 'SM3']);
    for (const sid of ['SM1', 'SM2', 'SM3', 'SM4']) {
      answer(sid);
      await turn();
    }
    expect(begun).toEqual(['SM1', 'SM3', 'SM2', 'SM4']);
    expect([...(await first), ...(await later)]).toEqual([TAKEN, TAKEN, TAKEN, TAKEN]);
  });

  it('pauses for longer each time, for as long as the carrier says, and not after an answer', async () => {
    const { clock, handOver, to } = rig(10);
    const taken = async () => TAKEN;
    expect(handOver.pause()).toMatchObject({ kind: 'busy', retryAfterMs: 1_000 });
    expect(await handOver.run([to('SM1', '1')], taken)).toMatchObject([{ kind: 'busy', retryAfterMs: 1_000 }]);
    clock.advance(1_000);
    expect(await handOver.run([to('SM1', '1')], taken)).toEqual([TAKEN]);
    expect(handOver.pause()).toMatchObject({ retryAfterMs: 2_000 });
    clock.advance(2_000);
    expect(handOver.pause(500_000)).toMatchObject({ retryAfterMs: 60_000 });
    clock.advance(60_000);
    handOver.ease();
    expect(handOver.pause()).toMatchObject({ retryAfterMs: 1_000 });
  });

  it('pauses as usual when the carrier says to come again at once', () => {
    const { clock, handOver } = rig(10);
    const pauses = [1, 2, 3].map(() => {
      const { retryAfterMs = 0 } = handOver.pause(retryAfterOf({ 'retry-after': '0' })) as { retryAfterMs?: number };
      clock.advance(retryAfterMs);
      return retryAfterMs;
    });
    expect(pauses).toEqual([1_000, 2_000, 4_000]);
  });

  it('begins nothing after its last instant, nor after the stop', async () => {
    const { clock, handOver, begun, answer, one, to } = rig(1);
    const writeBy = clock.monotonic() + 5_000;
    const all = handOver.run([to('SM1', '1'), to('SM2', '2', { writeBy }), to('SM3', '3')], one);
    await turn();
    clock.advance(5_000);
    answer('SM1');
    await turn();
    expect(begun).toEqual(['SM1', 'SM3']);
    const last = handOver.run([to('SM4', '4')], one);
    const closed = handOver.close();
    answer('SM3');
    await closed;
    expect(await all).toMatchObject([TAKEN, { kind: 'busy' }, TAKEN]);
    expect(await last).toMatchObject([{ kind: 'unreachable' }]);
  });

  it('is in doubt about what broke, and does not say with what', async () => {
    const { handOver, to } = rig(1);
    const broken = () => Promise.reject(new TypeError('the secret is 4711'));
    expect(await handOver.run([to('SM1', '1')], broken)).toEqual([
      { kind: 'unsure', note: 'the connector broke: TypeError' },
    ]);
  });
});
