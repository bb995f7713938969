/** Canaries: what was redacted, deleted, discarded or kept for its days is in no file any more (P1). */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Client } from '../helpers/client.ts';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { type PostgresServer, startServer } from '../helpers/postgres-server.ts';
import { Sink } from '../helpers/sink.ts';
import { CanaryServer, canariesIn, canary, remaining, type Sent, sendAll } from './canaries.ts';

const FULL = process.env.PIDGE_TEST_LANE === 'full';
const MESSAGES = FULL ? 6_000 : 600;
const KILLS = FULL ? 40 : 5;
const WITHIN_MS = 5_000;

const words = (sent: Sent[]) => sent.map(({ word }) => word);
const redact = (client: Client, { sid }: Sent) =>
  client.call('POST', `${client.base}/Messages/${sid}.json`, { form: { Body: '' } });
const remove = (client: Client, { sid }: Sent) => client.call('DELETE', `${client.base}/Messages/${sid}.json`);

describe('canaries on SQLite', () => {
  let folder: string;
  let server: CanaryServer;
  let sink: Sink;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pidge-canary-'));
    server = new CanaryServer();
    sink = await new Sink().start();
  });
  afterEach(async () => {
    await server.end('SIGKILL');
    await sink.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are gone from every file within 5 s of a redaction, a deletion and a discard, and from nowhere else', async () => {
    const client = await server.start({ folder });
    const callback = { StatusCallback: `${sink.origin}/status` };
    const sent = await sendAll(client, MESSAGES, callback);
    const found = canariesIn(folder);
    // Otherwise the search is blind.
    expect(sent.filter(({ word }) => !found.has(word))).toEqual([]);
    const discarded = await sendAll(client, 60, { ...callback, ContentRetention: 'discard' });
    expect(await remaining(folder, words(discarded), WITHIN_MS)).toEqual([]);

    const [redacted, removed, kept]: Sent[][] = [[], [], []];
    for (const [index, one] of sent.entries()) [redacted, removed, kept][index % 3]?.push(one);
    for (const one of redacted ?? []) expect((await redact(client, one)).status).toBe(200);
    for (const one of removed ?? []) expect((await remove(client, one)).status).toBe(204);
    const gone = words([...(redacted ?? []), ...(removed ?? [])]);
    // Told "redacted", one may look at once.
    const left = await remaining(folder, gone, 0);
    console.log(`canaries: ${gone.length} redacted or deleted, ${discarded.length} discarded, ${left.length} left`);
    expect(left).toEqual([]);
    const still = canariesIn(folder);
    expect((kept ?? []).filter(({ word }) => !still.has(word))).toEqual([]);
  }, 300_000);

  it(`are gone after ${KILLS} kills in the middle of redactions and discards`, async () => {
    let left = 0;
    let looked = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      let client = await server.start({ folder });
      const sent = await sendAll(client, 40);
      const told: Sent[] = [];
      const working = client;
      const work = Promise.all(
        sent.map(async (one) => {
          const answer = await redact(working, one).catch(() => null);
          if (answer?.status === 200) told.push(one);
        }),
      );
      await new Promise((resolve) => setTimeout(resolve, 5 + kill * 7));
      await server.end('SIGKILL');
      await work;
      client = await server.start({ folder });
      const discarded = await sendAll(client, 10, { ContentRetention: 'discard' });
      // Before the second in which many discards are scrubbed at once is over.
      await server.end('SIGKILL');
      await server.start({ folder });
      const gone = words([...told, ...discarded]);
      left += (await remaining(folder, gone, WITHIN_MS)).length;
      looked += gone.length;
      await server.end('SIGKILL');
    }
    console.log(`canaries: ${KILLS} × 3 kills, ${looked} acknowledged as gone, ${left} left`);
    expect(left).toBe(0);
  }, 600_000);

  it('are gone when their days are over, also of messages that were sent long before', async () => {
    const client = await server.start({ folder });
    const sent = await sendAll(client, MESSAGES / 2);
    await server.end('SIGKILL');
    await server.start({ folder, retainBodies: '1ms' });
    const left = await remaining(folder, words(sent), 20_000);
    console.log(`canaries: ${sent.length} expired, ${left.length} left`);
    expect(left).toEqual([]);
  }, 300_000);

  it('of template variables go with the body that was made of them', async () => {
    const client = await server.start({ folder });
    const template = { language: 'en', types: { 'twilio/text': { body: 'Hi {{1}}' } }, variables: { 1: 'you' } };
    const made = await client.call('POST', '/v1/Content', {
      body: JSON.stringify(template),
      headers: { 'content-type': 'application/json' },
    });
    const word = canary();
    const [one] = await sendAll(client, 1, {
      Body: '',
      ContentSid: made.json.sid,
      ContentVariables: `{"1":"${word}"}`,
    });
    expect(canariesIn(folder)).toContain(word);
    if (one) await redact(client, one);
    expect(await remaining(folder, [word], 0)).toEqual([]);
  }, 60_000);

  it('are in no line of the log and in no metric, and neither are numbers and tokens', async () => {
    const client = await server.start({ folder });
    const sent = await sendAll(client, 20, { StatusCallback: `${sink.origin}/status?token=hunter22` });
    await client.send({ Body: sent[0]?.word ?? '', To: '+1' });
    const metrics = (await client.call('GET', '/metrics')).text;
    expect(metrics).toContain('pidge_messages_accepted_total');
    await server.end('SIGTERM');
    const log = readFileSync(join(folder, 'pidge.log'), 'utf8');
    expect(log).toContain('message.status');
    for (const text of [log, metrics]) {
      expect(text).not.toContain('CANARY');
      expect(text).not.toMatch(/202555\d{4}/);
      expect(text).not.toContain(client.account.token);
      expect(text).not.toContain('hunter22');
    }
  }, 60_000);
});

const reason = whyNoPostgres();
if (reason) console.log(`SKIPPED the canaries on PostgreSQL: ${reason}`);

describe.skipIf(reason !== null)('canaries on PostgreSQL', () => {
  let folder: string;
  let postgres: PostgresServer;
  let server: CanaryServer;
  let data: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pidge-canary-'));
    postgres = await startServer();
    server = new CanaryServer();
    const [row] = await postgres.query<{ data_directory: string }>('show data_directory');
    data = row?.data_directory ?? '';
  }, 60_000);
  afterEach(async () => {
    await server.end('SIGKILL');
    await postgres.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('are in no file of the cluster at any time when bodies are sealed', async () => {
    const client = await server.start({ folder, database: await postgres.createDatabase(), sealBodies: true });
    const sent = await sendAll(client, 200);
    const readable = await client.call('GET', `${client.base}/Messages/${sent[0]?.sid}.json`);
    expect(readable.json.body).toContain(sent[0]?.word);
    expect([...canariesIn(data)]).toEqual([]);
    await postgres.query('checkpoint');
    expect([...canariesIn(data)]).toEqual([]);
    for (const one of sent.slice(0, 50)) expect((await redact(client, one)).status).toBe(200);
    await server.end('SIGKILL');
    await postgres.restart('immediate');
    expect([...canariesIn(data)]).toEqual([]);
    expect([...canariesIn(folder)]).toEqual([]);
  }, 120_000);

  it('control: they are found when bodies are not sealed', async () => {
    const client = await server.start({ folder, database: await postgres.createDatabase() });
    const sent = await sendAll(client, 20);
    expect(canariesIn(data)).toContain(sent[0]?.word);
  }, 120_000);
});
