/**
 * What connectors did in the last quarter of an hour, for the Connectors page: in memory, of this node. Counts and bins
 * by minute; of receipts a sample, so that a busy carrier costs no more than a slow one. It stands around the
 * connectors, because receipts that overtake the carrier's answer are heard nowhere else.
 */
import type { Connector, Ear, Outcome, Tell } from './connectors/connector.ts';
import type { Clock } from './domain/clock.ts';
import { Durations } from './domain/durations.ts';
import type { PidgeEvent } from './domain/events.ts';
import type { Receipt } from './domain/receipt.ts';

const MINUTE_MS = 60_000;
const MINUTES = 15;
/** Of one connector, messages whose receipt is waited for, and receipts that overtook their answer. */
const MOST_AWAITED = 2_000;
const MOST_EARLY = 200;
const TAKEN = 'ESME_ROK';
/** A receipt that takes longer counts as missing. */
const MISSING_AFTER_MS = 10 * MINUTE_MS;

export interface BookFigures {
  /** Answers to submits (SMPP), or what became of hand-overs, by name. */
  statuses: Map<string, number>;
  submitP95Ms: number | null;
  receiptP50Ms: number | null;
  /** Of those whose time is up: 0 to 1; `null`: none is. */
  missingReceipts: number | null;
  binds: { name: string; bound: boolean; at: number; why: string | null }[];
  lastTrouble: { at: number; text: string } | null;
}

class Minute {
  readonly number: number;
  readonly statuses = new Map<string, number>();
  readonly answers = new Durations();
  readonly receipts = new Durations();
  received = 0;
  missing = 0;

  constructor(number: number) {
    this.number = number;
  }
}

class Page {
  readonly minutes: Minute[] = [];
  /** By the carrier's id of the first part: when it was taken (monotonic). */
  readonly awaited = new Map<string, number>();
  readonly early = new Set<string>();
  readonly listeners = new Set<(receipt: Receipt) => void>();
  readonly binds = new Map<string, { bound: boolean; at: number; why: string | null }>();
  lastTrouble: BookFigures['lastTrouble'] = null;
}

