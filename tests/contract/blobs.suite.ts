import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BlobStore } from '../../src/store/blobs.ts';

const keyOf = (bytes: Uint8Array, life = '00000001') => `${createHash('sha256').update(bytes).digest('hex')}-${life}`;
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));

const ODD_KEYS = [
  '',
  '.',
  '..',
  '/etc/passwd',
  '../../outside',
  `${'a'.repeat(64)}-0000000/`,
  `${'a'.repeat(64)}-0000000Z`,
  `${'A'.repeat(64)}-00000001`,
  `${'a'.repeat(64)}-00000001/../x`,
  `${'a'.repeat(64)}-00000001\u0000`,
  `${'a'.repeat(64)}-00000001\n`,
  `${'a'.repeat(63)}-00000001`,
  `../${'a'.repeat(61)}-00000001`,
  'a'.repeat(64),
];

/** The contract of `store/blobs.ts`, for every place where bytes are kept. */
export function blobContract(name: string, open: () => Promise<BlobStore>): void {
  describe(`the contract of a blob store ${name}`, () => {
    let blobs: BlobStore;
    beforeEach(async () => {
      blobs = await open();
    });
    afterEach(() => blobs.close());

    async function keys(): Promise<string[]> {
      const found: string[] = [];
      for await (const key of blobs.keys()) found.push(key);
      return found.sort();
    }

    it('gives back what was put, and knows nothing of anything else', async () => {
      const [one, two] = [bytesOf('one'), Uint8Array.from({ length: 256 }, (_, index) => index)];
      await blobs.put(keyOf(one), one);
      await blobs.put(keyOf(two), two);
      expect(await blobs.read(keyOf(one))).toEqual(one);
      expect(await blobs.read(keyOf(two))).toEqual(two);
      expect(await blobs.read(keyOf(one, '00000002'))).toBeNull();
      expect(await keys()).toEqual([keyOf(one), keyOf(two)].sort());
    });

    it('holds nothing at first', async () => {
      expect(await keys()).toEqual([]);
      expect(await blobs.read(keyOf(bytesOf('nothing')))).toBeNull();
    });

    it('takes values of no byte and of sixteen million', async () => {
      const [none, large] = [new Uint8Array(), new Uint8Array(randomBytes(16_000_000))];
      await blobs.put(keyOf(none), none);
      await blobs.put(keyOf(large), large);
      expect(await blobs.read(keyOf(none))).toEqual(none);
      const found = await blobs.read(keyOf(large));
      expect(found && Buffer.compare(found, large)).toBe(0);
    });

    it('takes the same again without a change', async () => {
      const bytes = bytesOf('same');
      await blobs.put(keyOf(bytes), bytes);
      await blobs.put(keyOf(bytes), bytes);
      expect(await keys()).toEqual([keyOf(bytes)]);
      expect(await blobs.read(keyOf(bytes))).toEqual(bytes);
    });

    it('takes the same and others from many at once', async () => {
      const values = Array.from({ length: 40 }, (_, index) => bytesOf(`value ${index % 8}`));
      await Promise.all(values.map((bytes) => blobs.put(keyOf(bytes), bytes)));
      expect(await keys()).toEqual([...new Set(values.map((bytes) => keyOf(bytes)))].sort());
      for (const bytes of values) expect(await blobs.read(keyOf(bytes))).toEqual(bytes);
    });

    it('keeps its own copy of what it was given', async () => {
      const bytes = bytesOf('mine');
      const key = keyOf(bytes);
      await blobs.put(key, bytes);
      bytes.fill(0);
      (await blobs.read(key))?.fill(0);
      expect(await blobs.read(key)).toEqual(bytesOf('mine'));
    });

    it('removes what it is told to, and minds nothing that is not there', async () => {
      const bytes = bytesOf('short-lived');
      const [first, second] = [keyOf(bytes, '00000001'), keyOf(bytes, '00000002')];
      await blobs.put(first, bytes);
      await blobs.put(second, bytes);
      await blobs.remove(first);
      await blobs.remove(first);
      expect(await blobs.read(first)).toBeNull();
      expect(await blobs.read(second)).toEqual(bytes);
      expect(await keys()).toEqual([second]);
      await blobs.put(first, bytes);
      expect(await blobs.read(first)).toEqual(bytes);
    });

    it.each(ODD_KEYS.map((key) => [JSON.stringify(key), key]))('refuses the key %s', async (_, key) => {
      await expect(blobs.put(key, bytesOf('x'))).rejects.toThrow('no key of a blob');
      await expect(blobs.read(key)).rejects.toThrow('no key of a blob');
      await expect(blobs.remove(key)).rejects.toThrow('no key of a blob');
      expect(await keys()).toEqual([]);
    });
  });
}
