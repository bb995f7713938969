/** The phones of the test side as a list: how each behaves, its newest message, what nobody has looked at yet. */
import type { FastifyInstance } from 'fastify';
import { BEHAVIOURS } from '../domain/behaviours.ts';
import type { Message } from '../domain/message.ts';
import { DELIVER, type Handsets, type Phone, showBehaviour } from '../domain/phone.ts';
import { channelOf } from '../domain/phone-talk.ts';
import { outcomeOf } from '../domain/preflight.ts';
import type { Store } from '../store/store.ts';
import type { LabRequest, SandboxOf } from './lab-request.ts';

export interface LabPhoneListParts {
  handsets: Handsets;
  store: Pick<Store, 'messages' | 'optOuts'>;
}

const MOST_LISTED = 1_000;
const MOST_OPT_OUTS = 1_000;
/** Of the store's newest, for phones that the handsets have forgotten in a restart. */
const REMEMBERED = 200;
const PREVIEW = 120;

export function registerLabPhoneList(
  scope: FastifyInstance,
  root: string,
  { handsets, store }: LabPhoneListParts,
  sandboxOf: SandboxOf,
): void {
  scope.get(`${root}/behaviours`, async (request: LabRequest) => {
    await sandboxOf(request);
    return { behaviours: BEHAVIOURS };
  });

  scope.get(`${root}/phones`, async (request: LabRequest) => {
    const { sid: accountSid } = await sandboxOf(request);
    const [{ messages }, optOuts] = await Promise.all([
      store.messages({ accountSid, size: REMEMBERED }),
      store.optOuts({ accountSid, limit: MOST_OPT_OUTS }),
    ]);
    const outs = Map.groupBy(optOuts, ({ peer }) => plain(peer));
    const phones = remember(handsets.phones().slice(0, MOST_LISTED), messages);
    return {
      phones: phones.map((phone) => ({ ...showPhone(phone), opted_out: outs.get(phone.number)?.length ?? 0 })),
    };
  });
}

/** As a request that changes it answers, too. */
export function showPhone({ number, name, behaviour, rcs, messages, unread, played, last }: Phone) {
  return {
    number,
    name,
    behave: showBehaviour(behaviour),
    rcs,
    messages,
    unread,
    script_step: played,
    last: last && { ...last, body: last.body.slice(0, PREVIEW), at: new Date(last.at).toISOString() },
  };
}

/** Phones with what the store remembers of them, and those that only the store remembers. */
function remember(phones: Phone[], newestFirst: Message[]): Phone[] {
  const known = new Map(phones.map((phone) => [phone.number, { ...phone }]));
  for (const message of newestFirst) {
    const isInbound = message.direction === 'inbound';
    const address = isInbound ? message.from : message.to;
    // Who writes under a name or a short code is no phone.
    if (address === null || message.status === 'scheduled' || !/^\+|:/.test(address)) continue;
    const number = plain(address);
    const phone = known.get(number) ?? stranger(number);
    if (!known.has(number) && known.size >= MOST_LISTED) continue;
    known.set(number, phone);
    if (phone.last !== null) continue;
    const { body, createdAt: at } = message;
    phone.last = { direction: isInbound ? 'sent' : 'received', body, at, channel: channelOf(address) };
  }
  return [...known.values()];
}

function stranger(number: string): Phone {
  const behaviour = outcomeOf(number) ?? DELIVER;
  return { number, name: null, behaviour, rcs: false, messages: 0, unread: 0, played: 0, last: null };
}

/** `whatsapp:+12025550101` rings the phone +12025550101. */
function plain(address: string): string {
  const colon = address.indexOf(':+');
  return colon === -1 ? address : address.slice(colon + 1);
}
