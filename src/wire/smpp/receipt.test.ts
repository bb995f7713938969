import { describe, expect, it } from 'vitest';
import { foldId, idForms, looksLikeReceipt, readReceipt } from './receipt.ts';
import { outcomeOfReceipt } from './receipt-outcome.ts';

const FULL =
  'id:0123456789 sub:001 dlvrd:001 submit date:2611210830 done date:2611210831 stat:DELIVRD err:000 text:Hello stat:UNDELIV id:9';

describe('the text of a receipt', () => {
  it('is read label by label, and what the message said is not taken for labels', () => {
    expect(readReceipt(FULL)).toEqual({
      id: '0123456789',
      state: 2,
      stateWord: 'DELIVRD',
      err: '000',
      submitDate: '2611210830',
      doneDate: '2611210831',
      text: 'Hello stat:UNDELIV id:9',
    });
  });

  it.each([
    [
      'labels in another case',
      'ID:a1 Sub:001 Dlvrd:001 Submit Date:2611210830 DONE DATE:2611210831 Stat:delivrd Err:000 Text:x',
    ],
    ['another order', 'stat:DELIVRD err:000 done date:2611210831 id:a1 submit date:2611210830'],
    [
      'blanks behind and before the colons',
      ' id: a1  sub: 001 stat :  DELIVRD err : 000 done date : 2611210831 text: ',
    ],
    ['quotes', 'id:"a1" stat:"DELIVRD" err:"000" done date:"2611210831" text:"x"'],
    ['commas and semicolons', "id:a1,stat:DELIVRD;err:000,done date:2611210831,text:'x'"],
    ['other spellings', 'id=a1 status=DELIVERED error=000 done_date=2611210831'],
    ['no blanks at all', 'id:a1sub:001dlvrd:001done date:2611210831stat:DELIVRD err:000text:x'],
    ['lines', 'id:a1\r\nstat:DELIVRD\r\nerr:000\r\ndone date:2611210831\r\n'],
    ['the text first', 'text:x id:a1 done date:2611210831 stat:DELIVRD err:000'],
  ])('is read with %s', (_, text) => {
    expect(readReceipt(text)).toMatchObject({ id: 'a1', state: 2, err: '000', doneDate: '2611210831' });
  });

  it('may lack anything', () => {
    expect(readReceipt('id:5 stat:EXPIRED')).toEqual({
      ...{ id: '5', state: 3, stateWord: 'EXPIRED' },
      ...{ err: null, submitDate: null, doneDate: null, text: null },
    });
    expect(readReceipt('id: stat:EXPIRED')).toMatchObject({ id: null, state: 3 });
    expect(readReceipt('')).toMatchObject({ id: null, state: null, stateWord: null });
  });

  it('keeps the word of a state nobody knows, and takes numbers for states', () => {
    expect(readReceipt('id:5 stat:GONE')).toMatchObject({ state: null, stateWord: 'GONE' });
    expect(readReceipt('id:5 stat:8')).toMatchObject({ state: 8, stateWord: 'REJECTD' });
  });

  it('may write its dates for people', () => {
    expect(readReceipt('id:5 done date:2026-11-21 08:31:05 stat:DELIVRD').doneDate).toBe('20261121083105');
  });

  it('is bounded in what it gives', () => {
    const long = readReceipt(`id:${'9'.repeat(60_000)} stat:DELIVRD`);
    expect(long.id).toHaveLength(256);
    expect(readReceipt(`id:5 ${'x'.repeat(60_000)} stat:DELIVRD`)).toMatchObject({ id: '5', state: null });
  });

  it('is known by its beginning where no bit says it', () => {
    expect(looksLikeReceipt(FULL)).toBe(true);
    expect(looksLikeReceipt('ID : 5 Stat : 2')).toBe(true);
    expect(looksLikeReceipt('my id:5 stat:DELIVRD')).toBe(false);
    expect(looksLikeReceipt('id:5 is the one')).toBe(false);
  });
});

describe('the parameters of a receipt', () => {
  it('win over its text', () => {
    const tlvs = { receiptedMessageId: 'B2', messageState: 5, networkErrorCode: { networkType: 3, code: 1 } };
    expect(readReceipt(FULL, tlvs)).toMatchObject({ id: 'B2', state: 5, stateWord: 'UNDELIV', err: '001' });
  });

  it('do not where they say nothing', () => {
    const text = 'id:a1 stat:UNDELIV err:027';
    const tlvs = { receiptedMessageId: '', messageState: 77, networkErrorCode: { networkType: 3, code: 0 } };
    expect(readReceipt(text, tlvs)).toMatchObject({ id: 'a1', state: 5, err: '027' });
    expect(readReceipt('', tlvs)).toMatchObject({ id: null, state: null, stateWord: '77', err: '000' });
  });
});

