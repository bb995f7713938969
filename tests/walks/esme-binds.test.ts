/** Who may bind to the SMPP server, what a bind may do, and how it ends. */
import { afterEach, describe, expect, it } from 'vitest';
import type { PidgeEvent } from '../../src/domain/events.ts';
import { header } from '../../src/simulator/smsc.ts';
import { ESME } from '../../src/wire/smpp/codes.ts';
import { SELF_SIGNED, SELF_SIGNED_KEY } from '../data/certificates.ts';
import { Esme } from '../helpers/esme.ts';
import { esmeUser, startEsmePidge } from '../helpers/esme-pidge.ts';
import type { TestPidge } from '../helpers/pidge.ts';

let pidge: TestPidge;
let port: number;
const open: Esme[] = [];
const events: PidgeEvent[] = [];

async function start(options: Parameters<typeof startEsmePidge>[0] = {}): Promise<void> {
  events.length = 0;
  ({ pidge, port } = await startEsmePidge({ observe: (event) => void events.push(event), ...options }));
}
async function connect(): Promise<Esme> {
  const esme = await Esme.connect(port);
  open.push(esme);
  return esme;
}
async function bound(...args: [systemId?: string, password?: string, role?: 'transmitter' | 'receiver']) {
  const esme = await Esme.bound(port, ...args);
  open.push(esme);
  return esme;
}
afterEach(async () => {
  for (const esme of open.splice(0)) esme.drop();
  await pidge.close();
});

describe('a bind', () => {
  it('is refused in one way whatever is wrong, later and later, and nobody who is right waits', async () => {
    await start({ users: [esmeUser('fenced', 'secret08', { allowFrom: ['10.0.0.0/8'] })] });
    const statuses: (number | null)[] = [];
    const wrong: [string, string][] = [
      ['acme', 'wrong'],
      ['nobody', 'secret08'],
      ['fenced', 'secret08'],
    ];
    const begun = performance.now();
    for (const [systemId, password] of wrong) {
      const esme = await connect();
      statuses.push(await esme.bind(systemId, password));
      await pidge.until(async () => esme.isClosed);
    }
    // 250 + 500 + 1000 ms.
    expect(performance.now() - begun).toBeGreaterThan(1_700);
    expect(new Set(statuses)).toEqual(new Set([ESME.ESME_RINVPASWD]));
    const again = performance.now();
    await bound();
    expect(performance.now() - again).toBeLessThan(1_900);
    expect(events.filter(({ type }) => type === 'esme.bind')).toHaveLength(4);
    expect(JSON.stringify(events)).not.toContain('secret08');
  });

  it('is by system_id, by account and token, or by the SID of a key and its secret', async () => {
    await start();
    const { sid, token } = pidge.account;
    const [account] = [await bound(sid, token)];
    const answer = await account.submit('As an account');
    await pidge.until(async () => account.receipts.length === 1);
    expect(account.receipts[0]?.id).toBe(answer?.messageId);
    expect(await (await connect()).bind(sid, 'f'.repeat(32))).toBe(ESME.ESME_RINVPASWD);
  });

  it('may be had more than once, but no more often than its user may', async () => {
    await start({ user: { binds: 2 } });
    const [, second] = [await bound(), await bound()];
    const third = await connect();
    expect(await third.bind('acme', 'secret08')).toBe(ESME.ESME_RALYBND);
    second.drop();
    await pidge.until(async () => (await (await connect()).bind('acme', 'secret08')) === 0);
  });

  it('comes first, and once; a receiver does not submit, a transmitter hears nothing', async () => {
    await start();
    const early = await connect();
    expect((await early.submit('Early'))?.commandStatus).toBe(ESME.ESME_RINVBNDSTS);
    const receiver = await bound('acme', 'secret08', 'receiver');
    const transmitter = await bound('acme', 'secret08', 'transmitter');
    expect(await receiver.bind('acme', 'secret08')).toBe(ESME.ESME_RALYBND);
    expect((await receiver.submit('Hello'))?.commandStatus).toBe(ESME.ESME_RINVBNDSTS);
    const answer = await transmitter.submit('Hello');
    await pidge.until(async () => receiver.receipts.length === 1);
    expect(receiver.receipts[0]?.id).toBe(answer?.messageId);
    expect(transmitter.delivered).toEqual([]);
  });
});

