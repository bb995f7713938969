import type { Alert } from '../domain/alert.ts';
import type { Message, MessageOptions } from '../domain/message.ts';
import { contentless } from '../domain/privacy.ts';
import type { ReplyPayload } from './inbound-shapes.ts';
import { openedPdu, sealedPdu } from './sealed-pdus.ts';
import {
  openedAlert,
  openedJar,
  openedJoined,
  openedRecord,
  sealedAlert,
  sealedJar,
  sealedPart,
  sealedRecord,
} from './sealed-rest.ts';
import type { Store } from './store.ts';

/**
 * A store whose bodies are sealed on their way in and opened on their way out (`privacy.seal_bodies`), and so are the
 * texts that a body was or will be made of. What is sealed is told by its shape, so rows from before the setting was
 * switched on stay readable, and rows sealed before it was switched off too; for that to be safe, a readable text of
 * that very shape is sealed whatever the setting says.
 */
export interface BodySeals {
  seal(text: string, sid: string): string;
  /** Throws when it does not open: another master key, or damage. */
  open(sealed: string, sid: string): string;
  isSealed(text: string): boolean;
}

export interface SealOptions {
  /** Off: nothing new is sealed. */
  isOn: boolean;
  /** Of a message that was due: it is not handed out, because what would be sent is not its text. */
  onBroken(sid: string, error: unknown): void;
}

/** Whether a shape holds a message or its options, an answer, octets of a part, or cookies, however deep. */
type Carries<T> = T extends (...args: infer Arguments) => Promise<infer Answer>
  ? Carries<Arguments[number]> | Carries<Answer>
  : T extends readonly (infer Item)[]
    ? Carries<Item>
    : T extends object
      ? string extends keyof T
        ? false
        : Extract<keyof T, 'smartEncoded' | 'discardContent' | 'octets' | 'cookies'> extends never
          ? T extends { headers: object; body: string }
            ? true
            : { [Key in keyof T]: Carries<T[Key]> }[keyof T]
          : true
      : false;

/** The verbs and reads that a body passes through. A new one that is not sealed below does not compile. */
type BodyVerb = { [Verb in keyof Store]: true extends Carries<Store[Verb]> ? Verb : never }[keyof Store];

