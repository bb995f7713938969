/** Who gets at the files of media, how long, and in what shape: the door alone, over a store that is a few maps. */
import { beforeEach, describe, expect, it } from 'vitest';
import { makeMediaLinks, SIGNED_MS } from '../../src/http/media-links.ts';
import type { Media } from '../../src/store/media.ts';
import type { Store } from '../../src/store/store.ts';
import { MemoryBlobs } from '../helpers/memory-blobs.ts';
import { basic, type Json, OTHER, openDoor, ROOT, SID, TOKEN } from './door.ts';

const KEY = 'a key for tests alone, at least 32 long';
const ME = `ME${'1'.repeat(32)}`;
const MM = `MM${'2'.repeat(32)}`;
const FILE = `${ROOT}/Messages/${MM}/Media/${ME}`;
const BYTES = Buffer.from('0123456789');

function open(access: 'open' | 'basic', contentType = 'video/mp4') {
  const blobs = new MemoryBlobs();
  blobs.blobs.set('key', BYTES);
  const links = makeMediaLinks(KEY);
  const medium: Media = {
    sid: ME,
    accountSid: SID,
    messageSid: MM,
    position: 0,
    contentType,
    sizeBytes: BYTES.length,
    blobKey: 'key',
    createdAt: 0,
    updatedAt: 0,
  };
  const rows = new Map([[ME, medium]]);
  let rung = 0;
  const door = openDoor({}, { media: { links, blobs, access, onRemoved: () => (rung += 1) } });
  const ofAccount = (accountSid: string, messageSid: string, sid: string) => {
    const found = rows.get(sid);
    return found?.accountSid === accountSid && found.messageSid === messageSid ? found : null;
  };
  const reads: Partial<Store> = {
    medium: async (...path) => ofAccount(...path),
    mediumBySid: async (sid) => rows.get(sid) ?? null,
    removeMedia: async ({ accountSid, messageSid, sid }) =>
      ofAccount(accountSid, messageSid, sid) && rows.delete(sid) ? 'done' : 'missing',
  };
  Object.assign(door.store, reads);
  return { door, links, rows, blobs, rung: () => rung };
}

const anonymous = {};
const own = { authorization: basic(SID, TOKEN) };

