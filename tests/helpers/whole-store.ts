import type { Alert } from '../../src/domain/alert.ts';
import { HandWoundClock } from '../../src/domain/clock.ts';
import type { Message } from '../../src/domain/message.ts';
import { loopKey } from '../../src/domain/reply-loop.ts';
import type { Account, Sender } from '../../src/store/directory.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import {
  ACCOUNT,
  acceptance,
  claim,
  claimCallbacks,
  finished,
  lane,
  message,
  NOW,
  OTHER,
  sent,
  walkToSent,
} from '../contract/store.fixtures.ts';
import { answered, arrived, intake, key, OURS, PERSON, part, stop } from '../contract/store-inbound.fixtures.ts';
import { claimFetches, endedWithMedia, holdOf, settled } from '../contract/store-media.fixtures.ts';

/** A store in which everything that can be in one is: each state of messages, work, callbacks, parts and receipts. */

const BODIES = [
  'plain',
  'ünï',
  '\u{1F600} \u{1F468}\u200d\u{1F469}',
  'nul \u0000 inside',
  '\uE000\uE001 \uE000\uE002',
  '',
];
const SENDERS = ['+12025550100', '+12025550109', '76767', 'whatsapp:+12025550100'];

/** The same in a file, closed; answers how many messages it holds. */
export async function fillFile(path: string): Promise<number> {
  const onFatal = (error: Error): void => {
    throw error;
  };
  const store = await openSqlite({ path, clock: new HandWoundClock(), onFatal, synchronous: 'OFF' });
  await fillStore(store);
  const { messagesByStatus } = await store.stats();
  await store.close();
  return Object.values(messagesByStatus).reduce((sum, count) => sum + count, 0);
}

export async function fillStore(store: Store): Promise<void> {
  await fillDirectory(store);
  await walkMessages(store);
  await walkMedia(store);
  await walkCallbacks(store);
  await walkInbound(store);
  await leaveOpen(store);
}

function account(sid: string): Account {
  return {
    sid,
    ownerSid: ACCOUNT,
    friendlyName: `Account \u{1F426} ${sid.slice(-1)}`,
    status: 'active',
    type: 'Full',
    sealedToken: 'v1:sealed',
    ...(sid === OTHER && { secondToken: { sealed: 'v1:second', createdAt: NOW } }),
    defaultServiceSid: `MG${sid.slice(2)}`,
    createdAt: NOW,
    updatedAt: NOW + 1,
  };
}

async function fillDirectory(store: Store): Promise<void> {
  const done = { at: NOW, user: 'admin', role: 'operator' as const, address: '::1', verb: 'POST', accountSid: null };
  await store.changeConsole(
    {
      kind: 'audit',
      entries: [{ ...done, path: '/_admin/v1/session', status: 200, taken: { query: 'q=ü', count: 2 } }],
    },
    NOW,
  );
  for (const sid of [ACCOUNT, OTHER]) await store.saveAccount(account(sid));
  for (const [index, address] of SENDERS.entries()) {
    const sender: Sender = {
      sid: `PN${String(index).padStart(32, '0')}`,
      accountSid: index === 3 ? OTHER : ACCOUNT,
      address,
      kind: address.startsWith('whatsapp') ? 'channel' : 'number',
      canSms: index !== 3,
      canMms: index % 2 === 0,
      rate: [null, 0, 2.5, 100][index] ?? null,
      properties: { friendly_name: `nul \u0000 ${index}`, sms_url: 'https://app.example/sms', n: index },
      createdAt: NOW + (index % 2),
      updatedAt: NOW,
    };
    await store.saveSender(sender);
  }
  for (const [index, accountSid] of [ACCOUNT, OTHER].entries()) {
    const service = { accountSid, kind: 'service', sid: `MG${index}`, parentSid: '', name: null };
    const properties = { friendly_name: 'nul \u0000', sticky_sender: true };
    await store.saveDocument({ ...service, properties, createdAt: NOW, updatedAt: NOW + index });
  }
}

