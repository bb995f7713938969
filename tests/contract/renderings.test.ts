/** Every resource of the 2010 API as XML and CSV says what it says as JSON, instances and lists. */
import { SaxesParser } from 'saxes';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { MediaHost } from '../helpers/media-host.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

type Json = Record<string, unknown>;

interface Node {
  name: string;
  text: string;
  children: Node[];
}

/** Throws where the text is not well-formed. */
function parseXml(text: string): Node {
  const root: Node = { name: '', text: '', children: [] };
  const path = [root];
  const parser = new SaxesParser();
  parser.on('opentag', ({ name }) => {
    const node = { name, text: '', children: [] };
    path.at(-1)?.children.push(node);
    path.push(node);
  });
  parser.on('text', (part) => {
    const node = path.at(-1);
    if (node) node.text += part;
  });
  parser.on('closetag', () => void path.pop());
  parser.write(text).close();
  return root.children[0] ?? root;
}

/** RFC 4180, as far as a test needs it: no line breaks inside values. */
function parseCsv(text: string): Record<string, string>[] {
  const [names = [], ...lines] = text
    .trimEnd()
    .split('\r\n')
    .map((line) =>
      [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)]
        .slice(0, -1)
        .map(([, cell = '']) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)),
    );
  return lines.map((line) => Object.fromEntries(names.map((name, index) => [name, line[index] ?? ''])));
}

const pascal = (name: string) => name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
const bare = (text: unknown) => String(text ?? '').replace(/\.json$/, '');

/** Holds that an element has the properties of `json`, none more and none less. */
function expectElement(element: Node | undefined, json: Json): void {
  const shown = element?.children ?? [];
  expect(shown.map(({ name }) => name).sort()).toEqual(Object.keys(json).map(pascal).sort());
  for (const [name, value] of Object.entries(json)) {
    const node = shown.find((one) => one.name === pascal(name));
    if (typeof value !== 'object' || value === null) expect([name, node?.text]).toEqual([name, bare(value)]);
    else if (name !== 'tags') expectElement(node, value as Json);
  }
}

function expectRow(row: Record<string, string> | undefined, json: Json): void {
  const { subresource_uris: _, ...rest } = json;
  const cells = Object.entries(rest).map(([name, value]) => {
    return [name, typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')];
  });
  expect(row).toEqual(Object.fromEntries(cells));
}

describe('as XML and CSV', () => {
  let pidge: TestPidge;
  let client: Client;
  let host: MediaHost;
  let message: string;

  const get = (path: string) => client.call('GET', client.base + path);
  const post = (path: string, form: Record<string, string>) => client.call('POST', client.base + path, { form });

  beforeAll(async () => {
    host = await new MediaHost().start();
    const pool = { country: 'US', type: 'local' as const, numbers: ['+1212555010x'], canSms: true, canMms: true };
    pidge = await startTestPidge({ change: (config) => (config.numberPools = [pool, { ...pool, country: 'GB' }]) });
    client = new Client(pidge.origin, pidge.account);
    const Body = 'Fish & chips <now>, "hot"';
    message = (await client.send({ Body, MediaUrl: host.picture(), Tags: '{"a":"b"}' })).json.sid;
    await pidge.until(async () => (await get(`/Messages/${message}.json`)).json.status === 'delivered');
    await post('/Applications.json', { FriendlyName: 'Fish & chips', SmsUrl: 'https://shop.example/?a=1&b=2' });
    await post('/OutgoingCallerIds.json', { PhoneNumber: '+12025550110' });
  });
  afterAll(async () => {
    await client.close();
    await pidge.close();
    await host.stop();
  });

  const resources: [path: () => string, key: string, container: string, element: string][] = [
    [() => '/Messages', 'messages', 'Messages', 'Message'],
    [() => `/Messages/${message}/Media`, 'media_list', 'MediaList', 'Media'],
    [() => '/IncomingPhoneNumbers', 'incoming_phone_numbers', 'IncomingPhoneNumbers', 'IncomingPhoneNumber'],
    [() => '/Applications', 'applications', 'Applications', 'Application'],
    [() => '/OutgoingCallerIds', 'outgoing_caller_ids', 'OutgoingCallerIds', 'OutgoingCallerId'],
    [() => '/SMS/ShortCodes', 'short_codes', 'ShortCodes', 'ShortCode'],
  ];

  it.each(resources)('%s: %s are the same', async (pathOf, key, container, element) => {
    const path = pathOf();
    const items: Json[] = (await get(`${path}.json`)).json[key];
    expect(items.length).toBeGreaterThan(0);
    const xml = await get(path);
    expect([xml.status, xml.headers['content-type']]).toEqual([200, expect.stringContaining('application/xml')]);
    const [list] = parseXml(xml.text).children;
    expect([list?.name, list?.children.length]).toEqual([container, items.length]);
    const csv = await get(`${path}.csv`);
    expect([csv.status, csv.headers['content-type']]).toEqual([200, expect.stringContaining('text/csv')]);
    const rows = parseCsv(csv.text);
    for (const [index, item] of items.entries()) {
      expect(list?.children[index]?.name).toBe(element);
      expectElement(list?.children[index], item);
      expectRow(rows[index], item);
    }

    const one = `${path}/${items[0]?.sid}`;
    const { json } = await get(`${one}.json`);
    const [instance] = parseXml((await get(`${one}.xml`)).text).children;
    expect(instance?.name).toBe(element);
    expectElement(instance, json);
    expectRow(parseCsv((await get(`${one}.csv`)).text)[0], json);
  });

  it('the countries with numbers are the same', async () => {
    const path = '/AvailablePhoneNumbers';
    const countries: Json[] = (await get(`${path}.json`)).json.countries;
    const [instance] = parseXml((await get(path)).text).children;
    const list = instance?.children.find(({ name }) => name === 'Countries');
    expect(list?.children.map(({ name }) => name)).toEqual(['Country', 'Country']);
    const rows = parseCsv((await get(`${path}.csv`)).text);
    expect([countries.length, rows.length]).toEqual([2, 2]);
    for (const [index, country] of countries.entries()) {
      expectElement(list?.children[index], country);
      expectRow(rows[index], country);
    }
  });

  it('feedback is the same', async () => {
    const path = `/Messages/${message}/Feedback`;
    const { json } = await post(`${path}.json`, { Outcome: 'confirmed' });
    const [instance] = parseXml((await post(path, {})).text).children;
    expect(instance?.name).toBe('MessageFeedback');
    // Each of them is a write, and the second may have changed between them.
    const at = instance?.children.find(({ name }) => name === 'DateUpdated')?.text;
    expectElement(instance, { ...json, date_updated: at });
    const [row] = parseCsv((await post(`${path}.csv`, {})).text);
    expectRow(row, { ...json, date_updated: row?.date_updated });
    for (const date of [at, row?.date_updated])
      expect(Date.parse(`${date}`)).toBeGreaterThanOrEqual(Date.parse(json.date_updated));
  });

  it('a refusal is the same', async () => {
    const path = `/Messages/SM${'0'.repeat(32)}`;
    const { json } = await get(`${path}.json`);
    const [error] = parseXml((await get(path)).text).children;
    const shown = Object.fromEntries((error?.children ?? []).map(({ name, text }) => [name, text]));
    const message = json.message.replace('.json', '');
    expect(error?.name).toBe('RestException');
    expect(shown).toEqual({ Code: '20404', Message: message, MoreInfo: json.more_info, Status: '404' });
    const [row] = parseCsv((await get(`${path}.csv`)).text);
    expect(row).toMatchObject({ code: '20404', status: '404', more_info: json.more_info });
  });
});
