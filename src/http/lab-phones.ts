/**
 * Phones that do something, on the test side: they text, press buttons, follow links, read, and opt out. What they say
 * takes the walk that a carrier's message takes; the answer tells what the app made of it.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { refuse } from '../domain/errors.ts';
import { OWN_LINK_PATH } from '../domain/link-domain.ts';
import { isCode } from '../domain/links.ts';
import type { InboxMessage } from '../domain/phone.ts';
import { channelOf, type PhoneTalk, type Saying } from '../domain/phone-talk.ts';
import type { Fate } from '../engine/inbound.ts';
import type { ReplySummary } from '../engine/reply-summaries.ts';
import type { Account } from '../store/directory.ts';
import { type LabConversationParts, registerLabConversation } from './lab-conversation.ts';
import { buttonsOf, pressedOn, quoteOf } from './lab-details.ts';
import { type LabOptOutsParts, registerLabOptOuts } from './lab-opt-outs.ts';
import { registerLabPhoneList } from './lab-phone-list.ts';
import { showTaken } from './lab-render.ts';
import { type LabRequest, pathOf, phoneOf, type SandboxOf, unreadable, usualSender } from './lab-request.ts';
import { type FetchFile, fieldsOf, LONGEST_WAIT_MS, sayingOf, waitOf } from './lab-say.ts';

export interface LabPhonesParts extends LabConversationParts {
  talk: PhoneTalk;
  fetchFile: FetchFile;
  /** What becomes of what the carrier brings under this id. */
  watch(carrierId: string): { fate: Promise<Fate>; cancel: () => void };
  /** Resolves when the app has answered; never for a message that has no webhook. */
  settled(messageSid: string): Promise<ReplySummary>;
}

/** Files come in base64, which makes them a third larger. */
const SEND_LIMIT_BYTES = 32 * 1024 * 1024;
type Taken = Extract<Fate, { kind: 'taken' }>;

const NO_ANSWER: ReplySummary = { webhook: null, replies: [], alerts: [] };

