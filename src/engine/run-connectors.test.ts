import { expect, test } from 'vitest';
import type { Connector, Ear } from '../connectors/connector.ts';
import { makeConnectorRunner } from './run-connectors.ts';

const ear: Ear = { receipts: async () => undefined, inbound: async () => undefined };

function room(name = 'smpp') {
  const log: string[] = [];
  const gate: { start: Promise<void>; refusals: number } = { start: Promise.resolve(), refusals: 0 };
  const connector: Connector = {
    name,
    honoursIdempotencyKeys: false,
    async start() {
      log.push('start');
      await gate.start;
      if (gate.refusals-- > 0) throw new Error('no such host');
    },
    resume: (awaited) => void log.push(`resume ${awaited.length}`),
    send: async () => [],
    async stop() {
      log.push('stop');
    },
  };
  let ups = 0;
  const runner = makeConnectorRunner({
    store: { awaitedParts: async () => [{ carrierId: 'c', messageSid: 'SM1', from: 'a', to: 'b' }] },
    connectors: [connector],
    ear,
    onUp: () => {
      ups += 1;
    },
  });
  return { runner, log, gate, ups: () => ups };
}

test('what is wanted is started, told what it awaits, and then up', async () => {
  const { runner, log, ups } = room();
  const running = runner.run(['smpp', 'elsewhere']);
  expect(runner.isUp('smpp')).toBe(false);
  await running;
  expect([runner.isUp('smpp'), runner.isUp('elsewhere'), ups()]).toEqual([true, false, 1]);
  await runner.run(['smpp']);
  expect(log).toEqual(['start', 'resume 1']);
});

test('what is no longer wanted is down at once, and stopped', async () => {
  const { runner, log } = room();
  await runner.run(['smpp']);
  const stopping = runner.run([]);
  expect(runner.isUp('smpp')).toBe(false);
  await stopping;
  await runner.run(['smpp']);
  expect(log).toEqual(['start', 'resume 1', 'stop', 'start', 'resume 1']);
  expect(runner.isUp('smpp')).toBe(true);
});

test('what is lost while it starts never comes up, and is stopped after its start', async () => {
  const { runner, log, gate, ups } = room();
  let go: () => void = () => undefined;
  gate.start = new Promise((resolve) => {
    go = resolve;
  });
  const starting = runner.run(['smpp']);
  await Promise.resolve();
  const stopping = runner.run([]);
  go();
  await Promise.all([starting, stopping]);
  expect(runner.isUp('smpp')).toBe(false);
  expect(log).toEqual(['start', 'resume 1', 'stop']);
  expect(ups()).toBe(0);
});

test('a start that is refused rejects, leaves nothing half open, and is tried again when asked', async () => {
  const { runner, log, gate } = room();
  gate.refusals = 1;
  await expect(runner.run(['smpp'])).rejects.toThrow('no such host');
  expect(runner.isUp('smpp')).toBe(false);
  await runner.run(['smpp']);
  expect(log).toEqual(['start', 'stop', 'start', 'resume 1']);
  expect(runner.isUp('smpp')).toBe(true);
});