/** Every status a message can end in, some hours apart so that lists have bounds to cut at. */
async function walkMessages(store: Store): Promise<void> {
  for (let hour = 0; hour < 6; hour += 1) {
    const now = NOW + hour * 3_600_000;
    const own = (changes: Partial<Message> = {}): Partial<Message> => ({
      accountSid: hour % 3 === 2 ? OTHER : ACCOUNT,
      body: BODIES[hour],
      to: `+1202555010${hour % 4}`,
      from: SENDERS[hour % 3],
      tags: hour % 2 === 0 ? {} : { campaign: 'nul \u0000', '\u{1F426}': 'x' },
      ...changes,
    });
    const receipt = (carrierId: string, state: 'delivered' | 'undelivered' | 'read') =>
      store.receive(
        [{ connector: 'sim', carrierId, state, ...(state === 'undelivered' ? { errorCode: 30003 } : {}) }],
        now + 50,
      );
    await walkToSent(store, `open${hour}-`, own({ numSegments: 3 }), now);
    await walkToSent(store, `delivered${hour}-`, own(), now);
    await receipt(`delivered${hour}-0`, 'delivered');
    await walkToSent(store, `undelivered${hour}-`, own({ numSegments: 2, callbackUrl: null }), now);
    await receipt(`undelivered${hour}-1`, 'undelivered');
    await walkToSent(store, `read${hour}-`, own(), now);
    await receipt(`read${hour}-0`, 'read');
    const redacted = await walkToSent(store, `redacted${hour}-`, own({ body: 'secret' }), now);
    await receipt(`redacted${hour}-0`, 'delivered');
    const removed = await walkToSent(store, `removed${hour}-`, own(), now);
    await receipt(`removed${hour}-0`, 'delivered');
    await store.change([{ accountSid: redacted.accountSid, sid: redacted.sid, verb: 'redact' }], now + 60);
    await store.change([{ accountSid: removed.accountSid, sid: removed.sid, verb: 'remove' }], now + 60);
    await fail(store, own(), now);
    const called = acceptance({ ...own({ status: 'scheduled' }), createdAt: now });
    await store.accept([called, acceptance({ ...own({ status: 'accepted', from: null }), createdAt: now })], now);
    await store.change([{ accountSid: called.message.accountSid, sid: called.message.sid, verb: 'cancel' }], now + 60);
  }
}

async function fail(store: Store, changes: Partial<Message>, now: number): Promise<void> {
  const made = acceptance({ ...changes, createdAt: now });
  await store.accept([made], now);
  const [work] = (await claim(store, now)).filter((one) => one.message.sid === made.message.sid);
  if (!work) throw new Error('The message was not claimed');
  const { workId, attempt } = work;
  await store.settleSends(
    [
      {
        workId,
        attempt,
        accountSid: made.message.accountSid,
        messageSid: made.message.sid,
        result: { kind: 'failed', errorCode: 30008, note: 'nul \u0000' },
      },
    ],
    now,
  );
}

/** Media with bytes of their own and shared ones, blobs held and dying, fetches of each state; and a short link. */
async function walkMedia(store: Store): Promise<void> {
  const now = NOW + 7 * 3_600_000;
  await endedWithMedia(store, ['shared', 'one'], now);
  await endedWithMedia(store, ['shared'], now);
  const gone = await endedWithMedia(store, ['gone'], now);
  const later = now + 120_000;
  await store.change([{ accountSid: ACCOUNT, sid: gone, verb: 'remove' }], later);
  await holdOf(store, 'shared', later + 60_000, later);
  await holdOf(store, 'held', later + 60_000, later);
  const fetch = { urls: ['https://files.example/\u{1F426}', 'nul \u0000'] };
  const fetching = (changes: Partial<Message>) => ({
    ...acceptance({ numMedia: 2, createdAt: later, callbackUrl: null, ...changes }, lane()),
    fetch,
  });
  await store.accept([fetching({}), fetching({ status: 'accepted', from: null })], later);
  const [again] = await claimFetches(store, later, 'gone');
  if (again) await store.settleFetches([settled(again, { kind: 'again', dueAt: later + 1_000, note: '503' })], later);
  const link = { code: 'aB3dE5gH7j', domainSid: 'DN1', target: 'https://shop.example/\u{1F426}', expiresAt: later + 1 };
  await store.accept([{ ...acceptance({ createdAt: later, callbackUrl: null }), links: [link] }], later);
  await store.visitLink({ code: link.code, callback: null, isPreview: true, agent: 'Preview/1' }, later);
  await store.accept([{ ...fetching({ status: 'scheduled' }), releaseAt: later + 3_600_000 }], later);
}

/** Messages that came in: answered, being answered, kept in parts; opt-outs with their log, confirmations, cookies. */
async function walkInbound(store: Store): Promise<void> {
  const now = NOW + 7 * 3_600_000;
  const seen = (carrierId: string) => ({ connector: 'sim', carrierId });
  const options = { channel: { profileName: 'nul \u0000 \u{1F426}', location: { latitude: 1.5, longitude: -2.25 } } };
  const notice = {
    connector: 'sim',
    from: OURS,
    to: PERSON,
    text: 'nul \u0000 unsubscribed \u{1F426}',
    evenIfOptedOut: true,
    lane: null,
  };
  await store.takeIn([intake({ seen: seen('in-\u0000') }, { createdAt: now, options })], now);
  const [work] = await store.claimReplies({ owner: 'gone', limit: 1, leaseMs: 60_000 }, now);
  if (!work) throw new Error('No reply was due');
  const cookie = { name: 'a', value: '1', host: 'app.example', path: '/', secure: true, expiresAt: null };
  const result = answered(work, {
    replies: [acceptance({ from: OURS, to: PERSON, direction: 'outbound-reply', createdAt: now })],
    jar: { cookies: [cookie], usedAt: now },
    loops: [{ pair: loopKey(PERSON, OURS), count: { replies: 2, lastAt: now } }],
  });
  await store.finishReplies([result], now);
  // Somebody else, so that what is left open below can be sent.
  const optOut = { change: 'opt-out' as const, keys: [key({ peer: '+12025550179' })], source: 'keyword' as const };
  await store.takeIn([stop({ seen: seen('in-2'), notice, optOut }), intake({ seen: seen('in-3') })], now);
  await store.claimReplies({ owner: 'gone', limit: 1, leaseMs: 60_000 }, now);
  const change = { accountSid: OTHER, change: 'opt-out' as const, keys: [key()], source: 'api' as const };
  await store.changeOptOuts([{ ...change, actor: 'nul \u0000' }, { ...change, change: 'opt-in' }, change], now);
  // Waited for as long as anybody may look at this store.
  const patient = { ...arrived(part(1, 'nul \u0000')), waitMs: 100 * 365 * 86_400_000 };
  await store.takePart([patient], now);
  const alert: Alert = {
    sid: `NO${'1'.repeat(32)}`,
    accountSid: ACCOUNT,
    code: 11200,
    level: 'error',
    resourceSid: null,
    serviceSid: null,
    text: 'nul \u0000',
    request: null,
    response: null,
    at: now,
  };
  await store.raiseAlerts([{ alert, callbackUrl: null }], now);
  const pdu = { at: now, connector: 'sim', bind: 'sim transceiver 1', peer: 'smsc.example:2775', ours: true };
  await store.keepPdus([{ ...pdu, octets: 'AAAAEIAAABUAAAAAAAAAAQ==', owner: { kind: 'none' } }], now);
  const [, whole] = await store.takePart(
    [1, 2].map((number) => arrived(part(number, 'w', { reference: 8, total: 2 }))),
    now,
  );
  if (whole?.kind === 'whole') await store.takeIn([intake({ reply: null, joining: whole.joining })], now);
}

