/** What the resources around a message do where nobody is there to judge them, and how browsers may ask. */
import { expect, test } from 'vitest';
import { openDoor, ROOT } from './door.ts';

const json = { 'content-type': 'application/json' };

test('serve validates no number, because it can call none', async () => {
  const door = openDoor({ mode: 'serve' });
  const answer = await door.call('POST', `${ROOT}/OutgoingCallerIds.json`, { form: 'PhoneNumber=%2B12025550110' });
  expect([answer.status, answer.json.code]).toEqual([501, 20501]);
  expect((await door.call('GET', `${ROOT}/OutgoingCallerIds.json`)).json.outgoing_caller_ids).toEqual([]);
});

test('dev tells the code of a validation to its observer', async () => {
  const door = openDoor();
  const answer = await door.call('POST', `${ROOT}/OutgoingCallerIds.json`, { form: 'PhoneNumber=%2B12025550110' });
  const code = answer.json.validation_code;
  expect(door.events).toContainEqual(expect.objectContaining({ type: 'caller-id.validated', code }));
});

test('serve grants no approval of its own', async () => {
  const door = openDoor({ mode: 'serve' });
  const form = JSON.stringify({ language: 'en', types: { 'twilio/text': { body: 'Hi' } } });
  const made = await door.call('POST', '/v1/Content', { form, headers: json });
  const path = `/v1/Content/${made.json.sid}/ApprovalRequests`;
  const approval = JSON.stringify({ name: 'hi', category: 'UTILITY' });
  expect((await door.call('POST', `${path}/whatsapp`, { form: approval, headers: json })).status).toBe(201);
  expect((await door.call('GET', path)).json.whatsapp.status).toBe('received');
});

test('content answers numbers and booleans as such that came as texts', async () => {
  const door = openDoor();
  const authentication = { actions: [], code_expiration_minutes: '30', add_security_recommendation: 'true' };
  const form = JSON.stringify({ language: 'en', types: { 'whatsapp/authentication': authentication } });
  const made = await door.call('POST', '/v1/Content', { form, headers: json });
  const plain = { actions: [], code_expiration_minutes: 30, add_security_recommendation: true };
  expect(made.json.types).toEqual({ 'whatsapp/authentication': plain });
});

test('content nested deeper than anybody writes is refused with its place', async () => {
  const door = openDoor();
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const post = (types: string) =>
    door.call('POST', '/v1/Content', { form: `{"language":"en","types":${types}}`, headers: json });
  const schedule = (slots: string) => `{"twilio/schedule":{"id":"1","title":"When?","timeSlots":${slots}}}`;
  expect((await post(schedule(nested(97)))).status).toBe(201);
  for (const [types, place] of [
    [schedule(nested(98)), 'types.twilio/schedule.timeSlots'],
    [schedule(nested(2_000)), 'types.twilio/schedule.timeSlots'],
    [nested(2_000), 'types.0.0'],
  ] as const) {
    const { status, json: refused } = await post(types);
    expect([status, refused.details?.parameter]).toEqual([400, place]);
  }
});

test('content takes PUT, and says so', async () => {
  const door = openDoor();
  const { headers } = await door.call('OPTIONS', '/v1/Content');
  expect(headers['access-control-allow-methods']).toBe('GET, POST, PUT, DELETE, OPTIONS');
});
