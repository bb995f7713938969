/**
 * T10 and T11 of the reliability paper, the fast lane: a network that spoils the connection, and carriers that
 * misbehave. Whatever happens, every submission has an outcome, none is lost, none goes out twice but those that were in doubt, and
 * the connector binds again.
 */
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/connectors/connector.ts';
import { header } from '../../src/simulator/smsc.ts';
import type { SmscScript } from '../../src/simulator/smsc-plans.ts';
import { encode } from '../../src/wire/smpp/pdu.ts';
import { type SmppRig, sendUntilDone, startRig, submission, until } from '../helpers/smpp.ts';
import { TcpProxy } from '../helpers/tcp-proxy.ts';

const MESSAGES = 20;
const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function start(options: Parameters<typeof startRig>[0] = {}): Promise<SmppRig> {
  const rig = await startRig(options);
  closing.push(rig.close);
  return rig;
}

async function startBehindProxy(plan: TcpProxy['plan'], options: Parameters<typeof startRig>[0] = {}) {
  let proxy: TcpProxy | null = null;
  const rig = await start({
    ...options,
    bound: false,
    through: (port) => {
      proxy = new TcpProxy(port);
      proxy.plan = plan;
      return proxy.listen();
    },
  });
  if (!proxy) throw new Error('no proxy');
  const made: TcpProxy = proxy;
  closing.push(() => made.close());
  return { ...rig, proxy: made };
}

/**
 * Sends as the engine does, again until each has an end. Every message is with the carrier at least once, and a second
 * time only if an attempt at it was in doubt.
 */
async function sendAll({ connector, smsc }: SmppRig, count = MESSAGES) {
  const doubts = new Map<string, number>();
  const finals = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const sid = `SM${index}`;
      for (let attempt = 1; attempt <= 400; attempt += 1) {
        const [outcome] = await connector.send([submission(sid, `Number ${index}.`, { attempt })]);
        if (outcome?.kind === 'accepted' || outcome?.kind === 'refused') return outcome;
        if (outcome?.kind === 'unsure') doubts.set(sid, (doubts.get(sid) ?? 0) + 1);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error(`${sid} had no end`);
    }),
  );
  const copies = new Map<string, number>();
  for (const { shortMessage } of smsc.submits) {
    const sid = `SM${/\d+/.exec(Buffer.from(shortMessage).toString())?.[0]}`;
    copies.set(sid, (copies.get(sid) ?? 0) + 1);
  }
  for (let index = 0; index < count; index += 1) {
    const sid = `SM${index}`;
    expect(copies.get(sid) ?? 0, `${sid} got lost`).toBeGreaterThanOrEqual(1);
    expect(copies.get(sid) ?? 0, `${sid} went out too often`).toBeLessThanOrEqual(1 + (doubts.get(sid) ?? 0));
  }
  expect(finals.map(({ kind }) => kind)).toEqual(finals.map(() => 'accepted'));
  return { finals, doubts };
}

