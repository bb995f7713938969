/**
 * Submits become messages, by the same door as everybody's. The parts of a long one are joined first: each is kept, and
 * answered with an id of its own (`SM…-2`), before the message is there. So a message that cannot be after all is told
 * by receipts, part by part; and one whose parts never all come fails with 30036 when they have been waited for.
 */
import type { Clock } from '../domain/clock.ts';
import { esmeUrl } from '../domain/esme-address.ts';
import { type InboundPart, type Joined, takePart } from '../domain/inbound-parts.ts';
import type { SidMaker } from '../domain/sid.ts';
import { failedSubmit, SUBMIT_CONNECTOR } from '../engine/failed-submit.ts';
import type { EndedSubmission, JoiningWork } from '../store/inbound-shapes.ts';
import type { Store } from '../store/store.ts';
import { ESME } from '../wire/smpp/codes.ts';
import { Refusal, refusalFrom } from './statuses.ts';

/** What is asked of the door: parameters in API spelling, under a sid that was promised. */
export interface Creation {
  accountSid: string;
  form: Record<string, string>;
  sid: string;
  /** `null`: nobody wants to hear of it. */
  callbackUrl: string | null;
  /** Its time is over: it is to fail with 30036. */
  isExpired?: boolean;
}

export interface SubmissionsParts {
  store: Pick<Store, 'message' | 'takePart' | 'endSubmission'>;
  clock: Clock;
  sids: Pick<SidMaker, 'make'>;
  /** Resolves after the commit. Rejects as `accept` does. */
  create: (creation: Creation) => Promise<void>;
  /** Something may have to be told to somebody. */
  ring: () => void;
  /** How long parts wait for each other. */
  partsWaitMs: number;
}

export interface Submit {
  user: string;
  accountSid: string;
  /** `sid` and parameters of their own are added here. */
  part: Omit<InboundPart, 'submitted'>;
  wants: number;
  /** All but To, From and Body. */
  form: Record<string, string>;
  reference: number | null;
  /** In place of its own: one submit to many has one id. */
  id: string | null;
}

export interface Submissions {
  /** Resolves to the id that the submit is answered with, which is then durable. Rejects with what it is refused for. */
  take(submit: Submit): Promise<string>;
  /** A joining nobody is waiting with any more: whole and cut short by a crash, or lacking parts. */
  takeLate(work: JoiningWork): Promise<void>;
}

/** Passing refusals are not the end: the ESME repeats the last part, or it is taken late. */
const PASSING: ReadonlySet<number> = new Set([ESME.ESME_RMSGQFUL, ESME.ESME_RTHROTTLED, ESME.ESME_RSYSERR]);
const UNKNOWN_ERROR = 30008;

export function makeSubmissions(parts: SubmissionsParts): Submissions {
  const { store, clock, sids } = parts;
  /** Parts of one message take turns, so that two of them never make it at once. */
  const turns = new Map<string, Promise<unknown>>();

  async function takeWhole({ user, accountSid, part, wants, form, reference, id }: Submit): Promise<string> {
    const whole = takePart(null, part, 0);
    if (whole.kind !== 'whole') throw new Refusal(ESME.ESME_RINVESMCLASS, 'it is no whole message');
    const sid = sids.make('SM');
    const own = id ?? sid;
    const callbackUrl = esmeUrl({ user, id: own, submittedAt: clock.now(), wants: [wants], reference });
    await parts.create({ accountSid, form: { ...formOf(whole.message), ...form }, sid, callbackUrl });
    return own;
  }

  async function takeOne(submit: Submit): Promise<string> {
    const { user, accountSid, part, wants, form, id } = submit;
    const now = clock.now();
    const { partsWaitMs: waitMs } = parts;
    const submitted = { sid: sids.make('SM'), form, wants };
    const arrived = { connector: SUBMIT_CONNECTOR + user, accountSid, part: { ...part, submitted }, waitMs };
    const [taken] = await store.takePart([arrived], now);
    if (taken?.kind === 'whole' && taken.joining !== null && taken.message.submitted) {
      const { sid } = taken.message.submitted;
      await complete({ ...submit, joining: taken.joining, message: taken.message, number: part.number });
      return `${id ?? sid}-${part.number}`;
    }
    if (taken?.kind === 'whole' || !taken?.sid) throw new Refusal(ESME.ESME_RINVESMCLASS, 'its parts make no message');
    return `${id ?? taken.sid}-${part.number}`;
  }

  async function complete(one: {
    user: string;
    accountSid: string;
    joining: string;
    message: Joined;
    id: string | null;
    reference: number | null;
    /** The part that is answered with what becomes of the message; `null`: all were answered before. */
    number: number | null;
    isExpired?: boolean;
  }): Promise<void> {
    const { user, accountSid, joining, message, reference, isExpired, number } = one;
    if (!message.submitted) return;
    const { sid, at: submittedAt, wants, form } = message.submitted;
    const ended: EndedSubmission = { joining, accountSid, messageSid: sid, tell: null };
    try {
      // A crash may have come between the message and the end of its joining.
      if ((await store.message(accountSid, sid)) === null) {
        const callbackUrl = esmeUrl({ user, id: one.id ?? sid, submittedAt, wants, reference });
        const whole = { ...formOf(message), ...(isExpired ? withoutHour(form) : form) };
        await parts.create({ accountSid, form: whole, sid, callbackUrl, ...(isExpired && { isExpired }) });
      }
    } catch (error) {
      const refusal = refusalFrom(error);
      const passes = refusal !== null && PASSING.has(refusal.commandStatus);
      // Nobody waits: the end of its lease makes it due again.
      if (passes && number === null) return;
      if (refusal === null || passes) throw error;
      const failed = { user, message, errorCode: refusal.code || UNKNOWN_ERROR, at: clock.now() };
      const tell = failedSubmit({ ...failed, answered: number, id: one.id, reference });
      await store.endSubmission({ ...ended, tell }, clock.now());
      parts.ring();
      if (number !== null) throw error;
      return;
    }
    await store.endSubmission(ended, clock.now());
  }

  function inTurn(key: string, task: () => Promise<string>): Promise<string> {
    const before = turns.get(key) ?? Promise.resolve();
    const mine = before.then(task, task);
    const settled = mine
      .catch(() => undefined)
      .then(() => {
        if (turns.get(key) === settled) turns.delete(key);
      });
    turns.set(key, settled);
    return mine;
  }

  return {
    take(submit) {
      const { user, part } = submit;
      if (part.total <= 1) return takeWhole(submit);
      return inTurn(`${user} ${part.from} ${part.to} ${part.reference} ${part.total}`, () => takeOne(submit));
    },
    takeLate({ joining, connector, accountSid, lost, message }) {
      const user = connector.slice(SUBMIT_CONNECTOR.length);
      return complete({
        ...{ user, accountSid, joining, message, id: null, reference: null, number: null },
        ...(lost && { isExpired: true }),
      });
    },
  };
}

function formOf({ from, to, body }: Joined): Record<string, string> {
  return { To: to, From: from, Body: body };
}

/** What fails now fails now. */
function withoutHour({ SendAt: _at, ScheduleType: _type, ...rest }: Record<string, string>): Record<string, string> {
  return rest;
}
