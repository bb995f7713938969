import { afterEach, describe, expect, it } from 'vitest';
import { type SmppRig, startRig, submission, until } from '../../../tests/helpers/smpp.ts';
import { realClock } from '../../domain/clock.ts';
import { takePart } from '../../domain/inbound-parts.ts';
import { segment } from '../../domain/segments.ts';
import { submitParts } from '../../wire/smpp/submit-parts.ts';

let rig: SmppRig | null = null;

async function start(...options: Parameters<typeof startRig>): Promise<SmppRig> {
  rig = await startRig(...options);
  return rig;
}

afterEach(async () => {
  await rig?.close();
  rig = null;
});

const LONG = 'The quick brown fox jumps over the lazy dog. '.repeat(8);

describe('a submission over SMPP', () => {
  it('goes out with its addresses, asks for a receipt, and is told by the id of the answer, folded', async () => {
    const { connector, smsc } = await start({ script: { submit: () => ({ id: '00AbC' }) } });
    expect(await connector.send([submission('SM1')])).toEqual([{ kind: 'accepted', carrierIds: ['abc'] }]);
    expect(smsc.submits[0]).toMatchObject({
      sourceAddrTon: 1,
      sourceAddrNpi: 1,
      sourceAddr: '12025550100',
      destinationAddr: '12025550101',
      registeredDelivery: 1,
      dataCoding: 0,
      shortMessage: Uint8Array.from(Buffer.from('Hello')),
    });
  });

  it('asks for no receipt that nobody wants, and writes short codes and names as the carrier has them', async () => {
    const { connector, smsc } = await start({ settings: { shortCode: { ton: 6, npi: 0 } } });
    await connector.send([
      submission('SM1', 'Hello', { from: '76767', receipt: false }),
      submission('SM2', 'Hello', { from: 'Shop' }),
    ]);
    expect(smsc.submits).toMatchObject([
      { sourceAddrTon: 6, sourceAddrNpi: 0, sourceAddr: '76767', registeredDelivery: 0 },
      { sourceAddrTon: 5, sourceAddrNpi: 0, sourceAddr: 'Shop', registeredDelivery: 1 },
    ]);
  });

  it('is refused when SMPP cannot carry it', async () => {
    const { connector, smsc } = await start();
    const medium = {
      sid: 'ME1',
      contentType: 'image/png',
      sizeBytes: 1,
      url: 'http://x',
      read: async () => Buffer.of(0),
    };
    expect(
      await connector.send([
        submission('SM1', 'Hello', { from: 'whatsapp:+12025550100', to: 'whatsapp:+12025550101' }),
        submission('SM2', 'Hello', { media: [medium] }),
      ]),
    ).toMatchObject([
      { kind: 'refused', errorCode: 63007 },
      { kind: 'refused', errorCode: 30011 },
    ]);
    expect(smsc.submits).toHaveLength(0);
  });

  it('of several parts leaves back to back; a receipt of ours follows when a later part was refused', async () => {
    const { connector, smsc, ear } = await start({
      script: { submit: (_, number) => (number === 2 ? { commandStatus: 0x65 } : { receipts: null }) },
    });
    const [outcome] = await connector.send([submission('SM1', LONG)]);
    expect(outcome).toEqual({ kind: 'accepted', carrierIds: ['m1', 'refused:SM1:2', 'm3'] });
    expect(smsc.submits).toHaveLength(3);
    await until(() => ear.receiptsHeard.length === 1);
    expect(ear.receiptsHeard).toEqual([
      { connector: 'carrier', carrierId: 'refused:SM1:2', state: 'undelivered', errorCode: 30007 },
    ]);
  });

  it('fails when its first part was refused', async () => {
    const { connector } = await start({
      script: { submit: (_, number) => (number === 1 ? { commandStatus: 0x0b } : {}) },
    });
    expect(await connector.send([submission('SM1', LONG)])).toMatchObject([{ kind: 'refused', errorCode: 30005 }]);
  });

  it('in one payload has one id', async () => {
    const { connector, smsc } = await start({ settings: { concatenation: 'payload' } });
    expect(await connector.send([submission('SM1', LONG)])).toEqual([{ kind: 'accepted', carrierIds: ['m1'] }]);
    expect(smsc.submits[0]?.tlvs.messagePayload).toHaveLength(LONG.length);
  });

  it.each([0x58, 0x14])(
    'waits when the carrier is busy (status %i), and only what was not taken goes again',
    async (status) => {
      const { connector, smsc } = await start({
        script: { submit: (_, number) => (number === 2 ? { commandStatus: status } : {}) },
      });
      const [first] = await connector.send([submission('SM1', LONG)]);
      expect(first).toMatchObject({ kind: 'busy' });
      const [second] = await connector.send([submission('SM1', LONG, { attempt: 2 })]);
      expect(second).toEqual({ kind: 'accepted', carrierIds: ['m1', 'm4', 'm3'] });
      expect(smsc.submits[3]?.shortMessage).toEqual(smsc.submits[1]?.shortMessage);
    },
  );

  it('rests once for a whole window that was throttled', async () => {
    const { connector } = await start({
      script: { submit: (_, number) => (number <= 10 ? { commandStatus: 0x58, afterMs: 5 } : {}) },
      settings: { throttleMs: 100, longestThrottleMs: 10_000 },
    });
    const outcomes = await connector.send(Array.from({ length: 10 }, (_, index) => submission(`SM${index}`)));
    for (const outcome of outcomes) {
      expect(outcome.kind === 'busy' ? outcome.retryAfterMs : Number.POSITIVE_INFINITY).toBeLessThanOrEqual(100);
    }
  });

  it('is given up after three system errors', async () => {
    const { connector, smsc } = await start({ script: { submit: () => ({ commandStatus: 0x08 }) } });
    const kinds: string[] = [];
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      const [outcome] = await connector.send([submission('SM1', 'Hello', { attempt })]);
      kinds.push(outcome?.kind ?? '');
    }
    expect(kinds).toEqual(['busy', 'busy', 'busy', 'refused']);
    expect(smsc.submits).toHaveLength(4);
  });

  it('keeps to the window and to the rate of its bind', async () => {
    let open = 0;
    let most = 0;
    const { connector, smsc } = await start({ settings: { window: 4, ratePerSecond: 100 } });
    smsc.script.submit = () => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
      }, 18);
      return { afterMs: 20 };
    };
    await connector.send(Array.from({ length: 30 }, (_, index) => submission(`SM${index}`)));
    expect(most).toBeLessThanOrEqual(4);
    expect((smsc.submittedAt.at(-1) ?? 0) - (smsc.submittedAt[0] ?? 0)).toBeGreaterThan(200);
  });

  it('is unreachable while nothing is bound, and nothing of it is sent', async () => {
    const { connector, smsc, notices } = await start({ bound: false, script: { bind: () => 0x0e } });
    expect(await connector.send([submission('SM1')])).toEqual([{ kind: 'unreachable', note: 'not bound' }]);
    await until(() => notices.length > 0);
    expect(notices[0]).toMatchObject({ state: 'lost', alarm: true });
    expect(JSON.stringify(notices)).not.toContain('secret08');
    expect(smsc.submits).toHaveLength(0);
  });

  it('is in doubt when no answer comes; one that comes late settles it without a second copy', async () => {
    const { connector, smsc } = await start({
      script: { submit: () => ({ afterMs: 150 }) },
      settings: { responseMs: 60 },
    });
    const [first] = await connector.send([submission('SM1')]);
    expect(first).toMatchObject({ kind: 'unsure' });
    await new Promise((resolve) => setTimeout(resolve, 150));
    const [second] = await connector.send([submission('SM1', 'Hello', { attempt: 2 })]);
    expect(second).toEqual({ kind: 'accepted', carrierIds: ['m1'] });
    expect(smsc.submits).toHaveLength(1);
  });

  it('is in doubt when the connection died behind it, and goes again once told to', async () => {
    const { connector, smsc } = await start({
      script: { submit: (_, number) => (number === 1 ? { answer: 'drop' } : {}) },
    });
    expect(await connector.send([submission('SM1')])).toMatchObject([{ kind: 'unsure' }]);
    await until(() => connector.isBound);
    const [again] = await connector.send([submission('SM1', 'Hello', { attempt: 2 })]);
    expect(again).toEqual({ kind: 'accepted', carrierIds: ['m2'] });
    expect(smsc.submits).toHaveLength(2);
  });

  it('says what became of a doubt without sending anything, once it knows', async () => {
    const { connector, smsc } = await start({
      script: { submit: () => ({ afterMs: 150 }) },
      settings: { responseMs: 60 },
    });
    expect(await connector.send([submission('SM1')])).toMatchObject([{ kind: 'unsure' }]);
    expect([connector.recall('SM1'), connector.recall('SM2')]).toEqual([null, null]);
    await until(() => connector.recall('SM1') !== null);
    expect(connector.recall('SM1')).toEqual({ kind: 'accepted', carrierIds: ['m1'] });
    expect(smsc.submits).toHaveLength(1);
  });

  it('of which the time to write is over goes back without a byte', async () => {
    const { connector, smsc } = await start();
    const writeBy = realClock.monotonic() - 1;
    expect(await connector.send([submission('SM1', 'Hello', { writeBy })])).toMatchObject([{ kind: 'busy' }]);
    expect(smsc.submits).toHaveLength(0);
  });

  it('of limited validity tells the carrier so, and any other does not', async () => {
    const { connector, smsc } = await start();
    await connector.send([submission('SM1', 'Hello', { validityMs: 90_000 }), submission('SM2')]);
    expect(smsc.submits.map(({ validityPeriod }) => validityPeriod)).toEqual(['000000000130000R', '']);
  });
});

