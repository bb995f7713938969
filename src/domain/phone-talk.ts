/**
 * What simulated phones say, as the test-support API orders it, the carrier brings it and its connector hears it. The
 * other direction is in `phone.ts`.
 */
import { encodeGsm7 } from './encoding.ts';
import type { ChannelDetails } from './inbound-channel.ts';
import type { InboundPart } from './inbound-parts.ts';
import { segment } from './segments.ts';

/** One message on its way from a phone. */
export interface Saying {
  /** Canonical addresses, channel prefix included. */
  from: string;
  to: string;
  body: string;
  media: SaidMedium[];
  channel: ChannelDetails | null;
  /** Instead of the body: parts of a long SMS, in the order in which they are to come. */
  parts?: SaidPart[];
}

export interface SaidMedium {
  contentType: string;
  bytes: Uint8Array;
}

/** `number` from 1; parts of one message share their `total`. */
export interface SaidPart {
  number: number;
  total: number;
  text: string;
}

/** As the carrier brings it: a message, or one part of a long one. */
export interface Said {
  /** Of the carrier; it stays the same however often it comes. */
  id: string;
  from: string;
  to: string;
  content: { kind: 'text'; body: string; numSegments: number } | { kind: 'part'; part: InboundPart };
  media: SaidMedium[];
  channel: ChannelDetails | null;
}

/** What a phone shows of what it said. */
export interface SentMessage {
  /** Of the carrier. */
  id: string;
  /** What it became; left out: nothing yet. */
  sid?: string;
  /** Why it became nothing. */
  why?: string;
  from: string;
  to: string;
  /** Cut beyond 1 600 characters. */
  body: string;
  at: number;
  channel: string;
  media: { contentType: string; sizeBytes: number }[];
  location?: ChannelDetails['location'];
  button?: ChannelDetails['button'];
}

/** Phones that speak, seen from the test-support API. */
export interface PhoneTalk {
  /** Says it. Answers the carrier's ids: one, or one per part. It comes to the connector after this call. */
  say(saying: Saying): string[];
  /** Reports a message of an inbox as read. */
  read(message: { sid: string; parts: number }): void;
}

/** What is to be brought for one message, without ids. `reference` tells its parts from those of others. */
export function bring({ from, to, body, media, channel, parts }: Saying, reference: number): Omit<Said, 'id'>[] {
  if (parts) {
    return parts.map((part) => ({
      from,
      to,
      content: { kind: 'part', part: partOf(part, { from, to, reference }) },
      media: [],
      channel: null,
    }));
  }
  // Segments are a thing of SMS.
  const isSms = media.length === 0 && channelOf(from) === 'sms';
  const numSegments = isSms ? segment(body).parts.length : 1;
  return [{ from, to, content: { kind: 'text', body, numSegments }, media, channel }];
}

/** `sms`, or the prefix of a channel address. */
export function channelOf(address: string): string {
  const colon = address.indexOf(':');
  return colon === -1 ? 'sms' : address.slice(0, colon);
}

/** On which channel a phone writes: the one that its own address names, else that of whom it writes to. */
export function channelFrom(phone: string, to = ''): string {
  return channelOf(phone) === 'sms' ? channelOf(to) : channelOf(phone);
}

function partOf(
  { number, total, text }: SaidPart,
  { from, to, reference }: Pick<InboundPart, 'from' | 'to' | 'reference'>,
): InboundPart {
  const isGsm = segment(text).encoding === 'GSM-7';
  const octets = isGsm ? encodeGsm7(text) : utf16(text);
  return { from, to, reference, total, number, charset: isGsm ? 'GSM-7' : 'UCS-2', octets };
}

function utf16(text: string): Uint8Array {
  const octets = new Uint8Array(2 * text.length);
  for (let at = 0; at < text.length; at += 1) {
    octets[2 * at] = text.charCodeAt(at) >> 8;
    octets[2 * at + 1] = text.charCodeAt(at) & 0xff;
  }
  return octets;
}
