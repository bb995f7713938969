/** A message out, over real HTTP, with the hand-wound clock and the simulated carrier. */
import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { openWindow } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { Sink } from '../helpers/sink.ts';

describe('a message out', () => {
  let pidge: TestPidge;
  let client: Client;
  let sink: Sink;

  beforeEach(async () => {
    sink = await new Sink().start();
    pidge = await startTestPidge({ clock: 'hand-wound' });
    client = new Client(pidge.origin, pidge.account);
  });
  afterEach(async () => {
    await client.close();
    await pidge.close();
    await sink.stop();
  });

  const fetch = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;
  const behave = async (behaviour: unknown, number = '+12025550101') => {
    const answer = await client.call('PUT', `/_test/v1/default/phones/${encodeURIComponent(number)}`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ behave: behaviour }),
    });
    expect(answer.status).toBe(200);
  };

  it('is delivered, and says so in two signed callbacks', async () => {
    const { json } = await client.send({ StatusCallback: `${sink.origin}/s` });
    expect(json.status).toBe('queued');
    await pidge.wind(async () => sink.statuses(json.sid).length === 2);
    expect(sink.statuses(json.sid)).toEqual(['sent', 'delivered']);
    for (const one of sink.heard) {
      const signature = String(one.headers['x-twilio-signature']);
      expect(twilio.validateRequest(pidge.account.token, signature, one.url, one.params)).toBe(true);
    }
    const message = await fetch(json.sid);
    expect(message.status).toBe('delivered');
    expect(message.price).toBe('-0.00790');
  });

  it('undelivered carries the code to the resource and the callback', async () => {
    await behave({ undelivered: 30005 });
    const { json } = await client.send({ StatusCallback: `${sink.origin}/s` });
    await pidge.wind(async () => sink.statuses(json.sid).length === 2);
    expect(sink.statuses(json.sid)).toEqual(['sent', 'undelivered']);
    expect(sink.heard.at(-1)?.params.ErrorCode).toBe('30005');
    expect(await fetch(json.sid)).toMatchObject({
      status: 'undelivered',
      error_code: 30005,
      error_message: 'Unknown destination handset',
    });
  });

  it('failed at the carrier has one callback and no price', async () => {
    await behave({ failed: 30008 });
    const { json } = await client.send({ StatusCallback: `${sink.origin}/s` });
    await pidge.wind(async () => sink.statuses(json.sid).length === 1);
    expect(sink.statuses(json.sid)).toEqual(['failed']);
    expect(await fetch(json.sid)).toMatchObject({ status: 'failed', error_code: 30008, price: null, date_sent: null });
  });

  it('an outcome number of the 3xxxx range is accepted and then acts out its code', async () => {
    const { status, json } = await client.send({ To: '+15005530003' });
    expect(status).toBe(201);
    await pidge.wind(async () => (await fetch(json.sid)).status === 'undelivered');
    expect((await fetch(json.sid)).error_code).toBe(30003);
  });

  it('no receipt leaves it sent; after an hour it may be deleted', async () => {
    await behave('no_receipt');
    const { json } = await client.send();
    await pidge.wind(async () => (await fetch(json.sid)).status === 'sent');
    const path = `${client.base}/Messages/${json.sid}.json`;
    const early = await client.call('DELETE', path);
    expect([early.status, early.json.code]).toEqual([409, 20009]);
    pidge.advance(3_600_000);
    expect((await client.call('DELETE', path)).status).toBe(204);
    expect((await client.call('DELETE', path)).json.code).toBe(20404);
  });

  it('a callback that fails is retried after about 1, 5 and 15 s, in order, with one token', async () => {
    let refusals = 3;
    sink.answer = () => (refusals-- > 0 ? 500 : 204);
    const { json } = await client.send({ StatusCallback: `${sink.origin}/s` });
    const start = pidge.now();
    await pidge.wind(async () => sink.statuses(json.sid).length === 5);
    expect(sink.statuses(json.sid)).toEqual(['sent', 'sent', 'sent', 'sent', 'delivered']);
    const tokens = sink.heard.map((one) => one.headers['i-twilio-idempotency-token']);
    expect(new Set(tokens.slice(0, 4)).size).toBe(1);
    expect(tokens[4]).not.toBe(tokens[0]);
    expect(pidge.now() - start).toBeGreaterThan(15_000);
    expect(pidge.now() - start).toBeLessThan(60_000);
  });

  it('a callback refused with 404 is final, is listed, and can be replayed', async () => {
    sink.answer = () => 404;
    const { json } = await client.send({ StatusCallback: `${sink.origin}/s` });
    await pidge.wind(async () => sink.statuses(json.sid).length === 2);
    const listed = async () =>
      (await client.call('GET', `/_test/v1/default/callbacks?message=${json.sid}&decision=gave_up`)).json.callbacks;
    await pidge.wind(async () => (await listed()).length === 2);
    sink.answer = () => 204;
    const [last] = await listed();
    const replay = await client.call('POST', `/_test/v1/default/callbacks/${last.id}/replay`);
    expect(replay.status).toBe(202);
    await pidge.wind(async () => sink.statuses(json.sid).length === 3);
    expect(sink.statuses(json.sid)[2]).toBe('delivered');
  });

  it('with #rc=0 a refused connection is tried once', async () => {
    const dead = await new Sink().start();
    const origin = dead.origin;
    await dead.stop();
    const { json } = await client.send({ StatusCallback: `${origin}/s#rc=0` });
    const attempts = async () =>
      (await client.call('GET', `/_test/v1/default/callbacks?message=${json.sid}`)).json.callbacks;
    await pidge.wind(async () => (await attempts()).length === 2);
    expect((await attempts()).map((one: { decision: string }) => one.decision)).toEqual(['gave_up', 'gave_up']);
  });

  it('one sender at 2 segments a second leaves no faster, and costs its segments', async () => {
    await pidge.addSender({ address: '+12025550166', rate: 2 });
    const start = pidge.now();
    const sids: string[] = [];
    for (let count = 0; count < 6; count += 1) {
      // Two segments each: one message a second.
      sids.push((await client.send({ From: '+12025550166', Body: 'a'.repeat(200) })).json.sid);
    }
    await pidge.wind(async () => (await fetch(sids[5] ?? '')).status === 'delivered');
    // They arrive as long after the hand-over, each of them.
    const inbox = await client.call('GET', `/_test/v1/default/phones/${encodeURIComponent('+12025550101')}/inbox`);
    const arrivals = (inbox.json.messages as { sid: string; at: string }[])
      .filter(({ sid }) => sids.includes(sid))
      .map(({ at }) => Date.parse(at))
      .sort((a, b) => a - b);
    expect(arrivals).toHaveLength(6);
    arrivals.slice(1).forEach((at, index) => {
      expect(at - (arrivals[index] ?? 0)).toBeGreaterThanOrEqual(1_000);
    });
    expect((arrivals[5] ?? 0) - start).toBeLessThan(6_000);
  });

  it('what waits longer than its validity fails with 30036 and is never sent', async () => {
    await pidge.addSender({ address: '+12025550167', rate: 1 });
    await client.send({ From: '+12025550167', Body: 'a'.repeat(1_500) });
    const { json } = await client.send({
      From: '+12025550167',
      ValidityPeriod: '5',
      StatusCallback: `${sink.origin}/s`,
    });
    await pidge.wind(async () => sink.statuses(json.sid).length === 1);
    expect(await fetch(json.sid)).toMatchObject({ status: 'failed', error_code: 30036 });
    const inbox = await client.call('GET', `/_test/v1/default/phones/${encodeURIComponent('+12025550101')}/inbox`);
    expect(inbox.json.messages.map((one: { sid: string }) => one.sid)).not.toContain(json.sid);
  });

  it('the trace tells the walk without the body', async () => {
    const { json } = await client.send({ Body: 'a secret', StatusCallback: `${sink.origin}/s` });
    await pidge.wind(async () => sink.statuses(json.sid).length === 2);
    await pidge.wind(async () => (await fetch(json.sid)).status === 'delivered');
    const trace = (await client.call('GET', `/_test/v1/default/messages/${json.sid}/trace`)).json;
    expect(trace.history.map((one: { status: string }) => one.status)).toEqual([
      'queued',
      'sending',
      'sent',
      'delivered',
    ]);
    expect(JSON.stringify(trace.history)).not.toContain('secret');
  });

  it('phones have their inbox, also on a channel', async () => {
    await openWindow(client, '+12025550102');
    const { status } = await client.send({ To: 'whatsapp:+12025550102', From: 'whatsapp:+12025550100', Body: 'hi' });
    expect(status).toBe(201);
    const inbox = async () =>
      (await client.call('GET', `/_test/v1/default/phones/${encodeURIComponent('+12025550102')}/inbox`)).json.messages;
    await pidge.wind(async () => (await inbox()).length === 1);
    expect((await inbox())[0]).toMatchObject({ body: 'hi', from: 'whatsapp:+12025550100' });
  });
});
