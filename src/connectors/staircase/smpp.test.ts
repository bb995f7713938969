import { describe, expect, it, onTestFinished } from 'vitest';
import { SELF_SIGNED, SELF_SIGNED_KEY } from '../../../tests/data/certificates.ts';
import { until } from '../../../tests/helpers/smpp.ts';
import { realClock } from '../../domain/clock.ts';
import { Smsc } from '../../simulator/smsc.ts';
import type { SmscScript } from '../../simulator/smsc-plans.ts';
import { SMPP_DEFAULTS, type SmppSettings } from '../smpp/settings.ts';
import type { Fault } from './causes.ts';
import type { StaircaseOptions, Step } from './ground.ts';
import { climbSmpp } from './smpp.ts';

const MESSAGE = { to: '+12025550101', from: '+12025550100' };

async function carrier(script: SmscScript = {}, tls?: { cert: string; key: string }) {
  const smsc = new Smsc({ clock: realClock, script, tls });
  onTestFinished(() => smsc.close());
  return { smsc, port: await smsc.listen() };
}

async function steps(port: number, more: Partial<SmppSettings> = {}, options: Partial<StaircaseOptions> = {}) {
  const own = { host: '127.0.0.1', port, systemId: 'pidge', password: 'secret08', bindTimeoutMs: 2_000 };
  const made: Step[] = [];
  const asked = { body: 'Pidge test', ownUrl: () => 'https://pidge.example', waitMs: 300, ...options };
  for await (const step of climbSmpp({ ...SMPP_DEFAULTS, ...own, ...more }, asked)) made.push(step);
  return made;
}

const last = (made: Step[]) => {
  const step = made.at(-1);
  return { what: `${step?.step} ${step?.outcome}`, fault: step?.fault, whys: step?.causes.map(({ why }) => why) ?? [] };
};

describe('the staircase to a carrier', () => {
  it('ends at what fails, with its likely causes in order and whose side it is', async () => {
    const cases: [script: SmscScript, fault: Fault, first: RegExp][] = [
      [{ bind: () => 0x0e }, 'unauthorised', /^system_id or password/],
      [{ bind: () => 0x05 }, 'refused', /has this bind already$/],
      [{ bind: () => 'drop' }, 'refused', /this machine’s is none of them$/],
    ];
    for (const [script, fault, first] of cases) {
      const { port } = await carrier(script);
      const end = last(await steps(port));
      expect([end.what, end.fault]).toEqual(['bind failed', fault]);
      expect(end.whys[0]).toMatch(first);
    }
    const { smsc, port } = await carrier();
    await smsc.close();
    const gone = last(await steps(port));
    expect([gone.what, gone.fault, gone.whys[0]]).toEqual(['tcp failed', 'config', 'nothing listens on that port']);
  });

  it('tells a submit that is refused from a receipt that is bad and from one that never comes', async () => {
    const cases: [script: SmscScript, what: string, fault: Fault | null][] = [
      [{ submit: () => ({ commandStatus: 0x0a }) }, 'submit failed', 'refused'],
      [{ submit: () => ({ receipts: [{ stat: 'UNDELIV', err: '001' }] }) }, 'receipt failed', 'refused'],
      [{ submit: () => ({ receipts: null }) }, 'receipt failed', 'timeout'],
      [{ submit: () => ({ id: '00AB', receipts: [{ id: '171' }] }) }, 'receipt ok', null],
    ];
    for (const [script, what, fault] of cases) {
      const { port } = await carrier(script);
      const waitMs = fault === 'timeout' ? 100 : 10_000;
      const end = last(await steps(port, {}, { ...MESSAGE, waitMs }));
      expect([end.what, end.fault]).toEqual([what, fault]);
    }
  });

  it('says how long it waited in vain', async () => {
    const { port } = await carrier({ submit: () => ({ receipts: null }) });
    for (const [waitMs, within] of [
      [100, 'within 100 ms'],
      [1_500, 'within 1.5 s'],
    ] as const) {
      expect((await steps(port, {}, { ...MESSAGE, waitMs })).at(-1)?.text).toContain(within);
    }
  });

  it('tries nothing with an address that SMPP does not carry, and says which', async () => {
    const { smsc, port } = await carrier();
    for (const more of [{ to: 'whatsapp:+12025550101' }, { from: 'rcs:agent' }]) {
      const [made, ...others] = await steps(port, {}, { ...MESSAGE, ...more });
      expect(made).toMatchObject({ step: 'submit', outcome: 'failed', fault: 'usage' });
      expect(made?.text).toContain(Object.values(more)[0]);
      expect([made?.causes.length, others]).toEqual([1, []]);
    }
    expect(smsc.binds).toBe(0);
  });

  it('takes nothing that is meant for a server, and both ways of a pair', async () => {
    const { smsc, port } = await carrier({ submit: () => ({ receipts: null }) });
    const climbing = steps(port, { bindMode: 'pair' }, { ...MESSAGE, waitMs: 1_000 });
    await until(() => smsc.submits.length === 1);
    const inbound = { sourceAddr: '12025550101', destinationAddr: '12025550100', shortMessage: Buffer.from('Hi') };
    expect(await smsc.deliver(inbound)).toBe(0x64);
    const made = await climbing;
    expect(made.filter(({ step }) => step === 'bind').map(({ text }) => text.split(' of ')[0])).toEqual([
      'bound as transmitter',
      'bound as receiver',
    ]);
    expect(last(made).fault).toBe('timeout');
    expect(smsc.unbinds).toBe(2);
  });

  it('tells the facts of a certificate, and what is wrong with it', async () => {
    const { port } = await carrier({}, { cert: SELF_SIGNED, key: SELF_SIGNED_KEY });
    const good = await steps(port, { tls: { ca: SELF_SIGNED, serverName: 'l.shop.example' } });
    expect(good[2]?.text).toMatch(
      /^TLSv1\.3 .*certificate of l\.shop\.example, signed by .*, valid for \d+ days more$/,
    );
    expect(last(good).fault).toBeNull();
    const strange = last(await steps(port, { tls: {} }));
    expect([strange.what, strange.fault]).toEqual(['tls failed', 'config']);
    const other = await steps(port, { tls: { ca: SELF_SIGNED, serverName: 'other.example' } });
    expect(other.at(-1)?.causes[0]?.fix).toContain('connectors.tls_server_name');
    const { port: plain } = await carrier();
    const spoken = await steps(plain, { tls: {} });
    expect(spoken.at(-1)?.causes[0]?.why).toBe('this port speaks no TLS');
  }, 20_000);
});
