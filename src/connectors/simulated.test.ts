import { describe, expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import type { Receipt } from '../domain/receipt.ts';
import { SimulatedCarrier } from '../simulator/carrier.ts';
import type { Submission } from './connector.ts';
import { CONNECTOR_KINDS } from './registry.ts';

const SUBMISSION: Submission = {
  messageSid: 'SM1',
  accountSid: 'AC1',
  from: '+12025550100',
  to: '+12025550101',
  parts: ['Hello'],
  encoding: 'GSM-7',
  attempt: 1,
  idempotencyKey: 'SM1',
};

async function setUp() {
  const clock = new HandWoundClock(Date.UTC(2026, 2, 4, 5, 6));
  const carrier = new SimulatedCarrier({ clock, settings: { submitMs: 0, receiptMs: 100 } });
  const connector = CONNECTOR_KINDS.simulated({ name: 'lab', simulatedCarrier: carrier });
  const heard: Receipt[] = [];
  await connector.start({
    receipts: async (batch) => {
      heard.push(...batch);
    },
  });
  return { clock, connector, heard };
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
