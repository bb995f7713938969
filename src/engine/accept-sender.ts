/** Whether an account may send from an address: what it owns, what a service of its has in its pool (settled 29). */
import { type Address, formatAddress, parseSender } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import { refuse } from '../domain/errors.ts';
import type { Observer } from '../domain/events.ts';
import type { Account, Sender } from '../store/directory.ts';
import type { Store } from '../store/store.ts';
import { judgeFallback } from './foresee.ts';
import type { Learning } from './learning.ts';
import { isInPool, type Service } from './services.ts';

export interface SenderSettings {
  /** `dev`: every alphanumeric sender belongs to everybody. */
  anyAlphanumeric: boolean;
  /** Any well-formed sender passes and is registered; the code that strict mode would answer is observed (settled 3). */
  lenient: boolean;
}

export interface SenderParts {
  store: Pick<Store, 'senderByAddress' | 'account' | 'document' | 'documents' | 'senders'>;
  clock: Clock;
  settings: SenderSettings;
  learning: Pick<Learning, 'learnSender'>;
  observe: Observer;
}

export interface SenderJudge {
  /** By canonical address, as of the last second. */
  senderAt(address: string): Promise<Sender | null>;
  /** The sender that a draft names, beside a service or alone; `null`: it needs no registration. Refuses what may not be. */
  senderFor(account: Account, service: Service | null, from: Address): Promise<Sender | null>;
  /** Refuses a `FallbackFrom` that cannot be one. */
  mustFallBack(account: Account, service: Service, text: string): Promise<void>;
  /** Forgets what it knows: a sender has just changed. */
  forget(): void;
}

/** How long a looked-up sender may be used before it is read again: a change by another node shows within a second. */
const SENDER_CACHE_MS = 1_000;
const SENDER_CACHE_SIZE = 10_000;

export function makeSenderJudge({ store, clock, settings, learning, observe }: SenderParts): SenderJudge {
  const senders = new Map<string, { sender: Promise<Sender | null>; until: number }>();

  /** Read once, however many ask at the same time. */
  function senderAt(address: string): Promise<Sender | null> {
    const known = senders.get(address);
    if (known && known.until > clock.monotonic()) return known.sender;
    if (senders.size >= SENDER_CACHE_SIZE) senders.clear();
    const fresh = { sender: store.senderByAddress(address), until: clock.monotonic() + SENDER_CACHE_MS };
    senders.set(address, fresh);
    fresh.sender.catch(() => {
      if (senders.get(address) === fresh) senders.delete(address);
    });
    return fresh.sender;
  }

  async function ownedSender(account: Account, from: Address, text: string): Promise<Sender | null> {
    const sender = await senderAt(text);
    const refusal = await senderRefusal(account, from, text, sender);
    if (!refusal) return sender;
    if (!settings.lenient) throw refusal;
    observe({ type: 'lenient', at: clock.now(), code: refusal.code, text: refusal.message });
    if (sender) return null;
    senders.delete(text);
    return learning.learnSender(account, from);
  }

  /** Why this account may not send from `text`, or `null` (settled 29). */
  async function senderRefusal(account: Account, from: Address, text: string, sender: Sender | null) {
    const details = {
      parameter: 'From',
      received: text,
      fix: `Register it: POST IncomingPhoneNumbers.json, or [[numbers]] / [[senders]] in pidge.toml`,
    };
    if (!sender) {
      if (from.kind === 'alphanumeric' && settings.anyAlphanumeric) return null;
      return refuse(unknownCode(from), { From: text }, details);
    }
    if (sender.accountSid !== account.sid) {
      const owner = await store.account(sender.accountSid);
      const sameFamily = owner !== null && owner.ownerSid === account.ownerSid;
      return refuse(sameFamily ? 21660 : unknownCode(from), { From: text, AccountSid: account.sid }, details);
    }
    if (sender.properties.status === 'disabled') return refuse(21606, { From: text }, details);
    return sender.canSms ? null : refuse(21661, { From: text }, details);
  }

  function senderFor(account: Account, service: Service | null, from: Address): Promise<Sender | null> {
    const text = formatAddress(from);
    return service ? pinnedSender(account, service, from, text) : ownedSender(account, from, text);
  }

  /** The sender that the request named beside a service: it has to be in the pool. */
  async function pinnedSender(account: Account, service: Service, from: Address, text: string): Promise<Sender | null> {
    if (!(await isInPool(store, account, service.sid, text))) {
      const fix = 'Add it to the service, or leave From out: then the service picks';
      const refusal = refuse(21711, { From: text }, { parameter: 'From', received: text, fix });
      if (!settings.lenient) throw refusal;
      observe({ type: 'lenient', at: clock.now(), code: refusal.code, text: refusal.message });
    } else if (from.kind === 'alphanumeric' && (await senderAt(text)) === null) {
      // Being in the pool is all the registration that it needs.
      return null;
    }
    return ownedSender(account, from, text);
  }

  /** Only formed well so far; a sender of the pool may be one that needs no registration. */
  async function mustFallBack(account: Account, service: Service, text: string): Promise<void> {
    const address = parseSender(text);
    const refusal = address && (await senderRefusal(account, address, text, await senderAt(text)));
    await judgeFallback(store, account, service, { text, refusal: settings.lenient ? null : refusal });
  }

  return { senderAt, senderFor, mustFallBack, forget: () => senders.clear() };
}

/** Channels have a code of their own for a sender that is not there; strangers' senders are told apart from it by nothing. */
function unknownCode(from: Address): number {
  return from.kind === 'channel' ? 63007 : 21659;
}
