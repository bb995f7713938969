/**
 * A carrier of our own, in process. It takes messages, lets phones behave as they were told, and reports back as
 * carriers do: later, in batches, at least once. It never carries the same key twice, and what it forgot in a restart
 * it can take up again, because its ids follow from the keys.
 */
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import { Generations } from '../domain/generations.ts';
import {
  type AwaitedCarriage,
  type Carriage,
  type CarriageAnswer,
  type CarriageReceipt,
  DELIVER,
  type Handsets,
  type InboxMessage,
  type SimulatedNetwork,
  type Step,
  type TakenStep,
} from '../domain/phone.ts';
import { channelFrom, channelOf, type PhoneTalk, type Said, type Saying } from '../domain/phone-talk.ts';
import { outcomeOf } from '../domain/preflight.ts';
import { Directory } from './directory.ts';
import { type Arrived, OwnNumbers, type OwnNumbersParts } from './own-numbers.ts';
import { withRcsWords } from './rcs-words.ts';
import { fateOf } from './script.ts';
import { Talk } from './talk.ts';

export interface CarrierSettings {
  /** How long the carrier takes to answer a hand-over. */
  submitMs: number;
  /** From hand-over to receipt, unless the phone says otherwise. */
  receiptMs: number;
}

const CARRIER_DEFAULTS: CarrierSettings = { submitMs: 20, receiptMs: 300 };

export interface CarrierParts {
  clock: Clock;
  observe?: Observer;
  settings?: Partial<CarrierSettings>;
  /** Which addresses somebody here sends from; left out: what reaches them comes in for nobody. */
  oursOf?: OwnNumbersParts['oursOf'];
}

/** A receipt nobody took is offered again after so long. */
const RETRY_MS = 1_000;
/** Receipts in one call of the listener: a commit of this size is still short. */
const BATCH = 1_000;
/** Keys remembered, in two generations: at 15 000 messages a second those of the last 9 to 17 seconds, some 25 MB. */
const KEYS_A_GENERATION = 131_072;
const TAKEN = 0;
/** What a phone without RCS does with it. */
const UNREACHED: Step = { kind: 'failed', code: 63036 };

/** What falls due for one message. */
interface Due {
  /** Ids of its parts that are reported on. */
  ids: string[];
  receipt: { state: CarriageReceipt['state']; code?: number } | null;
  arriving: InboxMessage | null;
  /** Of what arrives: how its files are read. */
  files?: Arrived['files'];
  readAfterMs: number | null;
}

interface Bucket {
  items: Due[];
  /** Unset while nobody listens. */
  cancel: (() => void) | null;
}

type Hear = (batch: CarriageReceipt[]) => Promise<void>;

export class SimulatedCarrier implements SimulatedNetwork, PhoneTalk {
  readonly handsets: Handsets;
  readonly #directory = new Directory();
  readonly #talk: Talk;
  readonly #own: OwnNumbers | null;
  readonly #clock: Clock;
  readonly #observe: Observer;
  readonly #settings: CarrierSettings;
  /** By the whole millisecond (monotonic) at which they fall due: one timer for all of an instant. */
  readonly #buckets = new Map<number, Bucket>();
  readonly #underWay = new Set<Promise<void>>();
  #hear: Hear | null = null;
  /** Key to `TAKEN` or the code of its refusal; ids follow from the key. */
  readonly #keys = new Generations<string, number>(KEYS_A_GENERATION);

