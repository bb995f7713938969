import { callsBack, type Event, type Status, step } from '../domain/message.ts';
import { historyLine, type Walker } from './rows.ts';
import type { CallbackPayload } from './store.ts';

/** The due time of a held callback: the last instant JavaScript knows. */
export const HELD_AT = 8_640_000_000_000_000;

export interface StepDetails {
  errorCode?: number;
  note?: string;
  doneDate?: string | null;
  /** With `take`: the price, if there is one. */
  priceMicros?: number | null;
}

/** What a step writes down, whichever engine does the writing. */
export interface Transition {
  status: Status;
  errorCode: number | null;
  /** Appended to the walk, its line break in front. */
  line: string;
  /** The callback that the new status owes; `null`: none. */
  callback: CallbackPayload | null;
}

/** What `event` makes of a message, or `null` when it changes nothing. */
export function transition(message: Walker, event: Event, now: number, details: StepDetails): Transition | null {
  const status = step(message.status, event);
  if (status === null) return null;
  const { errorCode, note } = details;
  const known = errorCode ?? message.errorCode;
  const line = `\n${historyLine({ at: now, status, note, errorCode })}`;
  if (message.callbackUrl === null || !callsBack(status)) return { status, errorCode: known, line, callback: null };
  const callback: CallbackPayload = {
    url: message.callbackUrl,
    status,
    from: message.from,
    to: message.to,
    serviceSid: message.serviceSid,
    errorCode: known,
    doneDate: details.doneDate ?? null,
    at: now,
  };
  return { status, errorCode: known, line, callback };
}
