import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReceiptDate, readTime, writeAbsoluteTime, writeRelativeTime } from './times.ts';

const NOW = Date.UTC(2026, 10, 21, 20, 30);
const at = (text: string) => readTime(text, NOW);
const iso = (text: string) => {
  const time = at(text);
  return time.ok && time.at !== null ? new Date(time.at).toISOString() : time;
};

describe('an absolute time', () => {
  it('is written in UTC, to a tenth of a second, and read again', () => {
    expect(writeAbsoluteTime(Date.UTC(2026, 10, 21, 20, 30, 5, 678))).toBe('261121203005600+');
    const instants = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2099, 11, 31) });
    fc.assert(
      fc.property(instants, (instant) => {
        expect(at(writeAbsoluteTime(instant))).toEqual({ ok: true, at: Math.floor(instant / 100) * 100 });
      }),
    );
  });

  it('has its zone in quarters of an hour, ahead of UTC or behind', () => {
    expect(iso('261121203000004+')).toBe('2026-11-21T19:30:00.000Z');
    expect(iso('261121203000022-')).toBe('2026-11-22T02:00:00.000Z');
  });

  it.each([
    '260230000000000+',
    '261121240000000+',
    '261121206000000+',
    '261121203000049+',
    '2611212030',
    '26112120300000 +',
    'x',
  ])('is none when it is %s', (text) => {
    expect(at(text)).toMatchObject({ ok: false });
  });

  it('may be left out', () => {
    expect(at('')).toEqual({ ok: true, at: null });
  });
});

describe('a relative time', () => {
  it('is written in days and less, up to 31 days', () => {
    expect(writeRelativeTime(36_000_000)).toBe('000000100000000R');
    expect(writeRelativeTime(4 * 86_400_000 + 3_723_001)).toBe('000004010204000R');
    expect(writeRelativeTime(0)).toBe('000000000000000R');
    expect(writeRelativeTime(32 * 86_400_000)).toBeNull();
    expect(writeRelativeTime(-1_000)).toBeNull();
    expect(writeRelativeTime(Number.NaN)).toBeNull();
  });

  it('is read from now on, by the calendar', () => {
    expect(iso('000000100000000R')).toBe('2026-11-22T06:30:00.000Z');
    expect(iso('010201000000000R')).toBe('2028-01-22T20:30:00.000Z');
    const spans = fc.integer({ min: 0, max: 31 * 86_400 });
    fc.assert(
      fc.property(spans, (seconds) => {
        const written = writeRelativeTime(seconds * 1_000) ?? '';
        expect(at(written)).toEqual({ ok: true, at: NOW + seconds * 1_000 });
      }),
    );
  });
});

describe('the date of a receipt', () => {
  const date = (text: string, zoneMinutes = 0, nearAt = NOW) => {
    const found = readReceiptDate(text, zoneMinutes, nearAt);
    return found && [new Date(found.at).toISOString().slice(0, 19), found.stamp];
  };

  it.each([
    ['2611210830', '2026-11-21T08:30:00', '2611210830'],
    ['261121083005', '2026-11-21T08:30:05', '2611210830'],
    ['202611210830', '2026-11-21T08:30:00', '2611210830'],
    ['20261121083005', '2026-11-21T08:30:05', '2611210830'],
    ['261121083005000+', '2026-11-21T08:30:05', '2611210830'],
    ['2611210830+0200', '2026-11-21T06:30:00', '2611210830'],
    ['2611210830-05:30', '2026-11-21T14:00:00', '2611210830'],
    ['2611210830Z', '2026-11-21T08:30:00', '2611210830'],
  ])('%s is %s', (text, instant, stamp) => {
    expect(date(text)).toEqual([instant, stamp]);
  });

  it("is in the carrier's zone unless it says another; the stamp stays as its clock showed it", () => {
    expect(date('2611210830', 120)).toEqual(['2026-11-21T06:30:00', '2611210830']);
    expect(date('2611210030', -300)).toEqual(['2026-11-21T05:30:00', '2611210030']);
    expect(date('2611210830Z', 120)).toEqual(['2026-11-21T08:30:00', '2611210830']);
  });

  it('of twelve digits that can be two dates is the nearer one', () => {
    expect(date('201011210830', 0, Date.UTC(2020, 9, 11))?.[0]).toBe('2020-10-11T21:08:30');
    expect(date('201011210830', 0, Date.UTC(2010, 10, 21))?.[0]).toBe('2010-11-21T08:30:00');
  });

  it.each(['', '0000000000', '2613010830', '2602300830', '26112108', '26112108305', '261121083005123456', 'soon'])(
    'is none when it is %s',
    (text) => {
      expect(date(text)).toBeNull();
    },
  );
});
