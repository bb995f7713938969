/**
 * Simulated phones, as everybody beside the simulator sees them: how a phone can behave, what a carrier of our own
 * takes and reports, what a handset shows. The simulator keeps these promises; its connector and the test-support
 * rooms know it by these shapes alone.
 */
import type { Card } from './content-card.ts';
import { parseInstant } from './dates.ts';
import type { Said, SentMessage } from './phone-talk.ts';

/** What a phone does with a message that the carrier took. Durations in ms, instants in epoch ms, codes ours. */
export type TakenStep =
  /** Arrives after `afterMs`; `null`: after the carrier's usual time. */
  | { kind: 'deliver'; afterMs: number | null }
  /** The carrier takes it and reports that it did not arrive. */
  | { kind: 'undelivered'; code: number }
  /** Arrives, and nobody says so. */
  | { kind: 'no-receipt' }
  /** Held by the carrier until the phone is back, then delivered. */
  | { kind: 'unreachable'; untilAt: number }
  /** Delivered, and read `afterMs` later. */
  | { kind: 'read'; afterMs: number };

/** What becomes of one message; `failed`: the carrier does not take it. */
export type Step = TakenStep | { kind: 'failed'; code: number };

/** One step for every message, or a step a message and `after` for those that follow the last. */
export type Behaviour = Step | { kind: 'script'; steps: Step[]; after: Step };

export const DELIVER: Step = { kind: 'deliver', afterMs: null };

/** What `blocked` and `landline` come to. */
const BLOCKED_CODE = 30004;
const LANDLINE_CODE = 30006;

/** Bounds on what one request may ask to be kept. */
const MOST_STEPS = 1_000;
const LONGEST_MS = 35 * 86_400_000;

export type ParsedBehaviour =
  | { ok: true; behaviour: Behaviour }
  | { ok: false; parameter: string; received: string; allowed: string; fix: string };

/**
 * Reads the `behave` of the test-support API. A refusal names the place that is at fault as `behave.script[2]` would.
 * Durations in `unreachable_until` count from `now`.
 */
export function parseBehaviour(json: unknown, now: number): ParsedBehaviour {
  try {
    return { ok: true, behaviour: readBehaviour(json, now) };
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, ...error.why };
    throw error;
  }
}

/** The behaviour in the spelling of the test-support API; reading it back gives an equal one. */
export function showBehaviour(behaviour: Behaviour): unknown {
  switch (behaviour.kind) {
    case 'deliver':
      return behaviour.afterMs === null ? 'deliver' : { deliver_after: showDuration(behaviour.afterMs) };
    case 'undelivered':
      return { undelivered: behaviour.code };
    case 'failed':
      return { failed: behaviour.code };
    case 'no-receipt':
      return 'no_receipt';
    case 'unreachable':
      return { unreachable_until: new Date(behaviour.untilAt).toISOString() };
    case 'read':
      return { read_after: showDuration(behaviour.afterMs) };
    case 'script':
      // biome-ignore lint/suspicious/noThenProperty: the spelling of the API; it is written out, never awaited
      return { script: behaviour.steps.map(showBehaviour), then: showBehaviour(behaviour.after) };
  }
}

class Unreadable extends Error {
  readonly why: { parameter: string; received: string; allowed: string; fix: string };

  constructor(parameter: string, received: unknown, allowed: string, fix: string) {
    super(allowed);
    this.why = { parameter, received: JSON.stringify(received) ?? 'nothing', allowed, fix };
  }
}

const KINDS =
  'deliver, deliver_after, undelivered, failed, no_receipt, unreachable_until, blocked, landline, read_after, script';

function readBehaviour(json: unknown, now: number): Behaviour {
  if (!isObject(json) || !('script' in json)) return readStep(json, now, 'behave');
  const { script, then, ...rest } = json;
  const stray = Object.keys(rest)[0];
  if (stray !== undefined) throw new Unreadable(`behave.${stray}`, rest[stray], 'script, then', `Leave ${stray} out.`);
  if (!Array.isArray(script) || script.length === 0 || script.length > MOST_STEPS) {
    throw new Unreadable('behave.script', script, `a list of 1 to ${MOST_STEPS} behaviours`, 'List one per message.');
  }
  return {
    kind: 'script',
    steps: script.map((step, index) => readStep(step, now, `behave.script[${index}]`)),
    after: then === undefined ? DELIVER : readStep(then, now, 'behave.then'),
  };
}

