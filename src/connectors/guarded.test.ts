import { expect, it } from 'vitest';
import { NO_GUARD, type Safety } from '../domain/safety.ts';
import type { Connector, Outcome, Submission, Tell } from './connector.ts';
import { guarded } from './guarded.ts';

/** With a private field, as connectors have. */
class Carrier implements Connector {
  readonly name = 'acme';
  readonly honoursIdempotencyKeys = false;
  #isBound = false;
  readonly sent: Submission[] = [];

  get isBound(): boolean {
    return this.#isBound;
  }

  async start(): Promise<void> {
    this.#isBound = true;
  }

  async send(batch: Submission[], tell?: Tell): Promise<Outcome[]> {
    this.sent.push(...batch);
    const outcomes = batch.map(({ messageSid }): Outcome => ({ kind: 'accepted', carrierIds: [messageSid] }));
    for (const [index, outcome] of outcomes.entries()) tell?.(index, outcome);
    return outcomes;
  }

  async stop(): Promise<void> {}
}

const submission = (messageSid: string, to: string) => ({ messageSid, to }) as Submission;

async function sent(safety: Partial<Safety>, ...to: string[]) {
  const carrier = new Carrier();
  const connector = guarded(carrier, { ...NO_GUARD, ...safety });
  const outcomes = await connector.send(to.map((one, index) => submission(`SM${index}`, one)));
  const told = outcomes.map((one) => (one.kind === 'refused' ? one.errorCode : one.kind));
  return { to: carrier.sent.map((one) => one.to), outcomes: told };
}

it('without a guard the connector is itself, and behind one it still is what it is', async () => {
  const carrier = new Carrier();
  expect(guarded(carrier, NO_GUARD)).toBe(carrier);
  const connector = guarded(carrier, { ...NO_GUARD, allowTo: [] });
  expect(connector.isBound).toBe(false);
  await connector.start({} as never);
  expect([connector.isBound, connector.name, connector.recall]).toEqual([true, 'acme', undefined]);
});

it('only those on the list are written to, and each outcome is that of its message', async () => {
  const { to, outcomes } = await sent(
    { allowTo: ['+447700900123', '+1202*'] },
    '+15005550006',
    '+447700900123',
    'whatsapp:+12025550101',
    '+4477009001230',
  );
  expect(to).toEqual(['+447700900123', 'whatsapp:+12025550101']);
  expect(outcomes).toEqual([21608, 'accepted', 'accepted', 21608]);
});

it('everything goes to one number on its own channel, and what knows no numbers goes nowhere', async () => {
  const { to, outcomes } = await sent(
    { redirectAll: '+447700900123', allowTo: ['+1'] },
    '+12025550101',
    'whatsapp:+12025550101',
    'messenger:1234',
  );
  expect(to).toEqual(['+447700900123', 'whatsapp:+447700900123']);
  expect(outcomes).toEqual(['accepted', 'accepted', 21608]);
});

it('tells each outcome as it comes, by the place of its message', async () => {
  const connector = guarded(new Carrier(), { ...NO_GUARD, allowTo: ['+1202*'] });
  const told = new Map<number, string>();
  const batch = ['+15005550006', '+12025550101', '+15005550007', '+12025550102'].map((to, index) =>
    submission(`SM${index}`, to),
  );
  await connector.send(batch, (index, outcome) => {
    told.set(index, outcome.kind === 'accepted' ? (outcome.carrierIds[0] ?? '') : outcome.kind);
  });
  expect([...told].sort()).toEqual([
    [0, 'refused'],
    [1, 'SM1'],
    [2, 'refused'],
    [3, 'SM3'],
  ]);
});
