import { expect, test } from 'vitest';
import { CHILD, OTHER, openDoor, ROOT, SID, TOKEN } from './door.ts';

const numbers = `${ROOT}/IncomingPhoneNumbers`;

test('a number is registered, read, changed, listed and given back', async () => {
  const door = openDoor();
  const form = 'PhoneNumber=%2B12025550177&SmsUrl=https%3A%2F%2Fexample.com%2Fsms&VoiceCallerIdLookup=True';
  const made = await door.call('POST', `${numbers}.json`, { form });
  expect(made.status).toBe(201);
  expect(made.json).toMatchObject({
    phone_number: '+12025550177',
    friendly_name: '(202) 555-0177',
    sms_url: 'https://example.com/sms',
    sms_method: 'POST',
    voice_caller_id_lookup: true,
    capabilities: { sms: true },
    status: 'in-use',
  });
  const path = `${numbers}/${made.json.sid}.json`;
  expect(made.json.uri).toBe(path);
  const changed = await door.call('POST', path, {
    form: 'FriendlyName=Desk&SmsFallbackUrl=https://example.com/2&SmsMethod=get',
  });
  expect(changed.json).toMatchObject({ friendly_name: 'Desk', sms_method: 'GET', sms_url: 'https://example.com/sms' });
  expect((await door.call('GET', path)).json.sms_fallback_url).toBe('https://example.com/2');
  expect((await door.call('DELETE', path)).status).toBe(204);
  expect((await door.call('GET', path)).json.code).toBe(20404);
  expect(door.counts.senderChanges).toBe(3);
});

test('numbers are found by name and by part of the number', async () => {
  const door = openDoor();
  for (const last of ['01', '12', '22']) {
    await door.call('POST', `${numbers}.json`, { form: `PhoneNumber=%2B120255501${last}&FriendlyName=n${last}` });
  }
  const found = async (query: string) =>
    (await door.call('GET', `${numbers}.json?${query}`)).json.incoming_phone_numbers.map(
      (one: { friendly_name: string }) => one.friendly_name,
    );
  expect(await found('')).toEqual(['n22', 'n12', 'n01']);
  expect(await found('FriendlyName=n12')).toEqual(['n12']);
  expect(await found('PhoneNumber=01*2')).toEqual(['n22', 'n12']);
  await door.call('POST', `${numbers}.json`, { form: 'PhoneNumber=%2B12025550133' });
  const unnamed = await door.call('GET', `${numbers}.json?FriendlyName=(202)%20555-0133`);
  expect(unnamed.json.incoming_phone_numbers).toMatchObject([{ phone_number: '+12025550133' }]);
  await door.call('DELETE', `${numbers}/${unnamed.json.incoming_phone_numbers[0].sid}.json`);
  expect(await found('PhoneNumber=%2B1202555010')).toEqual(['n01']);
  expect(await found('PhoneNumber=ACME')).toEqual([]);
  const page = (await door.call('GET', `${numbers}.json?PageSize=2`)).json;
  expect((await door.call('GET', page.next_page_uri)).json).toMatchObject({ page: 1, next_page_uri: null });
});

test('a list that is emptied while it is walked goes on behind what is gone', async () => {
  const door = openDoor();
  const places = { Applications: 'applications', Keys: 'keys' };
  for (const last of [1, 2, 3]) {
    await door.call('POST', `${numbers}.json`, { form: `PhoneNumber=%2B1202555010${last}` });
    for (const place of Object.keys(places))
      await door.call('POST', `${ROOT}/${place}.json`, { form: 'FriendlyName=x' });
  }
  for (const [place, key] of Object.entries({ ...places, IncomingPhoneNumbers: 'incoming_phone_numbers' })) {
    const first = (await door.call('GET', `${ROOT}/${place}.json?PageSize=2`)).json;
    for (const { sid } of first[key]) await door.call('DELETE', `${ROOT}/${place}/${sid}.json`);
    const second = (await door.call('GET', first.next_page_uri)).json;
    expect([place, second[key]?.length, second.next_page_uri]).toEqual([place, 1, null]);
  }
});

test.each([
  ['PhoneNumber=abc', 21421],
  ['', 21421],
  ['PhoneNumber=%2B15005550001', 21421],
  ['PhoneNumber=%2B15005550000', 21422],
  ['AreaCode=415', 21457],
  ['AreaCode=41', 21451],
  ['AreaCode=533', 21452],
  ['PhoneNumber=%2B12025550177&SmsUrl=ftp%3A%2F%2Fx', 21402],
  ['PhoneNumber=%2B12025550177&SmsMethod=PUT', 21403],
  ['PhoneNumber=%2B12025550177&SmsFallbackUrl=https%3A%2F%2Fexample.com', 21406],
  ['PhoneNumber=%2B12025550177&SmsApplicationSid=AP1', 21420],
  [`PhoneNumber=%2B12025550177&FriendlyName=${'x'.repeat(65)}`, 20002],
])('registering with %s is refused with %i', async (form, code) => {
  const { status, json } = await openDoor().call('POST', `${numbers}.json`, { form });
  expect([status, json.code]).toEqual([400, code]);
});

test('the address of a number is taken away alone, its fallback stays behind', async () => {
  const door = openDoor();
  const form = 'PhoneNumber=%2B12025550177&SmsUrl=https%3A%2F%2Fa.example&SmsFallbackUrl=https%3A%2F%2Fb.example';
  const { sid } = (await door.call('POST', `${numbers}.json`, { form })).json;
  const { status, json } = await door.call('POST', `${numbers}/${sid}.json`, { form: 'SmsUrl=' });
  expect([status, json.sms_url, json.sms_fallback_url]).toEqual([200, '', 'https://b.example']);
  const again = await door.call('POST', `${numbers}/${sid}.json`, { form: 'SmsFallbackUrl=https%3A%2F%2Fc.example' });
  expect(again.json.code).toBe(21406);
});

test('a number that somebody has is not available', async () => {
  const door = openDoor();
  const form = 'PhoneNumber=%2B12025550177';
  await door.call('POST', `/2010-04-01/Accounts/${CHILD}/IncomingPhoneNumbers.json`, { form });
  expect((await door.call('POST', `${numbers}.json`, { form })).json.code).toBe(21422);
});

test('an account shows itself with its token and lists itself before its subaccounts', async () => {
  const door = openDoor();
  const { json } = await door.call('GET', `${ROOT}.json`);
  expect(json).toMatchObject({
    sid: SID,
    owner_account_sid: SID,
    auth_token: TOKEN,
    status: 'active',
    uri: `${ROOT}.json`,
  });
  expect(json.subresource_uris.short_codes).toBe(`${ROOT}/SMS/ShortCodes.json`);
  const list = (await door.call('GET', '/2010-04-01/Accounts.json')).json;
  expect(list.accounts.map((one: { sid: string }) => one.sid)).toEqual([SID, CHILD]);
  expect(JSON.stringify(list)).not.toContain(OTHER);
  expect((await door.call('DELETE', `${ROOT}.json`)).json.code).toBe(20004);
});
