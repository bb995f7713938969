import type { Direction, MessageOptions, Status } from './message.ts';

/** What is left of a message when its content or its person's number is to be kept no longer. */

const MASK = 'XXXX';
/** Shorter runs of digits (short codes, years) stand in texts for other reasons too. */
const LEAST_DIGITS = 7;

/** An address with `XXXX` for its last four digits; what does not end in digits has no number and stays. Twice is once. */
export function obfuscated(address: string): string {
  return address.replace(/\d{4}$/, MASK);
}

/** Which of the two addresses is a person's: the other one is the account's own. */
export function personSide(direction: Direction): 'from' | 'to' {
  return direction === 'inbound' ? 'from' : 'to';
}

/** Masks the number of `address` wherever its digits stand in a text, however the signs around them are encoded. */
export function masker(address: string): (text: string) => string {
  const digits = /(?<!\d)\d+$/.exec(address)?.[0] ?? '';
  return digits.length < LEAST_DIGITS ? (text) => text : (text) => text.replaceAll(digits, obfuscated(digits));
}

/** Options without what came from the content: variables and buttons of a template, actions and details of a channel. */
export function contentless({
  content: _content,
  actions: _actions,
  buttons: _buttons,
  channel: _channel,
  ...rest
}: MessageOptions): MessageOptions {
  return rest;
}

/** Whether a message has left or never will, so that nobody needs its content any more (`ContentRetention=discard`). */
export function hasLeft(status: Status): boolean {
  switch (status) {
    case 'sent':
    case 'delivered':
    case 'undelivered':
    case 'failed':
    case 'read':
    case 'canceled':
    case 'received':
      return true;
    case 'accepted':
    case 'scheduled':
    case 'queued':
    case 'sending':
    case 'receiving':
      return false;
  }
}
