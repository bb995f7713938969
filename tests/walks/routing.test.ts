/** Messages with two carriers to leave by: routes, weights, what happens when one is away or will not, the staging guard. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config.ts';
import type { Route } from '../../src/domain/routes.ts';
import { Client } from '../helpers/client.ts';
import { FakeCarrier } from '../helpers/fake-carrier.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { TalkingCarrier } from '../helpers/talking-carrier.ts';

const NUMBER = '+12125550140';
const US = '+12025550101';
const UK = '+447700900123';

const route = (connector: string, more: Partial<Route> = {}): Route => ({
  connector,
  to: [],
  from: [],
  channels: [],
  accounts: [],
  priority: 10,
  weight: 1,
  ...more,
});

let open: { pidge: TestPidge; client: Client }[] = [];
afterEach(async () => {
  for (const { pidge, client } of open) {
    await client.close();
    await pidge.close();
  }
  open = [];
});

async function start(routes: Route[], change: (config: Config) => void = () => undefined, rate?: number) {
  let [acme, beta] = [] as FakeCarrier[];
  const simulated = new TalkingCarrier('simulated');
  const pidge = await startTestPidge({
    clock: 'hand-wound',
    change(config) {
      config.routes = routes;
      change(config);
    },
    connectors: ({ clock }) => {
      acme = new FakeCarrier('acme', clock, ['sms']);
      beta = new FakeCarrier('beta', clock, ['sms']);
      return [acme, beta, simulated];
    },
  });
  const client = new Client(pidge.origin, pidge.account);
  open.push({ pidge, client });
  if (!acme || !beta) throw new Error('No carriers were made');
  await pidge.addSender({ address: NUMBER, rate });
  const send = async (Body: string, To = US) =>
    client.call('POST', `${client.base}/Messages.json`, { form: { From: NUMBER, To, Body } });
  const sent = async (Body: string, To = US) => (await send(Body, To)).json.sid as string;
  const message = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;
  const notes = async (sid: string) => {
    const found = await pidge.running.store.message(pidge.account.sid, sid);
    return found?.history.flatMap(({ note }) => note ?? []) ?? [];
  };
  const traced = async (sid: string) => {
    const { json } = await client.call('GET', `/_test/v1/default/messages/${sid}/trace`);
    return (json.history as { note: string | null }[]).flatMap(({ note }) => note ?? []);
  };
  const until = async (sid: string, status: string) => pidge.wind(async () => (await message(sid)).status === status);
  return { pidge, acme, beta, simulated, send, sent, message, notes, traced, until };
}

/** Winds in longer steps than `wind`, for what takes a minute. */
async function stride(pidge: TestPidge, done: () => Promise<boolean>): Promise<void> {
  for (let step = 0; step < 1_000 && !(await done()); step += 1) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    pidge.advance(200);
  }
  expect(await done()).toBe(true);
}

