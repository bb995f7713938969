import { expect, test } from 'vitest';
import { MOST_DOCUMENTS, NEW_SESSION } from '../domain/reply-session.ts';
import type { MessageVerb, ReadTwiml, Verb } from '../domain/twiml-shapes.ts';
import type { ReplyPayload } from '../store/inbound-shapes.ts';
import { actionOf, callbackOf, openStep, readAction, stepAfter } from './reply-step.ts';

const PRIMARY = { url: 'https://app.example/sms', method: 'POST' } as const;
const FALLBACK = { url: 'https://app.example/fallback', method: 'GET' } as const;

const message = (body: string, more: Partial<MessageVerb> = {}): MessageVerb => ({
  kind: 'message',
  to: null,
  from: null,
  body,
  media: [],
  action: null,
  method: 'POST',
  statusCallback: null,
  ...more,
});
const redirect: Verb = { kind: 'redirect', url: 'https://app.example/next', method: 'POST' };
const payload = (more: Partial<ReplyPayload> = {}): ReplyPayload => ({
  webhook: { primary: PRIMARY, fallback: FALLBACK },
  optOutType: null,
  session: { documents: 1, messages: 0 },
  document: { target: PRIMARY, why: 'first' },
  rest: [],
  ...more,
});
const read = (...verbs: Verb[]): ReadTwiml => ({ ok: true, verbs, warnings: [] });
const fault: ReadTwiml = { ok: false, code: 12100, why: 'not closed', line: 2, column: 3 };
const action = { target: { url: 'https://app.example/done', method: 'POST' }, why: 'action', replySid: 'SM1' } as const;

test('a document is counted before it is asked for, and the fifty-first is not', () => {
  expect(openStep(payload({ session: NEW_SESSION }))).toMatchObject({
    payload: { session: { documents: 1 } },
    note: null,
  });
  const full = payload({ session: { documents: MOST_DOCUMENTS, messages: 0 } });
  expect(openStep(full).note).toMatchObject({ code: 14106 });
});

test('a document is carried out as it stands', () => {
  const step = stepAfter(payload(), read(message('a'), redirect), PRIMARY.url);
  expect(step).toMatchObject({ verbs: [{ body: 'a' }, { kind: 'redirect' }], notes: [], fault: null, instead: null });
  expect(step.payload.session.messages).toBe(1);
});

test('one that cannot be used leads to the fallback, which is told why', () => {
  const step = stepAfter(payload(), fault, PRIMARY.url);
  expect(step).toMatchObject({
    verbs: [],
    notes: [{ code: 12100, line: 2 }],
    instead: { target: FALLBACK, why: 'fallback', error: { code: 12100, url: PRIMARY.url } },
  });
  expect(step.payload.webhook.fallback).toBeNull();
});

test('the fallback is asked once: not after itself, nor after what it led to', () => {
  const without = { primary: PRIMARY, fallback: null };
  const itself = payload({ document: { target: FALLBACK, why: 'fallback' } });
  const later = payload({ webhook: without, document: { target: PRIMARY, why: 'redirect' } });
  for (const one of [itself, later]) {
    expect(stepAfter(one, fault, PRIMARY.url)).toMatchObject({ verbs: [], notes: [{ code: 12100 }], instead: null });
  }
});

test('after an action the rest goes on, unless its TwiML leads elsewhere', () => {
  const rest = [message('rest')];
  const session = { documents: 2, messages: 2 };
  const interrupted = payload({ document: action, rest, session });
  expect(stepAfter(interrupted, read(message('b')), '').verbs).toMatchObject([{ body: 'b' }, { body: 'rest' }]);
  expect(stepAfter(interrupted, read(), '').payload.session.messages).toBe(2);
  expect(stepAfter(interrupted, read(redirect), '').verbs).toEqual([redirect]);
  expect(stepAfter(interrupted, fault, '')).toMatchObject({ verbs: [], instead: { why: 'fallback' } });
  const without = { ...interrupted, webhook: { primary: PRIMARY, fallback: null } };
  expect(stepAfter(without, fault, '')).toMatchObject({ verbs: rest, instead: null });
});

test('what an action interrupted is not counted twice among the ten replies', () => {
  const ten = Array.from({ length: 10 }, (_, index) => message(String(index)));
  const first = stepAfter(payload(), read(...ten), '');
  const rest = first.verbs.slice(1);
  const second = stepAfter({ ...first.payload, document: action, rest }, read(message('eleventh')), '');
  expect(second.verbs).toEqual(rest);
  expect(second.notes).toMatchObject([{ code: 14109 }]);
});

test('an action is asked, or told of statuses, or both, as the setting has it', () => {
  const verb = message('a', { action: 'https://app.example/done', method: 'GET' });
  expect(actionOf(verb, 'SM1', 'both')).toEqual({
    target: { url: 'https://app.example/done', method: 'GET' },
    why: 'action',
    replySid: 'SM1',
  });
  expect(actionOf(verb, 'SM1', 'callback')).toBeNull();
  expect(actionOf(message('a'), 'SM1', 'both')).toBeNull();
  expect(callbackOf(verb, 'both')).toEqual({ url: 'https://app.example/done', method: 'GET' });
  expect(callbackOf(verb, 'document')).toBeNull();
  const told = { url: 'https://app.example/told', method: 'POST' };
  expect(callbackOf({ ...verb, statusCallback: told.url }, 'both')).toEqual(told);
});

test('of an action only TwiML is read', () => {
  const plain = { status: 200, contentType: 'text/plain; charset=utf-8' };
  expect(readAction(plain, () => read(message('OK')))).toEqual(read());
  expect(readAction({ status: 200, contentType: null }, () => fault)).toEqual(read());
  expect(readAction({ status: 200, contentType: 'text/xml' }, () => fault)).toEqual(fault);
  expect(readAction({ status: 500, contentType: 'text/plain' }, () => fault)).toEqual(fault);
  const empty: ReadTwiml = { ok: true, verbs: [], warnings: [{ code: 11770, why: '', line: null, column: null }] };
  expect(readAction({ status: 200, contentType: 'text/xml' }, () => empty)).toEqual(read());
});
