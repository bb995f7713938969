import { expect, it } from 'vitest';
import type { SentMessage } from '../domain/phone-talk.ts';
import { knownOf } from './lab-conversation.ts';

const said = (id: string, more: Partial<SentMessage> = {}): SentMessage => ({
  ...{ id, from: '+12025550111', to: '+12025550100', body: 'Hello', at: 1_000, channel: 'sms', media: [] },
  ...more,
});
const became = (sid: string, createdAt = 1_005, body = 'Hello') => {
  return { sid, from: '+12025550111', to: '+12025550100', body, createdAt };
};
const ids = (known: Set<SentMessage>) => [...known].map(({ id }) => id);

it('what was said is on the page once: by its SID, or by its words while the SID has not been heard', () => {
  expect(ids(knownOf([said('a', { sid: 'SM1' }), said('b')], [became('SM1')]))).toEqual(['a']);
  expect(ids(knownOf([said('a', { sid: 'SM1' }), said('b')], [became('SM2'), became('SM1')]))).toEqual(['a', 'b']);
  // The same words twice, of which one has come in.
  expect(ids(knownOf([said('a'), said('b')], [became('SM1')]))).toEqual(['a']);
});

it('what is no message yet stays as it was said', () => {
  expect(ids(knownOf([said('a')], []))).toEqual([]);
  expect(ids(knownOf([said('a', { sid: 'SM9' })], [became('SM1')]))).toEqual([]);
  expect(ids(knownOf([said('a', { why: 'nobody has this number' })], [became('SM1')]))).toEqual([]);
  expect(ids(knownOf([said('a')], [became('SM1', 999), became('SM2', 1_005, 'Bye')]))).toEqual([]);
});