export function sealBodies(store: Store, seals: BodySeals, { isOn, onBroken }: SealOptions): Store {
  const closeText = (text: string, sid: string): string =>
    text !== '' && (isOn || seals.isSealed(text)) ? seals.seal(text, sid) : text;
  const openText = (text: string, sid: string): string => (seals.isSealed(text) ? seals.open(text, sid) : text);
  const sealed = (message: Message): Message => changed(message, closeText);
  const opened = (message: Message): Message => changed(message, openText);

  /** A body that nobody can read must not hide the messages beside it. */
  function openedOrBare(message: Message): Message {
    try {
      return opened(message);
    } catch {
      // Whoever asks for that message by itself is told.
      return bodiless(message);
    }
  }

  /** What does not open stays claimed until its lease ends, and comes again until it has expired: see `broken`. */
  function openedWorks<Work extends { message: Message; expired?: boolean }>(
    works: Work[],
    openRest = (work: Work): Work => work,
    broken = (work: Work): Work[] => (work.expired ? [work] : []),
  ): Work[] {
    return works.flatMap((work) => {
      try {
        const rest = openRest(work);
        const message = opened(work.message);
        return [rest.message === message ? rest : { ...rest, message }];
      } catch (error) {
        onBroken(work.message.sid, error);
        return broken({ ...work, message: bodiless(work.message) });
      }
    });
  }

  const verbs: Pick<Store, BodyVerb> = {
    accept: (batch, now) =>
      store.accept(
        batch.map((one) => ({ ...one, message: sealed(one.message) })),
        now,
      ),
    claimSends: async (claim, now) => openedWorks(await store.claimSends(claim, now)),
    claimReleases: async (claim, now) => openedWorks(await store.claimReleases(claim, now)),
    claimFetches: async (claim, now) => openedWorks(await store.claimFetches(claim, now)),
    release: (batch, now) =>
      store.release(
        batch.map((one) => {
          const { result, messageSid } = one;
          if (result.kind !== 'queue' || !result.options) return one;
          return { ...one, result: { ...result, options: changedOptions(result.options, closeText, messageSid) } };
        }),
        now,
      ),
    async change(batch, now) {
      const answers = await store.change(batch, now);
      return answers.map((answer) => {
        if (answer.kind !== 'done') return answer;
        try {
          return { kind: 'done', message: opened(answer.message) };
        } catch {
          // It is done all the same, and redaction is the remedy for a body that nobody can read.
          return { kind: 'done', message: bodiless(answer.message) };
        }
      });
    },
    async takeIn(batch, now) {
      const answers = await store.takeIn(
        batch.map((one) => ({
          ...one,
          message: sealed(one.message),
          reply: one.reply && changedReply(one.reply, closeText, one.message.sid),
        })),
        now,
      );
      return answers.map((answer) =>
        answer.kind === 'taken' ? { ...answer, message: opened(answer.message) } : answer,
      );
    },
    claimReplies: async (claim, now) =>
      openedWorks(
        await store.claimReplies(claim, now),
        (work) => ({
          ...work,
          payload: changedReply(work.payload, openText, work.message.sid),
          jar: openedJar(work.jar, work.message.accountSid, openText),
        }),
        // Nothing makes it expire: whoever would have asked gives it up.
        (work) => [{ ...work, payload: { ...work.payload, rest: [] }, unreadable: true }],
      ),
    finishReplies: (batch, now) =>
      store.finishReplies(
        batch.map((one) => ({
          ...one,
          replies: one.replies.map((reply) => ({ ...reply, message: sealed(reply.message) })),
          next: one.next && changedReply(one.next, closeText, one.messageSid),
          jar: sealedJar(one.jar, one.accountSid, closeText),
          record: one.record && sealedRecord(one.record, closeText),
        })),
        now,
      ),
    async pair(accountSid, key) {
      const pair = await store.pair(accountSid, key);
      return pair && { ...pair, jar: openedJar(pair.jar, accountSid, openText) };
    },
    finishCallbacks: (batch, now) =>
      store.finishCallbacks(
        batch.map((one) => ({ ...one, record: sealedRecord(one.record, closeText) })),
        now,
      ),
    keepAttempts: (records, now) =>
      store.keepAttempts(
        records.map((record) => sealedRecord(record, closeText)),
        now,
      ),
    async attemptPage(search) {
      const page = await store.attemptPage(search);
      return { ...page, attempts: page.attempts.map((attempt) => openedRecord(attempt, openText)) };
    },
    async attempt(...key) {
      const attempt = await store.attempt(...key);
      return attempt && openedRecord(attempt, openText);
    },
    async attempts(query) {
      return (await store.attempts(query)).map((attempt) => openedRecord(attempt, openText));
    },
    raiseAlerts: (batch, now) =>
      store.raiseAlerts(
        batch.map((one) => ({ ...one, alert: sealedAlert(one.alert, closeText) })),
        now,
      ),
    async alerts(query) {
      return (await store.alerts(query)).map((alert) => openedAlert(alert, openText));
    },
    async alertGroups(query) {
      const { groups, ...rest } = await store.alertGroups(query);
      const opened = (alert: Alert) => openedAlert(alert, openText);
      return { ...rest, groups: groups.map((one) => ({ ...one, samples: one.samples.map(opened) })) };
    },
    async alert(accountSid, sid) {
      const alert = await store.alert(accountSid, sid);
      return alert && openedAlert(alert, openText);
    },
    async takePart(batch, now) {
      const answers = await store.takePart(isOn ? batch.map((one) => sealedPart(one, closeText)) : batch, now);
      return answers.map((answer) =>
        answer.kind === 'whole' ? { ...answer, message: openedJoined(answer.message, openText) } : answer,
      );
    },
    async claimJoinings(claim, now) {
      return (await store.claimJoinings(claim, now)).map((work) => {
        try {
          return { ...work, message: openedJoined(work.message, openText) };
        } catch (error) {
          onBroken(`the parts of ${work.joining}`, error);
          // Taken in all the same, without a body: nobody will ever read it, and it would come again for ever.
          return work;
        }
      });
    },
    keepPdus: (batch, now) => store.keepPdus(isOn ? batch.map((one) => sealedPdu(one, closeText)) : batch, now),
    async pdus(query) {
      return (await store.pdus(query)).map((one) => openedPdu(one, openText));
    },
    async message(accountSid, sid) {
      const message = await store.message(accountSid, sid);
      return message && opened(message);
    },
    async messages(query) {
      const page = await store.messages(query);
      return { ...page, messages: page.messages.map(opened) };
    },
    async search(step) {
      const { messages, next } = await store.search(step);
      return { messages: messages.map(openedOrBare), next };
    },
    async scheduled(query) {
      return (await store.scheduled(query)).map((one) => ({ ...one, message: opened(one.message) }));
    },
  };

  return new Proxy(verbs as Store, {
    get(own, name) {
      if (Object.hasOwn(own, name)) return Reflect.get(own, name);
      const value: unknown = Reflect.get(store, name);
      if (typeof value !== 'function') return value;
      // Called on the store itself, because the engines keep what they have in private fields.
      const call = (...args: unknown[]): unknown =>
        Reflect.apply(Reflect.get(store, name) as typeof value, store, args);
      Reflect.set(own, name, call);
      return call;
    },
  });
}

type Change = (text: string, sid: string) => string;

function changed(message: Message, change: Change): Message {
  const { sid } = message;
  const body = change(message.body, sid);
  const options = changedOptions(message.options, change, sid);
  return body === message.body && options === message.options ? message : { ...message, body, options };
}

function changedOptions(options: MessageOptions, change: Change, sid: string): MessageOptions {
  const { content, actions, buttons, channel } = options;
  if (!content && !actions && !buttons && !channel) return options;
  const made = { ...options };
  if (actions) made.actions = changedTexts(actions, change, sid);
  if (buttons) made.buttons = changedTexts(buttons, change, sid);
  if (content) {
    made.content = { ...content, variables: changedTexts(content.variables, change, sid) };
    if (content.card) made.content.card = changedTexts(content.card, change, sid);
    if (content.template) made.content.template = changedTexts(content.template, change, sid);
  }
  if (channel) made.channel = changedTexts(channel, change, sid);
  return made;
}

/** Every text in it, however deep; numbers and the like stay. */
function changedTexts<Value>(value: Value, change: Change, sid: string): Value {
  const walk = (one: unknown): unknown => {
    if (typeof one === 'string') return change(one, sid);
    if (Array.isArray(one)) return one.map(walk);
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, walk(inner)]));
  };
  return walk(value) as Value;
}

/** What an app has ordered and what is not yet carried out. */
function changedReply(reply: ReplyPayload, change: Change, sid: string): ReplyPayload {
  if (reply.rest.length === 0) return reply;
  const rest = reply.rest.map((verb) => (verb.kind === 'message' ? { ...verb, body: change(verb.body, sid) } : verb));
  return { ...reply, rest };
}

function bodiless(message: Message): Message {
  return { ...message, body: '', options: contentless(message.options) };
}
