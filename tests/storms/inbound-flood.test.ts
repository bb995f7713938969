/**
 * A flood of texts with kills: what the carrier was told is taken is in the store and its app is asked, and each gets
 * its reply once, however often it was brought or the app was asked (S2, C5).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { startServer } from '../helpers/postgres-server.ts';
import { ACCOUNT, pause } from './cluster.ts';
import { Nodes } from './nodes.ts';
import { randomFrom } from './random.ts';
import { Trunk } from './trunk.ts';

const FULL = process.env.PIDGE_TEST_LANE === 'full';
const PER_SECOND = Number(process.env.PIDGE_TEST_FLOOD ?? (FULL ? 2_000 : 300));
const SECONDS = FULL ? 30 : 4;
const KILLS = FULL ? 8 : 2;
const SEED = Number(process.env.PIDGE_TEST_SEED ?? Date.now() % 1_000_000);
const NUMBER = '+13125550160';
/** From the end of the flood until everybody has been answered; a dead node's work is another's after 15 s. */
const DRAIN_MS = FULL ? 300_000 : 60_000;
const PAGE = 1_000;

/** An app that answers every text, and remembers who asked it under which tokens. */
class AnsweringApp {
  /** Tokens by the text's SID. */
  readonly tokens = new Map<string, Set<string>>();
  requests = 0;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => {
        body += chunk;
      });
      request.on('end', () => {
        const params = new URLSearchParams(body);
        const sid = params.get('MessageSid') ?? '';
        const tokens = this.tokens.get(sid) ?? new Set();
        this.requests += 1;
        this.tokens.set(sid, tokens.add(String(request.headers['i-twilio-idempotency-token'])));
        const document = `<Response><Message>Here I am, ${params.get('From')}</Message></Response>`;
        response.writeHead(200, { 'content-type': 'text/xml' }).end(document);
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/sms`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

describe(`of ${PER_SECOND} texts a second for ${SECONDS} s with ${KILLS} kills none is lost and no reply is doubled`, () => {
  let folder: string;
  let trunk: Trunk;
  let app: AnsweringApp;
  const cleanups: (() => Promise<void>)[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pidge-flood-'));
    trunk = new Trunk();
    app = new AnsweringApp();
  });
  afterEach(async () => {
    await trunk.stop();
    for (const clean of cleanups.splice(0).reverse()) await clean();
    await app.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  async function storm(where: string, names: string[], database?: string): Promise<void> {
    const properties = { sms_url: await app.start(), sms_method: 'POST' };
    const paced = [{ number: NUMBER, rate: 0, properties }];
    const nodes = new Nodes(folder, { database, paced, trunkPort: await trunk.start() });
    cleanups.push(() => nodes.close());
    for (const name of names) await nodes.start(name);
    console.log(`flood seed ${SEED}`);
    const startedAt = performance.now();
    const flood = trunk.flood({ perSecond: PER_SECOND, seconds: SECONDS, to: NUMBER });
    const killing = kill(nodes, names);
    await flood;
    const floodMs = performance.now() - startedAt;
    const answeredInTime = trunk.answered.size;
    await killing;
    const limit = performance.now() + DRAIN_MS;
    while (trunk.unanswered() > 0 && performance.now() < limit) await pause(50);
    const takenMs = performance.now() - startedAt;
    await allAnswered(nodes, limit);
    const repliedMs = performance.now() - startedAt;
    const findings = await nodes.verify();
    const found = await judge(nodes);
    const rate = (count: number, ms: number) => Math.round(count / (ms / 1_000));
    console.log(
      `flood on ${where}: ${trunk.made} texts at ${rate(trunk.made, floodMs)}/s, ${KILLS} kills; ` +
        `${rate(answeredInTime, floodMs)}/s taken while it lasted, all after ${Math.round(takenMs)} ms ` +
        `(${rate(trunk.made, takenMs)}/s), all replied to after ${Math.round(repliedMs)} ms ` +
        `(${rate(trunk.made, repliedMs)}/s); longest queue at the carrier ${trunk.longestWaiting}; ` +
        `brought again ${JSON.stringify(trunk.repeats)}; app asked ${app.requests} times, ` +
        `${app.requests - app.tokens.size} again under the same token; replies handed over again ${found.handedOverAgain}`,
    );
    expect(trunk.unanswered()).toBe(0);
    const { handedOverAgain: _, ...faults } = found;
    expect(faults).toEqual({
      lost: 0,
      doubled: 0,
      unasked: 0,
      unreplied: 0,
      repliedTwice: 0,
      twoTokens: 0,
      unknown: 0,
      unsent: 0,
      unexplained: 0,
    });
    expect(findings).toEqual([]);
  }

  /** At random instants over the time of the flood, one node after the other. */
  async function kill(nodes: Nodes, names: string[]): Promise<void> {
    const random = randomFrom(SEED);
    const up = [...names];
    const gapMs = (SECONDS * 1_000) / KILLS;
    for (let count = 0; count < KILLS; count += 1) {
      const begunAt = performance.now();
      await pause(random() * gapMs * 0.8);
      const index = count % up.length;
      const next = `${names[index]}${count}`;
      await nodes.replace(up[index] ?? '', next, 'SIGKILL');
      up[index] = next;
      await pause(Math.max(0, gapMs - (performance.now() - begunAt)));
    }
  }

  async function allAnswered(nodes: Nodes, limit: number): Promise<void> {
    const reader = await nodes.reader();
    for (;;) {
      const { messagesByStatus, repliesDue, sendsDue } = await reader.stats();
      const { receiving = 0, queued = 0, sending = 0, delivered = 0 } = messagesByStatus;
      const isDone = repliesDue + sendsDue + receiving + queued + sending === 0 && delivered >= trunk.made;
      if (isDone || performance.now() > limit) break;
      await pause(200);
    }
    await reader.close();
  }

  async function judge(nodes: Nodes) {
    const came = new Map<string, string[]>();
    const went = new Map<string, string[]>();
    const reader = await nodes.reader();
    let after: string | undefined;
    for (let hasOlder = true; hasOlder; ) {
      const page = await reader.messages({ accountSid: ACCOUNT.sid, size: PAGE, after });
      for (const { direction, sid, from, to } of page.messages) {
        if (direction === 'inbound') came.set(from ?? '', [...(came.get(from ?? '') ?? []), sid]);
        if (direction === 'outbound-reply') went.set(to, [...(went.get(to) ?? []), sid]);
      }
      after = page.messages.at(-1)?.sid;
      hasOlder = page.hasOlder;
    }
    await reader.close();
    const phones = [...trunk.answered];
    const sids = new Set([...came.values()].flat());
    const lines = nodes.lines();
    const sent = new Set(lines.map(({ sid }) => sid));
    const { inDoubt, unexplained } = nodes.repeated(lines);
    const count = (isFault: (phone: string) => boolean) => phones.filter(isFault).length;
    return {
      lost: count((phone) => !came.has(phone)),
      doubled: count((phone) => (came.get(phone)?.length ?? 0) > 1),
      unasked: count((phone) => !(came.get(phone) ?? []).every((sid) => app.tokens.has(sid))),
      unreplied: count((phone) => !went.has(phone)),
      repliedTwice: count((phone) => (went.get(phone)?.length ?? 0) > 1),
      twoTokens: [...app.tokens.values()].filter(({ size }) => size > 1).length,
      /** Asked about before it was committed, or about something that is not there any more. */
      unknown: [...app.tokens.keys()].filter((sid) => !sids.has(sid)).length,
      unsent: [...went.values()].flat().filter((sid) => !sent.has(sid)).length,
      unexplained: unexplained.length,
      handedOverAgain: inDoubt.length,
    };
  }

  it('on SQLite', () => storm('SQLite', ['a']), 900_000);

  const reason = FULL ? whyNoPostgres() : 'only in the full lane';
  if (reason) console.log(`SKIPPED the flood on PostgreSQL: ${reason}`);
  it.skipIf(reason !== null)(
    'on PostgreSQL, by two nodes',
    async () => {
      const server = await startServer();
      cleanups.push(() => server.close());
      await storm('PostgreSQL, two nodes', ['a', 'b'], await server.createDatabase());
    },
    900_000,
  );
});
