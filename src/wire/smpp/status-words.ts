/** What a status of `submit_sm_resp` is, and what this program makes of it, for people. */
import { describeStatus, ESME, type StatusName } from './codes.ts';
import { type SubmitVerdict, verdictOfSubmit } from './submit-result.ts';

export interface StatusWords {
  /** `null`: nobody's. */
  code: number | null;
  text: string;
  /** What becomes of the message, as a sentence. */
  follows: string;
  /** The code its message fails with, if it does. */
  errorCode: number | null;
}

/** By its name, as PDUs are counted: `ESME_RTHROTTLED`, `0x00000401`, `reserved`. */
export function statusWords(name: string): StatusWords {
  const code = name in ESME ? ESME[name as StatusName] : /^0x[0-9a-f]{8}$/i.test(name) ? Number(name) : null;
  if (code === null) return { code, text: 'a reserved status', ...wordsOf(verdictOfSubmit(RESERVED)) };
  return { code, text: describeStatus(code).text, ...wordsOf(verdictOfSubmit(code)) };
}

/** Some status that no specification gives a meaning. */
const RESERVED = 0x3ff;

function wordsOf(verdict: SubmitVerdict): Pick<StatusWords, 'follows' | 'errorCode'> {
  switch (verdict.kind) {
    case 'sent':
      return { follows: 'The carrier has it.', errorCode: null };
    case 'fail':
      return { follows: `The message fails with ${verdict.errorCode}.`, errorCode: verdict.errorCode };
    case 'retry': {
      const times = verdict.times === 1 ? 'once more' : `${verdict.times} times more`;
      return { follows: `It is tried ${times}, then fails with ${verdict.errorCode}.`, errorCode: verdict.errorCode };
    }
    case 'later':
      return {
        follows: verdict.slower
          ? 'It goes again later, and everything goes slower for a while. Lower connectors.rate when this is frequent.'
          : 'It goes again later, for as long as it is valid.',
        errorCode: verdict.expiredCode,
      };
    case 'rebind':
      return { follows: 'The connection is closed and bound again; what waits goes then.', errorCode: null };
    case 'alarm':
      return {
        follows: 'The carrier refuses the credentials: the queue is held, and the bind is tried seldom.',
        errorCode: null,
      };
  }
}
