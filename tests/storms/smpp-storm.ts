/**
 * A whole Pidge on SQLite before a carrier that speaks SMPP, and the ledger of T10 and T11: every 201, every PDU at the
 * carrier, every attempt that was in doubt, every callback, joined by the token in the text. The clock runs ten times as
 * fast, so that the half minute for which a doubt is held is three seconds.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Running, startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Connector, Outcome, Submission } from '../../src/connectors/connector.ts';
import { SmppConnector } from '../../src/connectors/smpp/connector.ts';
import { type BindNotice, SMPP_DEFAULTS, type SmppSettings } from '../../src/connectors/smpp/settings.ts';
import { realClock } from '../../src/domain/clock.ts';
import { Smsc } from '../../src/simulator/smsc.ts';
import type { SmscScript } from '../../src/simulator/smsc-plans.ts';
import type { Finding } from '../../src/store/store.ts';
import { Client } from '../helpers/client.ts';
import { Sink } from '../helpers/sink.ts';
import { WarpedClock } from '../helpers/warped-clock.ts';
import { eachOf } from './nodes.ts';

export const WARP = 10;
export const SENDER = '+12025550100';
const FIRST_PHONE = 2_000_000;
const IN_DOUBT_TWICE = '30410';
/** Real milliseconds without any news, after which nothing more is waited for. */
const NO_NEWS_MS = 30_000;
const UNREPORTED_MS = 3_000;

/** On the clock's time: a tenth of it passes. */
const QUICK: Partial<SmppSettings> = {
  enquireMs: 2_000,
  // A machine that stands still for two seconds is no dead carrier.
  bindTimeoutMs: 30_000,
  responseMs: 8_000,
  queueMs: 20_000,
  throttleMs: 200,
  longestThrottleMs: 1_000,
  reconnectMs: 200,
  longestReconnectMs: 2_000,
  stopMs: 3_000,
};

export interface Verdict {
  acked: number;
  /** Never seen by the carrier, or without an end. */
  lost: string[];
  /** More copies than one and one for a doubt, or more than two. */
  unexplained: string[];
  /** Ends that are none of those allowed. */
  wrong: string[];
  /** Without a callback for their end. */
  silent: string[];
  findings: Finding[];
  duplicates: number;
  doubts: number;
  inDoubtTwice: number;
  binds: number;
}

export class SmppStorm {
  readonly smsc: Smsc;
  readonly notices: { notice: BindNotice; at: number }[] = [];
  /** Attempts in doubt, by message. */
  readonly doubts = new Map<string, number>();
  /** Submissions that left as a first and only attempt would. */
  readonly acked = new Map<string, string>();
  readonly #sink = new Sink();
  #running: Running | null = null;
  #client: Client | null = null;
  #connector: SmppConnector | null = null;
  #tokens = 0;

  private constructor(smsc: Smsc) {
    this.smsc = smsc;
  }

  /** `through`: the port that the connector is told, given the carrier's. */
  static async start(
    options: {
      script?: SmscScript;
      settings?: Partial<SmppSettings>;
      through?: (port: number) => Promise<number>;
      receiptMs?: number;
    } = {},
  ): Promise<SmppStorm> {
    const { script, receiptMs } = options;
    const smsc = new Smsc({ clock: realClock, script, receiptMs });
    const storm = new SmppStorm(smsc);
    const carrierPort = await smsc.listen();
    await storm.#sink.start();
    const clock = new WarpedClock(WARP);
    const config = readConfig({ mode: 'dev', env: {}, file: null, flags: { 'http.port': '0', database: ':memory:' } });
    config.secretKey = 'a key for storms alone, at least 32 long';
    const connector = new SmppConnector({
      name: 'carrier',
      settings: {
        ...SMPP_DEFAULTS,
        ...QUICK,
        host: '127.0.0.1',
        port: (await options.through?.(carrierPort)) ?? carrierPort,
        systemId: 'pidge',
        password: 'secret08',
        ...options.settings,
      },
      clock,
      random: Math.random,
      notice: (notice) => {
        storm.notices.push({ notice, at: performance.now() });
        if (storm.notices.length > 50_000) storm.notices.splice(0, 25_000);
      },
    });
    storm.#connector = connector;
    storm.#running = await startPidge(config, { clock, connectors: () => [storm.#watched(connector)] });
    storm.#client = new Client(storm.#running.address, storm.#running.account);
    return storm;
  }

