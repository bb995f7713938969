/** WhatsApp Cloud before a stand-in that is strict, over real HTTP. */
import { afterEach, describe, expect, it } from 'vitest';
import { OURS, onWhatsApp, SECRETS, startCloudRig } from '../../../tests/helpers/cloud.ts';
import { HttpCarrier } from '../../../tests/helpers/http-carrier.ts';
import { until } from '../../../tests/helpers/smpp.ts';

type Rig = Awaited<ReturnType<typeof startCloudRig>>;
let rig: Rig;
afterEach(() => rig.close());

const PICTURE = new Uint8Array([0xff, 0xd8, 0xff, 1, 2, 3]);
const picture = (url = 'http://127.0.0.1:1/m/one') => ({
  sid: 'ME1',
  contentType: 'image/jpeg',
  sizeBytes: PICTURE.length,
  url,
  read: async () => PICTURE,
});
const content = (card: object) => ({ content: { sid: `HX${'0'.repeat(32)}`, variables: {}, card } }) as never;

async function sent(text: string, more: Parameters<typeof onWhatsApp>[2] = {}) {
  const [outcome] = await rig.connector.send([onWhatsApp('SM1', text, more)]);
  return { outcome, message: rig.cloud.messages.at(-1) };
}

describe('what is sent', () => {
  it('is a text, with a preview when it has a link', async () => {
    rig = await startCloudRig();
    expect(await sent('See https://example.com')).toMatchObject({
      outcome: { kind: 'accepted', carrierIds: [expect.stringMatching(/^wamid\./)] },
      message: { to: '13125550142', type: 'text', text: { body: 'See https://example.com', preview_url: true } },
    });
  });

  it('has its file by link where that is public, else uploaded', async () => {
    rig = await startCloudRig();
    const link = await sent('Look', { media: [picture('https://pidge.example/m/one')] });
    expect(link.message).toMatchObject({ image: { link: 'https://pidge.example/m/one', caption: 'Look' } });
    const { message } = await sent('Look', { media: [picture()] });
    const image = message?.image as { id: string } | undefined;
    expect(rig.cloud.files.get(image?.id ?? '')).toEqual({ contentType: 'image/jpeg', bytes: PICTURE });
  });

  it('is a place, quick replies, a list or a link to press', async () => {
    rig = await startCloudRig();
    const place = await sent('Office', { actions: ['geo:37.787890,-122.391664|375 Beale St'] });
    expect(place.message).toMatchObject({ location: { latitude: 37.78789, name: 'Office', address: '375 Beale St' } });
    const buttons = [{ kind: 'QUICK_REPLY', text: 'Yes', payload: 'yes' }];
    const asked = await sent('Sure?', content({ type: 'twilio/quick-reply', buttons }));
    expect(asked.message?.interactive).toMatchObject({
      type: 'button',
      body: { text: 'Sure?' },
      action: { buttons: [{ reply: { id: 'yes', title: 'Yes' } }] },
    });
    const items = [{ id: 'a', item: 'A title that is longer than a row can be', description: '' }];
    const list = await sent('Pick', content({ type: 'twilio/list-picker', button: 'Open', items }));
    expect(list.outcome?.kind).toBe('accepted');
    const url = [{ kind: 'URL', text: 'Track', url: 'https://example.com/1' }];
    const link = await sent('On its way', content({ type: 'twilio/call-to-action', buttons: url }));
    expect(link.message?.interactive).toMatchObject({ type: 'cta_url' });
    const call = [{ kind: 'PHONE_NUMBER', text: 'Call', phone: '+13125550100' }];
    const { outcome } = await sent('Call us', content({ type: 'twilio/call-to-action', buttons: call }));
    expect(outcome).toMatchObject({ kind: 'refused', errorCode: 63006 });
  });

  it('is a template where WhatsApp knows it, with what fills each component', async () => {
    rig = await startCloudRig({
      cloud: { templates: [{ name: 'order_ready', language: 'en', header: 'image', body: 2 }] },
    });
    const template = {
      name: 'order_ready',
      language: 'en',
      body: ['Ada', '12'],
      buttons: [{ index: 0, kind: 'reply', value: 'ok' }],
    };
    const more = { content: { sid: `HX${'1'.repeat(32)}`, variables: {}, template }, media: [picture()] } as never;
    const good = await sent('Hi Ada, 12', more);
    expect(good.outcome?.kind).toBe('accepted');
    expect(good.message?.template).toMatchObject({ name: 'order_ready', language: { code: 'en' } });
    const wrong = { content: { sid: 'HX', variables: {}, template: { ...template, body: ['Ada'] } } } as never;
    expect((await sent('Hi', wrong)).outcome).toMatchObject({ kind: 'refused', errorCode: 63028 });
    const unknown = { content: { sid: 'HX', variables: {}, template: { ...template, name: 'other' } } } as never;
    expect((await sent('Hi', unknown)).outcome).toMatchObject({ kind: 'refused', errorCode: 63027 });
  });

  it('has the template name of the settings where it was not submitted here', async () => {
    const sid = `HX${'2'.repeat(32)}`;
    rig = await startCloudRig({
      cloud: { templates: [{ name: 'mine', language: 'de', body: 0 }] },
      settings: () => ({ templates: new Map([[sid, { name: 'mine', language: 'de' }]]) }),
    });
    const template = { name: '', language: 'en', body: [] };
    expect((await sent('Hi', { content: { sid, variables: {}, template } })).outcome?.kind).toBe('accepted');
  });
});

