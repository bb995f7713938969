import { expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import type { Document } from '../store/directory.ts';
import { PausedConnectors } from './paused-connectors.ts';

it('a reading that began before a pause and ends after it does not undo it', async () => {
  const rows: Document[] = [];
  const late: (() => void)[] = [];
  const told: string[] = [];
  let isSlow = true;
  const paused = new PausedConnectors({
    store: {
      async documents() {
        const found = [...rows];
        if (isSlow) await new Promise<void>((resolve) => late.push(resolve));
        return found;
      },
      async saveDocument(document) {
        rows.push(document);
        return 'saved';
      },
      removeDocument: async () => rows.splice(0).length > 0,
    },
    clock: new HandWoundClock(),
    operatorSid: 'AC1',
    onChange: (connector, pause) => told.push(`${connector}: ${pause?.reason ?? 'goes on'}`),
    fault: () => undefined,
  });
  // Nothing is known yet: it looks, and the answer takes its time.
  expect(paused.has('acme')).toBe(false);
  isSlow = false;
  await paused.pause('acme', 'they are migrating');
  for (const answer of late) answer();
  await new Promise((resolve) => setImmediate(resolve));
  expect(paused.of('acme')).toMatchObject({ reason: 'they are migrating' });
  await paused.resume('acme');
  expect(told).toEqual(['acme: they are migrating', 'acme: goes on']);
});
