/** The files of one message: fetched one after the other, tried again where that may help, and known by their bytes. */
import { isAscii, isUtf8 } from 'node:buffer';
import {
  largestFile,
  largestTogether,
  type Medium,
  mediaErrorCode,
  mostMedia,
  TOO_LARGE,
  typeOf,
  WRONG_TYPE,
} from '../domain/media.ts';
import { type Download, download } from '../net/download.ts';
import type { Outgoing } from '../net/outgoing.ts';

export interface FetchedFile {
  bytes: Uint8Array;
  contentType: string;
}

export type FetchedFiles =
  | { kind: 'files'; files: FetchedFile[] }
  /** `errorCode`: of the message; `note`: which one and why, without its address. */
  | { kind: 'failed'; errorCode: number; note: string }
  | { kind: 'stopped' };

export interface FetchTry {
  url: string;
  errorCode: number;
  text: string;
  /** From 1. */
  attempt: number;
  isFinal: boolean;
}

export interface FetchMediaParts {
  outgoing: Pick<Outgoing, 'request'>;
  /** A file that is kept here; `null`: it has to be fetched. */
  own?: (url: string, maxBytes: number) => Promise<Download | null>;
  /** Resolves after so long; `false`: at once, as the room is closing. */
  wait: (ms: number) => Promise<boolean>;
  onFailure: (failure: FetchTry) => void;
}

/** Before the second and the third try. */
const RETRY_MS = [1_000, 5_000];

/** Never throws. What is beyond the number that the medium takes is left out. */
export async function fetchMedia(urls: string[], medium: Medium, parts: FetchMediaParts): Promise<FetchedFiles> {
  const files: FetchedFile[] = [];
  let room = largestTogether(medium);
  for (const [index, url] of urls.slice(0, mostMedia(medium)).entries()) {
    const maxBytes = Math.min(room, largestFile(medium));
    const got = await persevere(url, { maxBytes, medium }, parts);
    if (got === null) return { kind: 'stopped' };
    if ('errorCode' in got) {
      const note = `medium ${index + 1}: ${got.text}`;
      return { kind: 'failed', errorCode: mediaErrorCode(got.errorCode, medium), note };
    }
    files.push(got);
    room -= got.bytes.length;
  }
  return { kind: 'files', files };
}

interface Wish {
  maxBytes: number;
  medium: Medium;
}

/** `null`: the room is closing. */
async function persevere(
  url: string,
  wish: Wish,
  { outgoing, own, wait, onFailure }: FetchMediaParts,
): Promise<FetchedFile | { errorCode: number; text: string } | null> {
  for (let attempt = 1; ; attempt += 1) {
    const result = (await own?.(url, wish.maxBytes)) ?? (await download(outgoing, { url, maxBytes: wish.maxBytes }));
    const got = result.kind === 'file' ? await judge(result, wish) : result;
    if (!('errorCode' in got)) return got;
    const { errorCode, text } = got;
    const pause = got.isPassing ? RETRY_MS[attempt - 1] : undefined;
    if (pause !== undefined && !(await wait(0))) return null;
    onFailure({ url, errorCode, text, attempt, isFinal: pause === undefined });
    if (pause === undefined) return { errorCode, text };
    if (!(await wait(pause))) return null;
  }
}

async function judge(
  { bytes, contentType: header }: Download & { kind: 'file' },
  { medium }: Wish,
): Promise<FetchedFile | { errorCode: number; text: string; isPassing: false }> {
  const sniffed = await sniff(bytes);
  const contentType = typeOf({ sniffed, header, isText: isText(bytes) }, medium);
  if (contentType === null) {
    const text = `${sniffed ?? `neither a known kind of file nor text, called ${header?.slice(0, 80) ?? 'nothing'}`}: not sendable`;
    return { errorCode: WRONG_TYPE, text, isPassing: false };
  }
  const largest = largestFile(medium, contentType);
  if (bytes.length <= largest) return { bytes, contentType };
  const text = `${contentType} of ${bytes.length} bytes, at most ${largest}`;
  return { errorCode: TOO_LARGE, text, isPassing: false };
}

async function sniff(bytes: Uint8Array): Promise<string | null> {
  // Loaded here, so that a start does not pay for it.
  const { fileTypeFromBuffer } = await import('file-type');
  try {
    return (await fileTypeFromBuffer(bytes))?.mime ?? null;
  } catch {
    // Cut off or broken beyond recognition: of no known type.
    return null;
  }
}

/** Text has no control characters but those of lines and columns. */
function isText(bytes: Uint8Array): boolean {
  if (!isAscii(bytes) && !isUtf8(bytes)) return false;
  return bytes.every((byte) => byte >= 32 || (byte >= 9 && byte <= 13));
}
