import { describe, expect, it } from 'vitest';
import { type Joining, lostOf, takePart } from '../../domain/inbound-parts.ts';
import { segment } from '../../domain/segments.ts';
import { INBOUND_STYLE, readInbound } from './inbound.ts';
import { decode, encode } from './pdu.ts';
import { type Concatenation, type SubmitStyle, submitParts } from './submit-parts.ts';

const LONG = 'The quick brown fox jumps over the lazy dog, € and [all]. '.repeat(6);
const WIDE = 'Съешь ещё этих мягких французских булок 😀. '.repeat(5);
const REFERENCE = 0x1234;
const WAYS: Concatenation[] = ['udh-8', 'udh-16', 'sar', 'payload'];

function fieldsOf(text: string, style: Partial<SubmitStyle> = {}) {
  const { parts, encoding } = segment(text);
  return submitParts(parts, encoding, REFERENCE, { concatenation: 'udh-8', defaultAlphabet: 'GSM-7', ...style });
}

/** What a phone that got these parts would show, joined as our own inbound side joins them. */
function heard(text: string, style: Partial<SubmitStyle>): string | undefined {
  let joining: Joining | null = null;
  for (const [index, fields] of fieldsOf(text, style).entries()) {
    const encoded = encode({ command: 'deliver_sm', sequence: index + 1, ...fields });
    const decoded = encoded.ok ? decode(encoded.bytes) : null;
    if (!decoded?.ok || decoded.pdu.command !== 'deliver_sm') throw new Error('it was not even written');
    const inbound = readInbound(decoded.pdu, { ...INBOUND_STYLE, defaultAlphabet: style.defaultAlphabet ?? 'GSM-7' });
    if (inbound.kind !== 'part') throw new Error(`it was a ${inbound.kind}`);
    const taken = takePart(joining, { from: '+1', to: '+2', ...inbound.part }, 0);
    if (taken.kind === 'whole') return taken.message.body;
    if (taken.kind === 'waiting') joining = taken.joining;
  }
  return joining ? lostOf(joining)?.body : undefined;
}

describe('a text of one part', () => {
  it.each(WAYS)('goes out without any header (%s)', (concatenation) => {
    const [only, ...more] = fieldsOf('a€', { concatenation });
    expect(more).toEqual([]);
    expect(only).toMatchObject({ esmClass: 0, dataCoding: 0, tlvs: {} });
    expect([...(only?.shortMessage ?? [])]).toEqual([0x61, 0x1b, 0x65]);
  });

  it('is UTF-16BE under data_coding 8 when it needs UCS-2', () => {
    expect(fieldsOf('ы')).toEqual([{ esmClass: 0, dataCoding: 8, shortMessage: Buffer.from('044b', 'hex'), tlvs: {} }]);
  });
});

describe('a text of several parts', () => {
  it('has a header with an 8-bit reference: the low octet', () => {
    const fields = fieldsOf(LONG);
    expect(fields.map(({ esmClass }) => esmClass)).toEqual([0x40, 0x40, 0x40]);
    const headers = fields.map(({ shortMessage }) => Buffer.from(shortMessage.subarray(0, 6)).toString('hex'));
    expect(headers).toEqual(['050003340301', '050003340302', '050003340303']);
    expect(Math.max(...fields.map(({ shortMessage }) => shortMessage.length))).toBeLessThanOrEqual(6 + 153);
  });

  it('has one with 16 bits where the parts leave room for it, else the short one for all', () => {
    const roomy = submitParts(['a'.repeat(152), 'b'], 'GSM-7', REFERENCE, {
      concatenation: 'udh-16',
      defaultAlphabet: 'GSM-7',
    });
    expect(Buffer.from(roomy[1]?.shortMessage ?? []).toString('hex')).toBe('060804123402' + '0262');
    const full = fieldsOf('a'.repeat(200), { concatenation: 'udh-16' });
    expect(full.map(({ shortMessage }) => shortMessage[0])).toEqual([5, 5]);
  });

  it('has the SAR parameters instead, or goes whole into message_payload', () => {
    expect(fieldsOf(LONG, { concatenation: 'sar' }).map(({ esmClass, tlvs }) => ({ esmClass, ...tlvs }))).toEqual(
      [1, 2, 3].map((sarSegmentSeqnum) => ({
        ...{ esmClass: 0, sarMsgRefNum: REFERENCE, sarTotalSegments: 3 },
        sarSegmentSeqnum,
      })),
    );
    const payload = fieldsOf(LONG, { concatenation: 'payload' });
    expect(payload).toHaveLength(1);
    expect(payload[0]?.shortMessage).toHaveLength(0);
    expect(payload[0]?.tlvs.messagePayload?.length).toBeGreaterThan(320);
  });

  it('never has more than 140 octets a part on the air when packed', () => {
    for (const { shortMessage } of fieldsOf('a'.repeat(400), { defaultAlphabet: 'GSM-7 packed' })) {
      expect(shortMessage.length).toBeLessThanOrEqual(140);
    }
  });

  it.each(
    WAYS.flatMap((way) => (['GSM-7', 'GSM-7 packed', 'Latin-1'] as const).map((alphabet) => [way, alphabet] as const)),
  )('is the same text again when it is heard (%s, %s)', (concatenation, defaultAlphabet) => {
    for (const text of [LONG, WIDE, 'naïve £5 é'.repeat(40)]) {
      expect(heard(text, { concatenation, defaultAlphabet })).toBe(text);
    }
  });

  it('is cut anew as UCS-2 where a Latin-1 carrier could not show it, within 140 octets a part', () => {
    const fields = fieldsOf('Ω€'.repeat(60), { defaultAlphabet: 'Latin-1' });
    expect(fields.map(({ dataCoding }) => dataCoding)).toEqual([8, 8]);
    expect(Math.max(...fields.map(({ shortMessage }) => shortMessage.length))).toBeLessThanOrEqual(140);
  });
});