describe('a connection', () => {
  it('on which nobody binds is closed, and so is one that is silent when it is asked', async () => {
    await start({ server: { patienceMs: 150, enquireMs: 150 } });
    const [idle, silent, alive] = [await connect(), await bound(), await bound()];
    silent.answersEnquiries = false;
    await pidge.until(async () => idle.isClosed && silent.isClosed);
    expect(alive.isClosed).toBe(false);
    await pidge.until(async () => alive.heard.length >= 3);
  });

  it('with a length that cannot be is answered with generic_nack and closed, and others go on', async () => {
    await start();
    const other = await bound();
    for (const length of [0, 15, 70_001, 0xffffffff]) {
      const esme = await bound();
      esme.blurt(header(0x00000004, 0, 9, length));
      await pidge.until(async () => esme.isClosed);
      expect(esme.heard).toMatchObject([{ command: 'generic_nack', commandStatus: ESME.ESME_RINVCMDLEN, sequence: 9 }]);
    }
    expect((await other.submit('Still here'))?.commandStatus).toBe(0);
  });

  it('that speaks HTTP, or says what no ESME says, harms nothing', async () => {
    await start();
    const web = await connect();
    web.blurt(Buffer.from('GET / HTTP/1.1\r\nHost: a.example\r\n\r\n'));
    await pidge.until(async () => web.isClosed);
    const odd = await bound();
    odd.blurt(header(0x00000102, 0, 5));
    odd.blurt(header(0x00000999, 0, 6));
    await pidge.until(async () => odd.heard.length === 2);
    expect((await odd.submit('Sorry'))?.commandStatus).toBe(0);
  });

  it('speaks TLS alone where there is a certificate', async () => {
    await start({ server: { tls: { cert: SELF_SIGNED, key: SELF_SIGNED_KEY } } });
    expect(await (await connect()).bind('acme', 'secret08')).toBeNull();
    const esme = await Esme.connect(port, { ca: SELF_SIGNED, name: 'l.shop.example' });
    open.push(esme);
    expect(await esme.bind('acme', 'secret08')).toBe(0);
    expect((await esme.submit('Behind TLS'))?.commandStatus).toBe(0);
  });

  it('is told goodbye when the server stops, after what is under way was answered', async () => {
    await start();
    const esme = await bound();
    const answers = Promise.all(Array.from({ length: 50 }, (_, index) => esme.submit(`Number ${index}`)));
    await pidge.until(async () => esme.delivered.length > 0);
    await pidge.running.close();
    expect((await answers).map((answer) => answer?.commandStatus)).toEqual(Array.from({ length: 50 }, () => 0));
    expect(esme.heard.map(({ command }) => command)).toContain('unbind');
    await start();
  });

  it('of a user that is too fast, or has too much under way, is told so', async () => {
    await start({ user: { ratePerSecond: 5 }, users: [esmeUser('narrow', 'secret08', { window: 2 })] });
    const [fast, wide] = [await bound(), await bound('narrow', 'secret08')];
    const statuses = async (esme: Esme, count: number) => {
      const sent = Array.from({ length: count }, (_, index) => esme.submit(`Number ${index}`));
      return (await Promise.all(sent)).map((answer) => answer?.commandStatus);
    };
    const throttled = await statuses(fast, 8);
    expect(throttled.filter((status) => status === 0)).toHaveLength(5);
    expect(throttled).toContain(ESME.ESME_RTHROTTLED);
    const full = await statuses(wide, 60);
    expect(new Set(full)).toEqual(new Set([0, ESME.ESME_RMSGQFUL]));
    await pidge.until(async () => (await fast.submit('Later'))?.commandStatus === 0);
  });
});