describe('stopping', () => {
  it('waits for the answers that are out, then unbinds', async () => {
    const { connector, smsc } = await start({ script: { submit: () => ({ afterMs: 80, receipts: null }) } });
    const sent = connector.send([submission('SM1'), submission('SM2')]);
    await until(() => smsc.submits.length === 2);
    await connector.stop();
    expect(await sent).toMatchObject([{ kind: 'accepted' }, { kind: 'accepted' }]);
    expect(smsc.unbinds).toBe(1);
    await until(() => smsc.bound === 0);
  });

  it('gives back what is not out, and waits no longer than it is told to', async () => {
    const { connector, smsc } = await start({
      script: { submit: () => ({ answer: 'silent' }) },
      settings: { window: 1, stopMs: 50, responseMs: 5_000 },
    });
    const sent = connector.send([submission('SM1'), submission('SM2')]);
    await until(() => smsc.submits.length === 1);
    await connector.stop();
    expect(await sent).toMatchObject([{ kind: 'unsure' }, { kind: 'unreachable' }]);
  });
});

describe('receipts over SMPP', () => {
  it('before the answer, twice and late come under the id of the answer', async () => {
    const { connector, ear } = await start({
      script: {
        submit: () => ({
          id: '1A2B',
          afterMs: 30,
          receipts: [{ id: '6699', overtakes: true }, { id: '6699' }, { id: '0006699', afterMs: 60 }],
        }),
      },
    });
    expect(await connector.send([submission('SM1')])).toEqual([{ kind: 'accepted', carrierIds: ['1a2b'] }]);
    await until(() => ear.receiptsHeard.length === 3);
    expect(ear.receiptsHeard.map(({ carrierId, state }) => [carrierId, state])).toEqual(
      Array.from({ length: 3 }, () => ['1a2b', 'delivered']),
    );
  });

  it('on another bind and after a restart are matched', async () => {
    const { connector, ear, smsc } = await start({ settings: { bindMode: 'pair' } });
    expect(smsc.bound).toBe(2);
    connector.resume([{ carrierId: 'ff', messageSid: 'SM1', from: '+12025550100', to: '+12025550101' }]);
    const text = (id: string) => Buffer.from(`id:${id} stat:DELIVRD err:000`);
    expect(await smsc.deliver({ esmClass: 4, shortMessage: text('255') })).toBe(0);
    await connector.send([submission('SM2')]);
    await until(() => ear.receiptsHeard.length === 2);
    expect(ear.receiptsHeard.map(({ carrierId }) => carrierId)).toEqual(['ff', 'm1']);
  });

  it('that say nothing are answered and change nothing', async () => {
    const { ear, smsc, notices } = await start();
    for (const text of ['id:1 stat:ENROUTE', 'id:1 stat:STRANGE', 'stat:DELIVRD', '']) {
      expect(await smsc.deliver({ esmClass: 4, shortMessage: Buffer.from(text) })).toBe(0);
    }
    expect(ear.receiptsHeard).toEqual([]);
    expect(notices.filter(({ state }) => state === 'odd')).toHaveLength(3);
  });
});