function readStep(json: unknown, now: number, place: string): Step {
  if (typeof json === 'string') return readStep({ [json]: true }, now, place);
  const names = isObject(json) ? Object.keys(json) : [];
  const [name] = names;
  if (!isObject(json) || name === undefined || names.length > 1) {
    throw new Unreadable(place, json, KINDS, 'Give one of them, such as "deliver" or {"undelivered": 30003}.');
  }
  const value = json[name];
  const at = `${place}.${name}`;
  switch (name) {
    case 'deliver':
      return flag(value, at, DELIVER);
    case 'no_receipt':
      return flag(value, at, { kind: 'no-receipt' });
    case 'blocked':
      return flag(value, at, { kind: 'undelivered', code: BLOCKED_CODE });
    case 'landline':
      return flag(value, at, { kind: 'undelivered', code: LANDLINE_CODE });
    case 'deliver_after':
      return { kind: 'deliver', afterMs: readDuration(value, at) };
    case 'read_after':
      return { kind: 'read', afterMs: readDuration(value, at) };
    case 'undelivered':
      return { kind: 'undelivered', code: readCode(value, at) };
    case 'failed':
      return { kind: 'failed', code: readCode(value, at) };
    case 'unreachable_until':
      return { kind: 'unreachable', untilAt: readUntil(value, at, now) };
    case 'script':
      throw new Unreadable(place, json, 'plain behaviours', 'A script cannot hold another one: list its steps here.');
    default:
      throw new Unreadable(place, name, KINDS, 'Use one of these names.');
  }
}

function flag(value: unknown, place: string, step: Step): Step {
  if (value === true) return step;
  throw new Unreadable(place, value, 'true', 'Say true, or choose another behaviour.');
}

function readCode(value: unknown, place: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && isDeliveryCode(value)) return value;
  throw new Unreadable(place, value, 'a number from 30001 to 30999 or 63001 to 63999', 'Use a delivery error: 30003.');
}

