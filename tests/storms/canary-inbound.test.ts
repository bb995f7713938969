/**
 * Canaries in what comes in: in texts, in the parts of long ones, in what apps answer, whether that can be used or not,
 * and in answers to callbacks. Where bodies are sealed they are in no file at any time, elsewhere in none once their
 * message is redacted (P1).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppHost, type AppRequest, twiml } from '../helpers/app-host.ts';
import type { Client } from '../helpers/client.ts';
import { TestPhone } from '../helpers/phone.ts';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { type PostgresServer, startServer } from '../helpers/postgres-server.ts';
import { bodyOf, CanaryServer, canariesIn, canary, delivered, personAt, remaining, sendAll } from './canaries.ts';

const TEXTS = process.env.PIDGE_TEST_LANE === 'full' ? 3_000 : 150;
const AT_A_TIME = 15;
const ANSWERING = '+13125550170';

let folder: string;
let server: CanaryServer;
let app: AppHost;
/** What the app has said, of which some became a message. */
let answered: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pidge-canary-'));
  server = new CanaryServer();
  app = await new AppHost().start();
  answered = [];
  app.pages.set('/sms', answer);
  app.pages.set('/status', () => ({ status: 400, body: said() }));
});
afterEach(async () => {
  await server.end('SIGKILL');
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
});

function said(): string {
  const word = canary();
  answered.push(word);
  return word;
}

/** A reply to every third text; the others get what is no TwiML. */
function answer({ params }: AppRequest) {
  const words = bodyOf(said(), 4);
  return params.Body?.startsWith('reply') ? twiml(`<Message>${words}</Message>`) : { body: `<Oops>${words}` };
}

const start = (more: { database?: string; sealBodies?: boolean } = {}): Promise<Client> =>
  server.start({ folder, answering: { number: ANSWERING, url: `${app.origin}/sms` }, ...more });

function missing(place: string, words: string[]): string[] {
  const found = canariesIn(place);
  return words.filter((word) => !found.has(word));
}

/** Texts, some at a time, each of them answered; with the sids of the messages that they and their replies are. */
async function textAll(client: Client, count: number): Promise<{ words: string[]; sids: string[] }> {
  const made = { words: [] as string[], sids: [] as string[] };
  const text = async (index: number): Promise<void> => {
    const word = canary();
    const kinds = [
      { body: bodyOf(word, 1 + (index % 12)) },
      { body: `reply ${word}` },
      { parts: [0, 1, 2].map((part) => bodyOf(word, 1 + ((index + part) % 4))) },
    ];
    const phone = new TestPhone(client, personAt(index));
    const { status, text: shown, json } = await phone.send({ to: ANSWERING, ...kinds[index % 3] });
    if (status !== 201) throw new Error(shown);
    made.words.push(word);
    made.sids.push(json.sid, ...json.replies.map(({ sid }: { sid: string }) => sid));
  };
  for (let first = 0; first < count; first += AT_A_TIME) {
    await Promise.all(Array.from({ length: Math.min(AT_A_TIME, count - first) }, (_, index) => text(first + index)));
  }
  return made;
}

describe('canaries of what comes in on SQLite', () => {
  it('are gone from every file when their messages are redacted or deleted, with all that was answered', async () => {
    const client = await start();
    const { words, sids } = await textAll(client, TEXTS);
    // Otherwise the search is blind.
    await expect.poll(() => missing(folder, [...words, ...answered]), { timeout: 20_000, interval: 200 }).toEqual([]);
    for (const [index, sid] of sids.entries()) {
      const path = `${client.base}/Messages/${sid}.json`;
      const { direction } = (await client.call('GET', path)).json;
      if (direction === 'outbound-reply') await delivered(client, sid);
      const answer = await (index % 2
        ? client.call('DELETE', path)
        : client.call('POST', path, { form: { Body: '' } }));
      expect([200, 204]).toContain(answer.status);
    }
    const left = await remaining(folder, [...words, ...answered], 0);
    console.log(`canaries: ${words.length} texts and ${answered.length} answers redacted, ${left.length} left`);
    expect(left).toEqual([]);
  }, 300_000);
});

const reason = whyNoPostgres();
if (reason) console.log(`SKIPPED the canaries of what comes in on PostgreSQL: ${reason}`);

describe.skipIf(reason !== null)('canaries of what comes in on PostgreSQL', () => {
  let postgres: PostgresServer;
  let data: string;
  beforeEach(async () => {
    postgres = await startServer();
    const [row] = await postgres.query<{ data_directory: string }>('show data_directory');
    data = row?.data_directory ?? '';
  }, 60_000);
  afterEach(() => postgres.close(), 60_000);

  /** Of every kind some, and parts of a text that is never whole. Answers what was said but by the app. */
  async function fill(client: Client): Promise<string[]> {
    const { words } = await textAll(client, 45);
    const lost = canary();
    const parts = [{ number: 1, total: 3, text: lost }];
    await new TestPhone(client, '+12025551199').send({ to: ANSWERING, parts, wait: false });
    await sendAll(client, 10, { StatusCallback: `${app.origin}/status` });
    return [...words, lost];
  }

  it('are in no file of the cluster when bodies are sealed, and can be read all the same', async () => {
    const client = await start({ database: await postgres.createDatabase(), sealBodies: true });
    await fill(client);
    const { json } = await client.call('GET', '/v1/Alerts?PageSize=100');
    expect(json.alerts.length).toBeGreaterThan(0);
    const alert = await client.call('GET', `/v1/Alerts/${json.alerts.at(-1).sid}`);
    expect(answered.some((word) => alert.text.includes(word))).toBe(true);
    expect([...canariesIn(data)]).toEqual([]);
    await postgres.query('checkpoint');
    await server.end('SIGKILL');
    await postgres.restart('immediate');
    expect([...canariesIn(data)]).toEqual([]);
    expect([...canariesIn(folder)]).toEqual([]);
  }, 120_000);

  it('control: they are all found when bodies are not sealed', async () => {
    const client = await start({ database: await postgres.createDatabase() });
    const words = await fill(client);
    const look = async () => {
      // In the log alone, a word that was written once can be cut in two by the header of a page.
      await postgres.query('checkpoint');
      return missing(data, [...words, ...answered]);
    };
    // What was answered to the last callbacks may be on its way.
    await expect.poll(look, { timeout: 20_000, interval: 200 }).toEqual([]);
  }, 120_000);
});
