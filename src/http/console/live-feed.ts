/**
 * The live feed: what the observer hears, folded into at most five frames a second for whoever looks at an account. An
 * account that nobody looks at costs one look-up an event, and without any reader not even that. Readers that come back
 * within a while get what they have missed; others are told to ask for everything anew.
 */
import type { Clock } from '../../domain/clock.ts';
import type { Observer, PidgeEvent } from '../../domain/events.ts';
import { type Frame, LiveChannel } from './live-channel.ts';

/** Where frames go. */
export interface LiveReader {
  write(text: string): void;
  /** What was written and is not sent yet. */
  bufferedBytes(): number;
  /** Whether it may still read; asked with every heartbeat. */
  mayRead(): Promise<boolean>;
  /** `cut`: without waiting for what is buffered. */
  end(how: 'cut' | 'whole'): void;
}

export interface Subscription {
  accountSid: string;
  seesConnectors: boolean;
  /** Of the last frame that was read. */
  lastEventId?: string;
  reader: LiveReader;
}

/** Between two frames at least. */
const TICK_MS = 200;
/** What comes after a pause is told sooner, with what comes right behind it. */
const FIRST_MS = 20;
const HEARTBEAT_MS = 15_000;
const STALE_MS = 2_000;
/** A channel without readers is kept so long for one that comes back. */
const KEPT_MS = 60_000;
export const MOST_READERS = 100;
/** A reader with more to come than this does not keep up. */
const MOST_BUFFERED_BYTES = 1_048_576;
/** The channel of what belongs to no account. */
const CONNECTORS = '';

interface Reading extends Subscription {
  keys: string[];
}

export class LiveFeed {
  /** Of this process: what another one has numbered means nothing here. */
  readonly #epoch: string;
  readonly #clock: Clock;
  readonly #channels = new Map<string, LiveChannel>();
  readonly #readings = new Set<Reading>();
  /** Whether other nodes are alive, whose events are not heard here. */
  hasOthers: () => boolean = () => false;
  #number = 0;
  /** Monotonic. */
  #tickedAt = Number.NEGATIVE_INFINITY;
  #cancels = new Map<'tick' | 'heartbeat' | 'stale', () => void>();
  #isStopped = false;

  /** `clock`: the machine's own; pages are looked at in real time, whatever the server's clock is told. */
  constructor(clock: Clock, epoch: string) {
    this.#clock = clock;
    this.#epoch = epoch;
  }

