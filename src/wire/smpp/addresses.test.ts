import { describe, expect, it } from 'vitest';
import { ADDRESS_STYLE, fromWireAddress, toWireAddress } from './addresses.ts';

describe('an address on the wire', () => {
  it('has the type of its kind', () => {
    expect(toWireAddress({ kind: 'number', e164: '+12025550100' })).toEqual({ ton: 1, npi: 1, addr: '12025550100' });
    expect(toWireAddress({ kind: 'short-code', code: '76767' })).toEqual({ ton: 3, npi: 0, addr: '76767' });
    expect(toWireAddress({ kind: 'alphanumeric', id: 'Pidge' })).toEqual({ ton: 5, npi: 0, addr: 'Pidge' });
    expect(toWireAddress({ kind: 'channel', channel: 'whatsapp', id: '+1' })).toBeNull();
    const style = { ...ADDRESS_STYLE, shortCode: { ton: 0, npi: 0 } };
    expect(toWireAddress({ kind: 'short-code', code: '76767' }, style)).toMatchObject({ ton: 0 });
  });

  it.each([
    ['a number', 1, '12025550100', '+12025550100'],
    ['a number with its plus', 0, '+12025550100', '+12025550100'],
    ['a number after two zeros', 1, '0012025550100', '+12025550100'],
    ['a long number of no type', 0, '12025550100', '+12025550100'],
    ['a short code of no type', 0, '76767', '76767'],
    ['a short code that calls itself international', 1, '76767', '76767'],
    ['a network code', 3, '76767', '76767'],
    ['a name', 5, 'Pidge', 'Pidge'],
    ['a name of digits', 5, '12025550100', '12025550100'],
    ['a name without its type', 0, 'Pidge', 'Pidge'],
    ['a national number of nowhere', 2, '07700900123', '07700900123'],
  ])('is read as what it is: %s', (_, ton, addr, canonical) => {
    expect(fromWireAddress({ ton, addr })).toBe(canonical);
  });

  it('that is national gets the code of its country', () => {
    const style = { ...ADDRESS_STYLE, countryCode: '44' };
    expect(fromWireAddress({ ton: 2, addr: '07700900123' }, style)).toBe('+447700900123');
  });
});
