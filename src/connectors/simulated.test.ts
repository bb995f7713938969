import { describe, expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import type { Receipt } from '../domain/receipt.ts';
import { SimulatedCarrier } from '../simulator/carrier.ts';
import type { Heard, Submission } from './connector.ts';
import { CONNECTOR_KINDS } from './registry.ts';

const SUBMISSION: Submission = {
  messageSid: 'SM1',
  accountSid: 'AC1',
  from: '+12025550100',
  to: '+12025550101',
  parts: ['Hello'],
  encoding: 'GSM-7',
  media: [],
  actions: [],
  attempt: 1,
  idempotencyKey: 'SM1',
};

async function setUp() {
  const clock = new HandWoundClock(Date.UTC(2026, 2, 4, 5, 6));
  const carrier = new SimulatedCarrier({ clock, settings: { submitMs: 0, receiptMs: 100 } });
  const connector = CONNECTOR_KINDS.simulated({ name: 'lab', simulatedCarrier: carrier });
  const heard: Receipt[] = [];
  const said: Heard[] = [];
  await connector.start({
    receipts: async (batch) => {
      heard.push(...batch);
    },
    inbound: async (batch) => void said.push(...batch),
  });
  return { clock, carrier, connector, heard, said };
}

describe('the simulated connector', () => {
  it('hands over and hears under its own name', async () => {
    const { clock, connector, heard } = await setUp();
    expect(await connector.send([SUBMISSION])).toEqual([{ kind: 'accepted', carrierIds: ['SM1-1'] }]);
    clock.advance(100);
    expect(heard).toEqual([{ connector: 'lab', carrierId: 'SM1-1', state: 'delivered', doneDate: '2603040506' }]);
  });

  it('passes on what the carrier refuses and what it could not deliver', async () => {
    const { clock, connector, heard } = await setUp();
    const refused = { ...SUBMISSION, to: '+15005530001', idempotencyKey: 'SM2' };
    const lost = { ...SUBMISSION, to: '+15005530003', idempotencyKey: 'SM3' };
    expect(await connector.send([refused, lost])).toEqual([
      { kind: 'refused', errorCode: 30001 },
      { kind: 'accepted', carrierIds: ['SM3-1'] },
    ]);
    clock.advance(100);
    expect(heard).toMatchObject([{ carrierId: 'SM3-1', state: 'undelivered', errorCode: 30003 }]);
  });

  it('hears what phones say, with bytes to be read', async () => {
    const { carrier, said } = await setUp();
    const media = [{ contentType: 'image/png', bytes: new Uint8Array([1, 2]) }];
    const [id] = carrier.say({ from: '+12025550101', to: '+12025550100', body: 'Look', media, channel: null });
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    expect(said).toMatchObject([
      {
        connector: 'lab',
        carrierId: id,
        from: '+12025550101',
        to: '+12025550100',
        content: { kind: 'text', body: 'Look', numSegments: 1 },
        channel: null,
      },
    ]);
    expect(await said[0]?.media[0]?.read()).toEqual(new Uint8Array([1, 2]));
  });

  it('brings what wants no receipt, and shows what can be pressed on a channel', async () => {
    const { clock, carrier, connector, heard } = await setUp();
    const buttons = [{ text: 'Yes', payload: 'yes' }];
    const [from, to] = ['whatsapp:+12025550100', 'whatsapp:+12025550101'];
    await connector.send([
      { ...SUBMISSION, receipt: false },
      { ...SUBMISSION, from, to, buttons, idempotencyKey: 'SM5' },
    ]);
    clock.advance(100);
    expect(heard.map(({ carrierId }) => carrierId)).toEqual(['SM5-1']);
    expect(carrier.handsets.inbox(SUBMISSION.to).map((message) => message.buttons)).toEqual([buttons, undefined]);
  });

  it('resumes what a dead process awaited, and stops without a timer', async () => {
    const { clock, connector, heard } = await setUp();
    connector.resume([{ carrierId: 'SM4-1', messageSid: 'SM4', from: '+12025550100', to: '+12025550101' }]);
    clock.advance(100);
    expect(heard).toMatchObject([{ carrierId: 'SM4-1', state: 'delivered' }]);
    await connector.send([SUBMISSION]);
    await connector.stop();
    await connector.stop();
    expect(clock.untilNext()).toBeNull();
  });
});
