import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { TestApp } from '../helpers/app.ts';
import { devServer, pidge, tempFolder } from './run.ts';

it('a phone texts, and shows what was answered: by the app, by the keyword, and what went wrong', async () => {
  const app = await new TestApp().start();
  app.answer = ({ params }) => (params.Body === 'break' ? '<Oops/>' : '<Response><Message>Hi Ada</Message></Response>');
  const folder = tempFolder();
  writeFileSync(`${folder}/pidge.toml`, `[[numbers]]\nnumber = "+12025550100"\nsms_url = "${app.url()}"\n`);
  const { url } = await devServer(folder);
  const say = (text: string, ...more: string[]) =>
    pidge(['phone', 'send', '+12025550101', text, '--url', url, ...more], folder);

  const hello = await say('Hello');
  expect([hello.code, hello.err]).toEqual([0, '']);
  expect(hello.out).toMatch(/^SM[0-9a-f]{32} {2}received/);
  expect(hello.out).toContain('← "Hi Ada"');
  expect((await say('help')).out).toContain('Reply STOP');
  const json = await say('Hello', '--json');
  expect(JSON.parse(json.out).replies[0].body).toBe('Hi Ada');

  const broken = await say('break');
  expect(broken.code).toBe(9);
  expect(broken.out).toContain('pidge explain 12102');
  const stop = await say('STOP');
  expect([stop.code, stop.err]).toEqual([0, '']);
  expect(stop.out).toContain('You are unsubscribed');
  expect(stop.out).toContain("the app's reply was left out: 21610");
  // To somebody who is out the app should not write.
  expect((await say('Hello')).code).toBe(9);
  const nobody = await say('Hello', '--to', '+12025550199');
  expect([nobody.code, nobody.out]).toEqual([9, '']);
  expect(nobody.err).toMatch(/^20404 /);
  await app.stop();
});

it.each(['127.0.0.1:7670', 'localhost:7670', 'ftp://localhost', ''])('refuses %j as an address', async (url) => {
  const folder = tempFolder();
  for (const command of [
    ['phone', 'send', '+12025550101', 'Hello'],
    ['send', '--to', '+1', '--body', 'x'],
    ['ready'],
  ]) {
    const { code, err } = await pidge([...command, '--url', url], folder);
    expect([code, err]).toEqual([2, expect.stringMatching(/^--url has to be an address such as http:.*\n$/)]);
  }
});

it('says so when there is no server, or none with phones', async () => {
  const { code, err } = await pidge(
    ['phone', 'send', '+12025550101', 'Hello', '--url', 'http://127.0.0.1:9'],
    tempFolder(),
  );
  expect(code).toBe(6);
  expect(err).toContain('pidge dev');
});
