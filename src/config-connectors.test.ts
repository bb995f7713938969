import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

const SMPP = `[[connectors]]
kind = "smpp"
host = "smsc.example"
port = 2775
system_id = "pidge"
password = "\${env:CARRIER_PASSWORD}"
`;

function read(text: string) {
  return readConfig({
    mode: 'serve',
    env: { CARRIER_PASSWORD: 'hunter22' },
    file: { name: 'pidge.toml', text },
  }).connectors;
}

function problemsOf(text: string): string[] {
  try {
    read(text);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('a connector in pidge.toml', () => {
  it('over SMPP needs to know where its carrier is and who we are', () => {
    expect(read(SMPP)).toMatchObject([
      {
        kind: 'smpp',
        name: 'smpp',
        smpp: { host: 'smsc.example', port: 2775, password: 'hunter22', window: 10, tls: null },
      },
    ]);
    expect(problemsOf('[[connectors]]\nkind = "smpp"\n')).toHaveLength(4);
  });

  it('takes the habits of its carrier', () => {
    const text = `${SMPP}name = "acme"\ntls = true\nbind = "pair"\nrate = 200\nreceipt_ids = "decimal"\nresponse_timeout = "5s"\n`;
    expect(read(text)).toMatchObject([
      {
        name: 'acme',
        smpp: { tls: {}, bindMode: 'pair', ratePerSecond: 200, receiptIds: 'decimal', responseMs: 5_000 },
      },
    ]);
  });

  it('is refused with what would do, and never with its password', () => {
    expect(problemsOf(SMPP + SMPP)).toEqual(['Two connectors are named "smpp". Give each a name of its own.']);
    expect(problemsOf(`${SMPP}windo = 3\n`)[0]).toContain('Did you mean connectors.window?');
    expect(problemsOf('[[connectors]]\nkind = "simulated"\nport = 1\n')).toEqual([
      'connectors.port of "simulated" is for kind = "smpp" alone.',
    ]);
    expect(problemsOf(SMPP.replace(/password = .*/, 'password = 20052005')).join()).not.toContain('20052005');
  });

  it('of WhatsApp Cloud knows its numbers and templates, and says which of them cannot be read', () => {
    const text = `[[connectors]]
kind = "whatsapp"
access_token = "EAA-1"
app_secret = "s3cret-app"
verify_token = "s3cret-verify"
phone_numbers = ["+15550783881=106540352242922"]
templates = ["HX00000000000000000000000000000001=order_ready:en_US"]
`;
    expect(read(text)).toMatchObject([
      { kind: 'whatsapp', whatsapp: { graphUrl: 'https://graph.facebook.com', graphVersion: 'v24.0', media: 'auto' } },
    ]);
    expect(problemsOf('[[connectors]]\nkind = "whatsapp"\n')).toHaveLength(4);
    const bad = text.replace('=106540352242922', '').replace(':en_US', '').replace('"EAA-1"', '20052005');
    const problems = problemsOf(`${bad}graph_version = "24"\nname = "a/b"\n`).join('\n');
    for (const key of ['phone_numbers', 'templates', 'graph_version', 'name', 'access_token']) {
      expect(problems).toContain(`connectors.${key}`);
    }
    expect(problems).not.toMatch(/20052005|s3cret/);
  });
});
