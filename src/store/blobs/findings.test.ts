import { expect, it } from 'vitest';
import type { BlobRecord } from '../media.ts';
import { blobFindings } from './findings.ts';

const key = (name: string) => `${name.repeat(64)}-00000001`;
const record = (name: string, changes: Partial<BlobRecord> = {}): BlobRecord => ({
  key: key(name),
  sizeBytes: 10,
  isDying: false,
  isReferred: true,
  ...changes,
});

/** Answers in turn what each look finds; the last one for good. */
function turns<T>(...answers: T[]): () => T {
  let turn = -1;
  return () => {
    turn += 1;
    return answers[Math.min(turn, answers.length - 1)] as T;
  };
}

function looking(records: () => BlobRecord[], keys: () => string[]) {
  const store = {
    blobs: async ({ after }: { after: string }) => (after === '' ? records() : []),
  };
  const blobs = {
    async *keys() {
      yield* keys();
    },
  };
  return blobFindings(store, blobs);
}

it('nothing is found where every medium has its bytes and all bytes are known', async () => {
  const records = [record('a'), record('b', { isReferred: false }), record('c', { isDying: true, isReferred: false })];
  expect(await looking(turns(records), turns([key('a'), key('b'), key('c')]))).toEqual([]);
  expect(await looking(turns(records), turns([key('a')]))).toEqual([]);
});

it('media without bytes are found, and so are bytes that the store does not know', async () => {
  const found = await looking(turns([record('a'), record('b')]), turns([key('b'), key('f')]));
  expect(found.map(({ rule, subject }) => [rule, subject])).toEqual([
    ['media-without-bytes', key('a')],
    ['bytes-without-blob', key('f')],
  ]);
});

it('what comes and goes while it looks is not found', async () => {
  // Put and referred to after the first list of bytes; then removed and forgotten after the second.
  expect(await looking(turns([record('a')], [record('a')]), turns([], [key('a')]))).toEqual([]);
  expect(await looking(turns([], []), turns([key('a')], []))).toEqual([]);
});

it('all pages of the store are looked at', async () => {
  const records = Array.from({ length: 5_001 }, (_, index) =>
    record('a', { key: `${'a'.repeat(64)}-${String(index).padStart(8, '0')}` }),
  );
  const store = {
    blobs: async ({ after, limit }: { after: string; limit: number }) =>
      records.filter((one) => one.key > after).slice(0, limit),
  };
  const blobs = {
    async *keys() {
      for (const one of records.slice(0, -1)) yield one.key;
    },
  };
  const found = await blobFindings(store, blobs);
  expect(found.map(({ subject }) => subject)).toEqual([records.at(-1)?.key]);
});
