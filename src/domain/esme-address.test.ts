import { describe, expect, it } from 'vitest';
import { esmeUrl, esmeUserOf, isTold, partIds, readEsmeUrl, sidOfPartId } from './esme-address.ts';

const SID = `SM${'a'.repeat(32)}`;
const address = { user: 'acme', id: SID, submittedAt: 1_767_225_600_000, wants: [3, 7], reference: 12 };

describe('the address of an ESME', () => {
  it('says again all that it was made of', () => {
    const url = esmeUrl(address) as string;
    expect(url).toBe(`smpp:acme?id=${SID}&at=1767225600000&wants=37&ref=12`);
    expect(readEsmeUrl(url)).toEqual(address);
    expect(esmeUserOf(url)).toBe('acme');
  });

  it('is none where no part wants a receipt', () => {
    expect(esmeUrl({ ...address, wants: [0, 0] })).toBeNull();
  });

  it('is no URL, and no URL is one', () => {
    for (const url of ['https://a.example/smpp:acme', 'smpp:', 'smpp:a b', `smpp:${'x'.repeat(16)}`]) {
      expect(esmeUserOf(url)).toBeNull();
      expect(readEsmeUrl(url)).toBeNull();
    }
    expect(esmeUserOf(`smpp:${SID.replace('SM', 'AC')}`)).toBe(SID.replace('SM', 'AC'));
  });

  it('one that names a user alone has no receipts', () => {
    expect(readEsmeUrl('smpp:acme')).toBeNull();
    expect(isTold('smpp:acme', 'delivered')).toBe(false);
  });

  it('hears of what was asked for: success, failure, what lies between', () => {
    const told = (wants: number[]) => {
      const url = esmeUrl({ ...address, wants }) as string;
      return ['queued', 'sent', 'delivered', 'undelivered', 'failed', 'canceled'].filter((one) => isTold(url, one));
    };
    expect(told([1])).toEqual(['delivered']);
    expect(told([2])).toEqual(['undelivered', 'failed', 'canceled']);
    expect(told([0, 4])).toEqual(['sent']);
    expect(isTold('https://a.example/s', 'queued')).toBe(true);
  });

  it('numbers the parts of a message of several, and leads back to its sid', () => {
    expect(partIds({ id: SID, wants: [3] })).toEqual([SID]);
    expect(partIds(address)).toEqual([`${SID}-1`, `${SID}-2`]);
    expect(sidOfPartId(`${SID}-2`)).toBe(SID);
    expect(sidOfPartId(SID)).toBe(SID);
  });
});
