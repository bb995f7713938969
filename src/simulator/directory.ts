/** The phones of the simulated network: who they are, how they behave, what they got. Memory stays bounded. */
import { DELIVER, type Handsets, type InboxMessage, type Phone, type PhoneChange } from '../domain/phone.ts';
import type { SentMessage } from '../domain/phone-talk.ts';
import { outcomeOf } from '../domain/preflight.ts';
import { Player } from './script.ts';

const INBOX_SIZE = 1_000;
/** Phones that were merely texted, and their messages together: beyond this the one that appeared first goes. */
const MOST_STRANGERS = 10_000;
const MOST_STRANGER_MESSAGES = 50_000;
const BODY_LENGTH = 1_600;

interface Handset {
  number: string;
  name: string | null;
  /** `null`: nobody set a behaviour. */
  player: Player | null;
  rcs: boolean;
  /** Oldest first; trimmed when it reaches twice the size, so that trimming costs nothing per message. */
  inbox: InboxMessage[];
  /** As the inbox. */
  sent: SentMessage[];
  unread: number;
}

export class Directory implements Handsets {
  /** Named or set up by somebody: kept. */
  readonly #known = new Map<string, Handset>();
  readonly #strangers = new Map<string, Handset>();
  #strangerMessages = 0;

  phones(): Phone[] {
    return [...this.#known.values(), ...[...this.#strangers.values()].reverse()].map(describe);
  }

  setPhone(address: string, change: PhoneChange): Phone {
    const number = numberOf(address);
    const handset = this.#known.get(number) ?? this.#strangers.get(number) ?? make(number);
    if (this.#strangers.delete(number)) this.#strangerMessages -= sizeOf(handset);
    this.#known.set(number, handset);
    if (change.behaviour) handset.player = new Player(change.behaviour);
    if (change.name !== undefined) handset.name = change.name;
    if (change.rcs !== undefined) handset.rcs = change.rcs;
    return describe(handset);
  }

  inbox(address: string): InboxMessage[] {
    return this.#find(address)?.inbox.slice(-INBOX_SIZE).reverse() ?? [];
  }

  /** The behaviour that somebody set for this phone, ready to play; `null`: none was. */
  playerOf(address: string): Player | null {
    return this.#known.get(numberOf(address))?.player ?? null;
  }

  hasRcs(address: string): boolean {
    return this.#known.get(numberOf(address))?.rcs ?? false;
  }

  sent(address: string): SentMessage[] {
    return this.#find(address)?.sent.slice(-INBOX_SIZE).reverse() ?? [];
  }

  markSeen(address: string): void {
    const handset = this.#find(address);
    if (handset) handset.unread = 0;
  }

  noteFate(address: string, id: string, fate: Pick<SentMessage, 'sid' | 'why'>): void {
    const said = this.#find(address)?.sent.findLast((one) => one.id === id);
    if (said) Object.assign(said, fate);
  }

  /** Puts a message into its phone's inbox; a phone nobody knew appears. */
  deliver(message: InboxMessage): void {
    if (message.body.length > BODY_LENGTH) message.body = message.body.slice(0, BODY_LENGTH);
    this.#keep(message.to, (handset) => {
      push(handset.inbox, message);
      handset.unread += 1;
    });
  }

  /** Keeps what a phone said. */
  keepSent(message: SentMessage): void {
    this.#keep(message.from, ({ sent }) => push(sent, { ...message, body: message.body.slice(0, BODY_LENGTH) }));
  }

  #find(address: string): Handset | undefined {
    const number = numberOf(address);
    return this.#known.get(number) ?? this.#strangers.get(number);
  }

  #keep(address: string, add: (handset: Handset) => void): void {
    const number = numberOf(address);
    const known = this.#known.get(number);
    if (known) {
      add(known);
      return;
    }
    let stranger = this.#strangers.get(number);
    if (!stranger) {
      stranger = make(number);
      this.#strangers.set(number, stranger);
    }
    const before = sizeOf(stranger);
    add(stranger);
    this.#strangerMessages += sizeOf(stranger) - before;
    this.#makeRoom();
  }

  #makeRoom(): void {
    while (this.#strangers.size > MOST_STRANGERS || this.#strangerMessages > MOST_STRANGER_MESSAGES) {
      const first = this.#strangers.values().next().value;
      if (!first) return;
      this.#strangers.delete(first.number);
      this.#strangerMessages -= sizeOf(first);
    }
  }
}

function make(number: string): Handset {
  return { number, name: null, player: null, rcs: false, inbox: [], sent: [], unread: 0 };
}

function push<T>(messages: T[], message: T): void {
  messages.push(message);
  if (messages.length >= 2 * INBOX_SIZE) messages.splice(0, messages.length - INBOX_SIZE);
}

function sizeOf({ inbox, sent }: Handset): number {
  return inbox.length + sent.length;
}

function describe(handset: Handset): Phone {
  const { inbox, unread } = handset;
  return {
    number: handset.number,
    name: handset.name,
    behaviour: handset.player?.behaviour ?? outcomeOf(handset.number) ?? DELIVER,
    rcs: handset.rcs,
    messages: Math.min(INBOX_SIZE, inbox.length),
    unread: Math.min(unread, inbox.length),
    played: handset.player?.played ?? 0,
    last: lastOf(handset),
  };
}

function lastOf({ inbox, sent }: Handset): Phone['last'] {
  const [got, said] = [inbox.at(-1), sent.at(-1)];
  const isGot = got !== undefined && (said === undefined || got.at >= said.at);
  const newest = isGot ? got : said;
  if (!newest) return null;
  const { body, at, channel } = newest;
  return { direction: isGot ? 'received' : 'sent', body, at, channel };
}

/** `whatsapp:+12025550101` rings the same handset as `+12025550101`. */
function numberOf(address: string): string {
  const colon = address.indexOf(':+');
  return colon === -1 ? address : address.slice(colon + 1);
}
