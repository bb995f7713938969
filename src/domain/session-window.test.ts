import { describe, expect, it } from 'vitest';
import type { MessageOptions } from './message.ts';
import { hasSessionWindow, refusalOf, refusalOutside } from './session-window.ts';

const person = 'whatsapp:+13125550142';
const content = (changes: object = {}): MessageOptions => ({
  content: { sid: 'HX1', variables: {}, type: 'twilio/text', ...changes },
});
const leaving = (options: MessageOptions = {}, to = person, body = 'Hi') => ({ to, body, options });

describe('the window', () => {
  it.each([
    ['whatsapp:+13125550142', true],
    ['messenger:user', true],
    ['rcs:+13125550142', false],
    ['+13125550142', false],
  ])('of %s is there: %s', (to, is) => {
    expect(hasSessionWindow(to)).toBe(is);
  });

  it.each([
    ['approved', null],
    // In `serve` nobody here approves: the carrier judges.
    ['received', null],
    ['pending', 63016],
    ['unsubmitted', 63016],
    ['toString', 63016],
    ['rejected', 63040],
    ['paused', 63041],
    ['disabled', 63042],
  ])('is passed by a template that is %s with %s', (status, code) => {
    expect(refusalOutside(leaving(content()), { status })?.errorCode ?? null).toBe(code);
  });

  it.each([
    [null, null],
    [{ status: 'pending' }, null],
    [{ status: 'paused' }, 63041],
  ])('is passed by a template that the settings name, unless it is known to be of no use: %j', (approval, code) => {
    expect(refusalOutside(leaving(content()), approval, true)?.errorCode ?? null).toBe(code);
    expect(refusalOutside(leaving(), approval, true)?.errorCode).toBe(63016);
  });

  it('is passed by no text, by no template that nobody submitted, and on Messenger by none', () => {
    expect(refusalOutside(leaving(), null)?.errorCode).toBe(63016);
    expect(refusalOutside(leaving(content()), null)?.errorCode).toBe(63016);
    expect(refusalOutside(leaving(content(), 'messenger:user'), { status: 'approved' })?.errorCode).toBe(63016);
    const list = content({ type: 'twilio/list-picker' });
    expect(refusalOutside(leaving(list), { status: 'approved' })?.note).toContain('cannot open a conversation');
  });
});

describe('WhatsApp, at any time, refuses', () => {
  it.each([
    ['nothing of a plain text', leaving(), null],
    ['a placeholder without a value', leaving(content({ missing: '1' })), 63028],
    ['a line end in a value', leaving(content({ variables: { 1: 'a\nb' } })), 63013],
    ['a tab in a value', leaving(content({ variables: { 1: 'a\tb' } })), 63013],
    ['five spaces in a value', leaving(content({ variables: { 1: 'a     b' } })), 63013],
    ['nothing of four spaces', leaving(content({ variables: { 1: 'a    b' } })), null],
    ['1025 characters', leaving({}, person, '😀'.repeat(1_025)), 63021],
    ['nothing of 1024, however they are coded', leaving({}, person, '😀'.repeat(1_024)), null],
    ['nothing on Messenger', leaving(content({ missing: '1' }), 'messenger:user'), null],
  ])('%s', (_, message, code) => {
    expect(refusalOf(message)?.errorCode ?? null).toBe(code);
  });
});