describe('what it answers', () => {
  it('has one outcome a code: final, later, or a pause for all', async () => {
    rig = await startCloudRig();
    const refuse = (status: number, code: number | null, headers?: Record<string, string>) => {
      rig.cloud.plan = () => ({ refuse: { status, code, headers } });
    };
    refuse(400, 131047);
    expect((await sent('a')).outcome).toMatchObject({ kind: 'refused', errorCode: 63016 });
    refuse(400, 131031);
    expect((await sent('a')).outcome).toMatchObject({ kind: 'refused', errorCode: 63051, class: 'route' });
    refuse(400, 131056);
    expect((await sent('a')).outcome).toMatchObject({ kind: 'busy', retryAfterMs: 6_000 });
    refuse(500, 131000);
    for (const kind of ['busy', 'busy', 'refused']) expect((await sent('a')).outcome?.kind).toBe(kind);
    refuse(400, 999_999);
    expect((await sent('a')).outcome).toMatchObject({ kind: 'refused', errorCode: 30008 });
    expect(rig.notices).toMatchObject([{ state: 'odd', why: expect.stringContaining('999999') }]);
    refuse(502, null);
    expect((await sent('a')).outcome).toMatchObject({ kind: 'unsure' });
    refuse(429, 130429, { 'retry-after': '7' });
    expect((await sent('a')).outcome).toMatchObject({ kind: 'busy', retryAfterMs: 7_000 });
    rig.cloud.plan = () => ({});
    expect((await sent('a')).outcome).toMatchObject({ kind: 'busy' });
    expect(rig.cloud.messages).toHaveLength(0);
  });

  it('is in doubt when it was written and not answered, and not when nobody was there', async () => {
    rig = await startCloudRig();
    rig.cloud.plan = () => ({ silent: true, statuses: [] });
    expect((await sent('a')).outcome).toMatchObject({ kind: 'unsure' });
    expect(rig.connector.recall('SM1')).toBeNull();
    await rig.cloud.close();
    expect((await sent('a')).outcome).toMatchObject({ kind: 'unreachable' });
    await rig.cloud.listen();
  });

  it('is out of doubt once a status tells of it, and goes out no second time', async () => {
    rig = await startCloudRig();
    rig.cloud.plan = () => ({ silent: true, overtakes: true });
    expect((await sent('a')).outcome).toMatchObject({ kind: 'unsure' });
    const [receipt] = rig.ear.receiptsHeard;
    const settled = { kind: 'accepted', carrierIds: [receipt?.carrierId] };
    expect(rig.connector.recall('SM1')).toEqual(settled);
    expect((await sent('a', { attempt: 2 })).outcome).toEqual(settled);
    expect(rig.cloud.messages).toHaveLength(1);
  });

  it('holds everything back when the token is refused, and shows no secret', async () => {
    rig = await startCloudRig({ settings: () => ({ accessToken: 'expired-token-1' }) });
    expect((await sent('a')).outcome).toMatchObject({ kind: 'unreachable' });
    expect(rig.notices).toMatchObject([{ state: 'lost', alarm: true }]);
    expect(JSON.stringify(rig.notices)).not.toMatch(/expired-token-1|appsecret|verify-me/);
  });

  it('writes nothing after the last instant of its claim', async () => {
    rig = await startCloudRig();
    expect((await sent('a', { writeBy: performance.now() - 1 })).outcome).toMatchObject({ kind: 'busy' });
    expect(rig.cloud.messages).toHaveLength(0);
  });
});

