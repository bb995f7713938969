/**
 * The access matrix (P3, T19): every route × verb × kind of credentials × {own, foreign, missing}, generated from the
 * tables of all faces. A route that has no row, and a path that Fastify serves beside the faces without a reason, fail.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { POOL_TYPES } from '../../src/domain/number-pools.ts';
import { FACES } from '../../src/http/api.ts';
import type { Route, Verb } from '../../src/http/routes.ts';
import { type Answer, Client } from '../helpers/client.ts';
import { MediaHost } from '../helpers/media-host.ts';
import { startTestPidge } from '../helpers/pidge.ts';
import { during, WORK_HEADER, watched, workOf } from '../helpers/store-work.ts';
import { basic } from '../http/door.ts';
import { EVERYBODYS, type Owner, PUBLIC, RIGHTLY_REFUSED, ROWS, type World } from './access-rows.ts';

/** Every path that the server registers, whoever does it. */
const { served } = vi.hoisted(() => ({ served: new Set<string>() }));
vi.mock('fastify', async (load) => {
  const real = await load<typeof import('fastify')>();
  const listening: typeof real.default = ((options: object) => {
    const app = real.default(options);
    app.addHook('onRoute', ({ url }) => void served.add(url));
    app.addHook('onRequest', ({ headers }, _reply, done) => during(headers[WORK_HEADER], done));
    app.addHook('preHandler', ({ headers }, _reply, done) => during(headers[WORK_HEADER], done));
    return app;
  }) as never;
  return { ...real, default: listening, fastify: listening };
});

vi.mock('../../src/open-store.ts', async (load) => {
  const real = await load<typeof import('../../src/open-store.ts')>();
  return {
    ...real,
    openStore: async (...args: Parameters<typeof real.openStore>) => watched(await real.openStore(...args)),
  };
});

/** Where an account is in the path: the 2010 API, and our own side. */
const ACCOUNT = /^\/(2010-04-01\/Accounts|_admin\/v1\/accounts)\/\{AC\}\/?/;

interface Case {
  verb: Verb;
  route: Route;
  /** Below an account in the path. */
  hasAccount: boolean;
  /** `path` without the account, up to its last variable: the name of its row; empty when it has no variable. */
  row: string;
  /** `GET Messages/{SM,MM}`. */
  name: string;
}

const CASES: Case[] = FACES.flatMap(({ table }) =>
  table.flatMap((route) => {
    const hasAccount = ACCOUNT.test(route.path);
    const below = route.path.replace(ACCOUNT, '');
    const row = below.slice(0, below.lastIndexOf('}') + 1);
    return (Object.keys(route.verbs) as Verb[]).map((verb) => ({
      verb,
      route,
      hasAccount,
      row,
      name: `${verb} ${below}`,
    }));
  }),
);

/** Own account, parent, sibling, a main account of somebody else, and one that is suspended. */
const owners = {} as Record<'own' | 'parent' | 'sibling' | 'stranger' | 'suspended', Owner>;
const keys = {} as Record<'own' | 'parent' | 'deleted', string>;
let world: World;
const clients = new Map<string, Client>();
const foreigners = new Map<string, Promise<string[]>>();

beforeAll(async () => {
  const host = await new MediaHost().start();
  const pidge = await startTestPidge({
    change: (config) => {
      const numbers = ['+121255501xx'];
      config.numberPools = POOL_TYPES.map((type) => ({ country: 'US', type, numbers, canSms: true, canMms: true }));
      config.webhooks.allowPrivate = ['127.0.0.1/32'];
    },
  });
  let last = 0;
  world = {
    pidge,
    host,
    clientOf(owner) {
      const known = clients.get(owner.sid);
      if (known) return known;
      const made = new Client(pidge.origin, owner);
      clients.set(owner.sid, made);
      return made;
    },
    freshNumber: () => `+1650${5550000 + ++last}`,
  };
  const { store } = pidge.running;
  owners.parent = pidge.account;
  const parent = world.clientOf(owners.parent);
  const child = async (): Promise<Owner> => {
    const { json } = await parent.call('POST', '/2010-04-01/Accounts.json');
    return { sid: json.sid, token: json.auth_token };
  };
  owners.own = await child();
  owners.sibling = await child();
  owners.suspended = await child();
  await parent.call('POST', `/2010-04-01/Accounts/${owners.suspended.sid}.json`, { form: { Status: 'suspended' } });
  const main = await store.account(pidge.account.sid);
  if (!main) throw new Error('There is no account');
  const sid = `AC${'5'.repeat(32)}`;
  await store.saveAccount({ ...main, sid, ownerSid: sid });
  owners.stranger = { sid, token: pidge.account.token };
  const keyOf = async (owner: Owner) => {
    const { json } = await world.clientOf(owner).call('POST', `${world.clientOf(owner).base}/Keys.json`);
    return json as { sid: string; secret: string };
  };
  const header = ({ sid: user, secret }: { sid: string; secret: string }) => basic(user, secret);
  keys.own = header(await keyOf(owners.own));
  keys.parent = header(await keyOf(owners.parent));
  const deleted = await keyOf(owners.own);
  await world.clientOf(owners.own).call('DELETE', `${world.clientOf(owners.own).base}/Keys/${deleted.sid}.json`);
  keys.deleted = header(deleted);
});
afterAll(async () => {
  for (const client of clients.values()) await client.close();
  await world.pidge.close();
  await world.host.stop();
});

