import { type AddressInfo, connect } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SELF_SIGNED, SELF_SIGNED_KEY } from '../../../tests/data/certificates.ts';
import { type SmppRig, startRig, submission, until } from '../../../tests/helpers/smpp.ts';
import type { SmppSettings } from './settings.ts';

/** A carrier behind TLS: the scripted one, with a wall before it. */
describe('a carrier behind TLS', () => {
  let wall: Server;
  let rig: SmppRig | null = null;
  let carrierPort = 0;

  beforeEach(async () => {
    wall = createServer({ cert: SELF_SIGNED, key: SELF_SIGNED_KEY }, (client) => {
      const carrier = connect(carrierPort, '127.0.0.1');
      client.on('error', () => carrier.destroy());
      carrier.on('error', () => client.destroy());
      client.pipe(carrier).pipe(client);
    });
    await new Promise<void>((resolve) => wall.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await rig?.close();
    rig = null;
    await new Promise((resolve) => wall.close(resolve));
  });

  const start = (tls: SmppSettings['tls']) =>
    startRig({
      bound: false,
      settings: { tls, bindTimeoutMs: 2_000 },
      through: async (port) => {
        carrierPort = port;
        return (wall.address() as AddressInfo).port;
      },
    });

  it('is bound when its certificate is good, and takes messages', async () => {
    const made = await start({ ca: SELF_SIGNED, serverName: 'l.shop.example' });
    rig = made;
    await until(() => made.connector.isBound);
    expect(await made.connector.send([submission('SM1')])).toMatchObject([{ kind: 'accepted' }]);
  });

  it.each([
    ['of an authority nobody knows', { serverName: 'l.shop.example' }],
    ['for another name', { ca: SELF_SIGNED, serverName: 'smsc.example' }],
  ])('is not told our password when its certificate is %s', async (_, tls) => {
    const made = await start(tls);
    rig = made;
    await until(() => made.notices.some(({ state }) => state === 'lost'));
    expect(made.smsc.binds).toBe(0);
    expect(await made.connector.send([submission('SM1')])).toMatchObject([{ kind: 'unreachable' }]);
  });
});
