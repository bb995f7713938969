/** Customers' own SMPP clients, over real sockets: what they submit, and the receipts they get. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ESME } from '../../src/wire/smpp/codes.ts';
import { Client } from '../helpers/client.ts';
import { Esme, NUMBER, PHONE } from '../helpers/esme.ts';
import { startEsmePidge } from '../helpers/esme-pidge.ts';
import type { TestPidge } from '../helpers/pidge.ts';
import { makeService } from '../helpers/services.ts';

/** Of the outcome numbers: undelivered with 30005, failed with 30008. */
const UNDELIVERED = '15005530005';
const LONG = 'A text that is longer than one message holds, and so goes in three. '.repeat(6);

let pidge: TestPidge;
let port: number;
let client: Client;
let esme: Esme;

beforeEach(async () => {
  ({ pidge, port } = await startEsmePidge());
  client = new Client(pidge.origin, pidge.account);
  esme = await Esme.bound(port);
});
afterEach(async () => {
  esme.drop();
  await client.close();
  expect(await pidge.running.store.verify()).toEqual([]);
  await pidge.close();
});

const fetch = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;
const list = async () => (await client.call('GET', `${client.base}/Messages.json`)).json.messages;
const receipts = (count: number) => pidge.until(async () => esme.receipts.length >= count);

/** The octets of a part with its header; `bits` of the reference. */
function part(number: number, total: number, text: string): { esmClass: number; shortMessage: Buffer } {
  const header = Buffer.from([5, 0, 3, 77, total, number]);
  return { esmClass: 0x40, shortMessage: Buffer.concat([header, Buffer.from(text, 'latin1')]) };
}

const THIRDS = [LONG.slice(0, 140), LONG.slice(140, 280), LONG.slice(280)];

