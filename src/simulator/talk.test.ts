import { beforeEach, describe, expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import type { Said, Saying } from '../domain/phone-talk.ts';
import { SimulatedCarrier } from './carrier.ts';

const ADA = '+12025550101';
const SAYING: Saying = { from: ADA, to: '+12025550100', body: 'Hello', media: [], channel: null };

describe('phones that speak', () => {
  let clock: HandWoundClock;
  let carrier: SimulatedCarrier;
  let events: PidgeEvent[];
  let heard: Said[];
  let failures: number;

  beforeEach(() => {
    clock = new HandWoundClock();
    events = [];
    heard = [];
    failures = 0;
    carrier = new SimulatedCarrier({ clock, observe: (event) => events.push(event) });
  });

  const listen = () =>
    carrier.listen(
      async () => undefined,
      async (batch) => {
        if (failures > 0) {
          failures -= 1;
          throw new Error('no disk');
        }
        heard.push(...batch);
      },
    );
  const turns = async () => {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  };
  const bodies = () => heard.map(({ content }) => (content.kind === 'text' ? content.body : content.part.number));

  it('are heard in order, each under an id of its own', async () => {
    listen();
    const ids = ['one', 'two', 'three'].flatMap((body) => carrier.say({ ...SAYING, body }));
    await turns();
    expect(bodies()).toEqual(['one', 'two', 'three']);
    expect(heard.map(({ id }) => id)).toEqual(ids);
    expect(new Set(ids).size).toBe(3);
    const [other] = new SimulatedCarrier({ clock }).say(SAYING);
    expect(ids).not.toContain(other);
  });

  it('come again each second under the same id, until they are taken', async () => {
    listen();
    failures = 2;
    const [id] = carrier.say(SAYING);
    carrier.say({ ...SAYING, from: '+12025550102', body: 'Other' });
    await turns();
    for (const seen of [0, 2]) {
      clock.advance(1_000);
      await turns();
      expect(heard).toHaveLength(seen);
    }
    expect(heard[0]?.id).toBe(id);
    expect(events.filter(({ type }) => type === 'fault')).toHaveLength(2);
  });

  it('wait for who listens, also for the next one', async () => {
    carrier.say(SAYING);
    await turns();
    failures = 1;
    const hangUp = listen();
    await turns();
    await hangUp();
    expect(heard).toEqual([]);
    listen();
    await turns();
    expect(bodies()).toEqual(['Hello']);
  });

  it('count segments of SMS alone, and cut parts as they are told', async () => {
    listen();
    carrier.say({ ...SAYING, body: 'a'.repeat(161) });
    carrier.say({
      ...SAYING,
      from: `whatsapp:${ADA}`,
      to: 'whatsapp:+12025550100',
      body: 'a'.repeat(161),
      channel: {},
    });
    const parts = [
      { number: 2, total: 2, text: 'wörld' },
      { number: 1, total: 2, text: 'Hello 你' },
    ];
    carrier.say({ ...SAYING, body: '', parts });
    await turns();
    const contents = heard.map(({ content }) => content);
    expect(contents.filter(({ kind }) => kind === 'text')).toMatchObject([{ numSegments: 2 }, { numSegments: 1 }]);
    const brought = contents.flatMap((content) => (content.kind === 'part' ? [content.part] : []));
    expect(brought).toMatchObject([
      { number: 2, total: 2, charset: 'GSM-7' },
      { number: 1, total: 2, charset: 'UCS-2' },
    ]);
    expect(brought[0]?.reference).toBe(brought[1]?.reference);
  });

  it('show what they said beside what they got', async () => {
    listen();
    carrier.say(SAYING);
    carrier.say({
      ...SAYING,
      from: `whatsapp:${ADA}`,
      to: 'whatsapp:+12025550100',
      channel: { location: { latitude: 1, longitude: 2 } },
    });
    expect(carrier.handsets.sent(ADA)).toMatchObject([
      { channel: 'whatsapp', location: { latitude: 1, longitude: 2 } },
      { channel: 'sms', body: 'Hello', at: clock.now() },
    ]);
    expect(carrier.handsets.phones().find(({ number }) => number === ADA)?.messages).toBe(0);
  });

  it('report what they have read', async () => {
    const receipts: unknown[] = [];
    carrier.listen(async (batch) => void receipts.push(...batch));
    carrier.read({ sid: 'SM1', parts: 2 });
    clock.advance(1);
    await turns();
    expect(receipts).toMatchObject([{ id: 'SM1-2', state: 'read' }]);
  });
});
