/**
 * ESME_* statuses: what a peer answers with in `command_status` (SMPP 3.4, 5.1.3; 0x100 and above: SMPP 5.0, 4.7.6).
 * What follows from them for a message is in submit-result.ts.
 */

const STATUSES = {
  ESME_ROK: [0x00, 'no error'],
  ESME_RINVMSGLEN: [0x01, 'the length of the message is invalid'],
  ESME_RINVCMDLEN: [0x02, 'the length of the command is invalid'],
  ESME_RINVCMDID: [0x03, 'no such command'],
  ESME_RINVBNDSTS: [0x04, 'the bind is not in a state for this command'],
  ESME_RALYBND: [0x05, 'bound already'],
  ESME_RINVPRTFLG: [0x06, 'invalid priority flag'],
  ESME_RINVREGDLVFLG: [0x07, 'invalid registered delivery flag'],
  ESME_RSYSERR: [0x08, 'system error'],
  ESME_RINVSRCADR: [0x0a, 'invalid source address'],
  ESME_RINVDSTADR: [0x0b, 'invalid destination address'],
  ESME_RINVMSGID: [0x0c, 'invalid message id'],
  ESME_RBINDFAIL: [0x0d, 'the bind failed'],
  ESME_RINVPASWD: [0x0e, 'invalid password'],
  ESME_RINVSYSID: [0x0f, 'invalid system id'],
  ESME_RCANCELFAIL: [0x11, 'cancelling failed'],
  ESME_RREPLACEFAIL: [0x13, 'replacing failed'],
  ESME_RMSGQFUL: [0x14, 'the message queue is full'],
  ESME_RINVSERTYP: [0x15, 'invalid service type'],
  ESME_RINVNUMDESTS: [0x33, 'invalid number of destinations'],
  ESME_RINVDLNAME: [0x34, 'invalid distribution list'],
  ESME_RINVDESTFLAG: [0x40, 'invalid destination flag'],
  ESME_RINVSUBREP: [0x42, 'replacing at submit is invalid here'],
  ESME_RINVESMCLASS: [0x43, 'invalid esm_class'],
  ESME_RCNTSUBDL: [0x44, 'cannot submit to a distribution list'],
  ESME_RSUBMITFAIL: [0x45, 'the submit failed'],
  ESME_RINVSRCTON: [0x48, 'invalid type of number of the source'],
  ESME_RINVSRCNPI: [0x49, 'invalid numbering plan of the source'],
  ESME_RINVDSTTON: [0x50, 'invalid type of number of the destination'],
  ESME_RINVDSTNPI: [0x51, 'invalid numbering plan of the destination'],
  ESME_RINVSYSTYP: [0x53, 'invalid system type'],
  ESME_RINVREPFLAG: [0x54, 'invalid replace_if_present flag'],
  ESME_RINVNUMMSGS: [0x55, 'invalid number of messages'],
  ESME_RTHROTTLED: [0x58, 'throttled: the allowed rate was exceeded'],
  ESME_RINVSCHED: [0x61, 'invalid scheduled delivery time'],
  ESME_RINVEXPIRY: [0x62, 'invalid validity period'],
  ESME_RINVDFTMSGID: [0x63, 'no such predefined message'],
  ESME_RX_T_APPN: [0x64, 'the receiver has a temporary error'],
  ESME_RX_P_APPN: [0x65, 'the receiver has a permanent error'],
  ESME_RX_R_APPN: [0x66, 'the receiver rejects the message'],
  ESME_RQUERYFAIL: [0x67, 'the query failed'],
  ESME_RINVOPTPARSTREAM: [0xc0, 'the optional part of the PDU is broken'],
  ESME_ROPTPARNOTALLWD: [0xc1, 'an optional parameter is not allowed here'],
  ESME_RINVPARLEN: [0xc2, 'a parameter has an invalid length'],
  ESME_RMISSINGOPTPARAM: [0xc3, 'an optional parameter is missing'],
  ESME_RINVOPTPARAMVAL: [0xc4, 'an optional parameter has an invalid value'],
  ESME_RDELIVERYFAILURE: [0xfe, 'delivery failed'],
  ESME_RUNKNOWNERR: [0xff, 'unknown error'],
  ESME_RSERTYPUNAUTH: [0x100, 'not authorised for this service type'],
  ESME_RPROHIBITED: [0x101, 'the operation is prohibited'],
  ESME_RSERTYPUNAVAIL: [0x102, 'the service type is unavailable'],
  ESME_RSERTYPDENIED: [0x103, 'the service type is denied'],
  ESME_RINVDCS: [0x104, 'invalid data coding'],
  ESME_RINVSRCADDRSUBUNIT: [0x105, 'invalid subunit of the source'],
  ESME_RINVDSTADDRSUBUNIT: [0x106, 'invalid subunit of the destination'],
  ESME_RINVBCASTFREQINT: [0x107, 'invalid broadcast interval'],
  ESME_RINVBCASTALIAS_NAME: [0x108, 'invalid broadcast alias'],
  ESME_RINVBCASTAREAFMT: [0x109, 'invalid form of a broadcast area'],
  ESME_RINVNUMBCAST_AREAS: [0x10a, 'invalid number of broadcast areas'],
  ESME_RINVBCASTCNTTYPE: [0x10b, 'invalid broadcast content type'],
  ESME_RINVBCASTMSGCLASS: [0x10c, 'invalid broadcast message class'],
  ESME_RBCASTFAIL: [0x10d, 'the broadcast failed'],
  ESME_RBCASTQUERYFAIL: [0x10e, 'the broadcast query failed'],
  ESME_RBCASTCANCELFAIL: [0x10f, 'cancelling the broadcast failed'],
  ESME_RINVBCAST_REP: [0x110, 'invalid broadcast repetition'],
  ESME_RINVBCASTSRVGRP: [0x111, 'invalid broadcast service group'],
  ESME_RINVBCASTCHANIND: [0x112, 'invalid broadcast channel'],
} as const satisfies Record<string, readonly [number, string]>;

export type StatusName = keyof typeof STATUSES;

/** The number of each status by its name. */
export const ESME = Object.fromEntries(Object.entries(STATUSES).map(([name, [code]]) => [name, code])) as {
  readonly [N in StatusName]: (typeof STATUSES)[N][0];
};

const BY_CODE = new Map<number, { name: string; text: string }>(
  Object.entries(STATUSES).map(([name, [code, text]]) => [code, { name, text }]),
);
const FIRST_OF_CARRIERS = 0x400;
const LAST_OF_CARRIERS = 0x4ff;

/** Name and sentence of a status; what is in no specification is named by its number. `known`: it is in one. */
export function describeStatus(commandStatus: number): { name: string; text: string; known: boolean } {
  const found = BY_CODE.get(commandStatus);
  if (found) return { ...found, known: true };
  const name = `0x${commandStatus.toString(16).toUpperCase().padStart(8, '0')}`;
  return {
    name,
    text: ofCarrier(commandStatus) ? "a status of this carrier's own" : 'a reserved status',
    known: false,
  };
}

/** Whether a status is in the range that every carrier fills by itself (0x400 to 0x4FF). */
export function ofCarrier(commandStatus: number): boolean {
  return commandStatus >= FIRST_OF_CARRIERS && commandStatus <= LAST_OF_CARRIERS;
}