describe('a submit', () => {
  it('is a message that REST shows, and has its receipt under the id of the answer', async () => {
    const answer = await esme.submit('Hello over SMPP');
    expect(answer).toMatchObject({ command: 'submit_sm_resp', commandStatus: 0 });
    const sid = answer?.messageId ?? '';
    const shown = { sid, body: 'Hello over SMPP', from: NUMBER, to: PHONE, direction: 'outbound-api' };
    expect(await fetch(sid)).toMatchObject(shown);
    await receipts(1);
    expect(esme.receipts[0]).toMatchObject({ id: sid, state: 2, stateWord: 'DELIVRD', err: '000' });
    expect(esme.delivered[0]).toMatchObject({
      esmClass: 4,
      sourceAddr: PHONE.slice(1),
      destinationAddr: NUMBER.slice(1),
      tlvs: { receiptedMessageId: sid, messageState: 2 },
    });
    expect((await fetch(sid)).status).toBe('delivered');
  });

  it('that is not delivered has a receipt that says so, and our code in a parameter of its own', async () => {
    await esme.submit('Hello', { destinationAddr: UNDELIVERED, tlvs: { userMessageReference: 7 } });
    await receipts(1);
    expect(esme.receipts[0]).toMatchObject({ stateWord: 'UNDELIV', err: '005' });
    const { others, userMessageReference } = esme.delivered[0]?.tlvs ?? {};
    expect(others?.map(({ tag, value }) => [tag, Buffer.from(value).toString()])).toEqual([[0x1400, '30005']]);
    expect(userMessageReference).toBe(7);
  });

  it('has the receipts that registered_delivery asks for, and no others', async () => {
    const silent = await esme.submit('No receipt', { registeredDelivery: 0 });
    await esme.submit('Failures only, and there is none', { registeredDelivery: 2 });
    const bad = await esme.submit('Failures only', { registeredDelivery: 2, destinationAddr: UNDELIVERED });
    const both = await esme.submit('In between too', { registeredDelivery: 0x11 });
    await receipts(3);
    await pidge.until(async () => (await list()).every(({ status }: { status: string }) => /delivered/.test(status)));
    await pidge.running.engine.idle();
    expect(esme.receipts.map(({ id, stateWord }) => [id, stateWord]).sort()).toEqual(
      [
        [bad?.messageId, 'UNDELIV'],
        [both?.messageId, 'DELIVRD'],
        [both?.messageId, 'ENROUTE'],
      ].sort(),
    );
    expect(esme.delivered.find(({ tlvs }) => tlvs.messageState === 1)?.esmClass).toBe(0x20);
    expect((await fetch(silent?.messageId ?? '')).status).toBe('delivered');
  });

  it('in UCS-2, in Latin-1 or in message_payload has the same text', async () => {
    const text = 'Grüße, это тест';
    const ucs2 = await esme.submit('', { dataCoding: 8, shortMessage: Buffer.from(text, 'utf16le').swap16() });
    const latin1 = await esme.submit('', { dataCoding: 3, shortMessage: Buffer.from('Grüße', 'latin1') });
    const payload = await esme.submit('', { tlvs: { messagePayload: Buffer.from(LONG) } });
    expect((await fetch(ucs2?.messageId ?? '')).body).toBe(text);
    expect((await fetch(latin1?.messageId ?? '')).body).toBe('Grüße');
    expect(await fetch(payload?.messageId ?? '')).toMatchObject({ body: LONG, num_segments: '3' });
  });

  it('by data_sm is a message too', async () => {
    const answer = await esme.ask({
      ...{ command: 'data_sm', sourceAddrTon: 1, sourceAddr: NUMBER.slice(1) },
      ...{ destAddrTon: 1, destinationAddr: PHONE.slice(1), registeredDelivery: 1 },
      tlvs: { messagePayload: Buffer.from('By data') },
    });
    expect(answer).toMatchObject({ command: 'data_sm_resp', commandStatus: 0 });
    await receipts(1);
    expect(await list()).toMatchObject([{ body: 'By data' }]);
  });

  it('to many is a message each, under one id; who cannot be reached is named', async () => {
    const answer = await esme.ask({
      ...{ command: 'submit_multi', sourceAddrTon: 1, sourceAddr: NUMBER.slice(1), registeredDelivery: 1 },
      destinations: [
        { kind: 'address', ton: 1, npi: 1, addr: PHONE.slice(1) },
        { kind: 'address', ton: 1, npi: 1, addr: '12' },
        { kind: 'address', ton: 1, npi: 1, addr: '12025550102' },
      ],
      shortMessage: Buffer.from('To many'),
    });
    expect(answer).toMatchObject({
      command: 'submit_multi_resp',
      commandStatus: 0,
      failures: [{ addr: '12', commandStatus: ESME.ESME_RINVDSTADR }],
    });
    await receipts(2);
    expect(new Set(esme.receipts.map(({ id }) => id)).size).toBe(1);
    expect(esme.delivered.map(({ sourceAddr }) => sourceAddr).sort()).toEqual([PHONE.slice(1), '12025550102']);
    expect(await list()).toHaveLength(2);
  });
});

describe('the parts of a long message', () => {
  it('are one message when all have come, and each has its receipt under its id', async () => {
    const ids: string[] = [];
    // One after the other, as an ESME with a window of one does: each is answered before the next is there.
    for (const [index, text] of [2, 0, 1].map((at) => [at, THIRDS[at] as string] as const)) {
      const answer = await esme.submit('', part(index + 1, 3, text));
      expect(answer?.commandStatus).toBe(0);
      ids.push(answer?.messageId ?? '');
    }
    const [message] = await list();
    expect(message).toMatchObject({ body: LONG, num_segments: '3' });
    expect(ids).toEqual([3, 1, 2].map((number) => `${message.sid}-${number}`));
    await receipts(3);
    expect(esme.receipts.map(({ id, stateWord }) => [id, stateWord])).toEqual(
      [1, 2, 3].map((number) => [`${message.sid}-${number}`, 'DELIVRD']),
    );
  });

  it('told by SAR parameters and sent all at once are one message as well, twice the same one two', async () => {
    const send = () =>
      Promise.all(
        THIRDS.map((text, index) =>
          esme.submit(text, { tlvs: { sarMsgRefNum: 9, sarTotalSegments: 3, sarSegmentSeqnum: index + 1 } }),
        ),
      );
    const first = await send();
    const second = await send();
    const sids = [first, second].map((answers) => answers[0]?.messageId.replace(/-1$/, ''));
    expect(new Set(sids).size).toBe(2);
    const shown = await list();
    expect(shown.map(({ sid }: { sid: string }) => sid).sort()).toEqual([...sids].sort());
    for (const { body } of shown) expect(body).toBe(LONG);
  });

  it('of a message that cannot be are told so: the last by its answer, the others by receipts', async () => {
    const stranger = { sourceAddr: '12125550199' };
    const first = await esme.submit('', { ...part(1, 2, 'one '), ...stranger });
    const last = await esme.submit('', { ...part(2, 2, 'two'), ...stranger });
    expect(first?.commandStatus).toBe(0);
    expect(last?.commandStatus).toBe(ESME.ESME_RINVSRCADR);
    await receipts(1);
    expect(esme.receipts).toMatchObject([{ id: first?.messageId, stateWord: 'REJECTD', err: '659' }]);
    expect(await list()).toEqual([]);
  });
});

