import { describe, expect, it } from 'vitest';
import { esmeUrl, WANTS } from '../domain/esme-address.ts';
import { STATUSES, type Status } from '../domain/message.ts';
import type { CallbackPayload } from '../store/callback-shapes.ts';
import { readReceipt } from '../wire/smpp/receipt.ts';
import { receiptFields } from './deliveries.ts';
import { errOf, stateOf } from './receipt-words.ts';
import { ESME_DEFAULTS } from './settings.ts';

const user = { ...ESME_DEFAULTS, name: 'acme', accountSid: 'AC1' };
const AT = Date.UTC(2026, 0, 31, 9, 30, 59);

function payload(status: Status, errorCode: number | null, wants: number[]): CallbackPayload {
  const url = esmeUrl({ user: 'acme', id: 'SM1', submittedAt: AT, wants, reference: null }) ?? '';
  const addresses = { from: '76767', to: '+12025550101' };
  return { url, status, ...addresses, serviceSid: null, errorCode, doneDate: null, at: AT + 120_000 };
}

describe('receipts in words', () => {
  it('every status has a state of SMPP, and failures tell why', () => {
    expect(STATUSES.map((status) => stateOf({ status, errorCode: null }).stat)).toEqual([
      ...['ENROUTE', 'ENROUTE', 'ENROUTE', 'ENROUTE', 'ENROUTE', 'DELIVRD', 'UNDELIV', 'REJECTD', 'DELIVRD', 'DELETED'],
      ...['ENROUTE', 'ENROUTE'],
    ]);
    expect(stateOf({ status: 'failed', errorCode: 30036 }).stat).toBe('EXPIRED');
    expect(stateOf({ status: 'undelivered', errorCode: 30007 }).stat).toBe('REJECTD');
    expect([null, 30003, 30410, 63016].map(errOf)).toEqual(['000', '003', '410', '016']);
  });

  it('are read again as they were meant, go back where the submit came from, one for each part that wants one', () => {
    const fields = receiptFields(payload('undelivered', 30005, [3, 0, WANTS.failure, WANTS.success]), user);
    const read = fields.map(({ shortMessage, tlvs }) => {
      return readReceipt(Buffer.from(shortMessage ?? []).toString('latin1'), tlvs);
    });
    expect(read.map(({ id }) => id)).toEqual(['SM1-1', 'SM1-3']);
    expect(read[0]).toMatchObject({
      stateWord: 'UNDELIV',
      err: '005',
      submitDate: '2601310930',
      doneDate: '2601310932',
    });
    expect(fields[0]).toMatchObject({
      esmClass: 4,
      ...{ sourceAddrTon: 1, sourceAddr: '12025550101', destAddrTon: 3, destAddrNpi: 0, destinationAddr: '76767' },
    });
  });

  it("have the carrier's own done date where it gave one, and nothing in between is a final one", () => {
    const made = { ...payload('delivered', null, [1]), doneDate: '260131112233' };
    expect(Buffer.from(receiptFields(made, user)[0]?.shortMessage ?? []).toString()).toContain(
      'done date:2601311122 stat:DELIVRD',
    );
    expect(receiptFields(payload('sent', null, [7]), user)[0]?.esmClass).toBe(0x20);
    expect(receiptFields({ ...made, url: 'smpp:acme' }, user)).toEqual([]);
  });
});
