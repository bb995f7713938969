import { expect, test } from 'vitest';
import { type Json, MG, openDoor, ROOT, SID } from './door.ts';

const FIELDS =
  'body num_segments direction from to date_updated price error_message uri account_sid num_media status messaging_service_sid sid date_sent date_created error_code price_unit api_version subresource_uris tags'.split(
    ' ',
  );

test('a create is answered 201 with every field in the order of the schema', async () => {
  const door = openDoor();
  const { status, headers, json } = await door.call('POST', `${ROOT}/Messages.json`, { form: 'Body=caf%C3%A9+%2B' });
  expect(status).toBe(201);
  expect(headers['content-type']).toBe('application/json');
  expect(Object.keys(json)).toEqual(FIELDS);
  expect(json).toMatchObject({
    body: 'café +',
    date_sent: null,
    price: null,
    price_unit: 'USD',
    error_code: null,
    messaging_service_sid: MG,
    date_created: 'Tue, 04 Feb 2025 10:15:00 +0000',
    subresource_uris: { media: `${ROOT}/Messages/${json.sid}/Media.json` },
  });
  expect(json.subresource_uris.feedback).toBeUndefined();
});

test('a fetched message names its feedback and its error', async () => {
  const door = openDoor({ defaultServiceSid: 'null' });
  const { sid } = door.message({ status: 'undelivered', errorCode: 30007, priceMicros: -7500 });
  const { json } = await door.call('GET', `${ROOT}/Messages/${sid}.json`);
  expect(json).toMatchObject({ error_code: 30007, error_message: 'Carrier violation', price: '-0.00750' });
  expect(json.messaging_service_sid).toBeNull();
  expect(json.subresource_uris.feedback).toBe(`${ROOT}/Messages/${sid}/Feedback.json`);
});

test('a message that came in names its feedback too, as the lists of Twilio do', async () => {
  const door = openDoor();
  const { sid } = door.message({ direction: 'inbound', status: 'received' });
  const { json } = await door.call('GET', `${ROOT}/Messages.json`);
  expect(json.messages[0].subresource_uris.feedback).toBe(`${ROOT}/Messages/${sid}/Feedback.json`);
});

test('an unknown and a malformed sid are both 404 with the path as requested', async () => {
  const door = openDoor();
  for (const sid of [`SM${'0'.repeat(32)}`, 'SM0']) {
    const path = `${ROOT}/Messages/${sid}.json`;
    const { status, json } = await door.call('GET', `${path}?x=1`);
    expect([status, json.code, json.message]).toEqual([404, 20404, `The requested resource ${path} was not found`]);
  }
});

test('five records in pages of two are walked forward and back by the URIs', async () => {
  const door = openDoor();
  const sids = Array.from({ length: 5 }, () => door.message().sid).reverse();
  const seen: string[] = [];
  let uri: string | null = `${ROOT}/Messages.json?PageSize=2`;
  let last: Json = {};
  while (uri !== null) {
    last = (await door.call('GET', uri)).json;
    seen.push(...last.messages.map((one: { sid: string }) => one.sid));
    uri = last.next_page_uri;
  }
  expect(seen).toEqual(sids);
  expect(last).toMatchObject({ page: 2, page_size: 2, start: 4, end: 4 });
  const back = (await door.call('GET', last.previous_page_uri)).json;
  expect(back.messages.map((one: { sid: string }) => one.sid)).toEqual(sids.slice(2, 4));
  expect(back.first_page_uri).toBe(`${ROOT}/Messages.json?PageSize=2&Page=0`);
  expect(Object.keys(back).sort()).toEqual(
    'end first_page_uri messages next_page_uri page page_size previous_page_uri start uri'.split(' '),
  );
});

test('filters are read however they are written and echoed percent-encoded', async () => {
  const door = openDoor();
  const day = Date.UTC(2019, 2, 1);
  await door.call(
    'GET',
    `${ROOT}/Messages.json?DateSent%3E=2019-03-01T00%3A00%3A00Z&DateSent<=2019-03-02&To=%2B12025550101`,
  );
  expect(door.queries[0]).toMatchObject({ sentFrom: day, sentTo: day + 2 * 86_400_000 - 1, to: '+12025550101' });
  await door.call('GET', `${ROOT}/Messages.json?DateSent>=2019-03-01T10:00:00Z&DateSent=2019-03-01T05:00:00Z`);
  expect(door.queries[1]).toMatchObject({ sentFrom: day + 36_000_000, sentTo: day + 86_399_999 });
  // The seeds' "before March 1st": a time that was written is exact, but for the one day of DateSent itself.
  await door.call('GET', `${ROOT}/Messages.json?DateSent<=2019-03-01T00:00:00Z`);
  expect(door.queries[2]).toMatchObject({ sentTo: day + 999 });
  await door.call('GET', `${ROOT}/Messages.json?DateSent=2019-03-01T00:00:00Z`);
  expect(door.queries[3]).toMatchObject({ sentFrom: day, sentTo: day + 86_399_999 });
  const { json } = await door.call('GET', `${ROOT}/Messages.json?DateSent%3E=2008-01-02&From=%2B12025550100`);
  expect(json.uri).toBe(`${ROOT}/Messages.json?From=%2B12025550100&DateSent%3E=2008-01-02&PageSize=50&Page=0`);
});

