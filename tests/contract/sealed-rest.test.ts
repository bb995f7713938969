/** What stands beside messages and is sealed with them: answers of apps, parts that wait, and cookies. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { HandWoundClock } from '../../src/domain/clock.ts';
import { loopKey } from '../../src/domain/reply-loop.ts';
import { bodyVault } from '../../src/seal-bodies.ts';
import type { ArrivedPart } from '../../src/store/inbound-shapes.ts';
import { sealBodies } from '../../src/store/sealed.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claimCallbacks, finished, NOW, sent } from './store.fixtures.ts';
import { answered, claimReply, intake, OURS, PERSON, take as takeIn } from './store-inbound.fixtures.ts';

const ANSWER = { status: 500, headers: { server: 'nginx' }, body: `a secret answer to ${PERSON}` };

let plain: Store;
let sealed: Store;
let broken: string[];

beforeEach(async () => {
  const onFatal = (error: Error): void => {
    throw error;
  };
  plain = await openSqlite({ path: ':memory:', clock: new HandWoundClock(), onFatal });
  broken = [];
  sealed = seal();
});
afterEach(() => plain.close());

function seal({ isOn = true, key = 'a key for tests alone, at least 32 long' } = {}): Store {
  return sealBodies(plain, bodyVault(key), { isOn, onBroken: (sid) => broken.push(sid) });
}

/** A callback that was answered so; the sid of its message. */
async function answeredCallback(store: Store, changes: Parameters<typeof acceptance>[0] = {}): Promise<string> {
  const made = acceptance(changes);
  await store.accept([made], NOW);
  const [work] = await store.claimSends({ owner: 'me', limit: 9, leaseMs: 9_000, lookAheadMs: 0 }, NOW);
  if (!work) throw new Error('Nothing was claimed');
  await store.settleSends([sent(work)], NOW);
  const [callback] = await claimCallbacks(store, NOW);
  if (!callback) throw new Error('No callback was due');
  const result = finished(callback, 'done');
  await store.finishCallbacks([{ ...result, record: { ...result.record, response: ANSWER } }], NOW);
  return made.message.sid;
}

const attemptOf = async (store: Store, messageSid: string) =>
  (await store.attempts({ accountSid: ACCOUNT, messageSid, limit: 1 }))[0];

it('an answer is kept sealed, its status readable, and shown as it came', async () => {
  const sid = await answeredCallback(sealed);
  const under = (await attemptOf(plain, sid))?.response;
  expect(under).toEqual({ ...ANSWER, body: expect.stringMatching(/^~1:/) });
  expect((await attemptOf(sealed, sid))?.response).toEqual(ANSWER);
  expect((await attemptOf(seal({ isOn: false }), sid))?.response).toEqual(ANSWER);
  const before = await answeredCallback(seal({ isOn: false }));
  expect((await attemptOf(sealed, before))?.response).toEqual(ANSWER);
});

it('one that does not open is empty, and hides none of the others', async () => {
  const [ours, theirs] = [await answeredCallback(sealed), await answeredCallback(seal({ key: 'x'.repeat(32) }))];
  const bodies = (await sealed.attempts({ accountSid: ACCOUNT, limit: 9 })).map(({ messageSid, response }) => [
    messageSid,
    response?.body,
  ]);
  expect(new Map(bodies as [string, string][])).toEqual(
    new Map([
      [ours, ANSWER.body],
      [theirs, ''],
    ]),
  );
});

it('a number that is to be masked is masked before it is sealed, and what was sealed with it goes whole', async () => {
  const wish = await answeredCallback(sealed, { to: PERSON, options: { obfuscateAddresses: true } });
  expect((await attemptOf(sealed, wish))?.response?.body).toBe('a secret answer to +1202555XXXX');
  const late = await answeredCallback(sealed, { to: PERSON });
  const [work] = await sealed.attempts({ accountSid: ACCOUNT, messageSid: late, limit: 1 });
  expect(work?.response?.body).toContain(PERSON);
  await sealed.receive([{ connector: 'sim', carrierId: `c-${late}`, state: 'delivered' }], NOW);
  for (const callback of await claimCallbacks(sealed, NOW))
    await sealed.finishCallbacks([finished(callback, 'done')], NOW);
  await sealed.expire({ accountSid: ACCOUNT, what: 'numbers', from: { sids: [late] } }, NOW + 1);
  const masked = await sealed.attempts({ accountSid: ACCOUNT, messageSid: late, limit: 9 });
  expect(JSON.stringify(masked)).not.toContain(PERSON.slice(1));
  expect(masked.map(({ response }) => response?.body)).toEqual(['', '']);
});