describe('the file of a medium', () => {
  let room: ReturnType<typeof open>;
  const signed = () => room.links.signed(ME, room.door.clock.now());
  const call = async (path: string, headers: Record<string, string> = anonymous, method = 'GET') => {
    const answer = await room.door.app.inject({ method: method as 'GET', url: path, headers });
    const json: Json = answer.body.startsWith('{') ? answer.json() : {};
    return { status: answer.statusCode, headers: answer.headers, text: answer.body, json };
  };
  beforeEach(() => {
    room = open('basic');
  });

  it('needs the credentials of its account, and redirects to an address that needs none', async () => {
    expect((await call(FILE)).status).toBe(401);
    const redirect = await call(FILE, own);
    expect([redirect.status, redirect.headers['cache-control']]).toEqual([302, 'no-store']);
    const location = new URL(String(redirect.headers.location));
    const answer = await call(location.pathname + location.search);
    expect([answer.status, answer.text]).toEqual([200, BYTES.toString()]);
  });

  it('is open where the operator has it so, and nothing else is', async () => {
    room = open('open');
    expect((await call(FILE)).status).toBe(302);
    expect((await call(FILE, anonymous, 'HEAD')).status).toBe(302);
    expect((await call(FILE, { authorization: 'Basic eDp5' })).status).toBe(401);
    for (const path of [`${FILE}.json`, `${FILE}.xml`, `${ROOT}/Messages/${MM}/Media`, `${ROOT}/Messages.json`]) {
      expect([path, (await call(path)).status]).toEqual([path, 401]);
    }
    expect((await call(FILE, anonymous, 'DELETE')).status).toBe(401);
    expect((await call(FILE.replace(SID, OTHER))).status).toBe(404);
    expect((await call(FILE.replace(SID, `AC${'9'.repeat(32)}`))).status).toBe(404);
    expect((await call(FILE.replace(ME, `ME${'3'.repeat(32)}`))).status).toBe(404);
  });

  it('is metadata with an extension', async () => {
    const { json } = await call(`${FILE}.json`, own);
    expect(json).toEqual({
      sid: ME,
      account_sid: SID,
      parent_sid: MM,
      content_type: 'video/mp4',
      date_created: 'Thu, 01 Jan 1970 00:00:00 +0000',
      date_updated: 'Thu, 01 Jan 1970 00:00:00 +0000',
      uri: `${FILE}.json`,
    });
    expect((await call(`${FILE}.xml`, own)).text).toContain(`<ContentType>video/mp4</ContentType>`);
  });

  it('is removed by both forms of its path, which rings who sweeps', async () => {
    expect((await call(FILE, own, 'DELETE')).status).toBe(204);
    expect(room.rung()).toBe(1);
    expect((await call(`${FILE}.json`, own, 'DELETE')).json.code).toBe(20404);
    expect((await call(FILE, own)).json.code ?? 20404).toBe(20404);
    expect(room.rung()).toBe(1);
  });

  it('is had for four hours by a signed address, then it says so', async () => {
    const path = signed();
    room.door.clock.advance(SIGNED_MS - 1_000);
    expect((await call(path)).status).toBe(200);
    room.door.clock.advance(2_000);
    const late = await call(path);
    expect([late.status, late.json.code]).toEqual([403, 20403]);
    expect(late.json.message).toMatch(/expired/);
  });

  it('is not had by an address that was changed', async () => {
    const path = signed();
    const later = path.replace(/Expires=(\d+)/, (_, at) => `Expires=${Number(at) + 1}`);
    const other = path.replace(ME, `ME${'3'.repeat(32)}`);
    const foreign = makeMediaLinks(`${KEY}, another`).signed(ME, room.door.clock.now());
    for (const wrong of [later, other, foreign, `/media/${ME}`, `${path.slice(0, -1)}`, '/media/x', '/media/ME1']) {
      expect([wrong, (await call(wrong)).status]).toEqual([wrong, 404]);
    }
  });

  it('is had by its short address for ever, but not by one that was guessed', async () => {
    const path = room.links.short(ME);
    expect(path).toMatch(new RegExp(`^/m/${ME}\\.[\\w-]{22}$`));
    room.door.clock.advance(365 * 86_400_000);
    expect((await call(path)).text).toBe(BYTES.toString());
    const turned = path.slice(0, -3) + (path.at(-3) === 'A' ? 'B' : 'A') + path.slice(-2);
    for (const wrong of [turned, `/m/${ME}`, `/m/${ME}.`, `${path}x`, '/m/x']) {
      expect([wrong, (await call(wrong)).status]).toEqual([wrong, 404]);
    }
    room.rows.clear();
    expect((await call(path)).status).toBe(404);
  });

  it.each([
    ['video/mp4', 'inline', 'mp4'],
    ['image/jpeg', 'inline', 'jpg'],
    ['audio/mpeg', 'inline', 'mp3'],
    ['application/pdf', 'attachment', 'pdf'],
    ['text/csv', 'attachment', 'csv'],
    ['text/vcard', 'attachment', 'vcf'],
    ['image/tiff', 'attachment', 'tiff'],
    ['image/svg+xml', 'attachment', 'bin'],
  ])('of type %s is %s, and a browser is told to run nothing of it', async (type, disposition, extension) => {
    room = open('open', type);
    const { headers } = await call(signed());
    expect(headers).toMatchObject({
      'content-type': type,
      'content-disposition': `${disposition}; filename="${ME}.${extension}"`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'private, max-age=300',
      'content-length': '10',
    });
  });

  it('answers HEAD as GET, without the bytes', async () => {
    const head = await call(signed(), anonymous, 'HEAD');
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', '10']);
  });

  it.each([
    ['bytes=2-4', 206, '234', 'bytes 2-4/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=7-99', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=-99', 206, '0123456789', 'bytes 0-9/10'],
    ['bytes=0-0', 206, '0', 'bytes 0-0/10'],
    ['bytes=10-', 416, '', 'bytes */10'],
    ['bytes=-0', 416, '', 'bytes */10'],
    ['bytes=4-2', 200, '0123456789', undefined],
    ['bytes=0-1,3-4', 200, '0123456789', undefined],
    ['lines=1-2', 200, '0123456789', undefined],
    ['bytes=-', 200, '0123456789', undefined],
  ])('in part, asked for as %s, is %d', async (range, status, text, contentRange) => {
    const answer = await call(signed(), { ...anonymous, range });
    expect([answer.status, answer.text, answer.headers['content-range']]).toEqual([status, text, contentRange]);
  });

  it('whose bytes were lost is a fault of ours, and one that was just removed is not', async () => {
    room.blobs.blobs.clear();
    expect((await call(signed())).status).toBe(500);
    expect(room.door.events.some(({ type }) => type === 'fault')).toBe(true);
  });

  it('is there, and to be asked for again, while the disk or the bucket is away', async () => {
    room.blobs.failing = true;
    const { status, headers, json } = await call(signed());
    expect([status, json.code, headers['retry-after']]).toEqual([503, 20503, '5']);
    expect([headers['content-disposition'], headers['cache-control']]).toEqual([undefined, undefined]);
    expect(room.door.events[0]).toMatchObject({ type: 'fault', where: 'media: read' });
    room.blobs.failing = false;
    expect((await call(signed())).status).toBe(200);
  });
});
