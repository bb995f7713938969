import { expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { devServer, pidge, tempFolder } from './run.ts';

const account = { sid: 'AC00000000000000000000000000000001', token: '00000000000000000000000000000001' };

it('scheduled lists what waits for its hour, earliest first, and dev tells of it', async () => {
  const folder = tempFolder();
  const { url, lines } = await devServer(folder);
  expect(await pidge(['scheduled', '--url', url], folder)).toMatchObject({ code: 0, out: 'Nothing is scheduled.\n' });

  const client = new Client(url, account);
  const service = await client.call('POST', '/v1/Services', { form: { FriendlyName: 'Shop' } });
  const sids: string[] = [];
  for (const hours of [2, 1]) {
    const SendAt = new Date(Date.now() + hours * 3_600_000).toISOString();
    const form = { From: '', MessagingServiceSid: service.json.sid, ScheduleType: 'fixed', SendAt };
    sids.push((await client.send(form)).json.sid);
  }
  await client.close();
  await lines.until(/scheduled for \d{4}-/);

  const listed = await pidge(['scheduled', '--url', url], folder);
  expect(listed.out.split('\n').map((line) => line.split('  ')[1])).toEqual([sids[1], sids[0], undefined]);
  expect(listed.out).toContain('a service → +12025550101  "Hello"');
  const one = await pidge(['scheduled', '-n', '1', '--json', '--url', url], folder);
  expect(JSON.parse(one.out)).toMatchObject({ sid: sids[1], status: 'scheduled' });
  expect((await pidge(['scheduled', '-n', '0', '--url', url], folder)).code).toBe(2);
});
