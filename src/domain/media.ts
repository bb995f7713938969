/**
 * Media: what may be sent on which channel and how large it may be, what may be shown in a browser, and what it is
 * called as a file. Sources: rest-api 9.2, behaviour sheet 14.
 */
import type { Channel } from './address.ts';

export const MOST_MEDIA = 10;

/** Where it leaves: as MMS, or on a channel. */
export type Medium = Channel | 'mms';

const MB = 1_048_576;
/** jpeg, png and gif are made to fit by carriers; anything else leaves as it is, so it has to be small. */
const FITTED = new Set(['image/jpeg', 'image/png', 'image/gif']);
const LARGEST_FITTED = 5 * MB;
const LARGEST_OTHER = 500 * 1_024;
const LARGEST_MMS = 5 * MB;
const LARGEST_CHANNEL = 16 * MB;
const LARGEST_CHANNEL_IMAGE = 5 * MB;

/** Every type we know, with the extension of its file. */
const EXTENSIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'image/jpeg': 'jpg',
    'image/png': 'png',
    'image/gif': 'gif',
    'image/bmp': 'bmp',
    'image/tiff': 'tiff',
    'image/webp': 'webp',
    'audio/basic': 'au',
    'audio/mp4': 'm4a',
    'audio/mpeg': 'mp3',
    'audio/aac': 'aac',
    'audio/ogg': 'ogg',
    'audio/vnd.wave': 'wav',
    'audio/webm': 'weba',
    'audio/3gpp': '3gp',
    'audio/3gpp2': '3g2',
    'audio/ac3': 'ac3',
    'audio/amr': 'amr',
    'video/mpeg': 'mpg',
    'video/mp4': 'mp4',
    'video/quicktime': 'mov',
    'video/webm': 'webm',
    'video/3gpp': '3gp',
    'video/3gpp2': '3g2',
    'text/vcard': 'vcf',
    'text/x-vcard': 'vcf',
    'text/directory': 'vcf',
    'text/csv': 'csv',
    'text/rtf': 'rtf',
    'text/richtext': 'rtx',
    'text/calendar': 'ics',
    'text/plain': 'txt',
    'application/pdf': 'pdf',
    'application/vcard': 'vcf',
    'application/vnd.apple.pkpass': 'pkpass',
    'application/msword': 'doc',
    'application/vnd.ms-excel': 'xls',
    'application/vnd.ms-powerpoint': 'ppt',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'docx',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
    'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'pptx',
  }),
);

const ONLY_CHANNELS = new Set([
  'image/webp',
  'audio/aac',
  'text/plain',
  ...[...EXTENSIONS.keys()].filter((type) => /^application\/(?:msword|vnd\.ms-|vnd\.openxml)/.test(type)),
]);

/** Other names of the same thing. */
const ALIASES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'image/jpg': 'image/jpeg',
    'image/pjpeg': 'image/jpeg',
    'image/apng': 'image/png',
    'image/x-ms-bmp': 'image/bmp',
    'audio/mp3': 'audio/mpeg',
    'audio/wav': 'audio/vnd.wave',
    'audio/wave': 'audio/vnd.wave',
    'audio/x-wav': 'audio/vnd.wave',
    'audio/x-m4a': 'audio/mp4',
    'audio/vorbis': 'audio/ogg',
    'audio/opus': 'audio/ogg',
    'audio/vnd.dolby.dd-raw': 'audio/ac3',
    'video/x-m4v': 'video/mp4',
    'video/mp1s': 'video/mpeg',
    'video/mp2p': 'video/mpeg',
    'application/rtf': 'text/rtf',
    'application/x-rtf': 'text/rtf',
  }),
);

/**
 * What bytes alone leave open: a container may hold sound or pictures, an archive may be a document. There the header
 * decides, among these.
 */
const OPEN_QUESTIONS: ReadonlyMap<string, string[]> = new Map(
  Object.entries({
    'video/mp4': ['audio/mp4'],
    'video/quicktime': ['video/mp4', 'audio/mp4'],
    'video/webm': ['audio/webm'],
    'video/3gpp': ['audio/3gpp', 'video/mp4'],
    'video/3gpp2': ['audio/3gpp2'],
    'audio/mp4': ['video/mp4'],
    'application/zip': ['application/vnd.apple.pkpass'],
    'application/x-cfb': ['application/msword', 'application/vnd.ms-excel', 'application/vnd.ms-powerpoint'],
    'text/vcard': ['text/x-vcard', 'text/directory', 'application/vcard'],
  }),
);

/**
 * The type of a file, by its bytes: `sniffed` is what they begin like (`null`: like nothing known). The header its server
 * gave is asked only where bytes cannot tell: between types of one container, and for text. `null`: nothing that may
 * be sent this way.
 */
export function typeOf(
  { sniffed, header, isText }: { sniffed: string | null; header: string | null; isText: boolean },
  medium: Medium,
): string | null {
  const said = canonical(header);
  const seen = canonical(sniffed);
  const type =
    seen === null
      ? said?.startsWith('text/') && isText
        ? said
        : null
      : said !== null && OPEN_QUESTIONS.get(seen)?.includes(said)
        ? said
        : seen;
  return type !== null && isSendable(type, medium) ? type : null;
}

function canonical(type: string | null): string | null {
  const plain = type?.split(';', 1)[0]?.trim().toLowerCase() || null;
  return plain === null ? null : (ALIASES.get(plain) ?? plain);
}

function isSendable(type: string, medium: Medium): boolean {
  return EXTENSIONS.has(type) && (medium !== 'mms' || !ONLY_CHANNELS.has(type));
}

/** Bytes that one file may have; `type` is `null` while it is not known. */
export function largestFile(medium: Medium, type: string | null = null): number {
  if (medium !== 'mms') return type?.startsWith('image/') ? LARGEST_CHANNEL_IMAGE : LARGEST_CHANNEL;
  return type === null || FITTED.has(type) ? LARGEST_FITTED : LARGEST_OTHER;
}

/** Bytes that the files of one message may have together. */
export function largestTogether(medium: Medium): number {
  return medium === 'mms' ? LARGEST_MMS : LARGEST_CHANNEL;
}

/** Files that one message takes; what is given beyond is left out. */
export function mostMedia(medium: Medium): number {
  return medium === 'whatsapp' || medium === 'messenger' ? 1 : MOST_MEDIA;
}

/** Shown where it is opened, as nothing in it can act; anything else is only ever saved. */
export function isShown(type: string): boolean {
  return /^(?:image\/(?:jpeg|png|gif|bmp|webp)|audio\/.+|video\/.+)$/.test(type) && EXTENSIONS.has(type);
}

/** Without its dot. */
export function extensionOf(type: string): string {
  return EXTENSIONS.get(type) ?? 'bin';
}

export const WRONG_TYPE = 12300;
export const TOO_LARGE = 11751;
const CHANNEL_DOWNLOAD = 63019;
const CHANNEL_CONTENT = 63021;
const CHANNEL_TOO_LARGE = 63034;

/** The code of a message whose medium could not be had: that of the fetch, or what a channel says for it. */
export function mediaErrorCode(code: number, medium: Medium): number {
  if (medium === 'mms') return code;
  return code === TOO_LARGE ? CHANNEL_TOO_LARGE : code === WRONG_TYPE ? CHANNEL_CONTENT : CHANNEL_DOWNLOAD;
}

/** A text with the links that stand for its media, each on a line of its own. */
export function withLinks(text: string, links: readonly string[]): string {
  return [text, ...links].filter((line) => line !== '').join('\n');
}
