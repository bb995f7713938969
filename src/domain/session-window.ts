/**
 * What a channel does not carry: a free text to somebody who has not written for a day, a template that was not
 * approved, values that its provider refuses (behaviour sheet 10.3, 10.5 and 11.1).
 */
import type { Message } from './message.ts';

/** How long after a person's message a business may write to them as it likes. */
export const SESSION_WINDOW_MS = 24 * 3_600_000;

/** A sentence for the walk of the message, beside the code. */
export interface ChannelRefusal {
  errorCode: number;
  note: string;
}

type Leaving = Pick<Message, 'to' | 'body' | 'options'>;

/** Whether the channel of this recipient knows the window: WhatsApp and Messenger do, SMS and RCS do not. */
export function hasSessionWindow(to: string): boolean {
  return to.startsWith('whatsapp:') || to.startsWith('messenger:');
}

/**
 * Outside the window, with the last message of the person before it. `approval`: that of its template, as kept;
 * `isNamed`: the settings say what its carrier calls it, so nobody has to submit it here.
 */
export function refusalOutside({ to, options }: Leaving, approval: unknown, isNamed = false): ChannelRefusal | null {
  const { content } = options;
  const remedy = 'outside the 24-hour window: the recipient has to write first';
  if (!content || !to.startsWith('whatsapp:')) {
    const orTemplate = to.startsWith('whatsapp:') ? ', or send an approved template (ContentSid)' : '';
    return { errorCode: 63016, note: remedy + orTemplate };
  }
  if (IN_SESSION_ONLY.includes(content.type ?? '')) {
    return { errorCode: 63016, note: `${remedy}, as ${content.type} cannot open a conversation` };
  }
  const status = statusOf(approval);
  const errorCode = STATUS_CODES.get(status) ?? (isNamed ? 'passes' : 63016);
  if (errorCode === 'passes') return null;
  const note = `${remedy}, as template ${content.sid} is ${status}`;
  return { errorCode, note };
}

/** Of WhatsApp, whether or not there is a window. */
export function refusalOf({ to, body, options }: Leaving): ChannelRefusal | null {
  if (!to.startsWith('whatsapp:')) return null;
  const { content } = options;
  if (content?.missing !== undefined) {
    return { errorCode: 63028, note: `nothing fills {{${content.missing}}} of its template` };
  }
  const bad = Object.entries(content?.variables ?? {}).find(([, value]) => REFUSED_VALUE.test(value));
  if (bad) {
    const note = `the value of {{${bad[0]}}} has a line end, a tab or more than four spaces in a row`;
    return { errorCode: 63013, note };
  }
  const length = [...body].length;
  if (length <= LONGEST_TEXT) return null;
  return { errorCode: 63021, note: `${length} characters, at most ${LONGEST_TEXT} on WhatsApp` };
}

const LONGEST_TEXT = 1_024;
const REFUSED_VALUE = /[\n\r\t]| {5,}/;
const IN_SESSION_ONLY = ['twilio/list-picker', 'twilio/location'];

/**
 * `passes`: it may open a conversation. One that was `received` waits for a judge we have no line to: the carrier of a
 * real one knows better, and refuses it.
 */
const STATUS_CODES: ReadonlyMap<string, number | 'passes'> = new Map<string, number | 'passes'>([
  ['approved', 'passes'],
  ['received', 'passes'],
  ['rejected', 63040],
  ['paused', 63041],
  ['disabled', 63042],
]);

function statusOf(approval: unknown): string {
  const status: unknown = typeof approval === 'object' && approval !== null ? Reflect.get(approval, 'status') : null;
  return typeof status === 'string' ? status : 'unsubmitted';
}
