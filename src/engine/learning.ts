/**
 * What `--lenient` makes of names that nobody has registered: they are there from then on, as if somebody had. So an app
 * with its own credentials, numbers and services runs without any set-up, and its numbers can be written to.
 */
import { type Address, formatAddress } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import { friendly } from '../domain/number-format.ts';
import { isMagic } from '../domain/preflight.ts';
import { SERVICE_DEFAULTS } from '../domain/service.ts';
import { SENDER_PREFIX, type SidMaker } from '../domain/sid.ts';
import type { Account, Document, Sender } from '../store/directory.ts';
import type { Store } from '../store/store.ts';

export interface LearningParts {
  store: Pick<Store, 'saveSender' | 'senderByAddress' | 'senders' | 'saveDocument' | 'document'>;
  sids: Pick<SidMaker, 'make'>;
  clock: Clock;
}

export interface Learning {
  /** Registered for the account; `null`: somebody else has it. */
  learnSender(account: Account, address: Address): Promise<Sender | null>;
  /** With a number of the account that no service has, or with a new one. */
  learnService(account: Account, sid: string): Promise<void>;
}

const LEARNED = 'Learned by --lenient';
/** Fictional numbers, beyond those that `dev` gives to its app and phones. */
const SPARE = Array.from({ length: 90 }, (_, index) => `+12025550${110 + index}`);

export function makeLearning({ store, sids, clock }: LearningParts): Learning {
  async function learnSender(account: Account, address: Address): Promise<Sender | null> {
    const text = formatAddress(address);
    const now = clock.now();
    const sender: Sender = {
      sid: sids.make(SENDER_PREFIX[address.kind]),
      accountSid: account.sid,
      address: text,
      kind: address.kind,
      canSms: true,
      canMms: true,
      rate: null,
      properties: address.kind === 'number' ? { friendly_name: friendly(text) } : {},
      createdAt: now,
      updatedAt: now,
    };
    if ((await store.saveSender(sender, null)) === 'saved') return sender;
    const other = await store.senderByAddress(text);
    return other?.accountSid === account.sid ? other : null;
  }

  async function freeNumber(account: Account): Promise<Sender | null> {
    for (const sender of await store.senders(account.sid)) {
      if (sender.kind !== 'number' || isMagic(sender.address)) continue;
      if (!(await store.document(account.sid, 'pool', sender.sid))) return sender;
    }
    for (const e164 of SPARE) {
      if (await store.senderByAddress(e164)) continue;
      const learned = await learnSender(account, { kind: 'number', e164 });
      if (learned) return learned;
    }
    return null;
  }

  async function learnService(account: Account, sid: string): Promise<void> {
    const now = clock.now();
    const own = { accountSid: account.sid, createdAt: now, updatedAt: now };
    // Its number keeps asking its own webhook.
    const properties = { ...SERVICE_DEFAULTS, friendly_name: LEARNED, use_inbound_webhook_on_number: true };
    const service: Document = { ...own, kind: 'service', sid, parentSid: '', name: null, properties };
    if ((await store.saveDocument(service, null)) !== 'saved') return;
    const number = await freeNumber(account);
    if (!number) return;
    const { address } = number;
    const item = { address, sender_kind: 'number', country_code: null };
    await store.saveDocument(
      { ...own, kind: 'pool', sid: number.sid, parentSid: sid, name: address, properties: item },
      null,
    );
  }

  return { learnSender, learnService };
}
