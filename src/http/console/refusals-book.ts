/**
 * Requests that this node has refused, and what lenient mode let pass: in memory, of the last day, for the page of errors.
 * Nobody is waiting for an alert of these, as whoever asked was told.
 */
import type { Observer } from '../../domain/events.ts';

const KEPT_MS = 86_400_000;
/** Instants kept of one code of one account; beyond, the oldest go, and the count says how many there were. */
const MOST_INSTANTS = 2_000;
const MOST_SAMPLES = 20;
const MOST_CODES = 1_000;

export interface RefusalSample {
  at: number;
  /** Of a request that was refused. */
  request?: { method: string; path: string; status: number; requestId: string };
  /** What lenient mode let pass, in words. */
  text?: string;
}

export interface Refusals {
  code: number;
  isLenient: boolean;
  instants: number[];
  /** Newest last. */
  samples: RefusalSample[];
}

export class RefusalsBook {
  readonly #now: () => number;
  readonly #byAccount = new Map<string, Refusals & { accountSid: string | null }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  readonly observe: Observer = (event) => {
    if (event.type === 'lenient') {
      this.#add(null, event.code, true, { at: event.at, text: event.text });
      return;
    }
    if (event.type !== 'request' || event.errorCode === undefined || event.status >= 500) return;
    const { method, status, requestId, errorCode } = event;
    const path = event.path.split('?')[0] ?? '';
    // A slip in a form of the console is no error of an app, and whoever made it is looking at it.
    if (event.isFromConsole || path.startsWith('/_')) return;
    const sample = { at: this.#now(), request: { method, path, status, requestId } };
    this.#add(event.accountSid ?? null, errorCode, false, sample);
  };

  /** Of an account; `isOperator`: with those that could not be said to be anybody's. Since an instant. */
  of(accountSid: string, isOperator: boolean, since: number): Refusals[] {
    return [...this.#byAccount.values()].flatMap(({ accountSid: whose, ...rest }) => {
      if (whose !== accountSid && !(whose === null && isOperator)) return [];
      const instants = rest.instants.filter((at) => at >= since);
      return instants.length === 0 ? [] : [{ ...rest, instants }];
    });
  }

  #add(accountSid: string | null, code: number, isLenient: boolean, sample: RefusalSample): void {
    const key = `${accountSid} ${code} ${isLenient}`;
    let entry = this.#byAccount.get(key);
    if (!entry) {
      if (this.#byAccount.size >= MOST_CODES) return;
      entry = { accountSid, code, isLenient, instants: [], samples: [] };
      this.#byAccount.set(key, entry);
    }
    entry.instants.push(sample.at);
    // Seldom enough to cost nothing, and only down to half, so that it is seldom.
    if (entry.instants.length > MOST_INSTANTS || (entry.instants[0] ?? 0) < sample.at - 2 * KEPT_MS) {
      entry.instants = entry.instants.filter((at) => at >= sample.at - KEPT_MS).slice(-MOST_INSTANTS / 2);
    }
    entry.samples.push(sample);
    if (entry.samples.length > MOST_SAMPLES) entry.samples.shift();
  }
}
