import { describe, expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import type { PduOf } from '../wire/smpp/pdu.ts';
import { type SmscPlay, scriptOf } from './smsc-play.ts';

const PLAY: SmscPlay = {
  credentials: null,
  mostBinds: 2,
  ratePerSecond: null,
  ids: 'hex',
  receiptIds: 'decimal',
  seed: 1,
  rules: [],
  usual: {},
};
const submit = (destinationAddr = '12025550101') =>
  ({ command: 'submit_sm', sourceAddr: '12025550100', destinationAddr }) as PduOf<'submit_sm'>;
const bind = (systemId: string, password: string) => ({ systemId, password }) as PduOf<'bind_transceiver'>;

describe('a rehearsed carrier', () => {
  it('writes the ids of receipts in another way than those of answers', () => {
    const { id, receipts } = scriptOf(PLAY, new HandWoundClock(), () => 0).submit?.(submit(), 1) ?? {};
    expect(Number.parseInt(id ?? '', 16)).toBe(Number(receipts?.[0]?.id));
  });

  it('follows the first rule that fits: by number, every so many', () => {
    const script = scriptOf(
      {
        ...PLAY,
        rules: [
          { to: '+1415*', deed: { commandStatus: 0x0b } },
          { every: 3, deed: { answer: 'silent' } },
        ],
      },
      new HandWoundClock(),
      () => 0,
    );
    const said = ['14155550100', '12025550101', '12025550101', '12025550101'].map((to, at) =>
      script.submit?.(submit(to), at + 1),
    );
    expect(said.map((plan) => plan?.commandStatus ?? plan?.answer)).toEqual([0x0b, undefined, undefined, 'silent']);
    expect(said[0]?.id).toBeNull();
  });

  it('leaves the same to chance again with the same seed', () => {
    const chance = (seed: number) => {
      const rules = [{ percent: 30, deed: { answer: 'silent' as const } }];
      const script = scriptOf({ ...PLAY, seed, rules }, new HandWoundClock(), () => 0);
      return Array.from({ length: 200 }, (_, at) => script.submit?.(submit(), at + 1).answer ?? '');
    };
    expect(chance(7)).toEqual(chance(7));
    expect(chance(7)).not.toEqual(chance(8));
    expect(chance(7).filter((one) => one === 'silent').length).toBeGreaterThan(30);
  });

  it('throttles what is more than its rate in any second', () => {
    const clock = new HandWoundClock();
    const script = scriptOf({ ...PLAY, ratePerSecond: 2 }, clock, () => 0);
    const statuses = () => [1, 2, 3].map((number) => script.submit?.(submit(), number).commandStatus ?? 0);
    expect(statuses()).toEqual([0, 0, 0x58]);
    clock.advance(999);
    expect(statuses()).toEqual([0x58, 0x58, 0x58]);
    clock.advance(1);
    expect(statuses()).toEqual([0, 0, 0x58]);
  });

  it('lets in who has its credentials, and not too many', () => {
    let bound = 0;
    const credentials = { systemId: 'acme', password: 'secret' };
    const script = scriptOf({ ...PLAY, credentials }, new HandWoundClock(), () => bound);
    expect(script.bind?.(bind('acme', 'secret'), 1)).toBe(0);
    expect(script.bind?.(bind('acme', 'wrong'), 2)).toBe(0x0e);
    expect(script.bind?.(bind('other', 'secret'), 3)).toBe(0x0f);
    bound = 2;
    expect(script.bind?.(bind('acme', 'secret'), 4)).toBe(0x05);
  });
});
