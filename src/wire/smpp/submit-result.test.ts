import { describe, expect, it } from 'vitest';
import { ESME, type StatusName } from './codes.ts';
import { verdictOfSubmit } from './submit-result.ts';

const verdict = (name: StatusName) => verdictOfSubmit(ESME[name]);
const each = (names: string) => names.split(' ').map((name) => verdict(`ESME_${name}` as StatusName));
const later = { kind: 'later', errorCode: 30017, expiredCode: 30036 };

/** Row by row as sheet 12.4 has it. */
describe('the answer to a submit', () => {
  it('is success for 0', () => {
    expect(verdict('ESME_ROK')).toEqual({ kind: 'sent' });
  });

  it.each([
    [30019, 'RINVMSGLEN'],
    [30024, 'RINVSRCADR RINVSRCTON RINVSRCNPI'],
    [30005, 'RINVDSTADR RINVDSTTON RINVDSTNPI'],
    [30045, 'RINVEXPIRY'],
    [30007, 'RX_P_APPN'],
    [30004, 'RX_R_APPN'],
    [30003, 'RDELIVERYFAILURE'],
  ])('fails the message with %i for %s', (errorCode, names) => {
    for (const one of each(names)) expect(one).toEqual({ kind: 'fail', errorCode, log: false });
  });

  it('fails it with 30008 and is logged where the fault is ours', () => {
    const names =
      'RINVCMDLEN RINVCMDID RINVPRTFLG RINVREGDLVFLG RINVMSGID RINVSERTYP RINVNUMDESTS RINVDLNAME RINVDESTFLAG RINVSUBREP ' +
      'RINVESMCLASS RCNTSUBDL RINVREPFLAG RINVNUMMSGS RINVSCHED RINVDFTMSGID RINVOPTPARSTREAM ROPTPARNOTALLWD RINVPARLEN ' +
      'RMISSINGOPTPARAM RINVOPTPARAMVAL RCANCELFAIL RREPLACEFAIL RQUERYFAIL';
    for (const one of each(names)) expect(one).toEqual({ kind: 'fail', errorCode: 30008, log: true });
    expect(verdictOfSubmit(0x9999)).toEqual({ kind: 'fail', errorCode: 30008, log: true });
  });

  it('binds anew, or alarms, where the bind is at fault and not the message', () => {
    expect(each('RINVBNDSTS RALYBND')).toEqual([{ kind: 'rebind' }, { kind: 'rebind' }]);
    for (const one of each('RBINDFAIL RINVPASWD RINVSYSID RINVSYSTYP')) expect(one).toEqual({ kind: 'alarm' });
  });

  it('is tried again three times, or once', () => {
    expect(verdict('ESME_RSYSERR')).toEqual({ kind: 'retry', times: 3, errorCode: 30008 });
    for (const one of each('RSUBMITFAIL RUNKNOWNERR'))
      expect(one).toEqual({ kind: 'retry', times: 1, errorCode: 30008 });
  });

  it('waits until the validity ends where the carrier is full, and slows the bind where it is too fast', () => {
    for (const one of each('RMSGQFUL RX_T_APPN'))
      expect(one).toEqual({ ...later, errorCode10dlc: 30017, slower: false });
    expect(verdict('ESME_RTHROTTLED')).toEqual({ ...later, errorCode10dlc: 30022, slower: true });
  });

  it("is the carrier's own business from 0x400 to 0x4FF, and wherever its table says so", () => {
    expect(verdictOfSubmit(0x412)).toEqual({ kind: 'fail', errorCode: 30008, log: false });
    const carrier = new Map([
      [0x412, { kind: 'fail', errorCode: 30007, log: false } as const],
      [ESME.ESME_RSUBMITFAIL, { kind: 'rebind' } as const],
    ]);
    expect(verdictOfSubmit(0x412, carrier)).toMatchObject({ errorCode: 30007 });
    expect(verdictOfSubmit(ESME.ESME_RSUBMITFAIL, carrier)).toEqual({ kind: 'rebind' });
    expect(verdictOfSubmit(ESME.ESME_ROK, carrier)).toEqual({ kind: 'sent' });
  });
});