describe('routes', () => {
  it('by prefix: the longest wins, and the walk of each message says which and why', async () => {
    const { acme, beta, sent, notes, traced, until } = await start([
      route('beta', { priority: 1 }),
      route('acme', { to: ['+44', '+4477'] }),
    ]);
    const [uk, us] = [await sent('To the UK', UK), await sent('To the US')];
    await until(uk, 'sent');
    await until(us, 'sent');
    expect([acme.bodies, beta.bodies]).toEqual([['To the UK'], ['To the US']]);
    expect(await notes(uk)).toEqual(['by acme: the route for recipients in +4477; priority 10; then beta']);
    expect(await notes(us)).toEqual(['by beta: the route for any recipient; priority 1']);
    expect(await traced(us)).toEqual(await notes(us));
  });

  it('by weight share recipients out, and everything to one of them goes one way in its order', async () => {
    const { pidge, acme, beta, sent } = await start([route('acme', { weight: 3 }), route('beta', { weight: 1 })]);
    const recipients = Array.from({ length: 24 }, (_, index) => `+120255502${index + 10}`);
    for (const nth of [1, 2, 3]) for (const to of recipients) await sent(`${nth}`, to);
    await pidge.wind(async () => acme.taken.length + beta.taken.length === 72);
    for (const to of recipients) {
      const ways = [acme, beta].map(({ taken }) => taken.filter((one) => one.to === to).map(({ parts }) => parts[0]));
      expect(ways.sort((a, b) => b.length - a.length)).toEqual([['1', '2', '3'], []]);
    }
    expect(acme.taken.length).toBeGreaterThan(beta.taken.length);
    expect(beta.taken.length).toBeGreaterThan(0);
  });

  it('that lead nowhere are told at once, with 21612', async () => {
    const { send } = await start([route('acme', { to: ['+44'] })]);
    const { status, json } = await send('Hello');
    expect([status, json.code]).toEqual([400, 21612]);
    expect(json.details).toMatchObject({ parameter: 'To', received: US, fix: expect.stringContaining('[[routes]]') });
  });

  it('are none: the first that carries the channel takes all, and no other steps in', async () => {
    const { pidge, acme, beta, sent, message, notes } = await start([]);
    acme.answer = () => ({ kind: 'refused', errorCode: 30024, class: 'route' });
    const sid = await sent('Hello');
    await pidge.wind(async () => (await message(sid)).status === 'failed');
    expect([beta.taken.length, await notes(sid)]).toEqual([0, []]);
  });
});

