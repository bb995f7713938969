/**
 * What a `submit_sm_resp` means for the message: the table of behaviour sheet 12.4 as data. It says what is to be done,
 * the connector does it. A carrier's own table comes first, for it knows better.
 */
import { ESME, ofCarrier } from './codes.ts';

export type SubmitVerdict =
  /** The carrier took it. */
  | { kind: 'sent' }
  /** It never left: `failed` with this code. `log`: it is a fault of ours or of the configuration. */
  | { kind: 'fail'; errorCode: number; log: boolean }
  /** So many times more, then as `fail`. */
  | { kind: 'retry'; times: number; errorCode: number }
  /**
   * Later, for as long as it is valid; at its expiry it fails with `expiredCode`. Until then `errorCode` tells why it
   * waits (`errorCode10dlc` from a US ten-digit long code). `slower`: the whole bind is too fast.
   */
  | { kind: 'later'; errorCode: number; errorCode10dlc: number; expiredCode: number; slower: boolean }
  /** The bind is no bind: hold the queue, close, bind again. */
  | { kind: 'rebind' }
  /** The credentials are not good: hold the queue, tell the operator, try seldom. */
  | { kind: 'alarm' };

/** A carrier's own meanings, by status. */
export type CarrierStatuses = ReadonlyMap<number, SubmitVerdict>;

const UNKNOWN_ERROR = 30008;
const SENT: SubmitVerdict = { kind: 'sent' };
const REBIND: SubmitVerdict = { kind: 'rebind' };
const ALARM: SubmitVerdict = { kind: 'alarm' };
/** Also for answers that no submit should get (cancel, replace, query failed): a message must come to an end. */
const FAULT: SubmitVerdict = { kind: 'fail', errorCode: UNKNOWN_ERROR, log: true };

const fail = (errorCode: number): SubmitVerdict => ({ kind: 'fail', errorCode, log: false });
const retry = (times: number): SubmitVerdict => ({ kind: 'retry', times, errorCode: UNKNOWN_ERROR });
const later = (errorCode10dlc: number, slower: boolean): SubmitVerdict => {
  return { kind: 'later', errorCode: 30017, errorCode10dlc, expiredCode: 30036, slower };
};

/** Every status of SMPP 3.4 that is not simply a fault of ours (`FAULT`, 30008). */
const VERDICTS = new Map<number, SubmitVerdict>([
  [ESME.ESME_ROK, SENT],
  [ESME.ESME_RINVMSGLEN, fail(30019)],
  [ESME.ESME_RINVBNDSTS, REBIND],
  [ESME.ESME_RALYBND, REBIND],
  [ESME.ESME_RSYSERR, retry(3)],
  [ESME.ESME_RINVSRCADR, fail(30024)],
  [ESME.ESME_RINVDSTADR, fail(30005)],
  [ESME.ESME_RBINDFAIL, ALARM],
  [ESME.ESME_RINVPASWD, ALARM],
  [ESME.ESME_RINVSYSID, ALARM],
  [ESME.ESME_RMSGQFUL, later(30017, false)],
  [ESME.ESME_RSUBMITFAIL, retry(1)],
  [ESME.ESME_RINVSRCTON, fail(30024)],
  [ESME.ESME_RINVSRCNPI, fail(30024)],
  [ESME.ESME_RINVDSTTON, fail(30005)],
  [ESME.ESME_RINVDSTNPI, fail(30005)],
  [ESME.ESME_RINVSYSTYP, ALARM],
  [ESME.ESME_RTHROTTLED, later(30022, true)],
  [ESME.ESME_RINVEXPIRY, fail(30045)],
  [ESME.ESME_RX_T_APPN, later(30017, false)],
  [ESME.ESME_RX_P_APPN, fail(30007)],
  [ESME.ESME_RX_R_APPN, fail(30004)],
  [ESME.ESME_RDELIVERYFAILURE, fail(30003)],
  [ESME.ESME_RUNKNOWNERR, retry(1)],
]);

/** What follows from a status. Carriers' own (0x400 to 0x4FF) without an entry in their table fail with 30008, unlogged. */
export function verdictOfSubmit(commandStatus: number, carrier?: CarrierStatuses): SubmitVerdict {
  const verdict = carrier?.get(commandStatus) ?? VERDICTS.get(commandStatus);
  return verdict ?? (ofCarrier(commandStatus) ? fail(UNKNOWN_ERROR) : FAULT);
}
