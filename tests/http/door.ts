/** A front door over a store that is a few maps: enough for the HTTP room, nothing of the engine. */
import type { FastifyInstance } from 'fastify';
import { HandWoundClock } from '../../src/domain/clock.ts';
import type { PidgeEvent } from '../../src/domain/events.ts';
import { noFaults } from '../../src/domain/faults.ts';
import { isSettled, type Message } from '../../src/domain/message.ts';
import { SidMaker } from '../../src/domain/sid.ts';
import type { HttpContext, HttpSettings } from '../../src/http/context.ts';
import { buildServer } from '../../src/http/server.ts';
import { changedAccount } from '../../src/store/account-change.ts';
import type { Account, Document, Sender } from '../../src/store/directory.ts';
import type { Change, Changed, MessageQuery, Store } from '../../src/store/store.ts';

export const SID = 'AC0123456789abcdef0123456789abcdef';
export const OTHER = 'ACffffffffffffffffffffffffffffffff';
export const CHILD = 'ACeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee';
export const TOKEN = 'secret-token';
export const MG = `MG${'a'.repeat(32)}`;
export const ROOT = `/2010-04-01/Accounts/${SID}`;

export const basic = (user: string, token: string) => `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;

export interface Door {
  app: FastifyInstance;
  store: Partial<Store>;
  clock: HandWoundClock;
  messages: Message[];
  senders: Map<string, Sender>;
  accounts: Map<string, Account>;
  events: PidgeEvent[];
  queries: MessageQuery[];
  counts: { accountReads: number; senderChanges: number };
  message(change?: Partial<Message>): Message;
  call(
    method: string,
    path: string,
    more?: { form?: string | Buffer; headers?: Record<string, string> },
  ): ReturnType<typeof send>;
}

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape are looked into
export type Json = Record<string, any>;
type Answered = { status: number; headers: Record<string, unknown>; text: string; json: Json };

async function send(
  app: FastifyInstance,
  method: string,
  url: string,
  form?: string | Buffer,
  headers = {},
): Promise<Answered> {
  const body = form === undefined ? {} : { payload: form };
  const type = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await app.inject({
    method: method as 'GET',
    url,
    headers: { authorization: basic(SID, TOKEN), ...type, ...headers },
    ...body,
  });
  const text = answer.body;
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text,
    json: text.startsWith('{') ? JSON.parse(text) : {},
  };
}

export function openDoor(settings: Partial<HttpSettings> = {}, more: Partial<HttpContext> = {}): Door {
  const clock = new HandWoundClock(Date.UTC(2025, 1, 4, 10, 15));
  const sids = new SidMaker(clock);
  const messages: Message[] = [];
  const senders = new Map<string, Sender>();
  const documents = new Map<string, Document>();
  const accounts = new Map([SID, OTHER].map((sid) => [sid, anAccount(sid, sid)]));
  accounts.set(CHILD, anAccount(CHILD, SID));
  const events: PidgeEvent[] = [];
  const queries: MessageQuery[] = [];
  const counts = { accountReads: 0, senderChanges: 0 };

  const message = (change: Partial<Message> = {}): Message => {
    const now = clock.now();
    const made: Message = {
      sid: sids.make('SM'),
      accountSid: SID,
      serviceSid: null,
      from: '+15005550006',
      to: '+15558675310',
      body: 'Your code is 4711',
      status: 'queued',
      direction: 'outbound-api',
      numSegments: 1,
      numMedia: 0,
      priceMicros: null,
      errorCode: null,
      createdAt: now,
      updatedAt: now,
      sentAt: null,
      validUntil: now + 36_000_000,
      callbackUrl: null,
      maxPriceMicros: null,
      smartEncoded: false,
      provideFeedback: false,
      tags: {},
      options: {},
      history: [],
      ...change,
    };
    messages.push(made);
    return made;
  };

  const find = (accountSid: string, sid: string) =>
    messages.find((one) => one.accountSid === accountSid && one.sid === sid) ?? null;

  const change = (item: Change): Changed => {
    const found = find(item.accountSid, item.sid);
    if (!found) return { kind: 'missing' };
    const ripe = item.verb === 'cancel' ? found.status === 'scheduled' : isSettled(found, clock.now());
    if (!ripe) return { kind: 'early', status: found.status };
    if (item.verb === 'cancel') found.status = 'canceled';
    if (item.verb === 'redact') found.body = '';
    if (item.verb === 'remove') messages.splice(messages.indexOf(found), 1);
    return { kind: 'done', message: found };
  };

  const store: Partial<Store> = {
    account: async (sid) => {
      counts.accountReads += 1;
      return accounts.get(sid) ?? null;
    },
    accounts: async () => [...accounts.values()],
    saveAccount: async (account) => void accounts.set(account.sid, account),
    changeAccount: async (item, now) => {
      const answer = changedAccount(accounts.get(item.sid) ?? null, item, now);
      if (answer.kind === 'done') accounts.set(item.sid, answer.account);
      return answer;
    },
    message: async (accountSid, sid) => find(accountSid, sid),
    change: async (batch) => batch.map(change),
    media: async () => [],
    medium: async () => null,
    removeMedia: async () => 'missing',
    messages: async (query) => {
      queries.push(query);
      const all = messages.filter((one) => one.accountSid === query.accountSid).reverse();
      const at = (sid?: string) => all.findIndex((one) => one.sid === sid);
      const from = query.after
        ? at(query.after) + 1
        : query.before
          ? Math.max(0, at(query.before) - query.size)
          : (query.offset ?? 0);
      const to = query.before ? at(query.before) : from + query.size;
      return { messages: all.slice(from, to), hasOlder: to < all.length, hasNewer: from > 0 };
    },
    sender: async (accountSid, sid) => {
      const found = senders.get(sid);
      return found?.accountSid === accountSid ? found : null;
    },
    senders: async (accountSid) => [...senders.values()].filter((one) => one.accountSid === accountSid).reverse(),
    saveSender: async (sender) => {
      const taken = [...senders.values()].some((one) => one.address === sender.address && one.sid !== sender.sid);
      if (!taken) senders.set(sender.sid, sender);
      return taken ? 'taken' : 'saved';
    },
    removeSender: async (_accountSid, sid) => {
      if (documents.get(sid)?.kind === 'pool') documents.delete(sid);
      return senders.delete(sid);
    },
    sendersByAddress: async (addresses) => [...senders.values()].filter((one) => addresses.includes(one.address)),
    senderByAddress: async (address) => [...senders.values()].find((one) => one.address === address) ?? null,
    document: async (accountSid, kind, sid) => {
      const found = documents.get(sid);
      return found?.accountSid === accountSid && found.kind === kind ? found : null;
    },
    documents: async ({ accountSid, kind, parentSid, name, limit }) =>
      [...documents.values()]
        .filter((one) => one.accountSid === accountSid && one.kind === kind)
        .filter((one) => (parentSid ?? one.parentSid) === one.parentSid && (name ?? one.name) === one.name)
        .sort((one, other) => other.createdAt - one.createdAt || (one.sid < other.sid ? 1 : -1))
        .slice(0, limit),
    saveDocument: async (document) => {
      const { accountSid, kind, parentSid, name, sid } = document;
      const same = await store.documents?.({ accountSid, kind, parentSid, name: name ?? undefined, limit: 1_000 });
      if (name !== null && same?.some((one) => one.sid !== sid)) return 'taken';
      documents.set(document.sid, document);
      return 'saved';
    },
    removeDocument: async (accountSid, kind, sid) => {
      if ((await store.document?.(accountSid, kind, sid)) === null) return false;
      for (const one of documents.values()) if (one.parentSid === sid) documents.delete(one.sid);
      return documents.delete(sid);
    },
  };

  const app = buildServer({
    store: store as Store,
    clock,
    sids,
    openToken: (sealed) => sealed.slice('sealed:'.length),
    sealToken: (token) => `sealed:${token}`,
    create: async (account, form) => ({
      message: message({ accountSid: account.sid, body: form.one('Body') ?? '' }),
      isReplayed: false,
    }),
    settings: { lenient: false, mode: 'dev', defaultServiceSid: 'default', bodyLimit: 131_072, ...settings },
    observe: (event) => void events.push(event),
    faults: noFaults,
    ready: () => ({ ok: true, why: '' }),
    ringCallbacks: () => undefined,
    foresee: () => Promise.reject(new Error('nobody foresees here')),
    changeOptOuts: () => Promise.reject(new Error('nobody opts out here')),
    onSenderChanged: () => {
      counts.senderChanges += 1;
    },
    metrics: async () => 'pidge_up 1\n',
    ...more,
  });
  return {
    app,
    store,
    clock,
    messages,
    senders,
    accounts,
    events,
    queries,
    counts,
    message,
    call: (method, path, { form, headers } = {}) => send(app, method, path, form, headers),
  };
}

export function anAccount(sid: string, ownerSid: string): Account {
  return {
    sid,
    ownerSid,
    friendlyName: 'Test',
    status: 'active',
    type: 'Full',
    sealedToken: `sealed:${sid === SID ? TOKEN : 'another'}`,
    defaultServiceSid: MG,
    createdAt: 0,
    updatedAt: 0,
  };
}
