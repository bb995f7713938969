/** What messages cost: by destination, by what carries them, and where `MaxPrice` is enforced. */
import { afterEach, expect, it } from 'vitest';
import type { Config } from '../../src/config.ts';
import { Client } from '../helpers/client.ts';
import { openWindow, TestPhone } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

let pidge: TestPidge;
let client: Client;

afterEach(async () => {
  await client.close();
  await pidge.close();
});

async function start(change: (config: Config) => void): Promise<void> {
  pidge = await startTestPidge({ change });
  client = new Client(pidge.origin, pidge.account);
}

const fetch = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;
const ended = async (sid: string) => {
  await pidge.until(async () => ['delivered', 'failed'].includes((await fetch(sid)).status));
  return fetch(sid);
};

it('the price is null at first, then that of the destination, for every segment', async () => {
  await start((config) => {
    config.prices.prefixes = [
      { prefix: '+44', smsMicros: 40_000 },
      { prefix: '+447', smsMicros: 50_000 },
    ];
  });
  const { json } = await client.send({ To: '+447700900123', Body: 'a'.repeat(161) });
  expect(json).toMatchObject({ price: null, price_unit: 'USD', num_segments: '2' });
  expect(await ended(json.sid)).toMatchObject({ status: 'delivered', price: '-0.10000' });
  expect(await ended((await client.send()).json.sid)).toMatchObject({ price: '-0.00790' });
});

it('a WhatsApp message has the price of its channel, however long it is', async () => {
  await start(() => undefined);
  await openWindow(client, '+12025550101');
  const { json } = await client.send({
    From: 'whatsapp:+12025550100',
    To: 'whatsapp:+12025550101',
    Body: 'a'.repeat(900),
  });
  expect(await ended(json.sid)).toMatchObject({ price: '-0.00500', num_segments: '1' });
});

it('MaxPrice is judged by the price of the destination, and a failed message has no price', async () => {
  await start((config) => {
    config.limits.maxPrice = 'enforce';
    config.prices.prefixes = [{ prefix: '+44', smsMicros: 40_000 }];
  });
  const dear = await client.send({ To: '+447700900123', MaxPrice: '0.03' });
  expect(await ended(dear.json.sid)).toMatchObject({ status: 'failed', error_code: 30010, price: null });
  const fine = await client.send({ MaxPrice: '0.03' });
  expect(await ended(fine.json.sid)).toMatchObject({ status: 'delivered', price: '-0.00790' });
});

it('a text has a price of its own once it is received', async () => {
  await start(() => undefined);
  await new TestPhone(client).send('a'.repeat(161));
  const received = async () => (await client.call('GET', `${client.base}/Messages.json`)).json.messages;
  await pidge.until(async () => (await received())[0]?.status === 'received');
  expect(await received()).toMatchObject([{ direction: 'inbound', num_segments: '2', price: '-0.01500' }]);
});
