import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';
import { readHttpCarrier } from './config-http-carrier.ts';
import type { Entry } from './config-http-check.ts';
import { PRESETS } from './connectors/http-carrier/presets.ts';

const GOOD = {
  url: 'https://carrier.example/send?to={to}',
  content_type: 'json',
  body: '{"text": "{text}", "media": [{media_urls}]}',
};

function problemsOf(entry: Entry): string[] {
  const problems: string[] = [];
  readHttpCarrier(entry, 'acme', problems);
  return problems;
}

describe('a mapping in the settings', () => {
  it('is read whole', () => {
    const problems: string[] = [];
    const mapping = readHttpCarrier({ ...GOOD, errors: ['a=b=30003', '429=busy', '*=same'] }, 'acme', problems);
    expect(problems).toEqual([]);
    expect(mapping).toMatchObject({ carries: ['sms'], webhooks: null, response: { success: ['2xx'] } });
    expect([...mapping.response.errors.codes.keys()]).toEqual(['a=b', '429']);
    expect(mapping.response.errors.isSame).toBe(true);
  });

  it.each<[string, Entry, string]>([
    ['body', { ...GOOD, body: '{"text": "{txt}"}' }, '{txt}'],
    ['body', { ...GOOD, body: '{"text": {text}}' }, 'no JSON'],
    ['url', { ...GOOD, url: '{base_url}/send' }, 'no URL'],
    ['url', { ...GOOD, url: 'ftp://carrier.example/' }, 'no URL'],
    ['url', {}, 'needs'],
    ['headers', { ...GOOD, headers: ['X-Key'] }, 'no ":"'],
    ['headers', { ...GOOD, headers: ['X Key: 1'] }, 'no name of a header'],
    ['fields', { ...GOOD, fields: ['To={to}'] }, 'exclude'],
    ['success', { ...GOOD, success: ['ok'] }, '"ok"'],
    ['errors', { ...GOOD, errors: ['7=99999'] }, '99999'],
    ['errors', { ...GOOD, errors: ['7'] }, 'no "="'],
    ['password', { ...GOOD, auth: 'bearer' }, 'needs'],
    ['idempotency_header', { ...GOOD, idempotency_header: 'a b' }, 'no name'],
    ['receipt_state', { ...GOOD, receipt_id: ['id'], check: 'twilio', check_secret: 's' }, 'missing'],
    [
      'receipt_states',
      {
        ...GOOD,
        receipt_id: ['i'],
        receipt_state: ['s'],
        receipt_states: ['a=done'],
        check: 'twilio',
        check_secret: 's',
      },
      'a=done',
    ],
    ['check', { ...GOOD, inbound_from: ['from'], number: '+1' }, 'missing'],
    ['check_secret', { ...GOOD, inbound_from: ['from'], number: '+1', check: 'secret', check_header: 'X' }, 'missing'],
    [
      'check_header',
      { ...GOOD, inbound_from: ['from'], number: '+1', check: 'hmac-sha256', check_secret: 's' },
      'missing',
    ],
    [
      'inbound_to',
      { ...GOOD, inbound_from: ['from'], check: 'secret', check_query: 'k', check_secret: 's' },
      'missing',
    ],
    [
      'inbound_details',
      {
        ...GOOD,
        inbound_from: ['f'],
        number: '+1',
        inbound_details: ['nick=n'],
        check: 'secret',
        check_query: 'k',
        check_secret: 's',
      },
      'nick',
    ],
    [
      'country_code',
      {
        ...GOOD,
        inbound_from: ['f'],
        number: '+1',
        country_code: '+44',
        check: 'secret',
        check_query: 'k',
        check_secret: 's',
      },
      '+44',
    ],
  ])('with a slip in connectors.%s is refused by that name', (key, entry, says) => {
    const [problem] = problemsOf(entry);
    expect(problem).toContain(`connectors.${key}`);
    expect(problem).toContain(says);
  });

  it.each(Object.keys(PRESETS))('of the preset %s is whole, and what the file says comes before it', (preset) => {
    const entry = { preset, username: 'u', password: 'p', check_secret: 's', number: '+12025550100' };
    expect(problemsOf(entry)).toEqual([]);
    const mapping = readHttpCarrier({ ...entry, base_url: 'https://other.example', window: 3 }, 'acme', []);
    expect(mapping).toMatchObject({ window: 3, request: { baseUrl: 'https://other.example', auth: 'basic' } });
    expect(mapping.webhooks).toMatchObject({ receipt: {}, inbound: {} });
  });

  it('stops the start with the file and without the secrets', () => {
    const text = `[[connectors]]\nkind = "http"\nname = "acme"\npreset = "twilio"\nusername = "AC1"\npassword = "hunter22"\nretry = ["never"]\nhost = "x"\n`;
    try {
      readConfig({ mode: 'serve', env: {}, file: { name: 'pidge.toml', text } });
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      expect(error.problems).toEqual([
        'connectors.host of "acme" is for kind = "smpp" alone.',
        'connectors.retry of "acme" has "never". Allowed: statuses of HTTP such as "201", or "2xx".',
      ]);
      expect(error.problems.join()).not.toContain('hunter22');
    }
  });
});

it.each(['http-carriers.md', 'whatsapp.md'])('what %s shows can be read as it stands', (guide) => {
  const text = readFileSync(new URL(`../docs/guides/${guide}`, import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/```toml\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  const shown = blocks.filter((block) => block.includes('[[connectors]]'));
  expect(shown.length).toBeGreaterThan(0);
  for (const block of shown) {
    const names = [...block.matchAll(/\$\{env:(\w+)\}/g)].map(([, name = '']) => name);
    const env = Object.fromEntries(names.map((name) => [name, 'something']));
    expect(() => readConfig({ mode: 'serve', env, file: { name: 'pidge.toml', text: block } })).not.toThrow();
  }
});
