import { describe, expect, it } from 'vitest';
import { contentless, hasLeft, masker, obfuscated, personSide } from './privacy.ts';

describe('masking', () => {
  it('hides the last four digits of a number, whatever stands before it, once and for all', () => {
    expect(obfuscated('+12025550101')).toBe('+1202555XXXX');
    expect(obfuscated('whatsapp:+12025550101')).toBe('whatsapp:+1202555XXXX');
    expect(obfuscated('76767')).toBe('7XXXX');
    expect(obfuscated('ACME')).toBe('ACME');
    expect(obfuscated(obfuscated('+12025550101'))).toBe('+1202555XXXX');
  });

  it('finds a number in a text however its signs are encoded, and leaves other numbers', () => {
    const mask = masker('whatsapp:+12025550101');
    expect(mask('To=%2B12025550101&From=%2B12025550100')).toBe('To=%2B1202555XXXX&From=%2B12025550100');
    expect(mask('{"to":"whatsapp:+12025550101"}')).toBe('{"to":"whatsapp:+1202555XXXX"}');
    expect(mask('?n=%2012025550101')).toBe('?n=%201202555XXXX');
  });

  it('leaves texts alone for what is too short to be told from other numbers', () => {
    expect(masker('76767')('at 1767672')).toBe('at 1767672');
    expect(masker('ACME')('ACME')).toBe('ACME');
  });

  it('is about the person: who gets an outbound message, who sent an inbound one', () => {
    expect(personSide('outbound-api')).toBe('to');
    expect(personSide('outbound-reply')).toBe('to');
    expect(personSide('inbound')).toBe('from');
  });
});

it('options without content keep the wishes', () => {
  const options = { discardContent: true, content: { sid: 'HX1', variables: {} }, actions: ['geo:1,2'] } as const;
  const buttons = [{ text: 'Yes', payload: 'yes' }];
  const channel = { profileName: 'Ada', location: { latitude: 1, longitude: 2 } };
  expect(contentless({ ...options, actions: [...options.actions], buttons, channel })).toEqual({
    discardContent: true,
  });
});

it('content is needed until a message has left', () => {
  expect(hasLeft('sending')).toBe(false);
  expect(hasLeft('scheduled')).toBe(false);
  expect(hasLeft('sent')).toBe(true);
  expect(hasLeft('canceled')).toBe(true);
});
