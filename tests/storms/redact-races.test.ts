/** Redactions against receipts: who comes first decides, and neither undoes the other (T13). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Running, startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Connector, Ear, Outcome, Submission } from '../../src/connectors/connector.ts';
import type { HistoryEntry } from '../../src/domain/message.ts';
import type { Receipt } from '../../src/domain/receipt.ts';
import { Client } from '../helpers/client.ts';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { type PostgresServer, startServer } from '../helpers/postgres-server.ts';

const RACES = process.env.PIDGE_TEST_LANE === 'full' ? 10_000 : 300;
const SEED = Number(process.env.PIDGE_TEST_SEED ?? Date.now() % 1_000_000);
const AT_A_TIME = 32;
/** So long before it reports a message the carrier says so. */
const LEAD_MS = 10;
/** About the instant that divides the redactions that are in time from those that are not. */
const SPREAD_MS = 6;
const SETTLED = ['delivered', 'undelivered'];

/** Small, and the same again for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Reports each message at some instant, twice over and the second time something else. */
class ContradictingCarrier implements Connector {
  readonly name: string;
  readonly honoursIdempotencyKeys = true;
  readonly shared = true;
  readonly #random: () => number;
  #ear: Ear | null = null;
  #reports: Promise<void>[] = [];
  readonly #announced = new Map<string, () => void>();

  constructor(name: string, random: () => number) {
    this.name = name;
    this.#random = random;
  }

  async start(ear: Ear): Promise<void> {
    this.#ear = ear;
  }

  async send(batch: Submission[]): Promise<Outcome[]> {
    for (const { messageSid } of batch) this.#reports.push(this.#report(messageSid));
    return batch.map(({ messageSid }) => ({ kind: 'accepted', carrierIds: [messageSid] }));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#reports);
    this.#ear = null;
  }

  /** Resolves shortly before a message is reported for the first time. */
  announced(sid: string): Promise<void> {
    return new Promise((resolve) => this.#announced.set(sid, resolve));
  }

  /** Resolves when everything was reported. */
  async idle(): Promise<void> {
    await Promise.all(this.#reports.splice(0));
  }

  async #report(carrierId: string): Promise<void> {
    const { name: connector } = this;
    const good: Receipt = { connector, carrierId, state: 'delivered' };
    const bad: Receipt = { connector, carrierId, state: 'undelivered', errorCode: 30005 };
    const [first, second] = this.#random() < 0.5 ? [good, bad] : [bad, good];
    while (!this.#announced.has(carrierId)) await pause(1);
    this.#announced.get(carrierId)?.();
    await pause(LEAD_MS);
    await this.#ear?.receipts([first]);
    await pause(this.#random() * 10);
    await this.#ear?.receipts([second, first]);
  }
}

const reason = whyNoPostgres();
if (reason) console.log(`SKIPPED the races of redactions on PostgreSQL: ${reason}`);

describe.each(['SQLite', 'PostgreSQL'])('races of redactions and receipts on %s', (engine) => {
  let postgres: PostgresServer | null = null;
  let running: Running;
  let carrier: ContradictingCarrier;
  let client: Client;
  const random = randomFrom(SEED);
  /** After the announcement; drifts to where half of the redactions are in time, however loaded the machine is. */
  let middleMs = LEAD_MS;

  const isOut = engine === 'PostgreSQL' && reason !== null;
  beforeEach(async () => {
    if (isOut) return;
    const config = readConfig({ mode: 'dev', env: {}, file: null, flags: { 'http.port': '0', database: ':memory:' } });
    config.secretKey = 'a key for storms alone, at least 32 long';
    if (engine === 'PostgreSQL') {
      postgres = await startServer();
      config.database = await postgres.createDatabase();
    }
    running = await startPidge(config, {
      connectors: ({ name }) => {
        carrier = new ContradictingCarrier(name, random);
        return [carrier];
      },
    });
    client = new Client(running.address, running.account);
  }, 60_000);
  afterEach(async () => {
    if (isOut) return;
    await client.close();
    await running.close();
    await postgres?.close();
  }, 60_000);

  /** One message, redacted at some instant of its way. */
  async function race(): Promise<{ sid: string; answered: number; body: string }> {
    const body = `body ${random()}`;
    const { json } = await client.send({ Body: body });
    await carrier.announced(json.sid);
    await pause(Math.max(0, middleMs + (random() - 0.5) * SPREAD_MS));
    const answer = await client.call('POST', `${client.base}/Messages/${json.sid}.json`, { form: { Body: '' } });
    middleMs = Math.max(0, middleMs + (answer.status === 200 ? -0.2 : 0.2));
    if (answer.status === 200) expect(answer.json.body).toBe('');
    else expect([answer.status, answer.json.code]).toEqual([409, 20009]);
    return { sid: json.sid, answered: answer.status, body };
  }

  it.skipIf(isOut)(
    `of ${RACES}: told "done" the body is gone for ever, told "too early" nothing has happened`,
    async () => {
      const raced: Awaited<ReturnType<typeof race>>[] = [];
      while (raced.length < RACES) {
        const some = Math.min(AT_A_TIME, RACES - raced.length);
        raced.push(...(await Promise.all(Array.from({ length: some }, race))));
      }
      const until = performance.now() + 30_000;
      for (let open = true; open && performance.now() < until; ) {
        await pause(50);
        const { messagesByStatus } = await running.store.stats();
        open = Object.keys(messagesByStatus).some((status) => !SETTLED.includes(status));
      }
      await carrier.idle();

      const told = { done: 0, early: 0, back: 0, lost: 0, backwards: 0 };
      for (const { sid, answered, body } of raced) {
        const message = await running.store.message(running.account.sid, sid);
        if (answered === 200) told.done += 1;
        else told.early += 1;
        if (answered === 200 && message?.body !== '') told.back += 1;
        if (answered === 409 && message?.body !== body) told.lost += 1;
        if (!isForward(message?.history ?? [])) told.backwards += 1;
      }
      const findings = await running.store.verify();
      console.log(
        `redaction races on ${engine}, seed ${SEED}: ${RACES} of them, ${told.done} redacted, ${told.early} too early, ` +
          `${told.back} came back, ${told.lost} lost, ${told.backwards} statuses backwards, verify ${findings.length}`,
      );
      expect(told).toMatchObject({ back: 0, lost: 0, backwards: 0 });
      // Otherwise nobody raced.
      expect(Math.min(told.done, told.early)).toBeGreaterThan(RACES / 10);
      expect(findings).toEqual([]);
    },
    900_000,
  );
});

/** Each status once and in the order of a message's life, with one end. */
function isForward(history: HistoryEntry[]): boolean {
  const order = ['queued', 'sending', 'sent', 'delivered', 'undelivered'];
  const walk = history.map(({ status }) => order.indexOf(status));
  const rises = walk.every((step, index) => index === 0 || step > (walk[index - 1] ?? -1));
  return rises && history.filter(({ status }) => SETTLED.includes(status)).length === 1;
}
