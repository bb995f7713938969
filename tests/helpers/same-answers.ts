import { isDeepStrictEqual } from 'node:util';
import type { MessageQuery, Reads } from '../../src/store/store.ts';

/** One question that any store can be asked, in words for a report. */
export interface Question {
  text: string;
  ask(store: Reads): Promise<unknown>;
}

/** What there is to ask about, taken from one of the stores. */
export interface Known {
  accounts: string[];
  sids: string[];
  addresses: string[];
  from: number;
  to: number;
}

/** A generator of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Lists with every filter and both ways of paging, fetches, parts, attempts and senders. */
export function randomQuestion(known: Known, random: () => number): Question {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const maybe = <T>(share: number, value: () => T): T | undefined => (random() < share ? value() : undefined);
  const accountSid = pick(known.accounts);
  const sid = pick(known.sids);
  const kind = random();
  if (kind < 0.25) return { text: `message ${accountSid} ${sid}`, ask: (store) => store.message(accountSid, sid) };
  if (kind < 0.35) {
    const ofMessage = { accountSid, messageSid: sid, limit: 10 };
    return {
      text: `parts and media ${accountSid} ${sid}`,
      ask: async (store) => [await store.parts(accountSid, sid), await store.media(ofMessage)],
    };
  }
  if (kind < 0.45) {
    const decision = maybe(0.5, () => pick(['done', 'gave_up', 'retry'] as const));
    const query = { accountSid, messageSid: maybe(0.5, () => sid), decision, limit: 1 + Math.floor(random() * 50) };
    return { text: `attempts ${JSON.stringify(query)}`, ask: (store) => store.attempts(query) };
  }
  if (kind < 0.5) {
    const address = pick(known.addresses);
    return {
      text: `senders ${accountSid} ${address}`,
      ask: async (store) => [
        await store.senders(accountSid),
        await store.senderByAddress(address),
        await store.documents({ accountSid, kind: 'service', limit: 10 }),
        await store.optOuts({ accountSid, limit: 10 }),
        await store.optOutLog({ accountSid, limit: 10 }),
        await store.pdus({ limit: 10 }),
        await store.audit({ since: 0, limit: 10 }),
      ],
    };
  }
  const instant = () => Math.floor(known.from + random() * (known.to - known.from));
  const query: MessageQuery = {
    accountSid,
    to: maybe(0.2, () => pick(known.addresses)),
    from: maybe(0.2, () => pick(known.addresses)),
    sentFrom: maybe(0.2, instant),
    sentTo: maybe(0.2, instant),
    size: 1 + Math.floor(random() * 50),
  };
  const way = random();
  if (way < 0.35) query.after = sid;
  else if (way < 0.6) query.before = sid;
  else if (way < 0.75) query.offset = Math.floor(random() * 30);
  return { text: `messages ${JSON.stringify(query)}`, ask: (store) => store.messages(query) };
}

/** The first question to which the two do not answer the same; `null`: there was none. */
export async function firstDifference(
  one: Reads,
  other: Reads,
  questions: Iterable<Question>,
): Promise<{ question: string; answers: [unknown, unknown] } | null> {
  for (const question of questions) {
    const answers: [unknown, unknown] = [await question.ask(one), await question.ask(other)];
    if (!isDeepStrictEqual(answers[0], answers[1])) return { question: question.text, answers };
  }
  return null;
}
