/**
 * Why a channel would not carry a message that is about to leave. Asked at its release and again before its hand-over,
 * as the window may close while it waits; the person's next message opens it for what leaves after.
 */
import type { Clock } from '../domain/clock.ts';
import type { Message } from '../domain/message.ts';
import {
  type ChannelRefusal,
  hasSessionWindow,
  refusalOf,
  refusalOutside,
  SESSION_WINDOW_MS,
} from '../domain/session-window.ts';
import type { Store } from '../store/store.ts';
import { receiversOf } from './receivers.ts';

export interface ChannelGateParts {
  store: Pick<Store, 'lastInboundsAt' | 'sendersByAddress' | 'account' | 'document' | 'documents' | 'documentsByName'>;
  clock: Clock;
  /** `ignore`: the window is always open. */
  sessionWindow: 'enforce' | 'ignore';
  /** SIDs of templates that settings of a connector name as its carrier does; left out: none. */
  namedTemplates?: ReadonlySet<string>;
}

export interface ChannelGate {
  /** `null`: nothing is known against it. */
  refusal(message: Message): Promise<ChannelRefusal | null>;
  /** Those of a batch that the channel would refuse, by sid. Most batches are of phones and cost nothing. */
  refusals(messages: Message[]): Promise<ReadonlyMap<string, ChannelRefusal>> | null;
}

export function makeChannelGate({ store, clock, sessionWindow, namedTemplates }: ChannelGateParts): ChannelGate {
  /** What messages of one batch have in common is looked up once: a campaign has one sender and one template. */
  function newLookup(messages: Message[]) {
    const templates = new Map<string, ReturnType<typeof store.document>>();
    const templateOf = (accountSid: string, sid: string) => {
      const key = `${accountSid} ${sid}`;
      const found = templates.get(key) ?? store.document(accountSid, 'content', sid);
      templates.set(key, found);
      return found;
    };
    const wrote = lastInbounds(messages.filter((message) => refusalOf(message) === null && hasWindow(message)));
    return { receiverOf: receiversOf(store, false).find, templateOf, wrote };
  }

  function hasWindow({ to }: Message): boolean {
    return sessionWindow !== 'ignore' && hasSessionWindow(to);
  }

  /** When the recipients last wrote to who writes to them now, by account and both addresses. */
  async function lastInbounds(messages: Message[]): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    for (const [accountSid, some] of Map.groupBy(messages, (message) => message.accountSid)) {
      const pairs = some.map(({ from, to }) => ({ from: to, to: from ?? '' }));
      const known = await store.lastInboundsAt(accountSid, pairs);
      for (const { from, to, at } of known) found.set(`${accountSid} ${from} ${to}`, at);
    }
    return found;
  }

  async function refusal(message: Message, lookup = newLookup([message])): Promise<ChannelRefusal | null> {
    const known = refusalOf(message);
    if (known || !hasWindow(message)) return known;
    const { accountSid, from, to, options } = message;
    const lastAt = (await lookup.wrote).get(`${accountSid} ${to} ${from ?? ''}`);
    if (lastAt !== undefined && clock.now() - lastAt < SESSION_WINDOW_MS) return null;
    // What people write to a service that receives nothing is not kept, so whether they wrote is not known.
    const receiver = await lookup.receiverOf(from ?? '');
    if (receiver?.route.receives === false) return null;
    const sid = options.content?.sid;
    const template = sid === undefined ? null : await lookup.templateOf(accountSid, sid);
    return refusalOutside(message, template?.properties.approval, sid !== undefined && namedTemplates?.has(sid));
  }

  return {
    refusal: (message) => refusal(message),
    refusals(messages) {
      const questioned = messages.filter(({ to }) => to.includes(':'));
      if (questioned.length === 0) return null;
      const lookup = newLookup(questioned);
      const answers = questioned.map(async (message) => [message.sid, await refusal(message, lookup)] as const);
      return Promise.all(answers).then(
        (found) => new Map(found.flatMap(([sid, one]): [string, ChannelRefusal][] => (one ? [[sid, one]] : []))),
      );
    },
  };
}
