import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';
import { safetyWarnings } from './config-routes.ts';

const CONNECTORS = '[[connectors]]\nkind = "simulated"\nname = "acme"\n';
const read = (text: string) =>
  readConfig({ mode: 'serve', env: {}, file: { name: 'pidge.toml', text: CONNECTORS + text } });

function problemsOf(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('[[routes]]', () => {
  it('needs no more than its connector', () => {
    expect(read('[[routes]]\nconnector = "acme"').routes).toEqual([
      { connector: 'acme', to: [], from: [], channels: [], accounts: [], priority: 10, weight: 1 },
    ]);
  });

  it('takes prefixes, senders, channels, accounts, priority and weight', () => {
    const account = `AC${'a'.repeat(32)}`;
    const { routes } = read(
      `[[routes]]\nconnector = "acme"\nto = ["+44"]\nfrom = ["Shop"]\nchannel = ["sms"]\naccount = ["${account}"]\npriority = 1\nweight = 0`,
    );
    expect(routes[0]).toMatchObject({
      to: ['+44'],
      from: ['Shop'],
      channels: ['sms'],
      accounts: [account],
      priority: 1,
      weight: 0,
    });
  });

  it.each([
    [
      'connector = "acmee"',
      'routes.connector is "acmee", which is no connector. There are: acme. Did you mean "acme"?',
    ],
    [
      'connector = "acme"\nto = ["44"]',
      'routes.to holds "44". Allowed: + and the first digits of numbers, such as "+44".',
    ],
    ['connector = "acme"\nfrom = ["?"]', 'routes.from holds "?"'],
    ['connector = "acme"\naccount = ["me"]', 'routes.account holds "me"'],
    ['connector = "acme"\nchannel = ["smss"]', 'did you mean "sms"?'],
    ['connector = "acme"\npriorty = 1', 'pidge.toml:6 routes.priorty is not a setting. Did you mean routes.priority?'],
    ['to = ["+44"]', 'pidge.toml:4 [[routes]] needs connector.'],
  ])('%j is told', (text, problem) => {
    expect(problemsOf(`[[routes]]\n${text}`)).toEqual([expect.stringContaining(problem)]);
  });
});

it('a connector has rules for doubts and for being away, whatever its kind', () => {
  const { connectors } = read('in_doubt = "hold"\nfailover_after = "2m"\n');
  expect(connectors[0]).toMatchObject({ name: 'acme', inDoubt: 'hold', failoverAfterMs: 120_000 });
  expect(problemsOf('in_doubt = "maybe"')).toEqual([expect.stringContaining('"resend" or "fail" or "hold"')]);
});

describe('safety', () => {
  it('guards nothing unless it is told to', () => {
    expect(read('').safety).toEqual({ allowTo: null, others: 'refuse', redirectAll: null });
  });

  it.each([
    ['allow_to = ["447700900123"]', 'safety.allow_to holds "447700900123"'],
    ['allow_to = ["+44*7"]', 'Allowed: numbers such as "+447700900123", or "+4477*".'],
    ['redirect_all = "me"', 'safety.redirect_all is "me". Allowed: a number such as "+447700900123".'],
    ['others = "drop"', '"refuse" or "simulate"'],
  ])('%j is told', (text, problem) => {
    expect(problemsOf(`[safety]\n${text}`)).toEqual([expect.stringContaining(problem)]);
  });

  it('is said at each start, and nothing is said without it', () => {
    const said = (text: string) => safetyWarnings(read(`[safety]\n${text}`).safety);
    expect(safetyWarnings(read('').safety)).toEqual([]);
    expect(said('redirect_all = "+447700900123"')).toEqual([
      'every message goes to +447700900123 and to nobody else (safety.redirect_all)',
    ]);
    expect(said('allow_to = ["+4477*"]')).toEqual([
      'only +4477* can be texted; messages to others are refused with 21608 (safety.allow_to)',
    ]);
  });
});
