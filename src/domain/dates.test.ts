import { describe, expect, it } from 'vitest';
import { dayOf, parseFilterDate, parseInstant, rfc2822 } from './dates.ts';

describe('rfc2822', () => {
  it('writes the form of the 2010 API', () => {
    expect(rfc2822(Date.UTC(2023, 7, 24, 5, 1, 45, 999))).toBe('Thu, 24 Aug 2023 05:01:45 +0000');
    expect(rfc2822(Date.UTC(2026, 1, 3))).toBe('Tue, 03 Feb 2026 00:00:00 +0000');
  });
});

describe('parseInstant', () => {
  const at = Date.UTC(2026, 2, 1, 9, 30, 15);
  it.each([
    ['2026-03-01T09:30:15Z', at],
    ['2026-03-01T09:30:15', at],
    ['2026-03-01t09:30:15z', at],
    ['2026-03-01T11:30:15+02:00', at],
    ['2026-03-01T04:00:15-0530', at],
    ['2026-03-01T10:30:15+01', at],
    ['2026-03-01T09:30:15.123456Z', at + 123],
    ['2026-03-01T09:30Z', at - 15_000],
    ['2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
  ])('reads %s', (text, expected) => expect(parseInstant(text)).toBe(expected));

  it.each([
    '',
    'tomorrow',
    '2026-03-01',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T09:60:00Z',
    '2026-03-01T09:30:60Z',
    '2026-03-01T09:30:15+24:00',
    '2026-03-01T09:30:15 02:00',
    '2026-03-01 09:30:15Z',
    '0026-03-01T09:30:15Z',
    '1772357415',
    '2026-03-01T09:30:15Z\n',
  ])('refuses %j', (text) => expect(parseInstant(text)).toBeNull());
});

describe('parseFilterDate', () => {
  const day = { kind: 'day', from: Date.UTC(2019, 5, 11), to: Date.UTC(2019, 5, 12) };
  it.each(['2019-06-11', '2019/06/11', '06/11/2019', 'Tue, 11 Jun 2019'])('takes %s for the whole day', (text) =>
    expect(parseFilterDate(text)).toEqual(day),
  );

  it.each([
    ['2019-06-11T22:05:25Z', Date.UTC(2019, 5, 11, 22, 5, 25)],
    ['2019-06-11T22:05:25', Date.UTC(2019, 5, 11, 22, 5, 25)],
    ['2019-06-11T00:00:00Z', Date.UTC(2019, 5, 11)],
    ['2019-06-11 00:00:00.000', Date.UTC(2019, 5, 11)],
    ['2019-06-11T22:05:25+02:00', Date.UTC(2019, 5, 11, 20, 5, 25)],
    ['2019-06-11 22:05:25.000', Date.UTC(2019, 5, 11, 22, 5, 25)],
    ['06/11/2019 22:05:25 MST', Date.UTC(2019, 5, 12, 5, 5, 25)],
    ['Wed, 19 Jun 2019 22:04:00 -0000', Date.UTC(2019, 5, 19, 22, 4)],
    ['2019-06-11T00:00:00.001Z', Date.UTC(2019, 5, 11, 0, 0, 0, 1)],
  ])('reads %s as an instant', (text, at) => expect(parseFilterDate(text)).toEqual({ kind: 'instant', at }));

  it.each(['', 'x', '2019-02-30', '2019-6', '31/12/2019', 'Wed, 19 Foo 2019', '2019-06-11T22:05:25 XYZ', '20190611'])(
    'refuses %j',
    (text) => expect(parseFilterDate(text)).toBeNull(),
  );

  it('has a day around every instant', () => {
    expect(dayOf(Date.UTC(2019, 5, 11, 22, 5, 25))).toEqual(day);
  });
});
