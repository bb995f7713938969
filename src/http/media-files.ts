/**
 * The bytes of media, by signed and by short address. What a customer's server sent is never trusted to be harmless: a
 * browser is told not to guess, not to run anything, and to save all but plain pictures, sound and films.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../domain/errors.ts';
import { extensionOf, isShown } from '../domain/media.ts';
import { isSid } from '../domain/sid.ts';
import type { Media } from '../store/media.ts';
import { StoreUnavailable } from '../store/store.ts';
import type { HttpContext, HttpMedia } from './context.ts';
import { readQuery } from './form.ts';
import { canonicalSid } from './sids.ts';

/** A browser may keep it for so long, and nobody on the way may: it has to be gone soon after it was removed. */
const KEPT_SECONDS = 300;

type Request = FastifyRequest<{ Params: { name: string } }>;

export function registerMediaFiles(app: FastifyInstance, context: HttpContext, media: HttpMedia): void {
  const { store, clock } = context;

  app.get('/media/:name', async (request: Request, reply) => {
    const query = readQuery(request.raw.url ?? '');
    const sid = canonicalSid(request.params.name);
    const verdict = media.links.check(sid, query.one('Expires') ?? '', query.one('Signature') ?? '', clock.now());
    if (!isSid(sid, 'ME') || verdict === 'forged') throw missing(request);
    if (verdict === 'expired') {
      const fix = 'Ask for the URL of the medium again: it leads to a fresh address, which lives four hours.';
      throw refuse(20403, { text: 'This address of a medium has expired' }, { status: 403, fix });
    }
    return serve(request, reply, sid);
  });

  app.get('/m/:name', async (request: Request, reply) => {
    const sid = media.links.readShort(request.params.name);
    if (sid === null) throw missing(request);
    return serve(request, reply, sid);
  });

  /** Whatever is wrong with where they are (a disk, S3) is to pass: the medium is there, and may be asked for again. */
  async function bytesOf({ sid, blobKey }: Media): Promise<Uint8Array | null> {
    try {
      return await media.blobs.read(blobKey);
    } catch (cause) {
      const error = new Error(`The bytes of ${sid} cannot be read`, { cause });
      context.observe({ type: 'fault', at: clock.now(), where: 'media: read', error });
      throw new StoreUnavailable(error.message, { cause });
    }
  }

  async function serve(request: Request, reply: FastifyReply, sid: string): Promise<FastifyReply> {
    const medium = await store.mediumBySid(sid);
    const bytes = medium && (await bytesOf(medium));
    if (!medium || !bytes) {
      // Removed between the two reads; if it was not, then a file is lost, which is ours to mend.
      if (medium && (await store.mediumBySid(sid))) throw new Error(`The bytes of ${sid} are not there`);
      throw missing(request);
    }
    reply.headers(headersOf(medium));
    const range = readRange(request.headers.range, bytes.length);
    if (range === 'outside') {
      return reply.code(416).header('content-range', `bytes */${bytes.length}`).send();
    }
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (range === null) return reply.send(buffer);
    return reply
      .code(206)
      .header('content-range', `bytes ${range.from}-${range.to}/${bytes.length}`)
      .send(buffer.subarray(range.from, range.to + 1));
  }
}

function headersOf({ sid, contentType }: Media): Record<string, string> {
  const disposition = isShown(contentType) ? 'inline' : 'attachment';
  return {
    'content-type': contentType,
    'content-disposition': `${disposition}; filename="${sid}.${extensionOf(contentType)}"`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cache-control': `private, max-age=${KEPT_SECONDS}`,
    'accept-ranges': 'bytes',
    'referrer-policy': 'no-referrer',
  };
}

/** One range (RFC 9110, 14.2); `null`: the whole, as for several ranges or what cannot be read. Bounds are inclusive. */
function readRange(header: string | undefined, size: number): { from: number; to: number } | 'outside' | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (!match || (first === '' && last === '')) return null;
  if (first === '') {
    const length = Math.min(Number(last), size);
    return length === 0 ? 'outside' : { from: size - length, to: size - 1 };
  }
  const from = Number(first);
  const to = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < from) return null;
  return from >= size ? 'outside' : { from, to };
}

function missing(request: Request): Error {
  return refuse(20404, { path: request.visit.path });
}
