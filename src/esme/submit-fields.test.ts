import { describe, expect, it } from 'vitest';
import { takePart } from '../domain/inbound-parts.ts';
import { ESME } from '../wire/smpp/codes.ts';
import { type Draft, decode, encode, type PduOf } from '../wire/smpp/pdu.ts';
import { ESME_DEFAULTS, type EsmeUser } from './settings.ts';
import { Refusal } from './statuses.ts';
import { contentOf, formOf, wantsOf } from './submit-fields.ts';

const NOW = Date.UTC(2026, 0, 1);
const user: EsmeUser = { ...ESME_DEFAULTS, name: 'acme', accountSid: 'AC1' };

function submit(fields: Partial<Draft<'submit_sm'>>): PduOf<'submit_sm'> {
  const encoded = encode({ command: 'submit_sm', sequence: 1, ...fields });
  const decoded = encoded.ok ? decode(encoded.bytes) : null;
  if (!decoded?.ok || decoded.pdu.command !== 'submit_sm') throw new Error('no submit_sm');
  return decoded.pdu;
}

function textOf(fields: Partial<Draft<'submit_sm'>>, asciiAs: EsmeUser['asciiAs'] = 'auto'): string {
  const part = contentOf(submit(fields), { asciiAs });
  const taken = takePart(null, { from: '', to: '', ...part }, NOW);
  return taken.kind === 'whole' ? taken.message.body : '';
}

describe('the text of a submit', () => {
  it('called ASCII is GSM-7 when it has what no ASCII text has, or when the operator says so', () => {
    const ascii = Buffer.from('a_b~c@d');
    const gsm7 = Buffer.from([0x47, 0x72, 0x7e, 0x1e, 0x65, 0x20, 0x1b, 0x65]);
    expect(textOf({ dataCoding: 1, shortMessage: ascii })).toBe('a_b~c@d');
    expect(textOf({ dataCoding: 1, shortMessage: gsm7 })).toBe('Grüße €');
    expect(textOf({ dataCoding: 1, shortMessage: Buffer.from('Gr~n') })).toBe('Gr~n');
    expect(textOf({ dataCoding: 1, shortMessage: Buffer.from('Gr~n') }, 'GSM-7')).toBe('Grün');
    expect(textOf({ dataCoding: 1, shortMessage: gsm7 }, 'ASCII')).toContain('~');
    expect(textOf({ dataCoding: 3, shortMessage: Buffer.from('Gr~n') }, 'GSM-7')).toBe('Gr~n');
  });

  it('is in message_payload or in short_message, and has a place by its header or by SAR', () => {
    expect(textOf({ tlvs: { messagePayload: Buffer.from('Hello') } })).toBe('Hello');
    const tlvs = { sarMsgRefNum: 300, sarTotalSegments: 2, sarSegmentSeqnum: 2 };
    expect(contentOf(submit({ shortMessage: Buffer.from('b'), tlvs }), user)).toMatchObject({
      ...{ reference: 300, total: 2, number: 2 },
    });
  });
});

describe('what else a submit says', () => {
  it('registered_delivery is read bit by bit', () => {
    const wants = [0, 1, 2, 3, 0x10, 0x11, 0x1e].map((registeredDelivery) => wantsOf(submit({ registeredDelivery })));
    expect(wants).toEqual([0, 3, 2, 1, 4, 7, 6]);
  });

  it('hours become parameters of the API; a validity counts from the hour, and has an end', () => {
    const at = (fields: Partial<Draft<'submit_sm'>>, by = user) => formOf(submit(fields), by, NOW);
    expect(at({})).toEqual({});
    expect(at({ validityPeriod: '000000000500000R' })).toEqual({ ValidityPeriod: '300' });
    expect(at({ validityPeriod: '000007000000000R' })).toEqual({ ValidityPeriod: '36000' });
    const service = { ...user, serviceSid: `MG${'5'.repeat(32)}` };
    const scheduled = { scheduleDeliveryTime: '260101010000000+', validityPeriod: '260101013000000+' };
    expect(at(scheduled, service)).toEqual({
      ScheduleType: 'fixed',
      SendAt: '2026-01-01T01:00:00.000Z',
      MessagingServiceSid: service.serviceSid,
      ValidityPeriod: '1800',
    });
    const over = () => at({ ...scheduled, validityPeriod: '260101003000000+' }, service);
    expect(over).toThrow(Refusal);
    expect(over).toThrow(expect.objectContaining({ commandStatus: ESME.ESME_RINVEXPIRY, code: 21624 }));
  });
});
