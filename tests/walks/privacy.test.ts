/** What a message keeps no longer, over real HTTP, with the hand-wound clock and the simulated carrier. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/config.ts';
import { Client } from '../helpers/client.ts';
import { MediaHost } from '../helpers/media-host.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { Sink } from '../helpers/sink.ts';

const TO = '+12025550133';
const MASKED = '+1202555XXXX';
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describe('privacy', () => {
  let pidge: TestPidge;
  let client: Client;
  let sink: Sink;
  beforeEach(async () => {
    sink = await new Sink().start();
  });
  afterEach(async () => {
    await client.close();
    await pidge.close();
    await sink.stop();
  });

  async function start(change?: (config: Config) => void): Promise<void> {
    pidge = await startTestPidge({ clock: 'hand-wound', change });
    client = new Client(pidge.origin, pidge.account);
  }
  const send = (form: Record<string, string> = {}) =>
    client.send({ To: TO, Body: 'a secret', StatusCallback: `${sink.origin}/status`, ...form });
  const fetch = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;
  const told = (sid: string, count = 2) => pidge.wind(async () => sink.statuses(sid).length === count);
  const attemptsOf = (messageSid: string) =>
    pidge.running.store.attempts({ accountSid: pidge.account.sid, messageSid, limit: 10 });
  /** Winds the clock by a sweeper's pause; one that was still at work then takes the next pause, a day's worth at most. */
  async function hourly(done: () => Promise<boolean>, pauseMs = HOUR_MS): Promise<void> {
    for (let round = 0; round < 24; round += 1) {
      pidge.advance(pauseMs);
      for (const limit = performance.now() + 600; performance.now() < limit; await real(10)) if (await done()) return;
    }
    throw new Error('No sweep did it');
  }
  const real = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  it('discarded content is answered once and sent, and is empty afterwards', async () => {
    await start();
    const made = await send({ ContentRetention: 'discard' });
    expect(made.json).toMatchObject({ status: 'queued', body: 'a secret' });
    await told(made.json.sid);
    expect(await fetch(made.json.sid)).toMatchObject({ status: 'delivered', body: '', num_segments: '1', to: TO });
    const inbox = await client.call('GET', `/_test/v1/default/phones/${encodeURIComponent(TO)}/inbox`);
    expect(inbox.text).toContain('a secret');
  });

  it('discarded content takes its media along, and their bytes once nobody holds them', async () => {
    const host = await new MediaHost().start();
    try {
      await start();
      const { sid } = (await send({ ContentRetention: 'discard', MediaUrl: host.picture() })).json;
      await told(sid);
      const media = (await client.call('GET', `${client.base}/Messages/${sid}/Media.json`)).json;
      expect(media.media_list).toEqual([]);
      expect(await fetch(sid)).toMatchObject({ status: 'delivered', body: '', num_media: '1' });
      // A fetch holds its bytes for ten minutes, and the sweeper comes each minute.
      await hourly(async () => (await pidge.running.store.blobs({ after: '', limit: 9 })).length === 0, 11 * 60_000);
    } finally {
      await host.stop();
    }
  });

  it('discarded content of a refused message is empty as well', async () => {
    await start();
    const made = await send({ ContentRetention: 'discard', To: '+15005530001' });
    await told(made.json.sid, 1);
    expect(await fetch(made.json.sid)).toMatchObject({ status: 'failed', body: '' });
  });

  it('an obfuscated number is whole while it is needed, in callbacks too, and masked in all that is kept', async () => {
    await start();
    const { sid } = (await send({ AddressRetention: 'obfuscate' })).json;
    await told(sid);
    await pidge.until(async () => (await attemptsOf(sid)).length === 2);
    expect(sink.heard.map(({ params }) => params.To)).toEqual([TO, TO]);
    expect(await fetch(sid)).toMatchObject({ status: 'delivered', to: MASKED, from: '+12025550100', body: 'a secret' });
    expect(JSON.stringify(await attemptsOf(sid))).not.toContain('2025550133');
    const found = (await client.call('GET', `${client.base}/Messages.json?To=${encodeURIComponent(TO)}`)).json;
    expect(found.messages).toEqual([]);
  });

  it('both wishes at once leave neither, and a redaction of what is gone is fine', async () => {
    await start();
    const { sid } = (await send({ AddressRetention: 'obfuscate', ContentRetention: 'discard' })).json;
    await told(sid);
    expect(await fetch(sid)).toMatchObject({ to: MASKED, body: '' });
    const again = await client.call('POST', `${client.base}/Messages/${sid}.json`, { form: { Body: '' } });
    expect(again.status).toBe(200);
  });

  it('an obfuscated number without a receipt is masked by the hourly sweep', async () => {
    // No receipt comes in this test's life.
    await start((config) => {
      config.simulator.receiptAfterMs = 30 * DAY_MS;
    });
    const { sid } = (await send({ AddressRetention: 'obfuscate' })).json;
    await told(sid, 1);
    expect(await fetch(sid)).toMatchObject({ status: 'sent', to: TO });
    await hourly(async () => (await fetch(sid)).to === MASKED);
    expect(await fetch(sid)).toMatchObject({ status: 'sent' });
  });

  it('bodies and numbers go when the days of their account are over', async () => {
    const own = 'AC00000000000000000000000000000001';
    await start((config) => {
      config.retention.keepMs.bodies = 7 * DAY_MS;
      config.retention.accounts = new Map([[own, { numbers: 14 * DAY_MS }]]);
    });
    const { sid } = (await send()).json;
    await told(sid);
    await pidge.until(async () => (await attemptsOf(sid)).length === 2);
    pidge.advance(5 * DAY_MS);
    await real(50);
    pidge.advance(HOUR_MS);
    await real(50);
    expect((await fetch(sid)).body).toBe('a secret');
    pidge.advance(2 * DAY_MS);
    await hourly(async () => (await fetch(sid)).body === '');
    expect((await fetch(sid)).to).toBe(TO);
    pidge.advance(7 * DAY_MS);
    await hourly(async () => (await fetch(sid)).to === MASKED);
    expect(JSON.stringify(await attemptsOf(sid))).not.toContain('2025550133');
  });

  it('sealed bodies are readable through the API alone', async () => {
    await start((config) => {
      config.privacy.sealBodies = true;
    });
    const { sid } = (await send()).json;
    await told(sid);
    expect((await fetch(sid)).body).toBe('a secret');
    const list = (await client.call('GET', `${client.base}/Messages.json`)).json;
    expect(list.messages[0].body).toBe('a secret');
    const done = await client.call('POST', `${client.base}/Messages/${sid}.json`, { form: { Body: '' } });
    expect(done.json.body).toBe('');
  });
});