test('the bound of a date may stand before its value, as the seeds write it', async () => {
  const door = openDoor();
  const day = Date.UTC(2019, 2, 1);
  const asked = async (query: string) => {
    const { status } = await door.call('GET', `${ROOT}/Messages.json?${query}`);
    return { status, sentFrom: door.queries.at(-1)?.sentFrom, sentTo: door.queries.at(-1)?.sentTo };
  };
  expect(await asked('DateSent=%3C%3D2019-03-01')).toEqual({ status: 200, sentTo: day + 86_399_999 });
  expect(await asked('DateSent=>=2019-03-01')).toEqual({ status: 200, sentFrom: day });
  expect(await asked('DateSent>=>=2019-03-01')).toEqual({ status: 200, sentFrom: day });
  expect((await asked('DateSent>=<=2019-03-01')).status).toBe(400);
});

test('a + in To or From that arrived as a blank is read as one', async () => {
  const door = openDoor();
  const { json } = await door.call('GET', `${ROOT}/Messages.json?To=+12025550101&From=whatsapp:+12025550100`);
  expect(door.queries[0]).toMatchObject({ to: '+12025550101', from: 'whatsapp:+12025550100' });
  expect(json.uri).toContain('To=%2012025550101&');
});

test('an empty parameter of paging is none', async () => {
  const { json } = await openDoor().call('GET', `${ROOT}/Messages.json?PageSize=&Page=&PageToken=`);
  expect(json.uri).toBe(`${ROOT}/Messages.json?PageSize=50&Page=0`);
});

test.each([
  ['PageSize=0', 20001],
  ['PageSize=-1', 20001],
  ['PageSize=x', 20001],
  ['Page=x', 20001],
  ['PageToken=PAXX', 21481],
  [`PageToken=PAME${'0'.repeat(32)}`, 21481],
  ['DateSent=yesterday', 20001],
  ['To=1&To=2', 20001],
])('a list asked for with %s is 400 with %i', async (query, code) => {
  const { status, json } = await openDoor().call('GET', `${ROOT}/Messages.json?${query}`);
  expect([status, json.code]).toEqual([400, code]);
  expect(json.details.parameter).toBe(query.split('=')[0]);
});

test('a page beyond the first 10 000 records of a filtered list is refused, and empty where there are fewer', async () => {
  const door = openDoor();
  const list = (query: string) => door.call('GET', `${ROOT}/Messages.json?${query}`);
  door.message();
  const empty = await list('From=%2B12025550100&Page=999999');
  expect([empty.status, empty.json.messages, empty.json.next_page_uri]).toEqual([200, [], null]);
  for (let made = 1; made < 10_060; made += 1) door.message();
  expect((await list('From=%2B12025550100&Page=200')).json.messages).toHaveLength(50);
  const deep = await list('From=%2B12025550100&Page=201');
  expect([deep.status, deep.json.code]).toEqual([400, 20001]);
  expect(deep.json.details).toMatchObject({ parameter: 'Page', received: '201' });
  expect((await list('Page=201')).json.messages).toHaveLength(10);
  const next = await list(`From=%2B12025550100&Page=201&PageToken=PA${door.messages[9]?.sid}`);
  expect(next.status).toBe(200);
});

test('a page size over 1000 is cut to 1000', async () => {
  const { json } = await openDoor().call('GET', `${ROOT}/Messages.json?PageSize=5000`);
  expect(json.page_size).toBe(1000);
});

test('an empty Body redacts a finished message and is 409 before', async () => {
  const door = openDoor();
  const path = `${ROOT}/Messages/${door.message().sid}.json`;
  const early = await door.call('POST', path, { form: 'Body=' });
  expect([early.status, early.json.code]).toEqual([409, 20009]);
  (door.messages[0] as { status: string }).status = 'scheduled';
  expect((await door.call('POST', path, { form: 'Body=' })).json.details.fix).toMatch('Status=canceled');
  expect((await door.call('DELETE', path)).json.details.fix).toMatch('Status=canceled');
  (door.messages[0] as { status: string }).status = 'delivered';
  const { status, json } = await door.call('POST', path, { form: 'Body=' });
  expect([status, json.body]).toEqual([200, '']);
});

