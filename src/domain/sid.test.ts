import { describe, expect, it } from 'vitest';
import { HandWoundClock } from './clock.ts';
import { cryptoRandom, isSid, SidMaker, seededRandom } from './sid.ts';

const START = Date.UTC(2026, 0, 1);

describe('sids', () => {
  it('have the prefix, 12 hex of time, 4 of counter and 16 of the source', () => {
    const maker = new SidMaker({ now: () => 0x0123456789ab }, () => new Uint8Array(8).fill(0xee));
    expect(maker.make('SM')).toBe('SM0123456789ab0000eeeeeeeeeeeeeeee');
    expect(maker.make('MM')).toBe('MM0123456789ab0001eeeeeeeeeeeeeeee');
  });

  it('increase while the clock stands still, beyond the overflow of the counter', () => {
    const maker = new SidMaker({ now: () => START }, () => new Uint8Array(8).fill(1));
    let last = '';
    for (let i = 0; i < 70_000; i += 1) {
      const sid = maker.make('SM');
      if (sid <= last) throw new Error(`${sid} does not follow ${last}`);
      last = sid;
    }
    expect(last.slice(2, 14)).toBe((START + 1).toString(16).padStart(12, '0'));
  });

  it('increase when the clock steps back', () => {
    const clock = new HandWoundClock(START);
    const maker = new SidMaker(clock);
    const before = maker.make('SM');
    clock.stepWall(-60_000);
    const during = maker.make('SM');
    clock.stepWall(60_001);
    const after = maker.make('SM');
    expect([after, during, before].sort()).toEqual([before, during, after]);
  });

  it('are the same for the same seed and clock, and differ for another seed', () => {
    const series = (seed: string) => {
      const maker = new SidMaker({ now: () => START }, seededRandom(seed));
      return Array.from({ length: 20 }, () => maker.make('SM'));
    };
    expect(series('a')).toEqual(series('a'));
    expect(series('a').some((sid) => series('b').includes(sid))).toBe(false);
    expect(new Set(series('a').map((sid) => sid.slice(18))).size).toBe(20);
  });

  it('draw fresh bytes beyond the size of the pool', () => {
    const seen = new Set(Array.from({ length: 2000 }, () => Buffer.from(cryptoRandom(8)).toString('hex')));
    expect(seen.size).toBe(2000);
    expect(cryptoRandom(10_000)).toHaveLength(10_000);
  });
});

describe('isSid', () => {
  const digits = '0123456789abcdefABCDEF0123456789';
  it('takes hex in either case', () => expect(isSid(`SM${digits}`, 'SM', 'MM')).toBe(true));
  it('refuses another prefix', () => expect(isSid(`AC${digits}`, 'SM', 'MM')).toBe(false));
  it('takes every known prefix when none is named', () => {
    expect(isSid(`HX${digits}`)).toBe(true);
    expect(isSid(`ZZ${digits}`)).toBe(false);
  });
  it.each(['', 'SM', `SM${digits}0`, `SM${digits.slice(1)}`, `sm${digits}`, `SM${digits.slice(1)}g`, `SM${digits}\n`])(
    'refuses %j',
    (text) => expect(isSid(text)).toBe(false),
  );
});
