/** Content templates through the official SDK, and messages made from them. */
import { createRequire } from 'node:module';
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const require = createRequire(import.meta.url);
const { ContentCreateRequest, ContentUpdateRequest, Types, TwilioCallToAction, CallToActionAction } =
  require('twilio/lib/rest/content/v1/content.js') as typeof import('twilio/lib/rest/content/v1/content.js');
const { ContentApprovalRequest } =
  require('twilio/lib/rest/content/v1/content/approvalCreate.js') as typeof import('twilio/lib/rest/content/v1/content/approvalCreate.js');

describe('content', () => {
  let pidge: TestPidge;
  let client: twilio.Twilio;
  let raw: Client;

  beforeAll(async () => {
    pidge = await startTestPidge();
    client = twilio(pidge.account.sid, pidge.account.token);
    client.api.baseUrl = pidge.origin;
    client.content.baseUrl = pidge.origin;
    raw = new Client(pidge.origin, pidge.account);
  });
  afterAll(async () => {
    await raw.close();
    await pidge.close();
  });

  const json = (method: string, path: string, value: unknown) =>
    raw.call(method, path, { body: JSON.stringify(value), headers: { 'content-type': 'application/json' } });
  const make = async (types: unknown, variables: Record<string, string> = {}): Promise<string> => {
    const made = await json('POST', '/v1/Content', { friendly_name: 'made', language: 'en', variables, types });
    expect(made.status).toBe(201);
    return made.json.sid;
  };
  const text = (body: string, variables?: Record<string, string>) => make({ 'twilio/text': { body } }, variables);
  const send = (extra: Partial<Parameters<typeof client.messages.create>[0]>) =>
    client.messages.create({ to: '+12025550101', from: '+12025550100', ...extra });

  describe('templates', () => {
    it('have no variables when the list of them is empty, as PHP writes an empty map', async () => {
      const types = { 'twilio/schedule': { id: '1', title: 'When?', timeSlots: 'noon' } };
      const given = { friendly_name: 'None', language: 'en', variables: [], types };
      const { status, json: made } = await json('POST', '/v1/Content', given);
      expect([status, made.variables, made.types]).toEqual([201, {}, types]);
      expect((await json('POST', '/v1/Content', { ...given, variables: ['noon'] })).json.code).toBe(20001);
    });

    it('keep every type and property as they came, and echo them', async () => {
      const types = {
        'twilio/text': { body: 'Hi {{1}}' },
        'twilio/media': { body: 'Look', media: ['https://example.com/{{1}}.png'] },
        'twilio/quick-reply': { body: 'Well?', actions: [{ type: 'QUICK_REPLY', title: 'Yes', id: 'y' }] },
        'twilio/list-picker': { body: 'Pick', button: 'Open', items: [{ id: '1', item: 'one', description: 'first' }] },
        'twilio/call-to-action': { body: 'Go', actions: [{ type: 'URL', title: 'There', url: 'https://example.com' }] },
        'twilio/card': { title: 'Card', subtitle: 'Small', media: [], actions: [] },
        'whatsapp/card': { body: 'Card', footer: 'Foot', header_text: 'Head' },
        'whatsapp/authentication': { actions: [{ type: 'COPY_CODE', copy_code_text: 'Copy' }] },
      };
      const given = { friendly_name: 'All', language: 'pt_BR', variables: { 1: 'you' }, types };
      const { status, json: made } = await json('POST', '/v1/Content', given);
      expect(status).toBe(201);
      expect(made.sid).toMatch(/^HX[0-9a-f]{32}$/);
      const url = `${pidge.origin}/v1/Content/${made.sid}`;
      expect(made).toEqual({
        ...given,
        sid: made.sid,
        account_sid: pidge.account.sid,
        date_created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
        date_updated: made.date_created,
        url,
        links: { approval_create: `${url}/ApprovalRequests/whatsapp`, approval_fetch: `${url}/ApprovalRequests` },
      });
      const fetched = await client.content.v1.contents(made.sid).fetch();
      expect(fetched.types).toEqual(types);
      for (const value of Object.values(fetched.toJSON())) expect(value).not.toBeUndefined();
    });

    it("are made, changed and removed with the SDK's own classes", async () => {
      const created = await client.content.v1.contents.create(
        new ContentCreateRequest({
          friendly_name: 'Classes',
          language: 'en',
          variables: { 1: 'you' },
          types: new Types({
            'twilio/text': { body: 'Hi {{1}}' },
            'twilio/call-to-action': new TwilioCallToAction({
              body: 'Go',
              actions: [new CallToActionAction({ type: 'URL', title: 'There', url: 'https://example.com' })],
            }),
          }),
        }),
      );
      expect(created.friendlyName).toBe('Classes');
      expect(Object.keys(created.types)).toEqual(['twilio/text', 'twilio/call-to-action']);
      const types = new Types({ 'twilio/text': { body: 'Bye' } });
      const changed = await client.content.v1.contents(created.sid).update(new ContentUpdateRequest({ types }));
      expect([changed.friendlyName, changed.language, changed.variables]).toEqual(['Classes', 'en', {}]);
      expect(changed.types).toEqual({ 'twilio/text': { body: 'Bye' } });
      expect(await client.content.v1.contents(created.sid).remove()).toBe(true);
      await expect(client.content.v1.contents(created.sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    });

    it.each([
      ['no language', { types: { 'twilio/text': { body: 'x' } } }, 'language'],
      ['a language that is none', { language: 'English!', types: { 'twilio/text': { body: 'x' } } }, 'language'],
      ['no types', { language: 'en' }, 'types'],
      ['empty types', { language: 'en', types: {} }, 'types'],
      ['an unknown type', { language: 'en', types: { 'twilio/smoke': {} } }, 'types.twilio/smoke'],
      ['a text without body', { language: 'en', types: { 'twilio/text': {} } }, 'types.twilio/text.body'],
      [
        'media that are no list',
        { language: 'en', types: { 'twilio/media': { media: 'https://example.com/a.jpg' } } },
        'types.twilio/media.media',
      ],
      ['no object', [1], 'the body'],
      [
        'over a hundred variables',
        {
          language: 'en',
          types: { 'twilio/text': { body: 'x' } },
          variables: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [index, 'x'])),
        },
        'variables',
      ],
    ])('with %s are refused', async (_what, body, parameter) => {
      const answer = await json('POST', '/v1/Content', body);
      expect([answer.status, answer.json.code, answer.json.details.parameter]).toEqual([400, 20001, parameter]);
    });

    it('take JSON alone', async () => {
      const form = await raw.call('POST', '/v1/Content', { form: { language: 'en' } });
      expect([form.status, form.json.code, form.json.details.allowed]).toEqual([415, 20422, 'application/json']);
      const headers = { 'content-type': 'application/json' };
      for (const body of ['{', '{"language":"\\u0000"}', '{"language":"\\ud800"}', '['.repeat(100_000)]) {
        const broken = await raw.call('POST', '/v1/Content', { body, headers });
        expect([broken.status, broken.json.code]).toEqual([400, 20001]);
      }
      expect((await raw.call('GET', '/v1/Content', { auth: null })).status).toBe(401);
      expect((await raw.call('PUT', '/v1/Content')).json.code).toBe(20004);
      const missing = await raw.call('GET', `/v1/Content/HX${'0'.repeat(32)}`);
      expect(missing.json.message).toBe(`The requested resource /Content/HX${'0'.repeat(32)} was not found`);
    });

    it('are listed newest first, in pages, with and without approvals', async () => {
      const made = [await text('one'), await text('two'), await text('three')].reverse();
      const listed = await client.content.v1.contents.list({ pageSize: 2 });
      expect(listed.slice(0, 3).map(({ sid }) => sid)).toEqual(made);
      const both = await client.content.v1.contentAndApprovals.list({ pageSize: 2 });
      expect(both.map(({ sid }) => sid)).toEqual(listed.map(({ sid }) => sid));
      expect(await client.content.v1.legacyContents.list()).toEqual([]);
      expect(both[0]?.approvalRequests).toMatchObject({ status: 'unsubmitted' });
    });

    it('are found by the second version with its filters and orders', async () => {
      const types = { 'twilio/text': { body: 'Needle {{1}}' } };
      for (const name of ['b', 'a', 'c']) {
        await json('POST', '/v1/Content', { friendly_name: `found ${name}`, language: 'de', types });
      }
      type Search = Parameters<typeof client.content.v2.contents.list>[0];
      const names = async (search: Search) =>
        (await client.content.v2.contents.list({ pageSize: 2, ...search })).map(({ friendlyName }) => friendlyName);
      expect(await names({ contentName: 'FOUND' })).toEqual(['found c', 'found a', 'found b']);
      expect(await names({ language: ['de'], sortByContentName: 'asc' })).toEqual(['found a', 'found b', 'found c']);
      expect(await names({ content: 'needle', contentName: 'found a' })).toEqual(['found a']);
      expect(await names({ language: ['de'], contentType: ['twilio/card'] })).toEqual([]);
      expect(await names({ language: ['de'], channelEligibility: ['whatsapp:approved'] })).toEqual([]);
      expect(await names({ language: ['de'], dateCreatedBefore: new Date(0) })).toEqual([]);
      expect(await names({ language: ['de'], dateCreatedAfter: new Date(0) })).toHaveLength(3);
      const both = await client.content.v2.contentAndApprovals.list({ language: ['de'] });
      expect(both).toHaveLength(3);
      const wrong = await raw.call('GET', '/v2/Content?DateCreatedAfter=soon');
      expect([wrong.status, wrong.json.details.parameter]).toEqual([400, 'DateCreatedAfter']);
    });
  });

  it('approvals are received, and granted at once where nobody else judges', async () => {
    const sid = await text('Hi');
    const { approvalFetch, approvalCreate } = client.content.v1.contents(sid);
    expect((await approvalFetch().fetch()).whatsapp).toMatchObject({ type: 'whatsapp', status: 'unsubmitted' });
    const made = await approvalCreate.create(new ContentApprovalRequest({ name: 'hi_1', category: 'UTILITY' }));
    expect(made.toJSON()).toEqual({
      name: 'hi_1',
      category: 'UTILITY',
      contentType: 'twilio/text',
      status: 'received',
      rejectionReason: '',
      allowCategoryChange: true,
      sendTtlSeconds: null,
    });
    const fetched = await approvalFetch().fetch();
    expect(fetched.toJSON()).toMatchObject({ sid, accountSid: pidge.account.sid, url: expect.stringContaining(sid) });
    expect(fetched.whatsapp).toMatchObject({ name: 'hi_1', category: 'UTILITY', status: 'approved' });
    const path = `/v1/Content/${sid}/ApprovalRequests/whatsapp`;
    for (const [body, parameter] of [
      [{ name: 'Not Allowed', category: 'UTILITY' }, 'name'],
      [{ name: 'fine', category: 'OTHER' }, 'category'],
    ] as const) {
      const refused = await json('POST', path, body);
      expect([refused.status, refused.json.details.parameter]).toEqual([400, parameter]);
    }
  });

  describe('of a message', () => {
    it('makes its body, with its variables and without a Body', async () => {
      const contentSid = await text('Hi {{1}}, your code is {{code}}', { 1: 'you', code: '0000' });
      const contentVariables = JSON.stringify({ code: 4711 });
      const message = await send({ contentSid, contentVariables });
      expect([message.body, message.numSegments]).toEqual(['Hi you, your code is 4711', '1']);
      expect((await client.messages(message.sid).fetch()).body).toBe('Hi you, your code is 4711');
      expect((await send({ contentSid, body: 'ignored' })).body).toBe('Hi you, your code is 0000');
    });

    it('is the type that the channel shows', async () => {
      const contentSid = await make({
        'twilio/text': { body: 'plain' },
        'twilio/quick-reply': { body: 'rich', actions: [{ title: 'Yes', id: 'y' }] },
      });
      expect((await send({ contentSid })).body).toBe('plain');
      const to = 'whatsapp:+12025550101';
      expect((await send({ contentSid, to, from: 'whatsapp:+12025550100' })).body).toBe('rich');
    });

    it.each([
      ['a placeholder that nothing fills', { 'twilio/text': { body: 'Hi {{1}}' } }, undefined, 21656, 400],
      ['a placeholder that is none', { 'twilio/text': { body: 'Hi {{1}' } }, '{"1":"x"}', 21656, 400],
      ['variables that are no object', { 'twilio/text': { body: 'Hi' } }, '[1]', 21656, 400],
      ['an empty value', { 'twilio/text': { body: 'Hi {{1}}' } }, '{"1":""}', 21656, 400],
      ['a value that is too long', { 'twilio/text': { body: 'Hi' } }, `{"1":"${'x'.repeat(1_601)}"}`, 21658, 400],
      [
        'a text that gets too long',
        { 'twilio/text': { body: 'Hi {{1}}' } },
        `{"1":"${'x'.repeat(1_600)}"}`,
        21617,
        400,
      ],
      ['no text for the channel', { 'whatsapp/card': { body: 'Hi' } }, undefined, 21619, 400],
      ['media that are no address', { 'twilio/media': { media: ['a.png'] } }, undefined, 21620, 400],
    ])('with %s is refused', async (_what, types, contentVariables, code, status) => {
      await expect(send({ contentSid: await make(types), contentVariables })).rejects.toMatchObject({ code, status });
    });

    it('that was removed or never was is 21655, and variables without one 21654', async () => {
      const contentSid = await text('Hi');
      await client.content.v1.contents(contentSid).remove();
      await expect(send({ contentSid })).rejects.toMatchObject({ code: 21655 });
      await expect(send({ contentSid: 'HX1' })).rejects.toMatchObject({ code: 21655 });
      await expect(send({ body: 'x', contentVariables: '{}' })).rejects.toMatchObject({ code: 21654 });
    });
  });
});