describe('what is refused', () => {
  it('has the status that says why, and makes no message', async () => {
    const wrong: [string, Record<string, unknown>, number][] = [
      ['a sender that is not theirs', { sourceAddr: '12125550199' }, ESME.ESME_RINVSRCADR],
      ['no number', { destinationAddr: '12' }, ESME.ESME_RINVDSTADR],
      ['an hour without a service', { scheduleDeliveryTime: '000001000000000R' }, ESME.ESME_RINVSCHED],
      ['no time at all', { validityPeriod: 'tomorrow' }, ESME.ESME_RINVEXPIRY],
      ['a validity that is over', { validityPeriod: '250101000000000+' }, ESME.ESME_RINVEXPIRY],
      ['no text', { shortMessage: Buffer.alloc(0) }, ESME.ESME_RINVMSGLEN],
      [
        'more than 1600 characters',
        { tlvs: { messagePayload: Buffer.alloc(1_700, 'a') }, shortMessage: Buffer.alloc(0) },
        ESME.ESME_RINVMSGLEN,
      ],
      ['binary', { dataCoding: 4 }, ESME.ESME_RSUBMITFAIL],
      ['a receipt', { esmClass: 4 }, ESME.ESME_RINVESMCLASS],
      ['replacing', { replaceIfPresentFlag: 1 }, ESME.ESME_RINVREPFLAG],
      ['a predefined message', { smDefaultMsgId: 3 }, ESME.ESME_RINVDFTMSGID],
    ];
    for (const [what, fields, commandStatus] of wrong) {
      const answer = await esme.submit('Hello', fields);
      expect([what, answer?.commandStatus, answer?.messageId]).toEqual([what, commandStatus, '']);
    }
    expect(await list()).toEqual([]);
  });

  it('somebody who has opted out has a status of its own, and 5.0 has room for the reason', async () => {
    await pidge.running.engine.inbound.changeOptOuts({
      accountSid: pidge.account.sid,
      change: 'opt-out',
      keys: [{ channel: 'sms', peer: PHONE, scope: NUMBER }],
      source: 'api',
    });
    const newer = await Esme.connect(port);
    await newer.bind('acme', 'secret08', 'transmitter', 0x50);
    const [old, told] = [await esme.submit('Hello'), await newer.submit('Hello')];
    expect(old?.commandStatus).toBe(ESME.ESME_RX_R_APPN);
    expect(old?.tlvs).toEqual({});
    expect(told?.commandStatus).toBe(ESME.ESME_RX_R_APPN);
    expect(told?.tlvs.additionalStatusInfoText).toMatch(/^21610: /);
    newer.drop();
  });

  it('a suspended account may bind and not submit', async () => {
    const { store } = pidge.running;
    const account = await store.account(pidge.account.sid);
    if (!account) throw new Error('There is no account');
    await store.saveAccount({ ...account, status: 'suspended' });
    expect((await esme.submit('Hello'))?.commandStatus).toBe(ESME.ESME_RSUBMITFAIL);
    await store.saveAccount({ ...account, status: 'active' });
  });
});