it('an alert keeps its answer sealed', async () => {
  const alert: Alert = {
    ...{ sid: `NO${'1'.repeat(32)}`, accountSid: ACCOUNT, code: 11200, level: 'error', resourceSid: null },
    ...{ serviceSid: null, text: 'answered 500', request: null, response: ANSWER, at: NOW },
  };
  await sealed.raiseAlerts([{ alert, callbackUrl: null }], NOW);
  expect(JSON.stringify(await plain.alerts({ accountSid: ACCOUNT, limit: 9 }))).not.toContain('secret');
  expect(await sealed.alerts({ accountSid: ACCOUNT, limit: 9 })).toEqual([alert]);
  expect(await sealed.alert(ACCOUNT, alert.sid)).toEqual(alert);
});

const TEXTS = ['a secret of ', 'three ', 'parts'];
const partOf = (number: number): ArrivedPart => ({
  connector: 'sim',
  accountSid: ACCOUNT,
  part: {
    ...{ from: PERSON, to: OURS, reference: 7, total: 3, number, charset: 'Latin-1' },
    octets: Buffer.from(TEXTS[number - 1] ?? ''),
  },
  waitMs: 1_000,
});
const take = async (store: Store, number: number) => (await store.takePart([partOf(number)], NOW))[0];

it('parts are kept sealed and joined all the same, also with those from before the setting', async () => {
  expect(await take(seal({ isOn: false }), 2)).toMatchObject({ kind: 'waiting' });
  expect(await take(sealed, 1)).toMatchObject({ kind: 'waiting' });
  expect(await take(sealed, 1)).toMatchObject({ kind: 'repeated' });
  expect(await take(sealed, 3)).toMatchObject({ kind: 'whole', message: { body: TEXTS.join(''), numSegments: 3 } });
});

it('what waits in vain is told as far as it came; sealed, the store beneath cannot tell', async () => {
  await take(sealed, 1);
  const claim = { owner: 'me', limit: 9, leaseMs: 100 };
  const [under] = await plain.claimJoinings(claim, NOW + 1_000);
  expect(JSON.stringify(under)).not.toContain(Buffer.from('secret').toString('hex'));
  expect(under?.message.body).toBe('');
  const [work] = await sealed.claimJoinings(claim, NOW + 2_000);
  expect(work).toMatchObject({ lost: true, message: { body: TEXTS[0], numSegments: 1 } });
  expect(work?.message).not.toHaveProperty('parts');
});

it('parts that do not open make a message without a body, and somebody is told', async () => {
  await take(seal({ key: 'x'.repeat(32) }), 1);
  const [work] = await sealed.claimJoinings({ owner: 'me', limit: 9, leaseMs: 100 }, NOW + 1_000);
  expect(work).toMatchObject({ lost: true, message: { body: '', numSegments: 1 } });
  expect(broken).toEqual([`the parts of ${work?.joining}`]);
});

it('the values of cookies are kept sealed, and those that do not open are forgotten', async () => {
  const cookie = {
    name: 'who',
    value: 'a secret of hers',
    host: 'app.example',
    path: '/',
    secure: false,
    expiresAt: null,
  };
  const jar = { cookies: [cookie], usedAt: NOW };
  const begun = async (store: Store) => {
    await takeIn(store, intake({}, { accountSid: ACCOUNT }));
    return claimReply(store, NOW);
  };
  await sealed.finishReplies([answered(await begun(sealed), { jar })], NOW);
  const pair = loopKey(PERSON, OURS);
  const under = await plain.pair(ACCOUNT, pair);
  expect(under?.jar?.cookies).toEqual([{ ...cookie, value: expect.stringMatching(/^~1:/) }]);
  expect(await sealed.pair(ACCOUNT, pair)).toMatchObject({ jar });
  const work = await begun(sealed);
  expect(work.jar).toEqual(jar);
  await plain.finishReplies([answered(work)], NOW);
  const stranger = seal({ key: 'x'.repeat(32) });
  expect((await begun(stranger)).jar).toEqual({ ...jar, cookies: [] });
});
