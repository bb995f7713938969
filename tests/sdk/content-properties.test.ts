/** Every property and parameter of content templates and their approval, through the official SDK. */
import { createRequire } from 'node:module';
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { expectKinds, expectWhole, fieldsOf, type Kinds } from '../helpers/sdk-types.ts';

const require = createRequire(import.meta.url);
const { ContentCreateRequest, ContentUpdateRequest, Types } =
  require('twilio/lib/rest/content/v1/content.js') as typeof import('twilio/lib/rest/content/v1/content.js');
const { ContentApprovalRequest } =
  require('twilio/lib/rest/content/v1/content/approvalCreate.js') as typeof import('twilio/lib/rest/content/v1/content/approvalCreate.js');

const BASICS: Kinds = {
  dateCreated: 'Date',
  dateUpdated: 'Date',
  sid: 'string',
  accountSid: 'string',
  friendlyName: 'string?',
  language: 'string',
  variables: 'object',
  types: 'object',
};
const CONTENT: Kinds = { ...BASICS, url: 'string', links: 'object' };
const WITH_APPROVAL: Kinds = { ...BASICS, approvalRequests: 'object' };

interface Listing {
  sid: string;
  friendlyName: string;
}
type Listed = (query: object) => Promise<Listing[]>;
type Paged = (query: object) => Promise<{ instances: Listing[] }>;

