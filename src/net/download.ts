import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { Outgoing } from './outgoing.ts';

/**
 * Fetches a file from a customer's URL, through the fence. Its size is counted as it is read, and once more as it is
 * decoded: one layer of encoding, and no more than a hundredfold. (reliability.md section 3.)
 */
export interface DownloadRequest {
  /** Absolute http/https; user and password in it go to its own origin alone, once it asks for them. */
  url: string;
  /** Of the file, decoded. */
  maxBytes: number;
}

export type Download =
  /** `contentType`: as its server calls it, without parameters and in lower case; `null`: it says nothing. */
  { kind: 'file'; bytes: Uint8Array; contentType: string | null } | DownloadFailure;

export interface DownloadFailure {
  kind: 'failed';
  /** One of the 11xxx family (behaviour sheet 2.6). */
  errorCode: number;
  /** One sentence for the operator. */
  text: string;
  /** It may go better another time. */
  isPassing: boolean;
}

const TIMES = { connectMs: 5_000, readMs: 15_000, totalMs: 15_000 };
const USER_AGENT = 'TwilioProxy/1.1';
const HIGHEST_RATIO = 100;
const RETRIEVAL_FAILURE = 11200;
const TOO_LARGE = 11751;
const EMPTY = 11770;
/** Trouble on the way, as opposed to what the other side or the fence has decided. */
const PASSING = new Set(['dns', 'refused', 'connect-timeout', 'read-timeout', 'total-timeout', 'reset']);

type Decode = (bytes: Uint8Array, options: { maxOutputLength: number }) => Promise<Buffer>;
const DECODERS: Record<string, Decode> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** Never throws. */
export async function download(outgoing: Pick<Outgoing, 'request'>, request: DownloadRequest): Promise<Download> {
  const { url, maxBytes } = request;
  const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': USER_AGENT };
  const result = await outgoing.request({
    method: 'GET',
    url,
    headers,
    ...TIMES,
    maxBytes,
    follow: true,
    binary: true,
  });
  if (result.kind === 'failed') {
    const errorCode = result.reason === 'too-large' ? TOO_LARGE : result.errorCode;
    return failed(errorCode, result.text, PASSING.has(result.reason));
  }
  const { status } = result;
  if (status < 200 || status > 299) {
    return failed(RETRIEVAL_FAILURE, `answered ${status}`, status === 429 || status >= 500);
  }
  const decoded = await decodeBody(result.bytes ?? new Uint8Array(), result.headers['content-encoding'], maxBytes);
  if ('kind' in decoded) return decoded;
  if (decoded.length === 0) return failed(EMPTY, 'answered with nothing', false);
  const contentType = result.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() || null;
  return { kind: 'file', bytes: decoded, contentType };
}

/** Takes off the one layer of `Content-Encoding` that there may be; `maxBytes` counts what comes out. */
export async function decodeBody(
  bytes: Uint8Array,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Uint8Array | DownloadFailure> {
  const name = encoding?.trim().toLowerCase() || 'identity';
  if (name === 'identity' || bytes.length === 0) return bytes;
  const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (!decoder) return failed(RETRIEVAL_FAILURE, `its encoding ${name.slice(0, 40)} is not understood`, false);
  try {
    return await decoder(bytes, { maxOutputLength: Math.min(maxBytes, bytes.length * HIGHEST_RATIO) });
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return isTooLarge
      ? failed(TOO_LARGE, `unpacked it is larger than ${maxBytes} bytes, or than ${HIGHEST_RATIO} times itself`, false)
      : failed(RETRIEVAL_FAILURE, `its ${name} is broken`, false);
  }
}

function failed(errorCode: number, text: string, isPassing: boolean): DownloadFailure {
  return { kind: 'failed', errorCode, text, isPassing };
}