describe('what it tells', () => {
  it('becomes receipts: delivered, read, and failed with our code', async () => {
    rig = await startCloudRig();
    rig.cloud.plan = (_, number) =>
      number === 1 ? { statuses: ['sent', 'delivered', 'read'] } : { statuses: ['failed'], error: 131049 };
    await rig.connector.send([onWhatsApp('SM1'), onWhatsApp('SM2')]);
    await until(() => rig.ear.receiptsHeard.length === 3);
    const states = rig.ear.receiptsHeard.map(({ state, errorCode }) => [state, errorCode]);
    expect(states).toEqual(
      expect.arrayContaining([
        ['delivered', undefined],
        ['read', undefined],
        ['undelivered', 63049],
      ]),
    );
    expect(rig.ear.receiptsHeard[0]?.doneDate).toMatch(/^\d{10}$/);
  });

  it('becomes what somebody said, in all its kinds', async () => {
    rig = await startCloudRig();
    const say = (more: object) => rig.cloud.say('+13125550142', OURS, more as never);
    rig.cloud.files.set('f1', { contentType: 'image/jpeg', bytes: PICTURE });
    await say({ text: { body: 'Hi' } });
    await say({ type: 'image', image: { id: 'f1', mime_type: 'image/jpeg', caption: 'Me' } });
    await say({ type: 'location', location: { latitude: 1.5, longitude: 2, name: 'Here' } });
    await say({ type: 'button', button: { text: 'Yes', payload: 'yes' } });
    await say({ type: 'interactive', interactive: { type: 'list_reply', list_reply: { id: 'a', title: 'A' } } });
    await say({ type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: 'n', title: 'No' } } });
    await say({ type: 'reaction', reaction: { message_id: 'wamid.1', emoji: '👍' } });
    await say({ type: 'contacts', contacts: [{ name: { formatted_name: 'Bo; B' }, phones: [{ phone: '+1312' }] }] });
    await say({ type: 'unsupported', errors: [{ code: 131051 }] });
    const [text, image, place, button, list, reply, reaction, contacts, unsupported] = rig.ear.inboundHeard;
    expect(text).toMatchObject({
      carrierId: expect.stringMatching(/^wamid\./),
      from: 'whatsapp:+13125550142',
      to: `whatsapp:${OURS}`,
      content: { body: 'Hi' },
      channel: { profileName: 'Ada', waId: '13125550142' },
    });
    expect(image).toMatchObject({ content: { body: 'Me' }, media: [{ contentType: 'image/jpeg' }] });
    expect(await image?.media[0]?.read()).toEqual(Buffer.from(PICTURE));
    expect(place?.channel?.location).toEqual({ latitude: 1.5, longitude: 2, label: 'Here' });
    expect(button?.channel?.button).toEqual({ text: 'Yes', payload: 'yes', type: 'REPLY' });
    expect(list?.channel?.list).toMatchObject({ id: 'a', title: 'A' });
    expect(reply?.channel?.button?.payload).toBe('n');
    expect(reaction).toMatchObject({ content: { body: '👍' }, channel: { messageType: 'reaction' } });
    expect(Buffer.from((await contacts?.media[0]?.read()) ?? []).toString()).toContain('FN:Bo\\; B');
    expect(unsupported?.channel?.messageType).toBe('unsupported');
  });

  it('is heard once when one call tells it twice, and of other fields nothing', async () => {
    rig = await startCloudRig();
    const message = { from: '13125550142', id: 'wamid.1', type: 'text', text: { body: 'Hi' } };
    const news = rig.cloud.news(OURS, { messages: [message, message, { type: 'text' }] });
    await rig.cloud.tell(news);
    await rig.cloud.tell({ entry: [{ changes: [{ field: 'flows', value: { messages: [message] } }, null, 4] }] });
    await rig.cloud.tell({ object: 'x' });
    expect(rig.ear.inboundHeard).toHaveLength(1);
    expect(rig.cloud.answers).toEqual([200, 200, 200]);
  });

  it('brings its message even when its file is gone for ever, and waits while it cannot be had now', async () => {
    rig = await startCloudRig();
    const read = rig.ear.inbound.bind(rig.ear);
    rig.ear.inbound = async (batch) => {
      for (const { media } of batch) for (const one of media) await one.read();
      await read(batch);
    };
    await rig.cloud.say('+13125550142', OURS, { type: 'image', image: { id: 'gone', caption: 'Me' } });
    expect(rig.ear.inboundHeard).toMatchObject([{ content: { body: 'Me' }, media: [] }]);
    expect(rig.cloud.answers).toEqual([200]);
  });

  it('never has its file fetched with the token from another origin', async () => {
    rig = await startCloudRig();
    const elsewhere = await new HttpCarrier().start();
    rig.cloud.files.set('f1', { contentType: 'image/jpeg', bytes: PICTURE });
    rig.cloud.filesAt = elsewhere.origin;
    await rig.cloud.say('+13125550142', OURS, { type: 'image', image: { id: 'f1', mime_type: 'image/jpeg' } });
    await expect(rig.ear.inboundHeard[0]?.media[0]?.read()).rejects.toThrow('not WhatsApp');
    expect(elsewhere.asked).toEqual([]);
    await elsewhere.stop();
  });

  it('comes again until it is committed', async () => {
    rig = await startCloudRig();
    let refusals = 2;
    rig.ear.gate = async () => {
      refusals -= 1;
      if (refusals >= 0) throw new Error('the store is away');
    };
    await rig.cloud.say('+13125550142', OURS, { text: { body: 'Hi' } });
    expect(rig.cloud.answers).toEqual([503, 503, 200]);
    expect(rig.ear.inboundHeard).toHaveLength(1);
  });
});