describe('through a service', () => {
  const SERVICE = `MG${'5'.repeat(32)}`;
  let other: TestPidge;
  let bound: Esme;

  beforeEach(async () => {
    const started = await startEsmePidge({ user: { serviceSid: SERVICE } });
    other = started.pidge;
    await makeService({ store: other.running.store, clock: other }, other.account.sid, {
      sid: SERVICE,
      senders: [{ address: NUMBER }],
    });
    bound = await Esme.bound(started.port);
  });
  afterEach(async () => {
    bound.drop();
    await other.close();
  });
  const stored = (sid: string) => other.running.store.message(other.account.sid, sid);

  it('a submit without a source is sent from its pool', async () => {
    const answer = await bound.submit('From whom it may be', { sourceAddr: '' });
    await other.until(async () => bound.receipts.length === 1);
    expect(await stored(answer?.messageId ?? '')).toMatchObject({ from: NUMBER, serviceSid: SERVICE });
    expect(bound.delivered[0]?.destinationAddr).toBe(NUMBER.slice(1));
  });

  it('a scheduled one waits for its hour, can be asked about, and called off once', async () => {
    const answer = await bound.submit('Later', {
      scheduleDeliveryTime: '000000010000000R',
      validityPeriod: '000001000000000R',
    });
    const messageId = answer?.messageId ?? '';
    const message = await stored(messageId);
    expect(message).toMatchObject({ status: 'scheduled', from: NUMBER, serviceSid: SERVICE });
    // A day from now is more than the ten hours after its hour that can be had.
    expect((message?.validUntil ?? 0) - other.now()).toBeGreaterThan(10.9 * 3_600_000);
    const query = () => bound.ask({ command: 'query_sm', messageId });
    const cancel = () => bound.ask({ command: 'cancel_sm', messageId });
    expect(await query()).toMatchObject({ commandStatus: 0, messageId, messageState: 1, finalDate: '' });
    expect(await cancel()).toMatchObject({ command: 'cancel_sm_resp', commandStatus: 0 });
    expect((await stored(messageId))?.status).toBe('canceled');
    await other.until(async () => bound.receipts.length === 1);
    expect(bound.receipts[0]).toMatchObject({ id: messageId, stateWord: 'DELETED' });
    expect(await query()).toMatchObject({ messageState: 4 });
    expect((await cancel())?.commandStatus).toBe(ESME.ESME_RCANCELFAIL);
    const unknown = { messageId: `SM${'0'.repeat(32)}` };
    expect((await bound.ask({ command: 'query_sm', ...unknown }))?.commandStatus).toBe(ESME.ESME_RINVMSGID);
    expect((await bound.ask({ command: 'replace_sm', ...unknown }))?.commandStatus).toBe(ESME.ESME_RREPLACEFAIL);
  });

  it('an inquiry that names other addresses than the message has is about none, however a number is written', async () => {
    const answer = await bound.submit('Later', { scheduleDeliveryTime: '000000010000000R' });
    const messageId = answer?.messageId ?? '';
    const message = await stored(messageId);
    const to = (message?.to ?? '').slice(1);
    const [own, other] = [NUMBER.slice(1), '12025550199'];
    const statusOf = async (command: 'query_sm' | 'cancel_sm', fields: Record<string, unknown>) =>
      (await bound.ask({ command, messageId, ...fields }))?.commandStatus;
    const querying = [
      { sourceAddr: other },
      { sourceAddrTon: 5, sourceAddr: 'Shop' },
      { sourceAddr: own },
      { sourceAddrTon: 1, sourceAddrNpi: 1, sourceAddr: `+${own}` },
    ];
    expect(await Promise.all(querying.map((fields) => statusOf('query_sm', fields)))).toEqual([
      ...[ESME.ESME_RINVMSGID, ESME.ESME_RINVMSGID],
      ...[ESME.ESME_ROK, ESME.ESME_ROK],
    ]);
    for (const fields of [{ sourceAddr: other, destinationAddr: to }, { destinationAddr: other }]) {
      expect(await statusOf('cancel_sm', fields)).toBe(ESME.ESME_RCANCELFAIL);
    }
    expect((await stored(messageId))?.status).toBe('scheduled');
    const meant = { sourceAddrTon: 1, sourceAddrNpi: 1, sourceAddr: own, destAddrTon: 0, destinationAddr: to };
    expect(await statusOf('cancel_sm', meant)).toBe(ESME.ESME_ROK);
  });
});
