/**
 * Tokens made, promoted and deleted, by two calls at a time, while requests come with every token there ever was, and
 * the account is renamed, suspended and activated (T13). The answers alone have to make sense: a token that lives is
 * good, one that has died is none a second later on any node, and no change undoes another.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Running, startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { type Answer, Client } from '../helpers/client.ts';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { startServer } from '../helpers/postgres-server.ts';
import { randomFrom } from './random.ts';
import { type Life, mustBe, type Span, TokenHistory, type TokenOp } from './token-history.ts';

const RACES = process.env.PIDGE_TEST_LANE === 'full' ? 10_000 : 300;
const SEED = Number(process.env.PIDGE_TEST_SEED ?? Date.now() % 1_000_000);
const ACCOUNTS = 6;
const REQUESTERS = 6;
/** A node may believe in what it has verified for so long. */
const BELIEVED_MS = 1_000;
const VERBS = ['create', 'promote', 'delete'] as const;

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

interface Racing {
  sid: string;
  history: TokenHistory;
  name: string;
  status: string;
}

class Storm {
  readonly #random = randomFrom(SEED);
  readonly #clients: Client[];
  readonly #accounts: Racing[] = [];
  readonly violations: string[] = [];
  readonly done = { create: 0, promote: 0, delete: 0, lost: 0, good: 0, refused: 0, either: 0 };
  readonly #asked: { life: Life; status: number; at: Span }[] = [];
  #left = RACES;

  constructor(nodes: Running[]) {
    this.#clients = nodes.map(({ address, account }) => new Client(address, account));
    cleanups.push(async () => void (await Promise.all(this.#clients.map((client) => client.close()))));
  }

  async run(): Promise<void> {
    for (let count = 0; count < ACCOUNTS; count += 1) {
      const { json } = await this.#node().call('POST', '/2010-04-01/Accounts.json', { form: { FriendlyName: 'new' } });
      const history = new TokenHistory(json.auth_token, performance.now());
      this.#accounts.push({ sid: json.sid, history, name: 'new', status: 'active' });
    }
    const owners = Promise.all(this.#accounts.map((_, index) => this.#own(index)));
    let over = false;
    const requesters = Array.from({ length: REQUESTERS }, async () => {
      while (!over) await this.#request(this.#any(this.#accounts));
    });
    await owners;
    over = true;
    await Promise.all(requesters);
    this.#judge();
    await this.#endIn();
  }

  /** Two changes of tokens at a time, and beside them changes of the account. */
  async #own(index: number): Promise<void> {
    while (this.#left > 0 && this.violations.length === 0) {
      this.#left -= 1;
      const account = this.#accounts[index];
      if (!account) return;
      const name = `name ${this.#left}`;
      const status = this.#random() < 0.1 ? 'suspended' : account.status === 'suspended' ? 'active' : null;
      const [one, other, renamed, moved] = await Promise.all([
        this.#change(account, this.#verb(account.history)),
        this.#change(account, this.#verb(account.history)),
        this.#update(account.sid, { FriendlyName: name }),
        status && this.#update(account.sid, { Status: status }),
      ]);
      const wrong = account.history.take([one, other].flatMap((op) => op ?? []));
      if (wrong) this.violations.push(`${account.sid}: ${wrong}`);
      if (renamed.status !== 200) this.violations.push(`${account.sid}: not renamed, ${renamed.status}`);
      if (moved && moved.status !== 200) this.violations.push(`${account.sid}: not ${status}, ${moved.status}`);
      account.name = name;
      account.status = status ?? account.status;
      await this.#compare(account);
    }
  }

  /** Whether every change that was answered is there. */
  async #compare({ sid, history, name, status }: Racing): Promise<void> {
    for (const client of this.#clients) {
      const { json } = await client.call('GET', `/2010-04-01/Accounts/${sid}.json`);
      const found = [json.friendly_name, json.status, json.auth_token];
      const wanted = [name, status, history.primary.token];
      if (String(found) !== String(wanted)) this.violations.push(`${sid}: is ${found}, should be ${wanted}`);
    }
  }

  async #change({ sid, history }: Racing, verb: (typeof VERBS)[number]): Promise<TokenOp | null> {
    const path = verb === 'promote' ? '/v1/AuthTokens/Promote' : '/v1/AuthTokens/Secondary';
    const auth = basic(sid, (this.#random() < 0.3 && history.second ? history.second : history.primary).token);
    const from = performance.now();
    const answer = await this.#node().call(verb === 'delete' ? 'DELETE' : 'POST', path, { auth });
    const at: Span = { from, to: performance.now() };
    if (![200, 201, 204].includes(answer.status)) {
      // Somebody else was first, or the account is suspended.
      if (![401, 403, 404, 409].includes(answer.status))
        this.violations.push(`${verb}: ${answer.status} ${answer.text}`);
      this.done.lost += 1;
      return null;
    }
    this.done[verb] += 1;
    if (verb === 'delete') return { verb, at };
    return { verb, at, token: verb === 'create' ? answer.json.secondary_auth_token : answer.json.auth_token };
  }

  async #request({ sid, history }: Racing): Promise<void> {
    const roll = this.#random();
    const life =
      roll < 0.4 ? history.primary : roll < 0.6 && history.second ? history.second : this.#any(history.lives);
    this.#asked.push({ life, ...(await this.#ask(this.#node(), sid, life)) });
  }

  /** Only when all is over: a token may have died that nobody had heard of yet. */
  #judge(): void {
    for (const { life, status, at } of this.#asked) {
      const wanted = mustBe(life, at, BELIEVED_MS);
      if (wanted === null) this.done.either += 1;
      else if (wanted === 200) this.done.good += 1;
      else this.done.refused += 1;
      if (wanted === null || status === wanted) continue;
      const { born, died } = life;
      this.violations.push(`${status}, not ${wanted}: ${JSON.stringify({ born, died, at })}`);
    }
  }

  async #ask(node: Client, sid: string, { token }: Life): Promise<{ status: number; at: Span }> {
    const from = performance.now();
    const { status } = await node.call('GET', `/2010-04-01/Accounts/${sid}.json`, { auth: basic(sid, token) });
    return { status, at: { from, to: performance.now() } };
  }

