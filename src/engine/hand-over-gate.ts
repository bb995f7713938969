/**
 * Before carriers with a window (H2): what is claimed waits in here until it can be written soon, and is written down as
 * handed over before it goes on. So of what a dead node had claimed only this is in doubt; the rest never left, and is
 * due again. A note names all that is out of its connector, so one row is written, however much is on its way.
 */
import type { Connector } from '../connectors/connector.ts';
import type { Clock } from '../domain/clock.ts';
import type { SendWork, Store } from '../store/store.ts';
import { isInDoubt } from './doubt.ts';
import type { Term } from './membership.ts';

/** What the gate needs to know of a claim. */
export interface Gated {
  work: Pick<SendWork, 'workId' | 'attempt' | 'connector' | 'past'>;
  term: Term;
  leaseUntil: number;
}

export interface GateParts<C> {
  store: Pick<Store, 'noteHandOvers'>;
  connectors: ReadonlyMap<string, Connector>;
  clock: Clock;
  /** `null`: it could not be written before its lease ended. */
  persist: <T>(write: () => Promise<T>, untilMonotonic: number) => Promise<T | null>;
  fault: (error: unknown) => void;
  putBack: (claims: C[]) => Promise<void>;
}

/** Beyond the window, as a share of it: noted while answers are on their way, so that the window stays full. */
const AHEAD = 0.5;
/** The share of the window that must be free when more waits than has room: a note for each answer would be all commits. */
const STEP = 0.25;

/**
 * How many may be out together with it. What has been in doubt once is noted only when it can be written at once: the
 * next doubt gives it up, and a node that dies between the note and the socket would have made that out of nothing.
 */
function mostOut({ work }: Gated, window: number): number {
  return isInDoubt(work) ? window : Math.ceil(window * (1 + AHEAD));
}

interface Waiting<C> {
  claims: C[];
  send: (claims: C[]) => Promise<void>;
  end: () => void;
  /** Claims of it that are not done. */
  left: number;
}

interface Line<C> {
  waiting: Waiting<C>[];
  /** Noted, and its outcome not known yet. */
  unanswered: Set<C>;
  /** Noted, and what became of it not written down yet. */
  open: Set<C>;
  isNoting: boolean;
}

export class HandOverGate<C extends Gated> {
  readonly #parts: GateParts<C>;
  readonly #lines = new Map<string, Line<C>>();
  #begun: Term | null = null;
  /** How long the last note took. */
  noteMs = 0;

  constructor(parts: GateParts<C>) {
    this.#parts = parts;
  }

  /** To be awaited before anything is claimed in a term: from then on nothing is in doubt that is in no note. */
  begin(term: Term): Promise<void> | null {
    const { connectors, store, clock } = this.#parts;
    const names = [...connectors.keys()].filter((name) => this.#window(name) !== null);
    if (this.#begun === term || names.length === 0) return null;
    const first = (connector: string) => store.noteHandOvers({ owner: term.owner, connector, works: [] }, clock.now());
    return Promise.all(names.map(first)).then(() => {
      this.#begun = term;
    });
  }

  /** All of one connector; `send` gets them in their order, in one or more parts. Resolves when all are done with. */
  pass(claims: C[], send: (claims: C[]) => Promise<void>): Promise<void> {
    const name = claims[0]?.work.connector ?? '';
    if (this.#window(name) === null) return send(claims);
    const line = this.#lineOf(name);
    return new Promise((end) => {
      line.waiting.push({ claims: [...claims], send, end, left: claims.length });
      this.#pump(name);
    });
  }

  /** Its carrier has said what became of it. Any number of times. */
  answered(claimed: C): void {
    const name = claimed.work.connector;
    if (this.#lines.get(name)?.unanswered.delete(claimed)) this.#pump(name);
  }

  /** Nothing of it can be at its carrier that is not written down. */
  closed(claimed: C): void {
    this.#lines.get(claimed.work.connector)?.open.delete(claimed);
    this.answered(claimed);
  }

  /** Takes out everything that waits, unsent. */
  clear(): C[] {
    return [...this.#lines.values()].flatMap(({ waiting }) =>
      waiting.splice(0).flatMap((one) => {
        const left = one.claims.splice(0);
        this.#done(one, left.length);
        return left;
      }),
    );
  }

  #pump(name: string): void {
    const line = this.#lineOf(name);
    if (line.isNoting) return;
    const waits = line.waiting.reduce((sum, { claims }) => sum + claims.length, 0);
    const window = this.#window(name) ?? Number.POSITIVE_INFINITY;
    const head = line.waiting[0]?.claims[0];
    const room = head ? mostOut(head, window) - line.unanswered.size : 0;
    if (room <= 0 || room < Math.min(waits, Math.ceil(window * STEP))) return;
    line.isNoting = true;
    void this.#let(name, line, window);
  }

  /** As many as there is room for, in their order. */
  async #let(name: string, line: Line<C>, window: number): Promise<void> {
    const some: { from: Waiting<C>; claims: C[] }[] = [];
    for (let out = line.unanswered.size, from = line.waiting[0]; from; from = line.waiting[0]) {
      const most = from.claims.findIndex((claimed, index) => out + index >= mostOut(claimed, window));
      const claims = from.claims.splice(0, most < 0 ? from.claims.length : most);
      out += claims.length;
      if (claims.length > 0) some.push({ from, claims });
      if (from.claims.length > 0) break;
      line.waiting.shift();
    }
    const all = some.flatMap(({ claims }) => claims);
    for (const claimed of all) {
      line.unanswered.add(claimed);
      line.open.add(claimed);
    }
    const isNoted = await this.#note(name, line, all);
    line.isNoting = false;
    const ends = some.map(async ({ from, claims }) => {
      if (isNoted) await from.send(claims);
      for (const claimed of claims) this.closed(claimed);
      this.#done(from, claims.length);
    });
    this.#pump(name);
    await Promise.all(ends);
  }

  /** `false`: nothing of it may be sent. */
  async #note(connector: string, { open }: Line<C>, claims: C[]): Promise<boolean> {
    const { store, clock, persist, fault, putBack } = this.#parts;
    const term = claims.at(-1)?.term;
    // What was claimed in a term that is over is not handed over any more.
    const own = [...open].filter((claimed) => claimed.term === term);
    const works = own.map(({ work }) => `${work.workId}:${work.attempt}`);
    const asked = clock.monotonic();
    const leaseUntil = claims.reduce((latest, claimed) => Math.max(latest, claimed.leaseUntil), 0);
    try {
      const note = { owner: term?.owner ?? '', connector, works };
      const noted = await persist(() => store.noteHandOvers(note, clock.now()).then(() => true), leaseUntil);
      this.noteMs = clock.monotonic() - asked;
      return noted === true;
    } catch (error) {
      fault(error);
      await putBack(claims);
      return false;
    }
  }

  #done(from: Waiting<C>, count: number): void {
    from.left -= count;
    if (from.left === 0) from.end();
  }

  /** Where copies are told apart nothing is in doubt, so nothing need be written down. */
  #window(name: string): number | null {
    const connector = this.#parts.connectors.get(name);
    return connector?.honoursIdempotencyKeys ? null : (connector?.window ?? null);
  }

  #lineOf(name: string): Line<C> {
    const known = this.#lines.get(name);
    if (known) return known;
    const line: Line<C> = { waiting: [], unanswered: new Set(), open: new Set(), isNoting: false };
    this.#lines.set(name, line);
    return line;
  }
}