export function registerLabPhones(
  scope: FastifyInstance,
  root: string,
  parts: LabPhonesParts & LabOptOutsParts,
  sandboxOf: SandboxOf,
): void {
  const { handsets, talk, store, clock } = parts;
  registerLabOptOuts(scope, root, parts, sandboxOf);
  registerLabPhoneList(scope, root, parts, sandboxOf);
  registerLabConversation(scope, root, parts, sandboxOf);

  scope.post(`${root}/phones/:number/send`, { bodyLimit: SEND_LIMIT_BYTES }, async (request: LabRequest, reply) => {
    const account = await sandboxOf(request);
    const phone = phoneOf(request.params.number);
    const saying = await sayingOf(request.body, {
      phone,
      phoneName: nameOf(phone),
      fetchFile: parts.fetchFile,
      quoted(sid) {
        const message = handsets.inbox(phone).find((one) => one.sid === sid);
        return message ? { repliedTo: quoteOf(message, clock.now()) } : null;
      },
      usualReceiver: (channel) => usualReceiver(account, phone, channel),
    });
    const waitMs = waitOf((request.body as { wait?: unknown }).wait);
    return say(request, reply, account, saying, waitMs);
  });

  scope.post(`${root}/phones/:number/press`, async (request: LabRequest, reply) => {
    const account = await sandboxOf(request);
    const fields = fieldsOf(request.body, ['button', 'payload', 'item', 'message', 'wait']);
    const isOffered = (one: InboxMessage) =>
      fields.item === undefined ? buttonsOf(one).length > 0 : one.card?.items !== undefined;
    const which = fields.item === undefined ? 'with buttons' : 'with a list';
    const message = messageOf(request, fields.message, isOffered, which);
    const pressed = pressedOn(message, fields, clock.now());
    // RCS goes to plain numbers, and comes back by RCS.
    const isPlain = message.channel !== 'sms' && !message.to.includes(':');
    const from = isPlain ? `${message.channel}:${message.to}` : message.to;
    const name = message.channel === 'whatsapp' ? nameOf(phoneOf(request.params.number)) : null;
    const channel = { ...(name !== null && { profileName: name }), ...pressed.channel };
    const saying = { from, to: message.from, media: [], body: pressed.body, channel };
    return say(request, reply, account, saying, waitOf(fields.wait));
  });

  scope.post(`${root}/phones/:number/click`, async (request: LabRequest) => {
    await sandboxOf(request);
    const { url } = fieldsOf(request.body, ['url']);
    if (url !== undefined && typeof url !== 'string') {
      throw unreadable('url', url, 'a short link', 'Leave it out to click the first one of the newest message.');
    }
    const texts = url === undefined ? inboxOf(request).map(({ body }) => body) : [url];
    const found = await firstLink(texts);
    if (!found) {
      const fix = url === undefined ? 'No message on this phone has a short link.' : 'It is no short link of Pidge.';
      throw refuse(20404, { path: pathOf(request) }, { parameter: 'url', received: url, fix });
    }
    // Its own path leads to every link, whatever domain it was written with.
    const answer = await scope.inject({
      method: 'GET',
      url: OWN_LINK_PATH + found.code,
      headers: { 'user-agent': 'Pidge phone', host: request.headers.host ?? 'localhost' },
    });
    return { url: found.text, status: answer.statusCode, location: answer.headers.location ?? null };
  });

  scope.post(`${root}/phones/:number/read`, async (request: LabRequest) => {
    await sandboxOf(request);
    const { message, all } = fieldsOf(request.body, ['message', 'all']);
    if (all !== undefined && typeof all !== 'boolean') throw unreadable('all', all, 'true, false', 'Say true.');
    const onChannel = ({ channel }: InboxMessage) => channel !== 'sms';
    const messages = all === true ? inboxOf(request).filter(onChannel) : [messageOf(request, message, () => true, '')];
    const sms = messages.find((one) => !onChannel(one));
    if (sms) {
      const fix = 'An SMS has no read receipts. WhatsApp, Messenger and RCS messages do.';
      throw refuse(20001, {}, { parameter: 'message', received: sms.sid, fix, status: 409 });
    }
    for (const one of messages) talk.read(one);
    return { read: messages.map(({ sid }) => sid) };
  });

  /** Says it, waits for the commit and then for the app. */
  async function say(request: LabRequest, reply: FastifyReply, account: Account, saying: Saying, waitMs: number) {
    if (!(await store.senderByAddress(saying.to))) {
      const fix = 'Nobody here has this address. Write to one that Pidge sends from, such as +12025550100.';
      throw refuse(20404, { path: pathOf(request) }, { parameter: 'to', received: saying.to, fix });
    }
    const until = clock.monotonic() + waitMs;
    const ids = talk.say(saying);
    const watched = ids.map((id) => parts.watch(id));
    const fates = await within(LONGEST_WAIT_MS, Promise.all(watched.map(({ fate }) => fate)));
    for (const { cancel } of watched) cancel();
    const taken = await firstTaken(account, fates ?? []);
    if (!taken) {
      const unkept = fates?.find((fate) => fate.kind === 'unkept');
      if (unkept) handsets.noteFate(saying.from, ids.at(-1) ?? '', { why: unkept.why });
      reply.code(unkept ? 201 : 202);
      const why = unkept?.why ?? (fates ? 'its parts are not all there' : 'it has not been taken in yet');
      return { sid: null, pending: !unkept, why, webhook: null, replies: [], keyword: null, alerts: [] };
    }
    const { message, keyword } = taken;
    handsets.noteFate(saying.from, ids.at(-1) ?? '', { sid: message.sid });
    const isAsked = message.status === 'receiving';
    const leftMs = Math.max(0, until - clock.monotonic());
    const summary = isAsked ? await within(leftMs, parts.settled(message.sid)) : NO_ANSWER;
    const now = isAsked && summary ? await store.message(message.accountSid, message.sid) : null;
    reply.code(summary ? 201 : 202);
    return showTaken(account, now ?? message, keyword, summary);
  }

  /** What was taken in just now, or had been before and was merely brought again. */
  async function firstTaken(account: Account, fates: Fate[]): Promise<Pick<Taken, 'message' | 'keyword'> | null> {
    for (const fate of fates) {
      if (fate.kind === 'taken') return fate;
      if (fate.kind !== 'seen' || fate.messageSid === null) continue;
      const message = await store.message(account.sid, fate.messageSid);
      if (message) return { message, keyword: null };
    }
    return null;
  }

  async function within<T>(ms: number, promise: Promise<T>): Promise<T | null> {
    let cancel = (): void => undefined;
    const late = new Promise<null>((resolve) => {
      cancel = clock.after(ms, () => resolve(null));
    });
    const value = await Promise.race([promise, late]);
    cancel();
    return value;
  }

  /** Who wrote to the phone last, else the account's oldest sender of the channel. */
  async function usualReceiver(account: Account, phone: string, channel: string): Promise<string | null> {
    const last = handsets.inbox(phone).find((message) => channelOf(message.from) === channel);
    if (last && (await store.senderByAddress(last.from))) return last.from;
    return usualSender(await store.senders(account.sid), channel);
  }

  /** `null`: nobody gave it one. */
  function nameOf(phone: string): string | null {
    return handsets.phones().find(({ number }) => number === phone)?.name ?? null;
  }

  function inboxOf(request: LabRequest): InboxMessage[] {
    return handsets.inbox(phoneOf(request.params.number));
  }

  /** The message that a field names, else the newest that fits. */
  function messageOf(
    request: LabRequest,
    sid: unknown,
    fits: (message: InboxMessage) => boolean,
    which: string,
  ): InboxMessage {
    const found = inboxOf(request).find((message) => (sid === undefined ? fits(message) : message.sid === sid));
    if (found) return found;
    const received = sid === undefined ? undefined : String(sid);
    const fix = `This phone got no such message ${which}`.trimEnd().concat('. Look into its inbox.');
    throw refuse(20404, { path: pathOf(request) }, { parameter: 'message', received, fix });
  }

  async function firstLink(texts: string[]): Promise<{ text: string; code: string } | null> {
    for (const text of texts) {
      for (const one of text.split(/[\s"<>]+/)) {
        // From the beginning of a word, so that a long one without a slash is walked over once.
        const [word] = /^.+\/[A-Za-z0-9]+/.exec(one) ?? [];
        if (word === undefined) continue;
        const code = word.slice(word.lastIndexOf('/') + 1);
        if (isCode(code) && (await store.link(code))) return { text: word, code };
      }
    }
    return null;
  }
}
