import { describe, expect, it } from 'vitest';
import { type Config, readConfig } from '../config.ts';
import { reachOf } from '../routing.ts';
import { banner } from './banner.ts';

const SIM: Config['connectors'][number] = { kind: 'simulated', name: 'sim' };
const ACME = { ...SIM, kind: 'smpp', name: 'acme' } as unknown as Config['connectors'][number];

function configOf(mode: 'dev' | 'serve', connectors: Config['connectors'] = []): Config {
  const config = readConfig({ mode, env: { PIDGE_SECRET_KEY: 'k'.repeat(40) }, file: null, flags: {} });
  config.connectors = connectors;
  return config;
}

function linesOf(config: Config): string[] {
  const account = { sid: `AC${'0'.repeat(31)}1`, token: '0'.repeat(32) };
  const started = { address: 'http://127.0.0.1:7670', account };
  return banner({ name: 'pidge', version: '0.1.0' }, config, started, {
    paint: (_style, text) => text,
    tokenIsNew: true,
  });
}

describe('whom messages reach', () => {
  const cases: [string, Config, ReturnType<typeof reachOf>, RegExp][] = [
    ['dev', configOf('dev'), 'phones', /SIMULATED: nothing leaves/],
    ['serve without a carrier', configOf('serve'), 'nobody', /LIVE: no carrier is configured/],
    ['serve by a simulated one', configOf('serve', [SIM]), 'phones', /SIMULATED CARRIER/],
    ['serve by a real one', configOf('serve', [ACME]), 'people', /LIVE: .* leave by acme$/],
    ['serve by both', configOf('serve', [SIM, ACME]), 'people', /LIVE: .* leave by acme$/],
  ];
  it.each(cases)('is one truth for the badge and the banner: %s', (_title, config, reach, says) => {
    expect(reachOf(config)).toBe(reach);
    expect(linesOf(config)[0]).toMatch(says);
  });
});

it('the banner fits a hundred columns, its second column aligned', () => {
  for (const config of [configOf('dev'), configOf('serve')]) {
    const lines = linesOf(config);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    const rows = lines.filter((line) => /^ {2}(?:Console|API base|Account|Number) /.test(line));
    expect(rows.length).toBeGreaterThan(2);
    for (const row of rows) expect(row).toMatch(/^ {2}.{9} \S/);
  }
});

it('the lines for the Node SDK run as they are pasted', () => {
  const lines = linesOf(configOf('dev')).map((line) => line.trim());
  const first = lines.indexOf('Point the Node SDK here:') + 1;
  expect(lines.slice(first, first + 3)).toEqual([
    `import twilio from 'twilio';`,
    `const client = twilio('AC${'0'.repeat(31)}1', '${'0'.repeat(32)}');`,
    `client.api.baseUrl = 'http://localhost:7670';`,
  ]);
});