  constructor(parts: CarrierParts) {
    this.#clock = parts.clock;
    this.#observe = parts.observe ?? (() => undefined);
    this.#talk = new Talk({ clock: this.#clock, observe: this.#observe });
    const { oursOf } = parts;
    this.#own = oursOf
      ? new OwnNumbers({
          ...{ oursOf, clock: this.#clock, observe: this.#observe },
          say: (saying) => this.#talk.say(saying),
          isHeard: () => this.#hear !== null,
        })
      : null;
    this.handsets = this.#directory;
    this.#settings = { ...CARRIER_DEFAULTS, ...parts.settings };
    this.#directory.setPhone('+12025550101', { name: 'Ada' });
    this.#directory.setPhone('+12025550102', { name: 'Ben' });
  }

  async submit(batch: Carriage[]): Promise<CarriageAnswer[]> {
    // Taken before the answer leaves, as a real carrier does: who dies in between has sent all the same.
    const answers = batch.map((one) => this.#take(one));
    const { submitMs } = this.#settings;
    if (submitMs > 0) await new Promise<void>((resolve) => void this.#clock.after(submitMs, resolve));
    return answers;
  }

  listen(hear: Hear, hearSaid?: (batch: Said[]) => Promise<void>): () => Promise<void> {
    if (this.#hear) throw new Error('somebody listens to the simulated carrier already');
    this.#hear = hear;
    for (const [dueAt, bucket] of this.#buckets) this.#arm(dueAt, bucket);
    const hangUp = hearSaid && this.#talk.listen(hearSaid);
    return async () => {
      if (this.#hear !== hear) return;
      this.#hear = null;
      await hangUp?.();
      for (const bucket of this.#buckets.values()) {
        bucket.cancel?.();
        bucket.cancel = null;
      }
      await Promise.all(this.#underWay);
    };
  }

  resume(awaited: AwaitedCarriage[]): void {
    const forgotten = new Map<string, { from: string; to: string; ids: string[] }>();
    for (const part of awaited) {
      const key = part.carrierId.slice(0, part.carrierId.lastIndexOf('-'));
      if (this.#keys.get(key) !== undefined) continue;
      const message = forgotten.get(key);
      if (message) message.ids.push(part.carrierId);
      else forgotten.set(key, { from: part.from, to: part.to, ids: [part.carrierId] });
    }
    for (const [key, { ids, ...ends }] of forgotten) {
      const step = this.#stepFor(ends.to, channelFrom(ends.to, ends.from));
      // It was taken once, so it can no longer be refused; what would be, is reported instead.
      const fated: TakenStep = step.kind === 'failed' ? { kind: 'undelivered', code: step.code } : step;
      this.#keys.set(key, TAKEN);
      this.#schedule(fated, ids, null);
    }
  }

  #take(one: Carriage): CarriageAnswer {
    const ids = one.parts.map((_, index) => `${one.key}-${index + 1}`);
    const known = this.#keys.get(one.key);
    if (known !== undefined) return known === TAKEN ? { kind: 'taken', ids } : { kind: 'refused', code: known };
    const channel = channelFrom(one.to, one.from);
    const step = channel === 'rcs' && !this.hasRcs(one.to) ? UNREACHED : this.#stepFor(one.to, channel);
    if (step.kind === 'failed') {
      this.#keys.set(one.key, step.code);
      return { kind: 'refused', code: step.code };
    }
    this.#keys.set(one.key, TAKEN);
    const inbox: InboxMessage = {
      sid: one.sid,
      from: one.from,
      to: one.to,
      body: one.parts.join(''),
      at: 0,
      parts: one.parts.length,
      channel,
      ...(one.actions && channel !== 'sms' && { actions: one.actions }),
      ...(one.buttons && channel !== 'sms' && { buttons: one.buttons }),
      ...(one.card && channel !== 'sms' && { card: one.card }),
      media: (one.media ?? []).map(({ contentType, url }) => ({ contentType, url })),
    };
    this.#schedule(step, one.receipt === false ? [] : ids, { inbox, files: one.media });
    return { kind: 'taken', ids };
  }

  say(said: Saying): string[] {
    const saying = channelOf(said.from) === 'rcs' ? { ...said, channel: withRcsWords(said) } : said;
    const ids = this.#talk.say(saying);
    const { parts, media, channel } = saying;
    this.#directory.keepSent({
      id: ids.at(-1) ?? '',
      from: saying.from,
      to: saying.to,
      body: parts ? parts.map(({ text }) => text).join('') : saying.body,
      at: this.#clock.now(),
      channel: channelOf(saying.from),
      media: media.map(({ contentType, bytes }) => ({ contentType, sizeBytes: bytes.length })),
      ...(channel?.location && { location: channel.location }),
      ...(channel?.button && { button: channel.button }),
    });
    return ids;
  }

  read({ sid, parts }: Pick<InboxMessage, 'sid' | 'parts'>): void {
    this.#put(0, [{ ids: [`${sid}-${parts}`], receipt: { state: 'read' }, arriving: null, readAfterMs: null }]);
  }

  hasRcs(number: string): boolean {
    return this.#directory.hasRcs(number);
  }

  #stepFor(to: string, channel: string): Step {
    const step = this.#directory.playerOf(to)?.next() ?? outcomeOf(to) ?? DELIVER;
    // Nobody tells of an SMS that it was read.
    return step.kind === 'read' && channel === 'sms' ? DELIVER : step;
  }

  #schedule(step: TakenStep, ids: string[], message: { inbox: InboxMessage; files?: Arrived['files'] } | null): void {
    const fate = fateOf(step, this.#clock.now(), this.#settings.receiptMs);
    const { receipt, readAfterMs } = fate;
    const arriving = fate.arrives ? (message?.inbox ?? null) : null;
    this.#put(fate.afterMs, [{ ids, receipt, arriving, files: message?.files, readAfterMs }]);
  }

  #put(delayMs: number, items: Due[]): void {
    const dueAt = Math.ceil(this.#clock.monotonic() + delayMs);
    let bucket = this.#buckets.get(dueAt);
    if (!bucket) {
      bucket = { items: [], cancel: null };
      this.#buckets.set(dueAt, bucket);
      if (this.#hear) this.#arm(dueAt, bucket);
    }
    for (const item of items) bucket.items.push(item);
  }

  #arm(dueAt: number, bucket: Bucket): void {
    bucket.cancel = this.#clock.after(dueAt - this.#clock.monotonic(), () => {
      // The clock caps very long timers, and a timer may fire a fraction early: not before its time.
      if (this.#clock.monotonic() < dueAt - 1) {
        this.#arm(dueAt, bucket);
        return;
      }
      this.#buckets.delete(dueAt);
      for (let start = 0; start < bucket.items.length; start += BATCH) {
        this.#emit(bucket.items.slice(start, start + BATCH));
      }
    });
  }

  #emit(items: Due[]): void {
    const hear = this.#hear;
    if (!hear) return;
    const at = this.#clock.now();
    const receipts: CarriageReceipt[] = [];
    const arrived: Arrived[] = [];
    for (const item of items) {
      if (item.arriving) {
        item.arriving.at = at;
        this.#directory.deliver(item.arriving);
        // Senders of other channels do not write to each other.
        const { channel, from, to, body } = item.arriving;
        if (channel === 'sms') arrived.push({ from, to, body, files: item.files ?? [] });
        item.arriving = null;
      }
      if (!item.receipt) continue;
      for (const id of item.ids) receipts.push({ id, ...item.receipt, at });
    }
    if (arrived.length > 0) this.#own?.reached(arrived);
    if (receipts.length === 0) return;
    const said = this.#say(hear, receipts, items).finally(() => this.#underWay.delete(said));
    this.#underWay.add(said);
  }

  async #say(hear: Hear, receipts: CarriageReceipt[], items: Due[]): Promise<void> {
    try {
      await hear(receipts);
    } catch (error) {
      this.#observe({ type: 'fault', at: this.#clock.now(), where: 'receipts of the simulated carrier', error });
      this.#put(
        RETRY_MS,
        items.filter((item) => item.receipt !== null),
      );
      return;
    }
    for (const item of items) {
      if (item.readAfterMs === null) continue;
      // Only after the first was heard, so that no retry lets the second overtake it. One is enough for all parts.
      const ids = item.ids.slice(-1);
      this.#put(item.readAfterMs, [{ ids, receipt: { state: 'read' }, arriving: null, readAfterMs: null }]);
    }
  }
}