  get connector(): SmppConnector {
    if (!this.#connector) throw new Error('not started');
    return this.#connector;
  }

  get store(): Running['store'] {
    if (!this.#running) throw new Error('not started');
    return this.#running.store;
  }

  /** So many messages, each with a token in its text, `atOnce` at a time. `text` makes it long or odd. */
  async send(count: number, { atOnce = 16, text = (token: string) => token } = {}): Promise<void> {
    const client = this.#client;
    if (!client) throw new Error('not started');
    const first = this.#tokens;
    this.#tokens += count;
    await eachOf(count, atOnce, async (index) => {
      const token = `token-${first + index}`;
      const answer = await client.send({
        From: SENDER,
        To: `+1415${FIRST_PHONE + first + index}`,
        Body: text(token),
        StatusCallback: `${this.#sink.origin}/status`,
      });
      if (answer.status !== 201) throw new Error(`${token} was refused: ${answer.text}`);
      this.acked.set(token, answer.json.sid);
    });
  }

  /** Messages that have had no callback for an end. */
  open(): string[] {
    const ended = this.#ends();
    return [...this.acked.values()].filter((sid) => !ended.has(sid));
  }

  /** Waits until each has its end, or nothing new is heard. */
  async calm(noNewsMs = NO_NEWS_MS): Promise<void> {
    let [least, heardAt] = [Number.POSITIVE_INFINITY, performance.now()];
    for (;;) {
      const open = this.open().length;
      if (open === 0) return;
      if (open < least) [least, heardAt] = [open, performance.now()];
      if (performance.now() - heardAt > noNewsMs) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }

  /** What must hold of every message; `ends`: statuses beside `delivered` that the script makes. */
  async judge({ parts = 1, ends = [] as string[] } = {}): Promise<Verdict> {
    // Of what is never reported there is no news to wait for.
    await this.calm(ends.includes('sent') ? UNREPORTED_MS : NO_NEWS_MS);
    const copies = this.#copies();
    const lastCallback = this.#ends();
    const lost: string[] = [];
    const unexplained: string[] = [];
    const wrong: string[] = [];
    const unreported = new Set<string>();
    let [duplicates, inDoubtTwice] = [0, 0];
    for (const [token, sid] of this.acked) {
      const client = this.#client;
      const { json } = (await client?.call('GET', `${client.base}/Messages/${sid}.json`)) ?? {};
      const sent = copies.get(token) ?? 0;
      const doubts = this.doubts.get(sid) ?? 0;
      const isOver = ['delivered', 'undelivered', 'failed', ...ends].includes(json?.status);
      const isGivenUp = json?.status === 'failed' && String(json.error_code) === IN_DOUBT_TWICE;
      const what = `${token} ${json?.status} ${json?.error_code ?? ''}: ${sent} copies, ${doubts} doubts`;
      if (!isOver || (json.status === 'delivered' && sent < parts)) lost.push(what);
      // A part that was taken is never repeated, so a message of several has one more for each doubt at the most too.
      if (sent > parts * Math.min(2, 1 + doubts)) unexplained.push(what);
      if (json?.status === 'sent' && isOver) unreported.add(sid);
      if (isGivenUp) inDoubtTwice += 1;
      const isAllowed = json?.status === 'delivered' || ends.includes(json?.status) || (isGivenUp && doubts >= 2);
      if (isOver && !isAllowed) wrong.push(what);
      if (sent > parts) duplicates += 1;
    }
    const silent = [...this.acked.values()].filter((sid) => !lastCallback.has(sid) && !unreported.has(sid));
    const findings = await this.store.verify();
    const doubts = [...this.doubts.values()].reduce((sum, one) => sum + one, 0);
    const { acked, smsc } = this;
    const figures = { acked: acked.size, duplicates, doubts, inDoubtTwice, binds: smsc.binds };
    return { ...figures, lost, unexplained, wrong, silent, findings };
  }

  async close(): Promise<void> {
    await this.#client?.close();
    await this.#running?.close();
    await this.smsc.close();
    await this.#sink.stop();
  }

  #ends(): Set<string> {
    const over = new Set(['delivered', 'undelivered', 'failed']);
    const ended = this.#sink.heard.filter(({ params }) => over.has(params.MessageStatus ?? ''));
    return new Set(ended.map(({ params }) => params.MessageSid ?? ''));
  }

  /** PDUs that the carrier did not refuse, by token: of a message of several parts each names it. */
  #copies(): Map<string, number> {
    const copies = new Map<string, number>();
    for (const pdu of this.smsc.submits) {
      if (this.smsc.refused.has(pdu)) continue;
      const { shortMessage, tlvs } = pdu;
      const octets = shortMessage.length > 0 ? shortMessage : (tlvs.messagePayload ?? shortMessage);
      for (const token of new Set(
        Buffer.from(octets)
          .toString('latin1')
          .match(/token-\d+/g),
      )) {
        copies.set(token, (copies.get(token) ?? 0) + 1);
      }
    }
    return copies;
  }

  #watched(connector: SmppConnector): Connector {
    const note = (batch: Submission[], outcomes: Outcome[]): Outcome[] => {
      for (const [index, { kind }] of outcomes.entries()) {
        const sid = batch[index]?.messageSid ?? '';
        if (kind === 'unsure') this.doubts.set(sid, (this.doubts.get(sid) ?? 0) + 1);
      }
      return outcomes;
    };
    const send = connector.send.bind(connector);
    connector.send = async (...of) => note(of[0], await send(...of));
    return connector;
  }
}

/** Octets in use once what nobody holds is gone. */
export async function heapInUse(): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let turn = 0; turn < 3; turn += 1) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed;
}

/** The sentence of a verdict. */
export function figuresOf({ acked, duplicates, doubts, inDoubtTwice, binds, ...faults }: Verdict): string {
  const { lost, unexplained, findings } = faults;
  return (
    `${acked} acknowledged, ${lost.length} lost, ${doubts} in doubt, ${duplicates} duplicates for it, ` +
    `${unexplained.length} otherwise, ${inDoubtTwice} in doubt twice, ${binds} binds, verify ${findings.length}`
  );
}

/** What must be empty. */
export function faultsOf({ lost, unexplained, wrong, silent, findings }: Verdict) {
  return { lost, unexplained, wrong, silent, findings };
}

/** The first few of each, for the message of a test that failed. */
export function shortened(faults: ReturnType<typeof faultsOf>) {
  return Object.fromEntries(Object.entries(faults).map(([key, list]) => [key, list.slice(0, 4)]));
}
export const NO_FAULTS = { lost: [], unexplained: [], wrong: [], silent: [], findings: [] };
