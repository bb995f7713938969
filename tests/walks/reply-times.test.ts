/** Asking an app when it takes its time and when the process breaks in between; and what is kept of the asking. */
import { expect, it } from 'vitest';
import { NUMBER, PHONE, startAnswering } from '../helpers/answering-app.ts';

it('an app that says nothing for 15 seconds has its fallback asked, with 11200', async () => {
  const one = await startAnswering({ clock: 'hand-wound' });
  await one.configure({ sms_fallback_url: `${one.app.origin}/fallback` });
  one.app.pages.set('/sms', { hangs: true });
  one.app.twiml('/fallback', '<Message>Sorry</Message>');
  const startedAt = one.pidge.now();
  await one.text();
  expect((await one.replies()).map(({ body }) => body)).toEqual(['Sorry']);
  expect(one.app.requests('/sms')).toHaveLength(1);
  expect(one.app.requests('/fallback')[0]?.params.ErrorCode).toBe('11200');
  expect(one.pidge.now() - startedAt).toBeGreaterThanOrEqual(15_000);
  expect(one.pidge.now() - startedAt).toBeLessThan(25_000);
  await one.close();
});

it('the fragment of the URL says how long is waited, and what is tried again', async () => {
  const one = await startAnswering({ clock: 'hand-wound' });
  await one.configure({ sms_url: `${one.app.origin}/sms#rt=1000&rc=2&rp=5xx,rt` });
  let asked = 0;
  one.app.pages.set('/sms', () => {
    asked += 1;
    if (asked === 1) return { hangs: true };
    return asked === 2 ? { status: 503 } : { headers: { 'content-type': 'text/plain' }, body: 'At last' };
  });
  await one.text();
  expect((await one.replies()).map(({ body }) => body)).toEqual(['At last']);
  expect(one.app.asked).toHaveLength(3);
  expect(new Set(one.app.asked.map(({ headers }) => headers['i-twilio-idempotency-token'])).size).toBe(1);
  expect(one.alerts()).toEqual([]);
  await one.close();
});

it('after a failure between asking and recording the app is asked again with the same token, and replies once', async () => {
  let broken = 2;
  const faults = {
    at(point: string) {
      if (point !== 'callback.after-request' || broken === 0) return;
      broken -= 1;
      throw new Error('died before anything was recorded');
    },
  };
  const one = await startAnswering({ clock: 'hand-wound', faults });
  one.app.twiml('/sms', '<Message>Hi</Message><Message>there</Message>');
  await one.text();
  expect(one.app.asked).toHaveLength(3);
  expect(new Set(one.app.asked.map(({ headers }) => headers['i-twilio-idempotency-token'])).size).toBe(1);
  expect(new Set(one.app.asked.map(({ headers }) => headers['x-twilio-signature'])).size).toBe(1);
  expect((await one.replies()).map(({ body }) => body)).toEqual(['Hi', 'there']);
  const { store } = one.pidge.running;
  const { messages } = await store.messages({ accountSid: one.pidge.account.sid, from: NUMBER, size: 50 });
  expect(messages).toHaveLength(2);
  await one.close();
});

it('nothing of a text stays in what is kept of the asking', async () => {
  const one = await startAnswering();
  await one.configure({ sms_method: 'GET' });
  one.app.twiml('/sms', '<Message action="/done">the answer</Message><Redirect>/gone</Redirect>');
  one.app.twiml('/done', '');
  await one.text('the question');
  const { store } = one.pidge.running;
  const kept = await store.attempts({ accountSid: one.pidge.account.sid, limit: 100 });
  const why = kept.flatMap(({ payload }) => (payload.inbound ? [payload.inbound.why] : []));
  expect(why.sort()).toEqual(['action', 'first', 'redirect']);
  for (const word of ['question', 'the answer', 'the+answer', 'the%20answer']) {
    expect(JSON.stringify(kept)).not.toContain(word);
  }
  expect(JSON.stringify(kept)).toContain(encodeURIComponent(PHONE));
  const [asking] = kept.filter(({ payload }) => payload.inbound);
  expect(await store.replayCallback(one.pidge.account.sid, asking?.id ?? 0, one.pidge.now())).toBeNull();
  await one.close();
});

it('sealed bodies are told to the app as they were, and replies are sealed in their turn', async () => {
  const one = await startAnswering({
    change: (config) => {
      config.privacy.sealBodies = true;
    },
  });
  one.app.pages.set('/sms', ({ params }) => ({
    headers: { 'content-type': 'text/plain' },
    body: `Re: ${params.Body}`,
  }));
  await one.text('Ünï');
  expect((await one.replies()).map(({ body }) => body)).toEqual(['Re: Ünï']);
  await one.pidge.until(async () => one.carrier.taken.length === 1);
  expect(one.carrier.taken[0]?.parts).toEqual(['Re: Ünï']);
  await one.close();
});