function isDeliveryCode(code: number): boolean {
  return (code > 30000 && code < 31000) || (code > 63000 && code < 64000);
}

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `"2s"` or a number; `null`: no duration of up to 35 days. */
export function durationOf(value: unknown): number | null {
  if (typeof value === 'number') return value >= 0 && value <= LONGEST_MS ? value : null;
  const match = typeof value === 'string' ? /^(\d{1,10}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(value) : null;
  if (!match) return null;
  const ms = Math.round(Number(match[1]) * (UNITS[match[2] ?? ''] ?? 0));
  return ms <= LONGEST_MS ? ms : null;
}

const DURATIONS = 'a duration up to 35 days: "500ms", "2s", "5m", "1h", "7d", or milliseconds as a number';

function readDuration(value: unknown, place: string): number {
  const ms = durationOf(value);
  if (ms === null) throw new Unreadable(place, value, DURATIONS, 'Write a number and its unit: "2s".');
  return ms;
}

function readUntil(value: unknown, place: string, now: number): number {
  const ms = durationOf(value);
  if (ms !== null) return now + ms;
  const at = typeof value === 'string' ? parseInstant(value) : null;
  if (at !== null && at <= now + LONGEST_MS) return at;
  throw new Unreadable(place, value, `${DURATIONS}; or an ISO 8601 instant`, 'Write "10m" or "2026-03-01T09:00:00Z".');
}

function showDuration(ms: number): string {
  return ms > 0 && ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One message on its way into the simulated network. The same `key` is never carried twice. */
export interface Carriage {
  key: string;
  sid: string;
  /** Canonical addresses, channel prefix included. */
  from: string;
  to: string;
  parts: string[];
  /** `geo:…` and the like, on a channel. */
  actions?: string[];
  /** What a template offers to press, on a channel. */
  buttons?: PhoneButton[];
  /** What a template shows beside its text, on a channel. */
  card?: Card;
  /** `read` rejects when the bytes cannot be had now. */
  media?: (PhoneMedia & { read: () => Promise<Uint8Array> })[];
  /** `false`: nobody wants a receipt. */
  receipt?: false;
}

export interface PhoneButton {
  text: string;
  payload: string;
}

/** A file as a phone gets it: where it may be had, and what it is. */
export interface PhoneMedia {
  contentType: string;
  url: string;
}

/** `ids`: one per part, in order. `code` is ours. */
export type CarriageAnswer = { kind: 'taken'; ids: string[] } | { kind: 'refused'; code: number };

/** What the simulated carrier says of one part. `at` is the epoch millisecond of the event. */
export interface CarriageReceipt {
  id: string;
  state: 'delivered' | 'undelivered' | 'read';
  /** Ours, with `undelivered`. */
  code?: number;
  at: number;
}

/** A part somebody still awaits the receipt of, after a restart in which the carrier forgot it. */
export interface AwaitedCarriage {
  carrierId: string;
  messageSid: string;
  from: string;
  to: string;
}

/** The simulated carrier, seen from the connector. */
export interface SimulatedNetwork {
  /** One answer per message, in order. */
  submit(batch: Carriage[]): Promise<CarriageAnswer[]>;
  /**
   * Receipts go to `hear` in batches, again every second until its promise resolves (at least once, as carriers do).
   * While nobody listens they wait. One listener at a time; the function answered hangs up and resolves when what was
   * under way is settled. What phones say goes to `hearSaid` in the same way.
   */
  listen(
    hear: (batch: CarriageReceipt[]) => Promise<void>,
    hearSaid?: (batch: Said[]) => Promise<void>,
  ): () => Promise<void>;
  /** Takes up the receipts of what it carried before it forgot; what it still knows is left alone. */
  resume(awaited: AwaitedCarriage[]): void;
  /** Whether a handset has RCS. */
  hasRcs(number: string): boolean;
}

/** A phone of the simulated network. */
export interface Phone {
  /** E.164, or the id of a channel that has no numbers (`messenger:…`). */
  number: string;
  name: string | null;
  behaviour: Behaviour;
  /** Can be reached by RCS; no phone can until it is told so. */
  rcs: boolean;
  /** Messages in its inbox now. */
  messages: number;
  /** Of these, those that came since somebody looked. */
  unread: number;
  /** Steps of its script that were played; 0 for any other behaviour. */
  played: number;
  /** The newest of both sides; `null`: it is new. */
  last: { direction: 'received' | 'sent'; body: string; at: number; channel: string } | null;
}

export interface PhoneChange {
  behaviour?: Behaviour;
  name?: string | null;
  rcs?: boolean;
}

export interface InboxMessage {
  sid: string;
  from: string;
  to: string;
  /** As it left: after smart encoding. Cut beyond 1 600 characters. */
  body: string;
  /** When the handset got it. */
  at: number;
  /** How many parts it came in. */
  parts: number;
  channel: string;
  /** Such as the place that a `geo:…` action shows. */
  actions?: string[];
  buttons?: PhoneButton[];
  card?: Card;
  media: PhoneMedia[];
}

/** The simulated phones, seen from the test-support API. */
export interface Handsets {
  /** Named and set-up phones first, then those that were merely texted, the last to appear first. */
  phones(): Phone[];
  /** Sets what is given and leaves the rest; a new behaviour starts afresh. */
  setPhone(number: string, change: PhoneChange): Phone;
  /** Newest first, 1 000 at most; empty for a number that never got one. */
  inbox(number: string): InboxMessage[];
  /** What it said, newest first, 1 000 at most. */
  sent(number: string): SentMessage[];
  /** Somebody has looked at its messages. */
  markSeen(number: string): void;
  /** What has become of what it said under this id. */
  noteFate(number: string, id: string, fate: Pick<SentMessage, 'sid' | 'why'>): void;
}