/** Attempts of each outcome; callbacks that are due, held behind another, claimed, retried, given up and replayed. */
async function walkCallbacks(store: Store): Promise<void> {
  const now = NOW + 8 * 3_600_000;
  const works = await store.claimCallbacks({ owner: 'gone', limit: 20, leaseMs: 30_000 }, now);
  const decisions = ['done', 'gave_up', 'retry'] as const;
  const results = works.slice(0, 15).map((work, index) => {
    const decision = decisions[index % 3] ?? 'done';
    const result = finished(work, decision, decision === 'retry' ? now + 60_000 : undefined);
    if (decision === 'done') return result;
    const record = { ...result.record, response: null, errorCode: 11200, error: 'nul \u0000 \u{1F426}' };
    return { ...result, record };
  });
  await store.finishCallbacks(results, now);
  const [given] = await store.attempts({ accountSid: ACCOUNT, decision: 'gave_up', limit: 1 });
  if (given) await store.replayCallback(ACCOUNT, given.id, now);
  // The highest ids ever given belong to rows that are gone.
  const last = await walkToSent(store, 'last-', {}, now);
  await store.receive([{ connector: 'sim', carrierId: 'last-0', state: 'delivered' }], now);
  for (let round = 0; round < 2; round += 1) {
    const mine = (await claimCallbacks(store, now)).filter((work) => work.messageSid === last.sid);
    await store.finishCallbacks(
      mine.map((work) => finished(work)),
      now,
    );
  }
}

/** What a server that is stopped leaves open. */
async function leaveOpen(store: Store): Promise<void> {
  const now = NOW + 9 * 3_600_000;
  const paced = (accountSid: string) => lane({ key: `sim|${accountSid}|+12025550100`, cost: 2 });
  const batch = Array.from({ length: 20 }, (_, index) => {
    const accountSid = index % 2 === 0 ? ACCOUNT : OTHER;
    return acceptance({ accountSid, body: BODIES[index % 6], createdAt: now + index }, paced(accountSid));
  });
  await store.accept(batch, now);
  await store.accept([acceptance({ createdAt: now }), acceptance({ createdAt: now })], now);
  const claimed = await store.claimSends({ owner: 'gone', limit: 4, leaseMs: 30_000, lookAheadMs: 1_000 }, now);
  const [first, second] = claimed;
  if (!first || !second) throw new Error('Nothing was claimed');
  const { workId, attempt, message: again } = second;
  await store.settleSends(
    [
      sent(first, ['paced-0']),
      {
        workId,
        attempt,
        accountSid: again.accountSid,
        messageSid: again.sid,
        result: { kind: 'again', dueAt: now + 5_000, note: 'throttled' },
      },
    ],
    now,
  );
  // A lane whose work is all done, so that nothing but its key tells whose it is.
  const quiet = acceptance({ createdAt: now }, lane({ key: `sim|${ACCOUNT}|76767` }));
  await store.accept([quiet], now);
  const [work] = (await claim(store, now)).filter((one) => one.message.sid === quiet.message.sid);
  if (work) await store.settleSends([sent(work, ['quiet-0'])], now);
  await store.receive(
    [
      { connector: 'sim', carrierId: 'unknown-1', state: 'delivered', doneDate: '2601010000' },
      { connector: 'sim', carrierId: 'unknown-\u0000', state: 'undelivered', errorCode: 30005 },
    ],
    now,
  );
  await store.accept(
    [{ message: message({ status: 'scheduled', createdAt: now }), connector: 'sim', lane: null }],
    now,
  );
}
