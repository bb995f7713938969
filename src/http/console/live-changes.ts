/** What has changed for one account since the last tick, folded so that it costs little however much there was. */
import { isoMs } from '../../domain/dates.ts';
import { chooseEncoding } from '../../domain/encoding.ts';
import type { PidgeEvent } from '../../domain/events.ts';

/** Rows in a frame; beyond that only the newest go, with the number of all. */
const MOST_ROWS = 200;
const NEWEST_ROWS = 50;
/** Remembered within a tick; it fills only when the process stood still. */
const MOST_KEPT = 2_000;
const MOST_LISTED = 50;
const BODY_LENGTH = 160;

/** A change of a row; of a new one, everything that a row shows. Instants are epoch ms until it is written. */
interface Patch {
  sid: string;
  account_sid: string;
  updated_at: number;
  [name: string]: unknown;
}

const INSTANTS = ['created_at', 'updated_at', 'sent_at', 'send_at'];

export class LiveChanges {
  readonly #patches = new Map<string, Patch>();
  #messageCount = 0;
  readonly #attempts: object[] = [];
  #attemptCount = 0;
  readonly #alerts: object[] = [];
  readonly #connectors: object[] = [];

  take(event: PidgeEvent): void {
    switch (event.type) {
      case 'message.accepted':
      case 'inbound.received': {
        const patch = this.#patch(event.accountSid, event.sid, event.at);
        patch.is_new = true;
        patch.from = event.from;
        patch.to = event.to;
        patch.body = event.body.length > BODY_LENGTH ? event.body.slice(0, BODY_LENGTH) : event.body;
        patch.status ??= event.status;
        patch.num_segments = event.segments;
        patch.num_media = event.media;
        patch.messaging_service_sid = event.serviceSid;
        patch.created_at = event.at;
        patch.direction = event.type === 'inbound.received' ? 'inbound' : event.direction;
        patch.encoding = event.type === 'inbound.received' ? chooseEncoding(event.body) : event.encoding;
        return;
      }
      case 'message.scheduled':
        this.#patch(event.accountSid, event.sid, event.at).send_at = event.sendAt;
        return;
      case 'message.released': {
        const patch = this.#patch(event.accountSid, event.sid, event.at);
        patch.from = event.from;
        patch.num_segments = event.segments;
        patch.encoding = event.encoding;
        return;
      }
      case 'message.status': {
        const patch = this.#patch(event.accountSid, event.sid, event.at);
        patch.status = event.status;
        patch.error_code = event.errorCode ?? null;
        if (event.status === 'sent') patch.sent_at = event.at;
        return;
      }
      case 'callback.attempt':
      case 'reply.document': {
        this.#attemptCount += 1;
        if (this.#attempts.length >= MOST_LISTED) return;
        const isCallback = event.type === 'callback.attempt';
        this.#attempts.push({
          sid: event.sid,
          status: isCallback ? event.status : 'inbound',
          attempt: isCallback ? event.attempt : event.documentNumber,
          decision: isCallback ? event.decision : event.errorCode === undefined ? 'done' : 'gave_up',
          http_status: event.httpStatus,
          ms: event.ms,
          at: isoMs(event.at),
          error_code: event.errorCode ?? null,
        });
        return;
      }
      case 'alert': {
        const { resourceSid: sid, code, level, text, at } = event;
        if (this.#alerts.length < MOST_LISTED) this.#alerts.push({ sid, code, level, text, at: isoMs(at) });
        return;
      }
      case 'connector.bind': {
        const { connector, bind, state, why = null, at } = event;
        if (this.#connectors.length < MOST_LISTED)
          this.#connectors.push({ connector, bind, state, why, at: isoMs(at) });
        return;
      }
      case 'connector.pause': {
        const { connector, isPaused, reason: why, at } = event;
        const state = isPaused ? 'paused' : 'resumed';
        if (this.#connectors.length < MOST_LISTED)
          this.#connectors.push({ connector, bind: null, state, why, at: isoMs(at) });
        return;
      }
      default:
        return;
    }
  }

  /** Its text was taken, or it is gone altogether. */
  lost(accountSid: string, sid: string, what: 'is_redacted' | 'is_removed', at: number): void {
    this.#patch(accountSid, sid, at)[what] = true;
  }

  /** The frame's JSON. */
  render(at: number): string {
    let patches = [...this.#patches.values()];
    if (patches.length > MOST_ROWS) {
      // Sids are ordered by time.
      patches = patches.sort((a, b) => (a.sid < b.sid ? 1 : -1)).slice(0, NEWEST_ROWS);
    }
    for (const patch of patches) {
      for (const name of INSTANTS) if (typeof patch[name] === 'number') patch[name] = isoMs(patch[name]);
    }
    return JSON.stringify({
      at: isoMs(at),
      messages: patches,
      message_count: this.#messageCount,
      attempts: this.#attempts,
      attempt_count: this.#attemptCount,
      alerts: this.#alerts,
      connectors: this.#connectors,
    });
  }

  #patch(accountSid: string, sid: string, at: number): Patch {
    const known = this.#patches.get(sid);
    if (known) {
      known.updated_at = at;
      return known;
    }
    this.#messageCount += 1;
    if (this.#patches.size >= MOST_KEPT) {
      for (const oldest of this.#patches.keys()) {
        this.#patches.delete(oldest);
        break;
      }
    }
    const patch: Patch = { sid, account_sid: accountSid, updated_at: at };
    this.#patches.set(sid, patch);
    return patch;
  }
}