describe('content through the official SDK', () => {
  let pidge: TestPidge;
  let client: twilio.Twilio;

  beforeAll(async () => {
    pidge = await startTestPidge();
    client = twilio(pidge.account.sid, pidge.account.token);
    client.content.baseUrl = pidge.origin;
  });
  afterAll(() => pidge.close());

  const given = () => ({
    friendly_name: 'Hi',
    language: 'en',
    variables: { 1: 'you' },
    types: new Types({ 'twilio/text': { body: 'Hello {{1}}' } }),
  });
  const make = (more: object = {}) =>
    client.content.v1.contents.create(new ContentCreateRequest({ ...given(), ...more }));
  const refusal = (promise: Promise<unknown>) => promise.then(String, (reason: unknown) => reason);

  it('has every property, when it was made, changed, fetched and listed', async () => {
    expectWhole(CONTENT, 'content/v1/content', 'ContentInstance');
    const made = await make();
    expectKinds(made, CONTENT);
    expect(made).toMatchObject({
      accountSid: pidge.account.sid,
      friendlyName: 'Hi',
      language: 'en',
      variables: { 1: 'you' },
      types: { 'twilio/text': { body: 'Hello {{1}}' } },
    });
    expect((await client.content.v1.contents(made.sid).fetch()).toJSON()).toEqual(made.toJSON());
    expect((await client.content.v1.contents.list())[0]?.toJSON()).toEqual(made.toJSON());
    const page = await client.content.v1.contents.page({ pageSize: 1 });
    await make();
    const newest = await client.content.v1.contents.page({ pageSize: 1 });
    expect(newest.nextPageUrl).toMatch(/PageSize=1&Page=1&PageToken=PAHX/);
    expect((await newest.nextPage())?.instances.map(({ sid }) => sid)).toEqual(page.instances.map(({ sid }) => sid));
    const types = new Types({ 'twilio/text': { body: 'Bye {{1}}' } });
    const change = new ContentUpdateRequest({ friendly_name: 'Bye', language: 'de', variables: { 1: 'all' }, types });
    const changed = await client.content.v1.contents(made.sid).update(change);
    expectKinds(changed, CONTENT);
    expect(changed).toMatchObject({
      sid: made.sid,
      friendlyName: 'Bye',
      language: 'de',
      variables: { 1: 'all' },
      types: { 'twilio/text': { body: 'Bye {{1}}' } },
    });
  });

  it('refuses what a parameter of create cannot be', async () => {
    const parameters = ['friendlyName', 'language', 'types', 'variables'];
    expect(fieldsOf('content/v1/content', 'ContentCreateRequest').sort()).toEqual(parameters);
    expect(fieldsOf('content/v1/content', 'ContentUpdateRequest').sort()).toEqual(parameters);
    for (const wrong of [
      { friendly_name: 7 },
      { language: 'English!' },
      { variables: [1] },
      { types: new Types({}) },
    ]) {
      expect([wrong, await refusal(make(wrong))]).toMatchObject([wrong, { status: 400, code: 20001 }]);
    }
  });

  it('has an approval with every property', async () => {
    expectWhole(WITH_APPROVAL, 'content/v1/contentAndApprovals', 'ContentAndApprovalsInstance');
    const { sid } = await make();
    const approvals = client.content.v1.contents(sid);
    const created = await approvals.approvalCreate.create(
      new ContentApprovalRequest({ name: 'hello_you', category: 'UTILITY', send_ttl_seconds: 600 }),
    );
    const parameters = ['category', 'name', 'sendTtlSeconds'];
    expect(fieldsOf('content/v1/content/approvalCreate', 'ContentApprovalRequest').sort()).toEqual(parameters);
    const kinds: Kinds = {
      name: 'string',
      category: 'string',
      contentType: 'string',
      status: 'string',
      rejectionReason: 'string',
      allowCategoryChange: 'boolean',
      sendTtlSeconds: 'number?',
    };
    expectWhole(kinds, 'content/v1/content/approvalCreate', 'ApprovalCreateInstance');
    expectKinds(created, kinds);
    expect(created).toMatchObject({ name: 'hello_you', category: 'UTILITY', status: 'received', sendTtlSeconds: 600 });
    const fetched = await approvals.approvalFetch().fetch();
    const ofFetch: Kinds = { sid: 'string', accountSid: 'string', whatsapp: 'object', url: 'string' };
    expectWhole(ofFetch, 'content/v1/content/approvalFetch', 'ApprovalFetchInstance');
    expectKinds(fetched, ofFetch);
    expect(fetched.whatsapp).toMatchObject({ name: 'hello_you', category: 'UTILITY', status: 'approved' });
    const listed = (await client.content.v1.contentAndApprovals.list()).find((one) => one.sid === sid);
    expectKinds(listed as object, WITH_APPROVAL);
    for (const wrong of [{ name: 'Hello You' }, { category: 'FUN' }, { send_ttl_seconds: -1 }]) {
      const request = new ContentApprovalRequest({ name: 'hello_you', category: 'UTILITY', ...wrong });
      expect(await refusal(approvals.approvalCreate.create(request))).toMatchObject({ status: 400, code: 20001 });
    }
  });

  it('is selected by every parameter of the second version', async () => {
    const { sid, dateCreated } = await make({ friendly_name: 'Needle', language: 'pt_BR' });
    await make({ friendly_name: 'Hay' });
    const chosen: Record<string, [having: unknown, lacking: unknown]> = {
      dateCreatedAfter: [new Date(dateCreated.getTime() - 5_000), new Date(Date.now() + 3_600_000)],
      dateCreatedBefore: [new Date(Date.now() + 5_000), new Date('2020-01-01T00:00:00Z')],
      contentName: ['^ne+dle$', '^edle'],
      content: ['^hel+o', 'Goodbye'],
      language: [['pt_BR'], ['ja']],
      contentType: [['twilio/text'], ['twilio/media']],
      channelEligibility: [['whatsapp:unsubmitted'], ['whatsapp:rejected']],
    };
    const orders = { sortByDate: ['asc', 'desc'], sortByContentName: ['asc', 'desc'] };
    const paging = { pageSize: 50, limit: 100 };
    const { contents, contentAndApprovals } = client.content.v2;
    const variants: [string, string, Kinds, Listed, Paged][] = [
      ['content', 'Content', CONTENT, (query) => contents.list(query), (query) => contents.page(query)],
      [
        'contentAndApprovals',
        'ContentAndApprovals',
        WITH_APPROVAL,
        (query) => contentAndApprovals.list(query),
        (query) => contentAndApprovals.page(query),
      ],
    ];
    for (const [file, type, kinds, list, page] of variants) {
      expectWhole({ ...chosen, ...orders, ...paging }, `content/v2/${file}`, `${type}ListInstanceOptions`);
      expectWhole(kinds, `content/v2/${file}`, `${type}Instance`);
      const find = async (query: object) => (await list(query)).map((one) => one.sid);
      for (const [parameter, [having, lacking]] of Object.entries(chosen)) {
        expect([parameter, await find({ [parameter]: having })]).toEqual([parameter, expect.arrayContaining([sid])]);
        expect([parameter, await find({ [parameter]: lacking })]).toEqual([parameter, []]);
      }
      for (const [parameter, [up, down]] of Object.entries(orders)) {
        const ascending = await find({ [parameter]: up });
        const descending = await find({ [parameter]: down });
        expect(new Set(descending)).toEqual(new Set(ascending));
        const wrong = await refusal(list({ [parameter]: 'sideways' }));
        expect(wrong).toMatchObject({ status: 400, code: 20001 });
      }
      const names = async (sortByContentName: string) =>
        (await list({ sortByContentName })).map((one) => one.friendlyName);
      expect(await names('asc')).toEqual((await names('desc')).toReversed());
      for (const one of await list({})) expectKinds(one, kinds);
      const [, second] = await find({});
      const { instances } = await page({ pageSize: 1, pageNumber: 1, pageToken: '' });
      expect(instances.map((one) => one.sid)).toEqual([second]);
      const unreadable = await refusal(page({ pageSize: 1, pageToken: 'any' }));
      expect(unreadable).toMatchObject({ status: 400, code: 21481 });
      expect(await list({ limit: 2 })).toHaveLength(2);
    }
  });

  it.each([
    {},
    { sortByDate: 'asc' },
    { sortByDate: 'desc' },
    { sortByContentName: 'asc' },
    { sortByContentName: 'desc' },
  ])('may be removed and made while it is walked over, forward and back, in any order: %o', async (order) => {
    const language = 'cy';
    for (const friendly_name of ['ôl', 'Dau', 'dau', '', 'un']) await make({ friendly_name, language });
    const search = { ...order, language: [language] };
    const { contents } = client.content.v2;
    const sidsOf = (instances: Listing[] = []) => instances.map(({ sid }) => sid);
    const all = sidsOf(await contents.list(search));
    const first = await contents.page({ ...search, pageSize: 2 });
    const pages: Pick<typeof first, 'instances' | 'nextPage' | 'previousPage'>[] = [first];
    for (const { sid } of first.instances) await client.content.v1.contents(sid).remove();
    const { sid: added } = await make({ friendly_name: 'dau', language });
    for (let next = await pages.at(-1)?.nextPage(); next; next = await pages.at(-1)?.nextPage()) pages.push(next);
    const seen = pages.map(({ instances }) => sidsOf(instances));
    expect(seen.flat().filter((sid) => sid !== added)).toEqual(all);
    expect(sidsOf((await pages.at(-1)?.previousPage())?.instances)).toEqual(seen.at(-2));
    for (const sid of [...all.slice(2), added]) await client.content.v1.contents(sid).remove();
  });

  it('has no template of the former kind', async () => {
    const kinds: Kinds = { ...BASICS, url: 'string', legacyTemplateName: 'string', legacyBody: 'string' };
    expectWhole(kinds, 'content/v1/legacyContent', 'LegacyContentInstance');
    expect(await client.content.v1.legacyContents.list({ pageSize: 1 })).toEqual([]);
  });
});
