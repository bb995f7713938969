/** Files on their way to WhatsApp and from it. The token goes to the origins of the settings alone. */
import { randomUUID } from 'node:crypto';
import { decodeBody } from '../../net/download.ts';
import type { Outgoing, OutgoingResult } from '../../net/outgoing.ts';
import type { SubmissionMedia } from '../connector.ts';
import { fieldsOf, readJson, wordOf } from '../json.ts';
import { FileGone } from '../tell-messages.ts';
import type { WhatsAppSettings } from './settings.ts';

const TIMES = { connectMs: 5_000, readMs: 15_000, totalMs: 15_000 };
/** What WhatsApp keeps of a document is larger; what a message here can have is not. */
const MOST_BYTES = 16_777_216;

type Requests = Pick<Outgoing, 'request'>;

/** Asks where the file is, and gets it there. Rejects with `FileGone`, or because it cannot be had now. */
export async function fetchMedia(outgoing: Requests, settings: WhatsAppSettings, id: string): Promise<Uint8Array> {
  const headers = { authorization: `Bearer ${settings.accessToken}` };
  const base = { method: 'GET', headers, ...TIMES, follow: false } as const;
  const about = await outgoing.request({ ...base, url: graphUrl(settings, id), maxBytes: 65_536 });
  const { url } = fieldsOf(answered(about) && readJson(answered(about)?.body ?? ''));
  const place = wordOf(url) ?? '';
  if (!isTrusted(place, settings)) throw new FileGone('its file is at an address that is not WhatsApp’s');
  const got = answered(await outgoing.request({ ...base, url: place, maxBytes: MOST_BYTES, binary: true }));
  const bytes = await decodeBody(got?.bytes ?? new Uint8Array(), got?.headers['content-encoding'], MOST_BYTES);
  if ('kind' in bytes) throw new FileGone('its file cannot be read');
  return bytes;
}

/** The answer when it is a good one; rejects otherwise. */
function answered(result: OutgoingResult) {
  if (result.kind === 'failed') {
    if (result.reason === 'too-large') throw new FileGone('its file is too large');
    throw new Error(`a file of WhatsApp cannot be had: ${result.text}`);
  }
  const { status } = result;
  if (status >= 200 && status <= 299) return result;
  const why = `WhatsApp answered ${status} for a file`;
  // With a token that does not serve, everything is refused, and once it is mended nothing is lost.
  if (status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status)) throw new FileGone(why);
  throw new Error(why);
}

/** By origin; `https://*.example.com` is every name below that domain. */
export function isTrusted(text: string, { graphUrl: graph, mediaOrigins }: WhatsAppSettings): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, hostname, port, username, password } = new URL(text);
  if (username !== '' || password !== '') return false;
  return [graph, ...mediaOrigins].some((one) => {
    const [scheme, domain] = one.split('://*.');
    if (domain === undefined) return URL.canParse(one) && new URL(one).origin === origin;
    return protocol === `${scheme}:` && port === '' && hostname.endsWith(`.${domain}`);
  });
}

export type Upload = { kind: 'id'; id: string } | { kind: 'not'; result: OutgoingResult };

/** Hands the bytes over, for messages of this number. Rejects when they cannot be read. */
export async function uploadMedia(
  outgoing: Requests,
  settings: WhatsAppSettings,
  phoneNumberId: string,
  media: SubmissionMedia,
  totalMs: number,
): Promise<Upload> {
  const bytes = await media.read();
  const boundary = `pidge-${randomUUID()}`;
  const part = (name: string, more = '') =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  // A type is ours, from a list: nothing in it ends a line.
  const file = part('file', `; filename="${media.sid}"\r\nContent-Type: ${media.contentType}`);
  const head = `${part('messaging_product')}whatsapp\r\n${part('type')}${media.contentType}\r\n${file}`;
  const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  const result = await outgoing.request({
    method: 'POST',
    url: graphUrl(settings, `${phoneNumberId}/media`),
    headers: {
      authorization: `Bearer ${settings.accessToken}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
    },
    body,
    ...TIMES,
    totalMs,
    maxBytes: 65_536,
    follow: false,
  });
  const id = result.kind === 'answer' && result.status < 300 ? wordOf(fieldsOf(readJson(result.body)).id) : undefined;
  return id === undefined ? { kind: 'not', result } : { kind: 'id', id };
}

export function graphUrl({ graphUrl: graph, graphVersion }: WhatsAppSettings, path: string): string {
  return `${graph}/${graphVersion}/${path.split('/').map(encodeURIComponent).join('/')}`;
}