  /** A second later, on every node: of all tokens there ever were, those that live and no other. */
  async #endIn(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, BELIEVED_MS));
    for (const { sid, history } of this.#accounts) {
      for (const client of this.#clients) {
        for (const life of history.lives.slice(-50)) {
          const { status } = await this.#ask(client, sid, life);
          const wanted = life === history.primary || life === history.second ? 200 : 401;
          if (status !== wanted) this.violations.push(`${sid}: in the end ${status}, not ${wanted}`);
        }
      }
    }
  }

  /** Mostly one that can be done. */
  #verb({ second }: TokenHistory): (typeof VERBS)[number] {
    return second === null && this.#random() < 0.6 ? 'create' : this.#any(VERBS);
  }

  #update(sid: string, form: Record<string, string>): Promise<Answer> {
    return this.#node().call('POST', `/2010-04-01/Accounts/${sid}.json`, { form });
  }

  #node(): Client {
    return this.#any(this.#clients);
  }

  #any<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)] as Item;
  }
}

async function startNode(database: string): Promise<Running> {
  const config = readConfig({ mode: 'dev', env: {}, file: null, flags: { 'http.port': '0', database } });
  config.secretKey = 'a key for tests alone, at least 32 long';
  const node = await startPidge(config, {});
  cleanups.push(() => node.close());
  return node;
}

async function race(where: string, nodes: Running[]): Promise<void> {
  const storm = new Storm(nodes);
  await storm.run();
  const { create, promote, delete: deleted, lost, good, refused, either } = storm.done;
  console.log(
    `token races on ${where}, seed ${SEED}: ${RACES}, ${create} made, ${promote} promoted, ${deleted} deleted, ${lost} came ` +
      `too late; requests: ${good} good, ${refused} refused, ${either} either; ${storm.violations.length} violations`,
  );
  expect(storm.violations).toEqual([]);
  // Otherwise nobody raced, or nobody looked.
  expect(Math.min(create, promote, deleted, lost, good / 4)).toBeGreaterThan(RACES / 20);
}

describe(`of ${RACES} races for the tokens of an account`, () => {
  it('every answer makes sense, on SQLite', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pidge-tokens-'));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    await race('SQLite', [await startNode(join(folder, 'pidge.db'))]);
  }, 900_000);

  const reason = whyNoPostgres();
  if (reason) console.log(`SKIPPED the token races on PostgreSQL: ${reason}`);
  it.skipIf(reason !== null)(
    'every answer makes sense, on PostgreSQL by two nodes',
    async () => {
      const server = await startServer();
      cleanups.push(() => server.close());
      const database = await server.createDatabase();
      await race('PostgreSQL, two nodes', [await startNode(database), await startNode(database)]);
    },
    1_800_000,
  );
});
