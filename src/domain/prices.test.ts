import { describe, expect, it } from 'vitest';
import { makeCharges, makeInboundCharges, type Priced, type PriceTable } from './prices.ts';

const TABLE: PriceTable = {
  smsMicros: 7_900,
  mmsMicros: 20_000,
  inboundSmsMicros: 7_500,
  inboundMmsMicros: 10_000,
  channelMicros: { whatsapp: 5_000, messenger: 4_000, rcs: 3_000 },
  prefixes: [
    { prefix: '+44', smsMicros: 40_000, mmsMicros: 90_000 },
    { prefix: '+447', smsMicros: 50_000 },
    { prefix: '+4', smsMicros: 60_000 },
  ],
};
const charge = makeCharges(TABLE);
const message = (changes: Partial<Priced>): Priced => ({
  from: '+12025550100',
  to: '+12025550101',
  numSegments: 1,
  numMedia: 0,
  options: {},
  ...changes,
});

describe('the price of a message', () => {
  it('is that of the longest prefix, times its segments', () => {
    expect(charge(message({ numSegments: 3 }))).toBe(23_700);
    expect(charge(message({ to: '+442071234567', numSegments: 2 }))).toBe(80_000);
    expect(charge(message({ to: '+447700900123' }))).toBe(50_000);
    expect(charge(message({ to: '+4915112345678' }))).toBe(60_000);
  });

  it('is flat for MMS, and a prefix without one has that of the next shorter prefix', () => {
    expect(charge(message({ numMedia: 2, numSegments: 1 }))).toBe(20_000);
    expect(charge(message({ options: { asMms: true } }))).toBe(20_000);
    expect(charge(message({ to: '+447700900123', numMedia: 1 }))).toBe(90_000);
  });

  it('counts segments again when media leave as links', () => {
    expect(charge(message({ numMedia: 1, numSegments: 4, options: { mediaAsLinks: true } }))).toBe(31_600);
  });

  it('on a channel is that of the channel, also when only the sender is of one', () => {
    expect(charge(message({ to: 'whatsapp:+447700900123', numSegments: 9, numMedia: 1 }))).toBe(5_000);
    expect(charge(message({ from: 'rcs:acme', to: '+447700900123' }))).toBe(3_000);
  });

  it('that came in is its own: by the segment, flat for MMS, that of the channel on a channel', () => {
    const charged = makeInboundCharges(TABLE);
    expect(charged(message({ from: '+447700900123', numSegments: 2 }))).toBe(15_000);
    expect(charged(message({ numSegments: 2, numMedia: 1 }))).toBe(10_000);
    expect(charged(message({ from: 'messenger:1', numSegments: 2 }))).toBe(4_000);
  });
});