  readonly observe: Observer = (event) => {
    if (this.#channels.size === 0) return;
    const key = channelOf(event);
    const channel = key === null ? undefined : this.#channels.get(key);
    if (!channel) return;
    channel.pending.take(event);
    this.#soon();
  };

  /** No room has an event for it. */
  lost(accountSid: string, sid: string, what: 'is_redacted' | 'is_removed', at: number): void {
    const channel = this.#channels.get(accountSid);
    if (!channel) return;
    channel.pending.lost(accountSid, sid, what, at);
    this.#soon();
  }

  get isFull(): boolean {
    return this.#isStopped || this.#readings.size >= MOST_READERS;
  }

  get isRead(): boolean {
    return this.#readings.size > 0;
  }

  /** Begins to write to a reader, which has to be asked for before by `isFull`; answers how to stop. */
  subscribe(subscription: Subscription): () => void {
    const { accountSid, seesConnectors, reader } = subscription;
    const reading: Reading = { ...subscription, keys: seesConnectors ? [accountSid, CONNECTORS] : [accountSid] };
    const missed = this.#missedBy(reading);
    for (const key of reading.keys) this.#open(key).leftAt = null;
    this.#readings.add(reading);
    this.#repeat('heartbeat', HEARTBEAT_MS, () => this.#beat());
    this.#repeat('stale', STALE_MS, () => this.#tellStale());
    const id = missed?.from ?? `${this.#epoch}-${this.#number}`;
    const hello = JSON.stringify({ epoch: this.#epoch, resumed: missed !== null });
    reader.write(`id: ${id}\nevent: hello\ndata: ${hello}\n\n`);
    if (missed === null && subscription.lastEventId !== undefined) {
      const why = 'What came after the last event is not known any more.';
      reader.write(`id: ${id}\nevent: reset\ndata: ${JSON.stringify({ why })}\n\n`);
    }
    for (const { text } of missed?.frames ?? []) reader.write(text);
    return () => this.#leave(reading);
  }

  /** Ends every reader; nobody comes in any more. */
  stop(): void {
    this.#isStopped = true;
    for (const reading of this.#readings) this.#drop(reading, 'whole');
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
    this.#channels.clear();
  }

  /** `null`: unknown, or gone by now. */
  #missedBy({ lastEventId, keys }: Reading): { from: string; frames: Frame[] } | null {
    if (lastEventId === undefined) return null;
    const [epoch, text = ''] = lastEventId.split('-');
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (epoch !== this.#epoch || !(number <= this.#number)) return null;
    const frames: Frame[] = [];
    for (const key of keys) {
      const missed = this.#channels.get(key)?.since(number) ?? null;
      if (missed === null) return null;
      frames.push(...missed);
    }
    return { from: lastEventId, frames: frames.sort((a, b) => a.number - b.number) };
  }

  #open(key: string): LiveChannel {
    let channel = this.#channels.get(key);
    if (!channel) {
      // Counted, so that whoever read an earlier one of this name does not take this for its continuation.
      this.#number += 1;
      channel = new LiveChannel(this.#number);
      this.#channels.set(key, channel);
    }
    return channel;
  }

  #soon(): void {
    if (this.#cancels.has('tick')) return;
    const delayMs = Math.max(FIRST_MS, this.#tickedAt + TICK_MS - this.#clock.monotonic());
    this.#after('tick', delayMs, () => this.#tick());
  }

  #tick(): void {
    this.#tickedAt = this.#clock.monotonic();
    for (const [key, channel] of this.#channels) {
      if (!channel.hasNews) continue;
      this.#number += 1;
      const { text } = channel.frame(`${this.#epoch}-${this.#number}`, this.#number, this.#clock.now());
      for (const reading of this.#readings) if (reading.keys.includes(key)) this.#write(reading, text);
    }
  }

  #write(reading: Reading, text: string): void {
    const { reader } = reading;
    reader.write(text);
    if (reader.bufferedBytes() > MOST_BUFFERED_BYTES) this.#drop(reading, 'cut');
  }

  #beat(): boolean {
    for (const reading of this.#readings) {
      this.#write(reading, ': still here\n\n');
      reading.reader.mayRead().then(
        (may) => may || this.#drop(reading, 'whole'),
        // Whoever cannot be judged just now comes back, and is judged at the door.
        () => this.#drop(reading, 'whole'),
      );
    }
    const now = this.#clock.monotonic();
    for (const [key, { leftAt }] of this.#channels) {
      if (leftAt !== null && now - leftAt > KEPT_MS) this.#channels.delete(key);
    }
    return this.#channels.size > 0;
  }

  #tellStale(): boolean {
    if (this.hasOthers()) for (const reading of this.#readings) this.#write(reading, 'event: stale\ndata: {}\n\n');
    return this.#readings.size > 0;
  }

  #drop(reading: Reading, how: 'cut' | 'whole'): void {
    this.#leave(reading);
    reading.reader.end(how);
  }

  #leave(reading: Reading): void {
    if (!this.#readings.delete(reading)) return;
    for (const key of reading.keys) {
      const isRead = [...this.#readings].some(({ keys }) => keys.includes(key));
      const channel = this.#channels.get(key);
      if (channel && !isRead) channel.leftAt = this.#clock.monotonic();
    }
  }

  #repeat(name: 'heartbeat' | 'stale', everyMs: number, task: () => boolean): void {
    if (this.#cancels.has(name)) return;
    this.#after(name, everyMs, () => {
      if (task()) this.#repeat(name, everyMs, task);
    });
  }

  #after(name: 'tick' | 'heartbeat' | 'stale', delayMs: number, task: () => void): void {
    const cancel = this.#clock.after(delayMs, () => {
      this.#cancels.delete(name);
      task();
    });
    this.#cancels.set(name, cancel);
  }
}

/** Whose feed an event is in; `null`: in none. */
function channelOf(event: PidgeEvent): string | null {
  switch (event.type) {
    case 'message.accepted':
    case 'message.scheduled':
    case 'message.released':
    case 'message.status':
    case 'inbound.received':
    case 'callback.attempt':
    case 'reply.document':
    case 'alert':
      return event.accountSid;
    case 'connector.bind':
    case 'connector.pause':
      return CONNECTORS;
    default:
      return null;
  }
}
