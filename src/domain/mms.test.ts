import { describe, expect, it, test } from 'vitest';
import { type Address, parseSender, parseTo } from './address.ts';
import { canMmsByKind, hasMms, type Leaving, leavesAsMms, MMS_COUNTRIES, partsOf, standIns } from './mms.ts';

const address = (text: string): Address => {
  const parsed = parseTo(text) ?? parseSender(text);
  if (!parsed) throw new Error(text);
  return parsed;
};
const leaving = (changes: Partial<Leaving> = {}): Leaving => ({
  from: '+12025550100',
  to: '+12025550101',
  body: 'Look',
  numMedia: 0,
  options: {},
  smartEncoded: false,
  ...changes,
});

test('there is MMS where there is', () => {
  const reached = (text: string, countries = MMS_COUNTRIES) => hasMms(address(text), countries);
  expect(['+12025550101', '+14165550123', '+61491570156', '+15005550006'].map((to) => reached(to))).toEqual(
    Array(4).fill(true),
  );
  expect([reached('+447700900123'), reached('whatsapp:+12025550101')]).toEqual([false, false]);
  expect(reached('+447700900123', ['GB'])).toBe(true);
});

test('numbers of North America and short codes have MMS', () => {
  expect(['+12025550100', '+15005550006', '76767'].map((from) => canMmsByKind(address(from)))).toEqual([
    true,
    true,
    true,
  ]);
  expect(['+447700900123', 'ACME'].map((from) => canMmsByKind(address(from)))).toEqual([false, false]);
});

describe('a message leaves', () => {
  it('as MMS with media, or when it is to look so', () => {
    expect(leavesAsMms(leaving())).toBe(false);
    expect(leavesAsMms(leaving({ numMedia: 1 }))).toBe(true);
    expect(leavesAsMms(leaving({ options: { asMms: true } }))).toBe(true);
    expect(leavesAsMms(leaving({ numMedia: 1, options: { mediaAsLinks: true } }))).toBe(false);
    expect(leavesAsMms(leaving({ numMedia: 1, to: 'whatsapp:+12025550101' }))).toBe(false);
    expect(leavesAsMms(leaving({ numMedia: 1, from: 'rcs:brand' }))).toBe(false);
  });

  it('in one part as MMS and on a channel, as it was written', () => {
    const long = { body: `${'x'.repeat(500)}’`, smartEncoded: true };
    for (const whole of [{ numMedia: 1 }, { to: 'whatsapp:+12025550101' }, { from: 'rcs:brand' }]) {
      expect(partsOf(leaving({ ...long, ...whole }), ['https://a']).parts).toEqual([long.body]);
    }
    expect(partsOf(leaving(long), []).parts).toHaveLength(4);
    expect(partsOf(leaving({ body: '', numMedia: 1 }), []).parts).toEqual(['']);
  });

  it('with links that count', () => {
    const links = standIns(2, (sid) => `https://pidge.example/m/${sid}.${'x'.repeat(22)}`);
    expect(new Set(links).size).toBe(1);
    const converted = leaving({ numMedia: 2, options: { mediaAsLinks: true } });
    const { parts } = partsOf(converted, links);
    expect(parts.join('')).toBe(`Look\n${links.join('\n')}`);
    expect(parts).toHaveLength(2);
    // Without any: as if it had been asked to leave as MMS.
    expect(partsOf(leaving({ options: { asMms: true, mediaAsLinks: true } }), []).parts).toEqual(['Look']);
  });
});
