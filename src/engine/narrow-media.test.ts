import { expect, test } from 'vitest';
import { parseTo } from '../domain/address.ts';
import type { Narrowed, PoolSender } from '../domain/senders.ts';
import { narrowForMedia } from './narrow-media.ts';

const found: Narrowed = { candidates: [{ text: 'a sender' } as PoolSender], reasons: ['because'], errorCode: null };
const none: Narrowed = { candidates: [], reasons: ['nobody'], errorCode: 21703 };

test.each([
  ['+12025550101', false, true, true, ['sms', false, null]],
  ['+12025550101', true, true, true, ['mms', false, null]],
  ['+12025550101', true, false, true, ['sms', true, null]],
  ['+12025550101', true, false, false, ['nobody', false, 21703]],
  ['+447700900123', true, true, true, ['sms', true, null]],
  ['+447700900123', true, true, false, ['nobody', false, 30011]],
  ['whatsapp:+447700900123', true, false, true, ['sms', false, null]],
])('to %s (media %s, a sender with MMS %s, converter %s)', (text, hasMedia, canMms, converter, expected) => {
  const to = parseTo(text);
  if (!to) throw new Error(text);
  let asked = 'nobody';
  const { narrowed, mediaAsLinks } = narrowForMedia({ to, hasMedia }, converter, ['US'], (media) => {
    asked = media ? 'mms' : 'sms';
    return media && !canMms ? none : found;
  });
  const way = narrowed.candidates.length > 0 ? asked : 'nobody';
  expect([way, mediaAsLinks, narrowed.errorCode]).toEqual(expected);
  if (mediaAsLinks) expect(narrowed.reasons[0]).toMatch(/^media as links because/);
});
