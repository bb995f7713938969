import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { quoteShell, snippetsOf } from './sdk-snippets.ts';

const BASE = 'http://127.0.0.1:7670';
const AWKWARD = `It's "10–12", $HOME \`x\` \\ back\nsecond line 👋`;

it('writes for curl what a shell hands on unchanged', () => {
  for (const text of [AWKWARD, "''", '', '!a', '%0a&b=c']) {
    expect(execFileSync('sh', ['-c', `printf %s ${quoteShell(text)}`]).toString()).toBe(text);
  }
});

it('is script that says the same', async () => {
  const { Node = '' } = snippetsOf({ base: BASE, account: 'AC1', token: 't', params: [['Body', AWKWARD]] });
  const literal = /body: ('.*'),/.exec(Node)?.[1];
  expect(new Function(`return ${literal}`)()).toBe(AWKWARD);
});

it('spells parameters as each language does, and shows no token unless it is asked to', () => {
  const { curl, Node, Python } = snippetsOf({
    base: BASE,
    account: 'AC1',
    token: null,
    params: [
      ['To', '+12025550101'],
      ['From', '+12025550100'],
      ['MessagingServiceSid', 'MG1'],
      ['MediaUrl', 'https://a.example/1.png'],
      ['MediaUrl', 'https://a.example/2.png'],
      ['ShortenUrls', 'true'],
      ['ValidityPeriod', '60'],
      ['SendAt', '2026-11-22T10:00:00Z'],
    ],
  });
  expect(curl).toContain('-u "AC1:$TWILIO_AUTH_TOKEN"');
  expect(Node).toContain("mediaUrl: ['https://a.example/1.png', 'https://a.example/2.png'],");
  expect(Node).toContain('validityPeriod: 60,');
  expect(Node).toContain('shortenUrls: true,');
  expect(Python).toContain('from_="+12025550100",');
  expect(Python).toContain('messaging_service_sid="MG1",');
  expect(Python).toContain('shorten_urls=True,');
  expect(Python).toContain('send_at=datetime.fromisoformat("2026-11-22T10:00:00+00:00"),');
});
