/** Handsets live in memory, their conversations do not: what a phone shows after the server was started again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type Running, startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { Client } from '../helpers/client.ts';
import { TestPhone } from '../helpers/phone.ts';

const STRANGER = '+12125550170';

let running: Running;
let folder: string;
afterEach(async () => {
  await running.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<{ client: Client; phone: TestPhone }> {
  const config = readConfig({ mode: 'dev', env: {}, file: null, flags: { 'http.port': '0' } });
  config.secretKey = 'a key for tests alone, at least 32 long';
  config.database = join(folder, 'pidge.db');
  config.simulator.receiptAfterMs = 0;
  running = await startPidge(config);
  const client = new Client(running.address, running.account);
  return { client, phone: new TestPhone(client, STRANGER) };
}

it('a phone that was texted is still listed, with both sides of its conversation', async () => {
  folder = await mkdtemp(join(tmpdir(), 'pidge-phones-'));
  const first = await start();
  const { json: sent } = await first.client.send({ To: STRANGER, Body: 'Hello' });
  const status = async () => (await running.store.message(running.account.sid, sent.sid))?.status;
  while ((await status()) !== 'delivered') await new Promise((resolve) => setTimeout(resolve, 10));
  await first.phone.send('Hello back');
  await first.client.close();
  await running.close();

  const { client, phone } = await start();
  const { phones } = (await client.call('GET', '/_test/v1/default/phones', { auth: null })).json;
  expect(phones).toContainEqual(
    expect.objectContaining({ number: STRANGER, unread: 0, last: expect.objectContaining({ body: 'Hello back' }) }),
  );
  const { messages } = (await phone.call('GET', 'conversation')).json;
  expect(messages).toMatchObject([
    { direction: 'received', body: 'Hello', status: 'delivered' },
    { direction: 'sent', body: 'Hello back', status: 'received' },
  ]);
  await client.close();
});
