/** The door of one node among others: its store gone for a while, or without the role that serves the API. */
import { describe, expect, it, test } from 'vitest';
import { type Store, StoreUnavailable } from '../../src/store/store.ts';
import { openDoor, ROOT, SID } from './door.ts';

const SM = `SM${'1'.repeat(32)}`;
const PN = `PN${'1'.repeat(32)}`;

/** Every route of the API, with a form where it wants one. */
const CALLS: [method: string, path: string, form?: string][] = [
  ['GET', '/2010-04-01/Accounts.json'],
  ['GET', `/2010-04-01/Accounts/${SID}.json`],
  ['GET', `${ROOT}/Messages.json`],
  ['POST', `${ROOT}/Messages.json`, 'To=%2B15558675310&From=%2B15005550006&Body=x'],
  ['GET', `${ROOT}/Messages/${SM}.json`],
  ['POST', `${ROOT}/Messages/${SM}.json`, 'Body='],
  ['DELETE', `${ROOT}/Messages/${SM}.json`],
  ['GET', `${ROOT}/Messages/${SM}/Media.json`],
  ['POST', `${ROOT}/Messages/${SM}/Feedback.json`, 'Outcome=confirmed'],
  ['GET', `${ROOT}/IncomingPhoneNumbers.json`],
  ['POST', `${ROOT}/IncomingPhoneNumbers.json`, 'PhoneNumber=%2B12025550177'],
  ['GET', `${ROOT}/IncomingPhoneNumbers/${PN}.json`],
  ['POST', `${ROOT}/IncomingPhoneNumbers/${PN}.json`, 'FriendlyName=x'],
  ['DELETE', `${ROOT}/IncomingPhoneNumbers/${PN}.json`],
];

const gone = () => Promise.reject(new StoreUnavailable('the database is gone'));
const goneStore = new Proxy({}, { get: () => gone }) as Store;

describe('a store that is gone', () => {
  it.each(CALLS)(
    'makes %s %s 503 with Retry-After, before and after the caller is known',
    async (method, path, form) => {
      const strange = openDoor({}, { store: goneStore });
      const first = await strange.call(method, path, { form });
      expect([first.status, first.json.code, first.headers['retry-after']]).toEqual([503, 20503, '5']);

      let isGone = false;
      const door = openDoor();
      const known = openDoor(
        {},
        {
          store: new Proxy({} as Store, {
            get: (_, verb: keyof Store) =>
              isGone ? gone : () => (verb === 'documents' ? [] : (door.accounts.get(SID) ?? verb)),
          }),
          create: gone,
        },
      );
      expect((await known.call('GET', `/2010-04-01/Accounts/${SID}.json`)).status).toBe(200);
      isGone = true;
      const { status, json, headers } = await known.call(method, path, { form });
      // The account itself was read a moment ago, with the credentials.
      if (path.endsWith(`${SID}.json`)) return expect(status).toBe(200);
      expect([status, json.code, headers['retry-after']]).toEqual([503, 20503, '5']);
    },
  );

  it('does not keep health from answering, and readiness says what is the matter', async () => {
    const door = openDoor({}, { store: goneStore, ready: async () => ({ ok: false, why: 'the database is gone' }) });
    expect((await door.call('GET', '/healthz')).status).toBe(200);
    const { status, json } = await door.call('GET', '/readyz');
    expect([status, json]).toEqual([503, { status: 'unavailable', why: 'the database is gone' }]);
  });
});

test('health tells what the operator has accepted to lose', async () => {
  const risk = 'fsync is off: a power cut can damage the whole database';
  expect((await openDoor({}, { risk }).call('GET', '/healthz')).json).toEqual({ status: 'ok', risk });
  expect((await openDoor({}, { risk: null }).call('GET', '/healthz')).text).toBe('{"status":"ok"}');
});

describe('a node without the api role', () => {
  it('answers health, readiness and metrics', async () => {
    const door = openDoor({ api: false });
    for (const path of ['/healthz', '/readyz', '/metrics']) expect((await door.call('GET', path)).status).toBe(200);
  });

  it.each([
    ...CALLS.slice(0, 4),
    ['PUT', '/errors/21211'],
    ['GET', '/_test/v1/default/phones'],
    ['GET', '/'],
  ] as typeof CALLS)('answers %s %s with 503 and says why, in the form of the API', async (method, path, form) => {
    const door = openDoor({ api: false, mode: 'serve' });
    const { status, json, headers } = await door.call(method, path, { form });
    expect([status, json.code, json.message]).toEqual([503, 20503, 'This node does not serve the API']);
    expect(json.details.fix).toContain('node.roles');
    expect(headers['retry-after']).toBe('5');
  });

  it('answers in XML where the path asks for it', async () => {
    const { text } = await openDoor({ api: false }).call('GET', `${ROOT}/Messages`);
    expect(text).toContain('<Code>20503</Code>');
  });
});