const token = ({ sid, token: password }: Owner) => basic(sid, password);

/** A call with these credentials on what the variables of the path name. */
async function call(
  one: Case,
  auth: string | null,
  variables: string[],
  account: string = owners.own.sid,
): Promise<Answer & { work: string[] }> {
  const given = one.hasAccount ? [account, ...variables] : variables;
  const path = one.route.path.replaceAll(/\{[^}]+\}/g, () => given.shift() ?? '');
  const isApi = path.startsWith('/2010-04-01');
  const body = one.route.body === 'json' && one.verb !== 'GET' ? { body: '{}' } : {};
  calls += 1;
  const name = String(calls);
  const headers: Record<string, string> = { [WORK_HEADER]: name };
  if ('body' in body) headers['content-type'] = 'application/json';
  // Whoever sits at this machine is the console's operator in dev; nobody in particular comes by another name.
  if (auth === null && path.startsWith('/_admin')) headers.host = 'somewhere.example';
  const answer = await world.clientOf(owners.own).call(one.verb, isApi ? `${path}.json` : path, {
    auth,
    headers,
    ...body,
  });
  // The audit is written behind the answer, with what others did meanwhile.
  return { ...answer, work: workOf(name).filter((verb) => verb !== 'changeConsole') };
}

let calls = 0;
/** Comparisons in which the store was asked for anything. */
let looked = 0;

/**
 * Both cost the same: the same questions to the store, in the same order. Whom the door has verified a moment ago it
 * does not verify again, so it is tried anew where that has made a difference.
 */
async function expectSameWork(one: () => Promise<{ work: string[] }>, other: () => Promise<{ work: string[] }>) {
  let works: string[][] = [];
  for (let tries = 0; tries < 4; tries += 1) {
    works = [(await one()).work, (await other()).work];
    if (String(works[0]) !== String(works[1])) continue;
    if (works[0]?.length) looked += 1;
    return;
  }
  expect(works[0]).toEqual(works[1]);
}

/** Status, code and body, without the ids of the path and of the request. */
function shape({ status, text }: Answer, ids: string[]): unknown {
  const named = ids.reduce((rest, id) => rest.replaceAll(id, '<id>'), text);
  return [status, named.replaceAll(/RQ[0-9a-f]{32}/g, '<request>')];
}

const variablesOf = (row: string) => [...row.matchAll(/\{[^}]+\}/g)].map(([variable]) => variable);
const make = (one: Case, owner: Owner) => (one.row === '' ? Promise.resolve([]) : rowOf(one)(world, owner));
const rowOf = ({ row, name }: Case) => {
  const found = ROWS[row];
  if (!found) throw new Error(`${name} has no row in access-rows.ts`);
  return found;
};
/** Of somebody else, made once: nothing may happen to it. */
function foreign(one: Case, owner: Owner): Promise<string[]> {
  const place = `${one.row} ${owner.sid}`;
  const known = foreigners.get(place) ?? make(one, owner);
  foreigners.set(place, known);
  return known;
}
/** What nobody has; what is everybody's is that of `theirs` where it is given. */
const missing = (row: string, theirs?: string[]) =>
  variablesOf(row).map((one, index) => {
    const shared = one in EVERYBODYS ? theirs?.[index] : undefined;
    return shared ?? `${one.slice(1, 3)}${'9'.repeat(32)}`;
  });
const isOwned = (row: string) => variablesOf(row).some((one) => !(one in EVERYBODYS));

