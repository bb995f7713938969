/** `Idempotency-Key` on create: who repeats a request gets the message of the first (D5). */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

let pidge: TestPidge;
let client: Client;
beforeEach(async () => {
  pidge = await startTestPidge();
  client = new Client(pidge.origin, pidge.account);
});
afterEach(async () => {
  await client.close();
  await pidge.close();
});

const create = (key: string, form: Record<string, string> = {}) =>
  client.call('POST', `${client.base}/Messages.json`, {
    form: { To: '+12025550101', From: '+12025550100', Body: 'Hello', ...form },
    headers: { 'idempotency-key': key },
  });

it('a repeated create answers the same message and says so', async () => {
  const first = await create('order 17');
  expect([first.status, first.headers['idempotent-replayed']]).toEqual([201, undefined]);
  const again = await create('order 17');
  expect([again.status, again.headers['idempotent-replayed']]).toEqual([201, 'true']);
  expect(again.json.sid).toBe(first.json.sid);
  expect((await create('order 18')).json.sid).not.toBe(first.json.sid);
  const list = await client.call('GET', `${client.base}/Messages.json`);
  expect(list.json.messages).toHaveLength(2);
});

it('twenty of the same at once make one message', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => create('all at once')));
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
  expect(new Set(answers.map(({ json }) => json.sid)).size).toBe(1);
  expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === 'true')).toHaveLength(19);
});

it('the same key with other parameters is refused by name', async () => {
  await create('one');
  const other = await create('one', { Body: 'Something else' });
  expect(other.status).toBe(409);
  expect(other.json).toMatchObject({ code: 20409, status: 409, details: { parameter: 'Idempotency-Key' } });
});

it('a refused create keeps no key', async () => {
  expect((await create('again', { To: 'nonsense' })).status).toBe(400);
  const corrected = await create('again');
  expect([corrected.status, corrected.headers['idempotent-replayed']]).toEqual([201, undefined]);
});

it.each([
  ['empty', ''],
  ['too long', 'k'.repeat(256)],
])('a key that is %s is refused', async (_about, key) => {
  const answer = await create(key);
  expect([answer.status, answer.json.code]).toEqual([400, 20001]);
  expect(answer.json.details).toMatchObject({ parameter: 'Idempotency-Key', allowed: '1 to 255 printable characters' });
});

it('the key of a deleted message is told from a new one', async () => {
  const { json } = await create('gone');
  const path = `${client.base}/Messages/${json.sid}.json`;
  await pidge.until(async () => (await client.call('GET', path)).json.status === 'delivered');
  expect((await client.call('DELETE', path)).status).toBe(204);
  expect(await create('gone')).toMatchObject({ status: 409, json: { code: 20409 } });
});