describe('messages from a carrier', () => {
  const addresses = { sourceAddrTon: 1, sourceAddr: '12025550101', destAddrTon: 1, destinationAddr: '12025550100' };

  it('are answered after the commit alone, and with a passing error when there is none', async () => {
    const { ear, smsc } = await start();
    let open: () => void = () => undefined;
    ear.gate = () => new Promise((resolve) => (open = resolve));
    let status: number | null = -1;
    const told = smsc.deliver({ ...addresses, shortMessage: Buffer.from('Hi') }).then((one) => (status = one));
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(status).toBe(-1);
    open();
    await told;
    expect(status).toBe(0);
    ear.gate = () => Promise.reject(new Error('the store is away'));
    expect(await smsc.deliver({ ...addresses, shortMessage: Buffer.from('Hi') })).toBe(0x64);
    expect(ear.inboundHeard).toEqual([
      {
        connector: 'carrier',
        carrierId: null,
        from: '+12025550101',
        to: '+12025550100',
        content: { kind: 'text', body: 'Hi', numSegments: 1 },
        media: [],
        channel: null,
      },
    ]);
  });

  it('of several parts are told part by part, which join to the text', async () => {
    const { ear, smsc } = await start();
    const { parts, encoding } = segment('Съешь ещё этих мягких французских булок. '.repeat(4));
    const fields = submitParts(parts, encoding, 7, { concatenation: 'udh-8', defaultAlphabet: 'GSM-7' });
    for (const part of fields.toReversed()) await smsc.deliver({ ...addresses, ...part });
    let whole: string | null = null;
    let joining: Parameters<typeof takePart>[0] = null;
    for (const { content } of ear.inboundHeard) {
      if (content.kind !== 'part') throw new Error('it was no part');
      const taken = takePart(joining, content.part, 0);
      if (taken.kind === 'waiting') joining = taken.joining;
      if (taken.kind === 'whole') whole = taken.message.body;
    }
    expect(whole).toBe(parts.join(''));
  });
});