export class ConnectorBook {
  readonly #clock: Clock;
  readonly #pages = new Map<string, Page>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly observe = (event: PidgeEvent): void => {
    if (event.type === 'connector.pdus') {
      const page = this.#page(event.connector);
      const { statuses, answers } = this.#minute(page);
      if (event.answers) answers.merge(event.answers);
      for (const { command, status, count } of event.pdus) {
        if (command !== 'submit_sm_resp') continue;
        add(statuses, status, count);
        if (status !== TAKEN) page.lastTrouble = { at: event.at, text: status };
      }
    } else if (event.type === 'connector.bind') {
      const { connector, bind, state, at, why = null } = event;
      const page = this.#page(connector);
      if (state !== 'bound' && why !== null) page.lastTrouble = { at, text: why };
      if (state !== 'odd' && bind !== connector) page.binds.set(bind, { bound: state === 'bound', at, why });
    }
  };

  /** The same connector, listened to. */
  watch(connector: Connector): Connector {
    const page = this.#page(connector.name);
    const send = connector.send.bind(connector);
    connector.send = async (batch, tell) => {
      const from = this.#clock.monotonic();
      const heard: Tell = (index, outcome) => this.#sent(connector, page, outcome, from, batch[index]?.receipt);
      if (tell === undefined) {
        const outcomes = await send(batch);
        for (const [index, outcome] of outcomes.entries()) heard(index, outcome);
        return outcomes;
      }
      const told = new Set<number>();
      const outcomes = await send(batch, (index, outcome) => {
        told.add(index);
        heard(index, outcome);
        tell(index, outcome);
      });
      for (const [index, outcome] of outcomes.entries()) if (!told.has(index)) heard(index, outcome);
      return outcomes;
    };
    const start = connector.start.bind(connector);
    connector.start = (ear) => start(this.#earOf(page, ear));
    if (connector.called) {
      const called = connector.called.bind(connector);
      connector.called = (call, ear) => called(call, this.#earOf(page, ear));
    }
    return connector;
  }

  /** Tells of every receipt that the connector hears here; answers how to stop that. */
  listen(name: string, heard: (receipt: Receipt) => void): () => void {
    const { listeners } = this.#page(name);
    listeners.add(heard);
    return () => listeners.delete(heard);
  }

  of(name: string): BookFigures {
    const page = this.#page(name);
    this.#giveUp(page);
    const since = this.#number() - MINUTES;
    const total = new Minute(0);
    for (const minute of page.minutes) {
      if (minute.number <= since) continue;
      for (const [status, count] of minute.statuses) add(total.statuses, status, count);
      total.answers.merge(minute.answers);
      total.receipts.merge(minute.receipts);
      total.received += minute.received;
      total.missing += minute.missing;
    }
    const judged = total.received + total.missing;
    return {
      statuses: total.statuses,
      submitP95Ms: total.answers.percentile(0.95),
      receiptP50Ms: total.receipts.percentile(0.5),
      missingReceipts: judged === 0 ? null : total.missing / judged,
      binds: [...page.binds].map(([bind, state]) => ({ name: bind, ...state })),
      lastTrouble: page.lastTrouble,
    };
  }

  #sent(connector: Connector, page: Page, outcome: Outcome, from: number, wanted?: false): void {
    const minute = this.#minute(page);
    // Over a connection that is kept every answer is counted and timed by itself.
    if (connector.isBound === undefined) {
      add(minute.statuses, outcome.kind, 1);
      if (outcome.kind !== 'accepted') page.lastTrouble = { at: this.#clock.now(), text: outcome.note ?? outcome.kind };
      if (outcome.kind === 'accepted' || outcome.kind === 'refused') minute.answers.add(this.#clock.monotonic() - from);
    }
    const [id] = outcome.kind === 'accepted' && wanted !== false ? outcome.carrierIds : [];
    if (id === undefined) return;
    if (page.early.delete(id)) this.#received(page, 0);
    else if (page.awaited.size < MOST_AWAITED) page.awaited.set(id, this.#clock.monotonic());
  }

  #earOf(page: Page, ear: Ear): Ear {
    return {
      inbound: (batch) => ear.inbound(batch),
      bound: () => ear.bound?.(),
      receipts: (batch) => {
        for (const receipt of batch) {
          this.#heard(page, receipt);
          for (const tell of page.listeners) tell(receipt);
        }
        return ear.receipts(batch);
      },
    };
  }

  #heard(page: Page, { carrierId, state }: Receipt): void {
    const takenAt = page.awaited.get(carrierId);
    if (takenAt !== undefined) {
      page.awaited.delete(carrierId);
      this.#received(page, this.#clock.monotonic() - takenAt);
      // Second receipts of one message, and those of further parts, are strangers too: few are kept, for a moment.
    } else if (state !== 'read') {
      const [oldest] = page.early;
      if (page.early.size >= MOST_EARLY && oldest !== undefined) page.early.delete(oldest);
      page.early.add(carrierId);
    }
  }

  #received(page: Page, ms: number): void {
    const minute = this.#minute(page);
    minute.receipts.add(ms);
    minute.received += 1;
  }

  #giveUp(page: Page): void {
    const before = this.#clock.monotonic() - MISSING_AFTER_MS;
    for (const [id, takenAt] of page.awaited) {
      if (takenAt > before) return;
      page.awaited.delete(id);
      this.#minute(page).missing += 1;
    }
  }

  #page(connector: string): Page {
    let page = this.#pages.get(connector);
    if (!page) {
      page = new Page();
      this.#pages.set(connector, page);
    }
    return page;
  }

  #minute(page: Page): Minute {
    const number = this.#number();
    const last = page.minutes.at(-1);
    if (last?.number === number) return last;
    const minute = new Minute(number);
    page.minutes.push(minute);
    if (page.minutes.length > MINUTES) page.minutes.shift();
    this.#giveUp(page);
    return minute;
  }

  #number(): number {
    return Math.floor(this.#clock.monotonic() / MINUTE_MS);
  }
}

function add(counts: Map<string, number>, name: string, count: number): void {
  counts.set(name, (counts.get(name) ?? 0) + count);
}
