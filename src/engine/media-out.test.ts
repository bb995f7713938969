/** What connectors are handed of a message with media, and what keeps one from them. */
import { describe, expect, it } from 'vitest';
import { message } from '../../tests/contract/store.fixtures.ts';
import { turns } from '../../tests/helpers/fake-nodes.ts';
import { MemoryBlobs } from '../../tests/helpers/memory-blobs.ts';
import type { Message } from '../domain/message.ts';
import type { Media } from '../store/media.ts';
import type { SendWork } from '../store/store.ts';
import { makeAttach } from './attach.ts';
import { submissionOf, unsendable } from './conclude.ts';

const work = (changes: Partial<Message> = {}): SendWork => ({
  workId: 1,
  attempt: 1,
  connector: 'sim',
  startAt: 0,
  lane: null,
  expired: false,
  optedOut: false,
  isNotice: false,
  message: message(changes),
});

const row = (sid: string, contentType = 'image/png'): Media => ({
  sid,
  accountSid: 'AC1',
  messageSid: 'MM1',
  position: 0,
  contentType,
  sizeBytes: 3,
  blobKey: `key of ${sid}`,
  createdAt: 0,
  updatedAt: 0,
});

const mediaLink = (sid: string) => `https://pidge.example/m/${sid}`;

async function attached(media: Media[], blobs = new MemoryBlobs()) {
  const attach = makeAttach({
    store: { mediaOf: async ([key]) => media.map((one) => ({ ...one, ...key })) },
    blobs,
    mediaLink,
  });
  const one = work({ numMedia: media.length });
  return (await attach([one], () => undefined)).get(one.message.sid) ?? [];
}

const AT = { now: 0, writeBy: 55_000 };

describe('a submission', () => {
  it('of an MMS is one part with its files, as addresses and as bytes', async () => {
    const blobs = new MemoryBlobs();
    blobs.blobs.set('key of ME1', new Uint8Array([1, 2, 3]));
    const media = await attached([row('ME1')], blobs);
    const { parts, media: handed } = submissionOf(work({ numMedia: 1, body: 'x'.repeat(500) }), media, AT);
    expect(parts).toEqual(['x'.repeat(500)]);
    expect(handed).toMatchObject([{ sid: 'ME1', contentType: 'image/png', sizeBytes: 3, url: mediaLink('ME1') }]);
    expect(await handed[0]?.read()).toEqual(new Uint8Array([1, 2, 3]));
  });

  it('whose media leave as links has them in its text, and no files', async () => {
    const media = await attached([row('ME1'), row('ME2')]);
    const converted = work({ numMedia: 2, body: 'Look', options: { mediaAsLinks: true } });
    const submission = submissionOf(converted, media, AT);
    expect(submission.parts).toEqual([`Look\n${mediaLink('ME1')}\n${mediaLink('ME2')}`]);
    expect(submission.media).toEqual([]);
  });

  it('on WhatsApp has a text beside pictures alone', async () => {
    const to = 'whatsapp:+12025550101';
    const on = async (type: string) =>
      submissionOf(work({ to, numMedia: 1, body: 'Look' }), await attached([row('ME1', type)]), AT).parts;
    expect([await on('image/jpeg'), await on('application/pdf')]).toEqual([['Look'], ['']]);
  });

  it('whose bytes are gone says so when it is read', async () => {
    const [medium] = await attached([row('ME1')]);
    await expect(medium?.read()).rejects.toThrow('ME1');
  });
});

describe('attaching media', () => {
  it('asks nothing for messages without', async () => {
    const store = { mediaOf: () => Promise.reject(new Error('was asked')) };
    const attach = makeAttach({ store, blobs: new MemoryBlobs(), mediaLink });
    const faults: unknown[] = [];
    expect((await attach([work(), work()], (error) => faults.push(error))).size).toBe(0);
    await turns();
    expect(faults).toEqual([]);
  });

  it('takes one read for a whole claim', async () => {
    const asked: number[] = [];
    const mediaOf = async (keys: { messageSid: string }[]) => {
      asked.push(keys.length);
      return keys.flatMap(({ messageSid }) => ['ME1', 'ME2'].map((sid) => ({ ...row(sid), messageSid })));
    };
    const works = Array.from({ length: 300 }, () => work({ numMedia: 2 }));
    const found = await makeAttach({ store: { mediaOf }, blobs: new MemoryBlobs(), mediaLink })(works, () => undefined);
    expect([asked, found.size, [...found.values()].every((media) => media.length === 2)]).toEqual([[300], 300, true]);
  });

  it('that cannot be read leaves that message out, and tells it', async () => {
    const [good, bad] = [work({ numMedia: 1 }), work({ numMedia: 1 })];
    const mediaOf = async (keys: { messageSid: string }[]) => {
      if (keys.some(({ messageSid }) => messageSid === bad.message.sid)) throw new Error('not now');
      return keys.map(({ messageSid }) => ({ ...row('ME1'), messageSid }));
    };
    const attach = makeAttach({ store: { mediaOf }, blobs: new MemoryBlobs(), mediaLink });
    const faults: unknown[] = [];
    const found = await attach([good, bad], (error) => faults.push(error));
    expect([...found.keys()]).toEqual([good.message.sid]);
    expect(faults).toHaveLength(1);
  });
});

describe('an MMS', () => {
  const settings = { chargeOf: () => 0, mmsCountries: ['US'], inDoubtHoldMs: 0 };
  const codeOf = (changes: Partial<Message>) => unsendable(work(changes), true, settings);

  it('is not sent where there is none', () => {
    expect(codeOf({ numMedia: 1 })).toBeNull();
    expect(codeOf({ numMedia: 1, to: '+447700900123' })).toBe(30011);
    expect(codeOf({ to: '+447700900123', options: { asMms: true } })).toBe(30011);
    expect(codeOf({ numMedia: 1, to: '+447700900123', options: { mediaAsLinks: true } })).toBeNull();
    expect(codeOf({ numMedia: 1, to: 'whatsapp:+447700900123' })).toBeNull();
    expect(codeOf({ to: '+447700900123' })).toBeNull();
  });
});