test('an update with anything but an empty Body or Status=canceled is refused, and with neither changes nothing', async () => {
  const door = openDoor();
  const path = `${ROOT}/Messages/${door.message({ status: 'scheduled' }).sid}.json`;
  for (const form of ['Body=new', 'Status=cancelled', 'Body=&Status=canceled']) {
    const { status, json } = await door.call('POST', path, { form });
    expect([form, status, json.code]).toEqual([form, 400, 20001]);
  }
  expect((await door.call('POST', path)).json.status).toBe('scheduled');
  expect((await door.call('POST', path, { form: 'Status=canceled' })).json.status).toBe('canceled');
  const again = await door.call('POST', path, { form: 'Status=canceled' });
  expect([again.status, again.json.code]).toEqual([409, 30409]);
});

test('a deleted message is 204 without a body, then 404', async () => {
  const door = openDoor();
  const path = `${ROOT}/Messages/${door.message({ status: 'delivered' }).sid}`;
  const { status, text, headers } = await door.call('DELETE', `${path}.json`);
  expect([status, text, headers['content-type']]).toEqual([204, '', undefined]);
  expect((await door.call('DELETE', path)).status).toBe(404);
});

test('the media of a message are an empty list, and feedback is only given', async () => {
  const door = openDoor();
  const path = `${ROOT}/Messages/${door.message().sid}`;
  expect((await door.call('GET', `${path}/Media.json`)).json.media_list).toEqual([]);
  expect((await door.call('GET', `${path}/Media/ME${'0'.repeat(32)}.json`)).json.code).toBe(20404);
  const feedback = await door.call('POST', `${path}/Feedback.json`);
  expect([feedback.status, feedback.json.outcome]).toEqual([200, 'unconfirmed']);
  expect((await door.call('GET', `${path}/Feedback.json`)).status).toBe(405);
});

test('without an extension the answer is XML as recorded', async () => {
  const door = openDoor();
  const { sid } = door.message({ body: 'a < b & "c"\u0001' });
  const { headers, text } = await door.call('GET', `${ROOT}/Messages/${sid}`);
  expect(headers['content-type']).toBe('application/xml');
  expect(text).toBe(
    `<?xml version='1.0' encoding='UTF-8'?>\n<TwilioResponse><Message><Sid>${sid}</Sid><DateCreated>Tue, 04 Feb 2025 10:15:00 +0000</DateCreated><DateUpdated>Tue, 04 Feb 2025 10:15:00 +0000</DateUpdated><DateSent/><AccountSid>${SID}</AccountSid><To>+15558675310</To><From>+15005550006</From><MessagingServiceSid>${MG}</MessagingServiceSid><Body>a &lt; b &amp; &quot;c&quot;\ufffd</Body><Status>queued</Status><NumSegments>1</NumSegments><NumMedia>0</NumMedia><Direction>outbound-api</Direction><ApiVersion>2010-04-01</ApiVersion><Price/><PriceUnit>USD</PriceUnit><ErrorCode/><ErrorMessage/><Uri>${ROOT}/Messages/${sid}</Uri><SubresourceUris><Media>${ROOT}/Messages/${sid}/Media</Media><Feedback>${ROOT}/Messages/${sid}/Feedback</Feedback></SubresourceUris><Tags/></Message></TwilioResponse>`,
  );
});

test('a list in XML carries its paging in attributes, and in CSV a header and a line a record', async () => {
  const door = openDoor();
  door.message();
  const { sid } = door.message({ body: 'one, "two"\nthree' });
  const xml = await door.call('GET', `${ROOT}/Messages.xml?PageSize=1`);
  expect(xml.text).toContain(
    `<Messages page="0" pagesize="1" start="0" end="0" uri="${ROOT}/Messages?PageSize=1&amp;Page=0" firstpageuri="${ROOT}/Messages?PageSize=1&amp;Page=0" previouspageuri="" nextpageuri="${ROOT}/Messages?PageSize=1&amp;Page=1&amp;PageToken=PA${sid}"><Message><Sid>${sid}</Sid>`,
  );
  const csv = await door.call('GET', `${ROOT}/Messages.csv`);
  expect(csv.headers['content-type']).toBe('text/csv');
  expect(csv.text.split('\r\n')[0]).toBe(FIELDS.filter((name) => name !== 'subresource_uris').join(','));
  expect(csv.text).toContain('"one, ""two""\nthree",1,outbound-api');
});

test('an error is in the format that was asked for', async () => {
  const door = openDoor();
  const xml = await door.call('GET', `${ROOT}/Messages/SM0`);
  expect(xml.text).toBe(
    `<?xml version='1.0' encoding='UTF-8'?>\n<TwilioResponse><RestException><Code>20404</Code><Message>The requested resource ${ROOT}/Messages/SM0 was not found</Message><MoreInfo>https://www.twilio.com/docs/errors/20404</MoreInfo><Status>404</Status></RestException></TwilioResponse>`,
  );
  expect((await door.call('GET', `${ROOT}/Messages/SM0.csv`)).text).toMatch(/^code,message,more_info,status\r\n20404,/);
});
