import { describe, expect, it } from 'vitest';
import { HandWoundClock } from '../../domain/clock.ts';
import { CarrierIds } from './carrier-ids.ts';
import type { ReceiptIds } from './settings.ts';

function known(receiptIds: ReceiptIds, ...ids: string[]) {
  const clock = new HandWoundClock();
  const book = new CarrierIds(receiptIds, clock);
  for (const id of ids) book.add(id);
  return { book, clock };
}

describe('the id of a receipt', () => {
  it('is found in another case, with zeros in front, in hex and in decimal', () => {
    expect(known('auto', 'ab12').book.find('00AB12')).toBe('ab12');
    expect(known('auto', '1a2b3c').book.find('0001715004')).toBe('1a2b3c');
    expect(known('auto', '1715004').book.find('1A2B3C')).toBe('1715004');
  });

  it('teaches the dialect, which counts for ids that are not known', () => {
    const { book } = known('auto', '1a2b3c');
    expect(book.find('1715004')).toBe('1a2b3c');
    expect(book.resolve('1715005', true)).toBe('1a2b3d');
  });

  it('is what the setting says, known or not', () => {
    expect(known('decimal').book.resolve('255', true)).toBe('ff');
    expect(known('hex').book.resolve('FF', true)).toBe('255');
    expect(known('same').book.resolve('00FF', true)).toBe('ff');
  });

  it('is that of the answer which it overtook', async () => {
    const { book, clock } = known('auto');
    const resolved = book.resolve('255', true);
    book.add('7');
    book.add('ff');
    expect(await resolved).toBe('ff');
    expect(clock.untilNext()).toBeNull();
  });

  it('is taken as it stands when no answer comes', async () => {
    const { book, clock } = known('auto');
    const resolved = book.resolve('0255', true);
    clock.advance(1_000);
    expect(await resolved).toBe('255');
    expect(book.resolve('0256', false)).toBe('256');
  });
});
