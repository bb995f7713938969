import { describe, expect, it, test } from 'vitest';
import {
  extensionOf,
  isShown,
  largestFile,
  largestTogether,
  type Medium,
  mediaErrorCode,
  mostMedia,
  typeOf,
  withLinks,
} from './media.ts';

describe('the type of a file', () => {
  const type = (sniffed: string | null, header: string | null, medium: Medium = 'mms', isText = sniffed === null) =>
    typeOf({ sniffed, header, isText }, medium);

  it.each([
    ['image/png', 'image/png', 'image/png'],
    ['image/png', 'text/html', 'image/png'],
    ['image/png', null, 'image/png'],
    ['image/jpeg', 'image/png', 'image/jpeg'],
    ['audio/ogg; codecs=opus', 'audio/ogg', 'audio/ogg'],
    ['audio/wav', 'audio/x-wav', 'audio/vnd.wave'],
    ['video/mp4', 'audio/mp4', 'audio/mp4'],
    ['video/mp4', 'image/png', 'video/mp4'],
    ['video/3gpp', 'audio/3gpp', 'audio/3gpp'],
    ['application/zip', 'application/vnd.apple.pkpass', 'application/vnd.apple.pkpass'],
    ['application/rtf', 'text/rtf', 'text/rtf'],
    ['text/vcard', 'text/x-vcard', 'text/x-vcard'],
    [null, 'text/csv; charset=utf-8', 'text/csv'],
    [null, 'TEXT/VCARD', 'text/vcard'],
  ])('that begins like %s and is called %s is %s', (sniffed, header, expected) => {
    expect(type(sniffed, header)).toBe(expected);
  });

  it.each([
    ['application/x-msdownload', 'image/png'],
    ['application/zip', 'application/zip'],
    ['application/xml', 'image/svg+xml'],
    ['image/webp', 'image/webp'],
    [null, 'text/html'],
    [null, 'text/plain'],
    [null, 'image/png'],
    [null, 'application/pdf'],
    [null, null],
    ['constructor', 'constructor'],
    [null, 'text/constructor'],
  ])('that begins like %s and is called %s is nothing for MMS', (sniffed, header) => {
    expect(type(sniffed, header)).toBeNull();
  });

  it('that is called text and is none is nothing', () => {
    expect(type(null, 'text/csv', 'mms', false)).toBeNull();
  });

  it('may be more on a channel', () => {
    const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
    expect(type('image/webp', null, 'whatsapp')).toBe('image/webp');
    expect(type(word, null, 'whatsapp')).toBe(word);
    expect(type('application/x-cfb', 'application/msword', 'whatsapp')).toBe('application/msword');
    expect(type('application/x-cfb', 'application/octet-stream', 'whatsapp')).toBeNull();
    expect(type(word, null)).toBeNull();
  });
});

test('limits are those of the channel and the type', () => {
  expect(['image/jpeg', 'image/png', 'image/gif'].map((type) => largestFile('mms', type))).toEqual(
    Array(3).fill(5_242_880),
  );
  expect(['image/bmp', 'video/mp4', 'text/csv'].map((type) => largestFile('mms', type))).toEqual(
    Array(3).fill(512_000),
  );
  expect([largestFile('mms'), largestTogether('mms')]).toEqual([5_242_880, 5_242_880]);
  expect([largestFile('whatsapp', 'image/png'), largestFile('whatsapp', 'video/mp4')]).toEqual([5_242_880, 16_777_216]);
  expect(largestTogether('rcs')).toBe(16_777_216);
  const media = ['mms', 'whatsapp', 'messenger', 'rcs'] as const;
  expect(media.map((medium) => mostMedia(medium))).toEqual([10, 1, 1, 10]);
});

test('what may act is never shown', () => {
  expect(['image/png', 'audio/ogg', 'video/mp4', 'image/webp'].every(isShown)).toBe(true);
  expect(['image/svg+xml', 'text/csv', 'application/pdf', 'image/tiff', 'text/html', 'video/x'].some(isShown)).toBe(
    false,
  );
});

test('a file is called by its type', () => {
  expect(['image/jpeg', 'text/x-vcard', 'video/quicktime', 'unheard/of', 'constructor'].map(extensionOf)).toEqual([
    'jpg',
    'vcf',
    'mov',
    'bin',
    'bin',
  ]);
});

test('channels have codes of their own for what could not be fetched', () => {
  expect([11200, 11205, 11751, 12300].map((code) => mediaErrorCode(code, 'mms'))).toEqual([11200, 11205, 11751, 12300]);
  expect([11200, 11205, 11751, 12300].map((code) => mediaErrorCode(code, 'whatsapp'))).toEqual([
    63019, 63019, 63034, 63021,
  ]);
});

test('links stand on lines of their own, below the text if there is one', () => {
  expect(withLinks('Look', ['https://a', 'https://b'])).toBe('Look\nhttps://a\nhttps://b');
  expect(withLinks('', ['https://a'])).toBe('https://a');
  expect(withLinks('Look', [])).toBe('Look');
});