describe.each([
  ['acme', 'beta'],
  ['beta', 'acme'],
])('with a way by %s, then by %s', (first, second) => {
  const begin = async (rate?: number) => {
    const rig = await start([route(first, { priority: 1 }), route(second, { priority: 2 })], undefined, rate);
    const by = (name: string) => (name === 'acme' ? rig.acme : rig.beta);
    return { ...rig, one: by(first), two: by(second) };
  };

  it('a message that the first will not take, though another may, goes by the second', async () => {
    const { one, two, sent, notes, until } = await begin();
    one.answer = () => ({ kind: 'refused', errorCode: 30024, note: 'sender unknown', class: 'route' });
    const sid = await sent('Hello');
    await until(sid, 'sent');
    expect(two.bodies).toEqual(['Hello']);
    expect(await notes(sid)).toEqual([
      `by ${first}: the route for any recipient; priority 1; then ${second}`,
      `${first} does not take it (sender unknown): by ${second}: the route for any recipient; priority 2`,
    ]);
  });

  it('one that both will not take fails with the code of the last, and is tried once by each', async () => {
    const { one, two, sent, message, until } = await begin();
    const asked: string[] = [];
    const refuse = (carrier: FakeCarrier, errorCode: number) => {
      carrier.answer = () => {
        asked.push(carrier.name);
        return { kind: 'refused', errorCode, class: 'route' };
      };
    };
    refuse(one, 30024);
    refuse(two, 30008);
    const sid = await sent('Hello');
    await until(sid, 'failed');
    expect([asked, (await message(sid)).error_code]).toEqual([[first, second], 30008]);
  });

  it('one that the first will not take while the second is away waits for that, and fails when it will not either', async () => {
    const { pidge, one, two, sent, message, notes, until } = await begin();
    const asked: string[] = [];
    one.answer = () => {
      asked.push('first');
      return { kind: 'refused', errorCode: 30024, class: 'route' };
    };
    two.bind(false);
    // Long enough for the second to count as away.
    const sid = await sent('Patience');
    await stride(pidge, async () => (await notes(sid)).length > 2);
    const during = await sent('While it is away');
    await pidge.running.engine.idle();
    pidge.advance(60_000);
    await pidge.running.engine.idle();
    expect([(await message(sid)).status, (await message(during)).status]).toEqual(['sending', 'sending']);
    two.bind(true);
    await stride(pidge, async () => (await message(during)).status === 'sent');
    expect([asked.length, two.bodies.toSorted()]).toEqual([2, ['Patience', 'While it is away']]);
    two.bind(false);
    two.answer = () => ({ kind: 'refused', errorCode: 30008, class: 'route' });
    const nobodys = await sent('Of nobody');
    await stride(pidge, async () => (await notes(nobodys)).length > 2);
    two.bind(true);
    await until(nobodys, 'failed');
    expect([asked.length, (await message(nobodys)).error_code]).toEqual([3, 30008]);
  });

  it('one whose fault is its own fails at the first', async () => {
    const { one, two, sent, until } = await begin();
    one.answer = () => ({ kind: 'refused', errorCode: 30007, class: 'message' });
    await until(await sent('Hello'), 'failed');
    expect(two.taken).toEqual([]);
  });

  it('the second takes over all that waits when the first is away for long: in order, at the same rate, until it is back', async () => {
    // A message every five seconds: when the first counts as away, two still wait for slots to come.
    const { pidge, one, two, sent, notes, until } = await begin(0.2);
    one.bind(false);
    const sids: string[] = [];
    for (let nth = 1; nth <= 8; nth += 1) sids.push(await sent(`${nth}`));
    await stride(pidge, async () => (await notes(sids[7] ?? '')).length > 1);
    expect((await notes(sids[0] ?? '')).at(-1)).toBe(
      `${first} is away: by ${second}: the route for any recipient; priority 2`,
    );
    const during = await sent('9');
    expect((await notes(during))[0]).toContain(`by ${second}: the route for any recipient; priority 2; ${first} away`);
    await stride(pidge, async () => two.taken.length === 9);
    expect(two.bodies).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
    const gaps = two.taken.slice(1).map(({ at }, index) => at - (two.taken[index]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(5_000);
    one.bind(true);
    await until(await sent('10'), 'sent');
    expect(one.bodies).toEqual(['10']);
  });

  it('what may have been sent by the first is never given to the second', async () => {
    const { one, two, sent, message, until } = await begin();
    let tries = 0;
    one.answer = () => {
      tries += 1;
      return tries === 1 ? { kind: 'unsure' } : { kind: 'refused', errorCode: 30024, class: 'route' };
    };
    const sid = await sent('Hello');
    await until(sid, 'failed');
    expect([tries, two.taken.length, (await message(sid)).error_code]).toEqual([2, 0, 30024]);
  });
});

describe('the staging guard', () => {
  it('sends everything to one number, and keeps for whom it was', async () => {
    const { acme, sent, message, notes, until } = await start([], (config) => {
      config.safety.redirectAll = UK;
    });
    const sid = await sent('Hello');
    await until(sid, 'sent');
    expect(acme.taken.map(({ to }) => to)).toEqual([UK]);
    expect([(await message(sid)).to, await notes(sid)]).toEqual([US, [`goes to ${UK} (safety.redirect_all)`]]);
  });

  it('refuses with 21608 whom it does not know, and lets the others through', async () => {
    const { acme, send, sent, until } = await start([], (config) => {
      config.safety.allowTo = ['+4477*'];
    });
    const { status, json } = await send('Hello');
    expect([status, json.code, json.details.fix]).toEqual([400, 21608, expect.stringContaining('safety.allow_to')]);
    await until(await sent('Hello', UK), 'sent');
    expect(acme.taken.map(({ to }) => to)).toEqual([UK]);
  });

  it('gives the others to the simulated carrier when it is told to', async () => {
    const { acme, simulated, sent, notes, until } = await start([route('acme')], (config) => {
      config.safety = { allowTo: [UK], others: 'simulate', redirectAll: null };
    });
    const sid = await sent('Hello');
    await until(sid, 'sent');
    await until(await sent('Really', UK), 'sent');
    expect([acme.bodies, simulated.taken.map(({ to }) => to)]).toEqual([['Really'], [US]]);
    expect(await notes(sid)).toEqual(['by simulated: its recipient is not in safety.allow_to']);
  });
});