describe.each(CASES.map((one): [string, Case] => [one.name, one]))('%s', (_, one) => {
  it('answers nobody, the wrong, the dead and the foreign with one and the same 401', async () => {
    const { own, parent, sibling, stranger } = owners;
    const wrong = basic(own.sid, 'f'.repeat(32));
    const outsiders = [null, wrong, keys.deleted];
    if (one.hasAccount) outsiders.push(token(sibling), token(stranger), keys.parent);
    const shapes = new Set<string>();
    for (const variables of [await make(one, own), missing(one.row)]) {
      for (const auth of outsiders) {
        const answer = await call(one, auth, [...variables]);
        expect([answer.status, answer.json?.code]).toEqual([401, 20003]);
        shapes.add(JSON.stringify(shape(answer, variables)));
      }
      // An account in the path that is not in reach is as one that is not there.
      const nobody = `AC${'9'.repeat(32)}`;
      for (const account of one.hasAccount ? [sibling.sid, stranger.sid, parent.sid, nobody] : []) {
        const at = (sid: string) => call(one, token(own), [...variables], sid);
        shapes.add(JSON.stringify(shape(await at(account), variables)));
        await expectSameWork(
          () => at(account),
          () => at(nobody),
        );
      }
    }
    expect([...shapes]).toHaveLength(1);
  });

  it('lets the owner in, by token and by key; the parent, where the path says whose it is', async () => {
    const insiders = [token(owners.own), keys.own];
    if (one.hasAccount) insiders.push(token(owners.parent));
    for (const auth of insiders) {
      const { status, json, text } = await call(one, auth, await make(one, owners.own));
      if (auth === keys.own && one.route.needsToken) {
        expect([status, json.code]).toEqual([403, 20003]);
        continue;
      }
      const [rightly] = RIGHTLY_REFUSED[one.name] ?? [];
      if (rightly !== undefined) expect(status, text).toBe(rightly);
      else expect([401, 403, 404, 405, 500], text).not.toContain(status);
    }
  });

  it.runIf(isOwned(one.row))('does not tell what is foreign from what is missing', async () => {
    const { own, parent, sibling, stranger } = owners;
    for (const auth of [token(own), keys.own, token(parent)]) {
      for (const owner of [sibling, stranger]) {
        const theirs = await foreign(one, owner);
        const gone = missing(one.row, theirs);
        const expected = shape(await call(one, auth, [...gone]), gone);
        expect((expected as [number])[0]).toBeGreaterThanOrEqual(400);
        expect(shape(await call(one, auth, [...theirs]), theirs)).toEqual(expected);
        // One's own around it opens no way to it.
        const mixed = [...(await make(one, own)).slice(0, -1), theirs.at(-1) ?? ''];
        const none = [...mixed.slice(0, -1), gone.at(-1) ?? ''];
        expect(shape(await call(one, auth, [...mixed]), mixed)).toEqual(shape(await call(one, auth, [...none]), none));
        // However one has come in, what follows is the same.
        if (auth !== token(own)) continue;
        await expectSameWork(
          () => call(one, auth, [...theirs]),
          () => call(one, auth, [...gone]),
        );
        await expectSameWork(
          () => call(one, auth, [...mixed]),
          () => call(one, auth, [...none]),
        );
      }
    }
  });

  it('lets a suspended account read and not write', async () => {
    const { suspended, parent } = owners;
    const auths = one.hasAccount ? [token(suspended), token(parent)] : [token(suspended)];
    for (const auth of auths) {
      const { status, json, text } = await call(one, auth, missing(one.row), suspended.sid);
      if (one.verb === 'GET') expect([401, 403], text).not.toContain(status);
      else if (one.route.anyStanding && auth === token(parent)) expect(status, text).toBe(200);
      else expect([status, json.code]).toEqual([403, 20005]);
    }
  });
});

it('wrong credentials cost the same, whether or not there is such an account or key', async () => {
  const [one] = CASES.filter(({ name }) => name === 'GET Messages');
  if (!one) throw new Error('There are no messages');
  const wrong = 'f'.repeat(32);
  const [known, unknown] = [owners.own.sid, `AC${'9'.repeat(32)}`].map((sid) => basic(sid, wrong));
  const none = basic(`SK${'9'.repeat(32)}`, wrong);
  const guessed = basic(Buffer.from(keys.own.slice(6), 'base64').toString().split(':')[0] ?? '', wrong);
  for (const [right, other] of [
    [known, unknown],
    [guessed, none],
    [keys.deleted, none],
  ] as const) {
    await expectSameWork(
      () => call(one, right ?? null, []),
      () => call(one, other ?? null, []),
    );
  }
  expect((await call(one, none, [])).work.length).toBeGreaterThan(0);
});

it('what is foreign and what is missing were looked for in the store', () => {
  expect(looked).toBeGreaterThan(CASES.length);
});

it('nothing happened to what is foreign', async () => {
  const { sibling, stranger } = owners;
  for (const one of CASES.filter(
    ({ verb, row, route }) => verb === 'GET' && isOwned(row) && route.path.endsWith(row),
  )) {
    for (const owner of [sibling, stranger]) {
      const { status, text } = await call(one, token(owner), [...(await foreign(one, owner))], owner.sid);
      expect(status, `${one.name}: ${text}`).toBe(200);
    }
  }
});

it('every row of the matrix is of a route, and every reason is needed', () => {
  const rows = new Set(CASES.map(({ row }) => row));
  expect(Object.keys(ROWS).filter((row) => !rows.has(row))).toEqual([]);
  expect([...rows].filter((row) => row !== '' && !(row in ROWS))).toEqual([]);
  const names = new Set(CASES.map(({ name }) => name));
  expect(Object.keys(RIGHTLY_REFUSED).filter((name) => !names.has(name))).toEqual([]);
});

it('what is answered without the gate has a reason', () => {
  expect(served.size).toBeGreaterThan(20);
  const gated = new Set(FACES.flatMap(({ paths }) => paths));
  const open = [...served].filter((path) => !gated.has(path));
  expect(open.filter((path) => !PUBLIC.some(([pattern]) => pattern.test(path)))).toEqual([]);
  expect(PUBLIC.filter(([pattern]) => !open.some((path) => pattern.test(path)))).toEqual([]);
});