describe('an id', () => {
  const matches = (submitted: string, reported: string) => idForms(reported).includes(foldId(submitted));

  it.each([
    ['the same', '1a2b', '1a2b'],
    ['in another case', '1A2B', '1a2b'],
    ['with leading zeros', '0000001a2b', '1A2B'],
    ['without the zeros it had', '42', '0000000042'],
    ['in decimal where hexadecimal was given', '1A2B', '6699'],
    ['in hexadecimal where decimal was given', '6699', '1a2b'],
    ['in decimal with zeros', '00001A2B', '0000006699'],
    ['with 0x', '6699', '0x1A2B'],
    ['of sixteen digits', 'FFFFFFFFFFFFFFFF', '18446744073709551615'],
    ['of no number', 'd3b07384-d113-4ec6', 'D3B07384-D113-4EC6'],
    ['of nothing but zeros', '0', '0000'],
  ])('is known again %s', (_, submitted, reported) => {
    expect(matches(submitted, reported)).toBe(true);
  });

  it('is not another', () => {
    expect(matches('1a2b', '1a2c')).toBe(false);
    expect(matches('10', '100')).toBe(false);
    expect(matches('a-1', 'a1')).toBe(false);
  });

  it('has the likeliest form first', () => {
    expect(idForms('0010')).toEqual(['0010', '10', '16', 'a']);
    expect(idForms('0X1F')).toEqual(['0X1F', '1f', '31']);
    expect(idForms('9'.repeat(60))).toEqual(['9'.repeat(60)]);
  });
});

describe('what a receipt means', () => {
  const outcome = (text: string) => outcomeOfReceipt(readReceipt(text));
  const undelivered = (errorCode: number) => ({ kind: 'undelivered', errorCode });

  it('follows from its state', () => {
    const outcomes = [
      'SCHEDULED',
      'ENROUTE',
      'DELIVRD',
      'EXPIRED',
      'DELETED',
      'UNDELIV',
      'ACCEPTD',
      'UNKNOWN',
      'REJECTD',
      'SKIPPED',
    ];
    expect(outcomes.map((word) => outcome(`id:1 stat:${word}`))).toEqual([
      ...[{ kind: 'pending' }, { kind: 'pending' }, { kind: 'delivered' }],
      ...[undelivered(30003), undelivered(30008), undelivered(30003), { kind: 'pending' }],
      ...[undelivered(30008), undelivered(30007), undelivered(30008)],
    ]);
    expect(outcome('id:1 stat:GONE err:001')).toEqual({ kind: 'unrecognised' });
  });

  it.each([
    [30005, ['001', '005', '5']],
    [30003, ['006', '027', '031', '032', '033']],
    [30004, ['009', '012', '013']],
    [30006, ['011', '021', '21']],
    [30008, ['034', '035', '036']],
  ])('is %i by the errors that say so', (code, errors) => {
    for (const err of errors) {
      expect(outcome(`id:1 stat:UNDELIV err:${err}`)).toEqual(undelivered(code));
      expect(outcome(`id:1 stat:REJECTD err:${err}`)).toEqual(undelivered(code));
    }
  });

  it('is that of the state for errors that say nothing, and where the state has said it already', () => {
    expect(outcome('id:1 stat:UNDELIV err:999')).toEqual(undelivered(30003));
    expect(outcome('id:1 stat:REJECTD err:000')).toEqual(undelivered(30007));
    expect(outcome('id:1 stat:EXPIRED err:001')).toEqual(undelivered(30003));
    expect(outcome('id:1 stat:DELIVRD err:001')).toEqual({ kind: 'delivered' });
  });

  it("is the carrier's own where it has one", () => {
    const own = new Map([
      ['6', 30006],
      ['e12', 30007],
    ]);
    expect(outcomeOfReceipt(readReceipt('id:1 stat:UNDELIV err:006'), own)).toEqual(undelivered(30006));
    expect(outcomeOfReceipt(readReceipt('id:1 stat:UNDELIV err:E12'), own)).toEqual(undelivered(30007));
    expect(outcomeOfReceipt(readReceipt('id:1 stat:UNDELIV'), own)).toEqual(undelivered(30003));
  });
});
