import { isTold } from '../domain/esme-address.ts';
import { callsBack, type Event, isFinal, type Status, step } from '../domain/message.ts';
import { hasLeft } from '../domain/privacy.ts';
import type { CallbackPayload } from './callback-shapes.ts';
import { historyLine, type Walker } from './rows.ts';

/** The due time of a held callback: the last instant JavaScript knows. */
export const HELD_AT = 8_640_000_000_000_000;

/** Stands as the connector of a callback that keeps to no order: clicks neither wait nor are waited for. */
export const CLICK = '(click)';
/** Of callback work: it is told in the order of its message's statuses (C2). */
export const IN_ORDER = `connector is distinct from '${CLICK}'`;

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
  /** What of the message is kept no longer from here on; `null`: everything is. */
  loss: Loss | null;
}

export interface Loss {
  /** Body and media go now (`ContentRetention=discard`). */
  content: boolean;
  /** The person's number is masked now, or once no receipt can be expected any more (`AddressRetention=obfuscate`). */
  number: 'now' | 'later' | null;
}

/** What `event` makes of a message, or `null` when it changes nothing. */
export function transition(message: Walker, event: Event, now: number, details: StepDetails): Transition | null {
  const status = step(message.status, event);
  if (status === null) return null;
  const { errorCode, note } = details;
  const known = errorCode ?? message.errorCode;
  const line = `\n${historyLine({ at: now, status, note, errorCode })}`;
  const loss = lossOf(message, status);
  const made = { status, errorCode: known, line, loss };
  if (message.callbackUrl === null || !callsBack(status) || !isTold(message.callbackUrl, status))
    return { ...made, callback: null };
  const callback: CallbackPayload = {
    url: message.callbackUrl,
    status,
    from: message.from,
    to: message.to,
    serviceSid: message.serviceSid,
    errorCode: known,
    doneDate: details.doneDate ?? null,
    at: now,
    ...(message.options.callbackMethod && { method: message.options.callbackMethod }),
    ...(message.options.content && { isTemplate: true }),
    ...(message.options.obfuscateAddresses && { obfuscate: true }),
  };
  return { ...made, callback };
}

/** Both happen once: a status that has them is reached from one that has not. */
function lossOf({ status: former, options }: Walker, status: Status): Loss | null {
  const { discardContent, obfuscateAddresses } = options;
  if (!discardContent && !obfuscateAddresses) return null;
  const content = discardContent === true && hasLeft(status) && !hasLeft(former);
  const masks = obfuscateAddresses === true && !isFinal(former);
  const number = masks && isFinal(status) ? 'now' : masks && status === 'sent' ? 'later' : null;
  return content || number ? { content, number } : null;
}
