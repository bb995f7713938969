/**
 * Refusals in SMPP's words: which `command_status` a submit is answered with for each of our codes. What passes
 * (a full queue, too fast, the store away) has a status that ESMEs try again by themselves; all else is final.
 */
import { ApiError } from '../domain/errors.ts';
import { ESME } from '../wire/smpp/codes.ts';

const RECIPIENT = [21211, 21604, 21265, 21266, 21268, 21408, 21608, 21612, 21614, 21635, 21653, 21910, 63031];
const SENDER = [21212, 21603, 21606, 21659, 21660, 21661, 21701, 21705, 21711, 63007];
const CONTENT = [21602, 21617, 21619, 30044];
const SCHEDULE = [35111, 35114, 35115, 35117, 35118, 35126];

const STATUSES = new Map<number, number>([
  ...RECIPIENT.map((code) => [code, ESME.ESME_RINVDSTADR] as const),
  ...SENDER.map((code) => [code, ESME.ESME_RINVSRCADR] as const),
  ...CONTENT.map((code) => [code, ESME.ESME_RINVMSGLEN] as const),
  ...SCHEDULE.map((code) => [code, ESME.ESME_RINVSCHED] as const),
  [21624, ESME.ESME_RINVEXPIRY],
  // The recipient wants nothing from this sender: there is nothing wrong with the address.
  [21610, ESME.ESME_RX_R_APPN],
  [21611, ESME.ESME_RMSGQFUL],
  [35125, ESME.ESME_RMSGQFUL],
]);

const TOO_MANY_REQUESTS = 429;
const UNAVAILABLE = 503;

/** The status for a code of ours, whose HTTP answer would have had this status. */
export function statusOfRefusal({ code, status }: Pick<ApiError, 'code' | 'status'>): number {
  const known = STATUSES.get(code);
  if (known !== undefined) return known;
  if (status === TOO_MANY_REQUESTS) return ESME.ESME_RTHROTTLED;
  return status === UNAVAILABLE ? ESME.ESME_RSYSERR : ESME.ESME_RSUBMITFAIL;
}

/** A submit that is not taken: with the code of ours, where there is one. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly commandStatus: number;
  /** 0: none. */
  readonly code: number;

  constructor(commandStatus: number, why: string, code = 0) {
    super(why);
    this.commandStatus = commandStatus;
    this.code = code;
  }
}

/** What was thrown, as a refusal; `null`: a fault, or the store is away. */
export function refusalFrom(error: unknown): Refusal | null {
  if (error instanceof Refusal) return error;
  return error instanceof ApiError ? new Refusal(statusOfRefusal(error), error.message, error.code) : null;
}