describe('a network that spoils the connection (T10)', () => {
  it.each([1, 15, 16, 20, 40, 100])('cuts it after octet %i of what the carrier says, once', async (octets) => {
    const rig = await startBehindProxy({ cutAnswersAfter: octets });
    await until(() => rig.proxy.connections === 1 && rig.notices.length + rig.smsc.binds > 0);
    rig.proxy.plan = {};
    await sendAll(rig);
    expect(rig.proxy.connections).toBeGreaterThan(1);
  });

  it.each([10, 60, 200, 500])('resets it after octet %i of what we say, once', async (octets) => {
    const rig = await startBehindProxy({ cutRequestsAfter: octets, cutBy: 'reset' });
    await until(() => rig.proxy.connections === 1);
    rig.proxy.plan = {};
    await sendAll(rig);
    expect(rig.proxy.connections).toBeGreaterThan(1);
  });

  it('hands on one octet at a time', async () => {
    const rig = await startBehindProxy({ oneByOne: true }, { settings: { bindTimeoutMs: 2_000, responseMs: 3_000 } });
    const { doubts } = await sendAll(rig, 5);
    expect(doubts.size).toBe(0);
    await until(() => rig.ear.receiptsHeard.length === 5);
  });

  it('cuts it again and again while messages leave', async () => {
    const rig = await startBehindProxy({}, { settings: { window: 4 } });
    let cuts = 0;
    const timer = setInterval(() => {
      cuts += 1;
      if (cuts <= 8) rig.proxy.cut(cuts % 2 === 0 ? 'end' : 'reset');
    }, 60);
    rig.smsc.script.submit = () => ({ afterMs: 40, receipts: null });
    await sendAll(rig, 60).finally(() => clearInterval(timer));
    await until(() => cuts >= 3);
  });

  it('goes silent behind submits: the connection is found half-open, and what was out is in doubt', async () => {
    const rig = await startBehindProxy({}, { settings: { responseMs: 5_000, enquireMs: 60, bindTimeoutMs: 60 } });
    await until(() => rig.connector.isBound);
    rig.proxy.isBlackHole = true;
    const sent = rig.connector.send([submission('SM0', 'Number 0.'), submission('SM1', 'Number 1.')]);
    expect((await sent).map(({ kind }) => kind)).toEqual(['unsure', 'unsure']);
    expect(rig.notices.some((one) => one.state === 'lost' && one.why.includes('half-open'))).toBe(true);
    rig.proxy.isBlackHole = false;
    await sendAll(rig, 4);
  });

  it('takes connections and says nothing, until it does', async () => {
    const rig = await startBehindProxy({}, { settings: { bindTimeoutMs: 60 } });
    rig.proxy.isBlackHole = true;
    rig.proxy.cut('reset');
    await until(() => rig.notices.some((one) => one.state === 'lost' && one.why === 'no answer to the bind'));
    expect(await rig.connector.send([submission('SM0')])).toMatchObject([{ kind: 'unreachable' }]);
    rig.proxy.isBlackHole = false;
    await sendAll(rig);
  });

  it('is away altogether, and back later on the same port', async () => {
    const rig = await start();
    await rig.smsc.close();
    await until(() => !rig.connector.isBound);
    expect(await rig.connector.send([submission('SM0')])).toMatchObject([{ kind: 'unreachable' }]);
    await until(() => rig.notices.filter(({ state }) => state === 'lost').length >= 3);
    await rig.smsc.listen(rig.port);
    await sendAll(rig);
  });

  it('loses one of two binds: what it had not written leaves by the other', async () => {
    const rig = await start({ settings: { binds: 2, window: 1 }, script: { submit: () => ({ afterMs: 20 }) } });
    await until(() => rig.smsc.bound === 2);
    rig.smsc.script.submit = (_, number) => (number === 2 ? { answer: 'drop' } : { afterMs: 5 });
    const { doubts } = await sendAll(rig);
    expect([...doubts.values()].reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(1);
  });
});

describe('a carrier that misbehaves (T11)', () => {
  const refuseTwice = (status: number | 'silent' | 'drop'): SmscScript => ({
    bind: (_, number) => (number <= 2 ? status : 0),
  });

  it.each([0x0d, 0x0e, 0x05, 0x400, 'silent', 'drop'] as const)('answers a bind with %s, twice', async (status) => {
    const rig = await start({ script: refuseTwice(status), bound: false, settings: { bindTimeoutMs: 50 } });
    await sendAll(rig);
    expect(rig.smsc.binds).toBe(3);
  });

  it('answers twice, under other numbers, with nothing but a header, and with nacks', async () => {
    const rig = await start({ settings: { responseMs: 80 } });
    const odd = ['twice', 'other-sequence', 'bare', 'silent'] as const;
    rig.smsc.script.submit = (_, number) => ({ answer: number <= 12 ? odd[number % 4] : undefined });
    const { finals } = await sendAll(rig);
    const ids = finals.flatMap((one: Outcome) => (one.kind === 'accepted' ? one.carrierIds : []));
    expect(new Set(ids).size).toBe(MESSAGES);
    rig.smsc.script.submit = () => ({ answer: 'nack', commandStatus: 0x03 });
    expect(await rig.connector.send([submission('SMx')])).toMatchObject([{ kind: 'refused', errorCode: 30008 }]);
  });

  it('throttles for a while: nothing fails, nothing goes out that it had taken', async () => {
    let throttled = 0;
    const rig = await start({
      script: {
        submit: (_, number) => {
          if (number % 3 !== 0 || throttled >= 10) return {};
          throttled += 1;
          return { commandStatus: throttled % 2 ? 0x58 : 0x14 };
        },
      },
    });
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        sendUntilDone(rig.connector, submission(`SM${index}`, `Number ${index}.`)),
      ),
    );
    expect(outcomes.every(({ outcome }) => outcome.kind === 'accepted')).toBe(true);
    expect(rig.smsc.submits).toHaveLength(30 + throttled);
  });

  it('knows every status: each is an outcome', async () => {
    const rig = await start({ bound: true });
    const statuses = [...Array.from({ length: 0x112 }, (_, index) => index + 1), 0x400, 0x4ff, 0x7fffffff, 0xffffffff];
    // Those that end the bind have cases of their own.
    const calm = statuses.filter((status) => ![0x04, 0x05, 0x0d, 0x0e, 0x0f, 0x53].includes(status));
    const kinds = new Set<string>();
    rig.smsc.script.submit = (pdu) => ({ commandStatus: Number(Buffer.from(pdu.shortMessage).toString()) });
    const { connector } = rig;
    for (const status of calm) {
      // Each on a bind that is not resting from the one before.
      const [outcome] = await connector.send([submission(`SM${status}`, String(status))]);
      kinds.add(outcome?.kind ?? 'none');
      if (outcome?.kind === 'busy') await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect([...kinds].sort()).toEqual(['busy', 'refused']);
    for (const status of [0x04, 0x0e]) {
      await until(() => connector.isBound);
      const [outcome] = await connector.send([submission(`SM${status}`, String(status))]);
      expect(outcome?.kind).toBe('unreachable');
    }
  });

  it.each([0, 15, 65_537 + 8_000, 2 ** 31 - 1, 2 ** 32 - 1])(
    'sends a PDU of length %i: the connection ends, typed',
    async (length) => {
      const rig = await start();
      rig.smsc.blurt(header(0x05, 0, 7, length));
      await until(() => rig.notices.some((one) => one.state === 'lost' && one.why.includes('command_length')));
      await sendAll(rig);
    },
  );

  it('sends PDUs that are broken inside: each is answered, and the connection goes on', async () => {
    const rig = await start();
    const noNul = Buffer.concat([header(0x05, 0, 7, 20), Buffer.from('abcd')]);
    const tlvPastEnd = Buffer.concat([header(0x80000004, 0, 999, 22), Buffer.from([0, 0x00, 0x1e, 0xff, 0xff, 0])]);
    const unknown = header(0x12345, 0, 8);
    rig.smsc.blurt(Buffer.concat([noNul, tlvPastEnd, unknown, header(0x80000000, 3, 0)]));
    await until(() => rig.notices.filter(({ state }) => state === 'odd').length >= 4);
    expect(rig.connector.isBound).toBe(true);
    await sendAll(rig);
    expect(rig.smsc.binds).toBe(1);
  });

  it('floods us while the store lags: no more is read than is kept up with, and every message is heard', async () => {
    const rig = await start({ settings: { enquireMs: 100, bindTimeoutMs: 100 } });
    let waiting = 0;
    let most = 0;
    const open: (() => void)[] = [];
    rig.ear.gate = async () => {
      waiting += 1;
      most = Math.max(most, waiting);
      await new Promise<void>((resolve) => open.push(resolve));
      waiting -= 1;
    };
    const flood = 20_000;
    for (let sequence = 1; sequence <= flood; sequence += 1) {
      rig.smsc.say({ command: 'deliver_sm', sequence, shortMessage: Buffer.alloc(140, 0x41) });
    }
    await until(() => waiting >= 500);
    await new Promise((resolve) => setTimeout(resolve, 400));
    // A chunk that was read is worked off: 64 KiB of them beyond the bound.
    expect(most).toBeLessThan(500 + 400);
    expect(rig.connector.isBound).toBe(true);
    rig.ear.gate = () => Promise.resolve();
    for (const go of open.splice(0)) go();
    await until(() => rig.ear.inboundHeard.length === flood, 15_000);
  });

  it('brings receipts of every odd kind, of nothing known, and twice: none is lost and none breaks the connection', async () => {
    const rig = await start({
      script: {
        submit: (_, number) => ({
          receipts: [
            { stat: number % 2 ? 'DELIVRD' : 'REJECTD', err: '000', afterMs: (MESSAGES - number) * 3 },
            { stat: 'ENROUTE' },
            { stat: '???' },
            { id: `unknown${number}` },
          ],
        }),
      },
    });
    const { finals } = await sendAll(rig);
    const ids = finals.flatMap((one: Outcome) => (one.kind === 'accepted' ? one.carrierIds : []));
    await until(() => ids.every((id) => rig.ear.receiptsHeard.some(({ carrierId }) => carrierId === id)));
    await until(
      () => rig.ear.receiptsHeard.filter(({ carrierId }) => carrierId.startsWith('unknown')).length === MESSAGES,
    );
    expect(rig.smsc.binds).toBe(1);
  });

  it('unbinds in the middle of a window: its last answers count', async () => {
    const rig = await start({ script: { submit: () => ({ afterMs: 60 }) } });
    const sent = rig.connector.send(
      Array.from({ length: 5 }, (_, index) => submission(`SM${index}`, `Number ${index}.`)),
    );
    await until(() => rig.smsc.submits.length === 5);
    rig.smsc.say({ command: 'unbind', sequence: 1 });
    expect((await sent).every(({ kind }) => kind === 'accepted')).toBe(true);
    await until(() => rig.smsc.heard.includes('unbind_resp'));
    await until(() => rig.smsc.binds === 2);
  });

  it('sends half a PDU and then nothing: the connection is found dead, and other connectors are not touched', async () => {
    const [sick, well] = [await start({ settings: { enquireMs: 50, bindTimeoutMs: 50 } }), await start()];
    const encoded = encode({ command: 'deliver_sm', sequence: 1, shortMessage: Buffer.from('Hi') });
    if (!encoded.ok) throw new Error(encoded.reason);
    sick.smsc.script.enquire = () => false;
    sick.smsc.blurt(encoded.bytes.subarray(0, 20));
    await until(() => sick.notices.some((one) => one.state === 'lost' && one.why.includes('half-open')));
    await sendAll(well);
    expect(well.smsc.binds).toBe(1);
  });

  it('asks without end and reads nothing: what we would say to it is bounded, and the connection is dropped', async () => {
    const enquiries = Buffer.concat(Array.from({ length: 4_000 }, (_, index) => header(0x15, 0, index)));
    const deaf = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', (bind: Buffer) => {
        socket.pause();
        socket.write(header(0x80000009, 0, bind.readUInt32BE(12)));
        const more = () => {
          while (!socket.destroyed && socket.write(enquiries));
        };
        socket.on('drain', more);
        more();
      });
    });
    await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
    const rig = await start({
      bound: false,
      settings: { reconnectMs: 60_000, longestReconnectMs: 60_000 },
      through: async () => (deaf.address() as AddressInfo).port,
    });
    await until(() => rig.notices.some((one) => one.state === 'lost'), 15_000);
    expect(rig.notices.find(({ state }) => state === 'lost')).toMatchObject({ why: 'the carrier reads nothing' });
    await rig.connector.stop();
    await new Promise((resolve) => deaf.close(resolve));
  });
});
