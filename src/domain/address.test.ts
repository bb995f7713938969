import { describe, expect, it } from 'vitest';
import { countryOf, fixOfLostPlus, formatAddress, numberType, parseSender, parseTo } from './address.ts';

const number = (e164: string) => ({ kind: 'number', e164 });

describe('a recipient', () => {
  it.each([
    '+12025550101',
    '+12025550100',
    '+15558675310',
    '+15552229999',
    '+15017122661',
    '+15005550006',
    '+15005550001',
    '+15005530003',
    '+447700900123',
    '+819012345678',
    '+4915123456789',
  ])('%s is a number', (text) => expect(parseTo(text)).toEqual(number(text)));

  it.each(['+1 (202) 555-0101', '+1.202.555.0101', '+1-202-555-0101', '+12025550101 ', ' +12025550101'])(
    '%j is read as +12025550101',
    (text) => expect(parseTo(text)).toEqual(number('+12025550101')),
  );

  it.each([
    '',
    ' ',
    '+',
    '+1',
    '12025550101',
    ' 12025550101',
    ' 21211',
    '+1202555010',
    '+120255501011',
    '+0123456789',
    '+999123456789',
    '+1234567890123456',
    '+1202555O101',
    '++12025550101',
    '+1202+5550101',
    '+12025550101,+12025550102',
    '+12025550101\u0000',
    '(202) 555-0101',
    'abc',
    'Pidge',
    'whatsapp:',
    'whatsapp:12025550101',
    'whatsapp:+1',
    'WhatsApp:+12025550101',
    'rcs:+1',
    'messenger:a b',
    'fax:+12025550101',
  ])('%j is none', (text) => expect(parseTo(text)).toBeNull());

  it('may be a short code, which accept refuses by its own number', () => {
    expect(parseTo('76767')).toEqual({ kind: 'short-code', code: '76767' });
    expect(parseTo('12')).toBeNull();
    expect(parseTo('123456789')).toBeNull();
  });

  it.each([
    ['whatsapp:+1 202 555 0101', 'whatsapp:+12025550101'],
    ['messenger:1234567890', 'messenger:1234567890'],
    ['rcs:+12025550101', 'rcs:+12025550101'],
    ['rcs:brand_xyz_agent', 'rcs:brand_xyz_agent'],
  ])('%s is a channel address', (text, canonical) => {
    const address = parseTo(text);
    expect(address?.kind).toBe('channel');
    expect(address && formatAddress(address)).toBe(canonical);
  });
});

describe('a sender', () => {
  it.each(['Pidge', 'A', 'Pidge & Co', '123 ABC', 'my-brand_1+', 'ABCDEFGHIJK'])('%j is alphanumeric', (text) =>
    expect(parseSender(text)).toEqual({ kind: 'alphanumeric', id: text }),
  );

  it.each(['', '123456789', 'ABCDEFGHIJKL', 'Zürich', 'a:b', 'a.b', '+1', '+1202', '----', ' 15551234567', '💬'])(
    '%j is none',
    (text) => expect(parseSender(text)).toBeNull(),
  );

  it('may be a number, a short code or a channel address, and reads back from its canonical form', () => {
    for (const text of ['+15005550006', '76767', 'whatsapp:+12025550100', 'Pidge']) {
      const address = parseSender(text);
      if (!address) throw new Error(text);
      expect(formatAddress(address)).toBe(text);
      expect(parseSender(formatAddress(address))).toEqual(address);
    }
  });
});

describe('the type of a number', () => {
  it.each([
    ['+12025550101', 'unknown'],
    ['+15558675310', 'unknown'],
    ['+15005550006', 'unknown'],
    ['+15017122661', 'unknown'],
    ['+19005551234', 'premium'],
    ['+18005551212', 'toll-free'],
    ['+442071838750', 'landline'],
    ['+4915123456789', 'mobile'],
    ['+1', 'unknown'],
    ['nonsense', 'unknown'],
  ])('%s is %s', (e164, type) => expect(numberType(e164)).toBe(type));

  it('comes with a country, also for numbers nobody holds', () => {
    expect(countryOf('+12025550101')).toBe('US');
    expect(countryOf('+15558675310')).toBe('US');
    expect(countryOf('+14165550123')).toBe('CA');
    expect(countryOf('+447700900123')).toBe('GB');
    expect(countryOf('+80012345678')).toBeNull();
    expect(countryOf('nonsense')).toBeNull();
  });
});

it('more numbers than are remembered are answered right all the same', () => {
  for (let i = 0; i < 20_000; i += 1) parseTo(`+1202${String(5_550_000 + i)}`);
  expect(parseTo('+12025550101')).toEqual(number('+12025550101'));
  expect(parseTo('+1202555010')).toBeNull();
});

it.each([
  [' 12025550101', true],
  ['whatsapp: 12025550101', true],
  ['+1202555', false],
  ['My shop 1', false],
])('%j has lost its plus: %s', (text, isLost) => expect(fixOfLostPlus(text) !== null).toBe(isLost));