describe('the door', () => {
  it('opens to the signature over the body as it came, and to nothing else', async () => {
    rig = await startCloudRig();
    const news = rig.cloud.news(OURS, { statuses: [{ id: 'wamid.1', status: 'delivered' }] });
    const body = JSON.stringify(news);
    const post = async (signature: string | null, sentBody = body) =>
      (
        await fetch(rig.door.url, {
          method: 'POST',
          headers: signature === null ? {} : { 'x-hub-signature-256': signature },
          body: sentBody,
        })
      ).status;
    expect(await post(null)).toBe(403);
    expect(await post('sha256=')).toBe(403);
    expect(await post(rig.cloud.sign(`${body} `))).toBe(403);
    expect(await post(rig.cloud.sign('no json'), 'no json')).toBe(400);
    expect(rig.ear.receiptsHeard).toHaveLength(0);
    expect(await post(rig.cloud.sign(body))).toBe(200);
    expect(rig.ear.receiptsHeard).toHaveLength(1);
  });

  it('answers the challenge of the set-up to who knows the verify token', async () => {
    rig = await startCloudRig();
    const get = async (token: string, challenge = '1158201444', mode = 'subscribe') => {
      const query = new URLSearchParams({ 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge });
      const answer = await fetch(`${rig.door.url}?${query}`);
      return [answer.status, await answer.text()];
    };
    expect(await get(SECRETS.verifyToken)).toEqual([200, '1158201444']);
    expect(await get('guess')).toEqual([403, '']);
    expect(await get(SECRETS.verifyToken, '<script>')).toEqual([403, '']);
  });
});

it('is given back when it had not begun at the stop, and what had begun is waited for', async () => {
  rig = await startCloudRig({ settings: () => ({ window: 1 }) });
  rig.cloud.plan = () => ({ overtakes: true });
  const outcomes = rig.connector.send([onWhatsApp('SM1'), onWhatsApp('SM2')]);
  await rig.connector.stop();
  expect((await outcomes).map(({ kind }) => kind)).toEqual(['accepted', 'unreachable']);
});
