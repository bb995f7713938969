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

  it('is told of each mistake once: a value that was refused is not missing too', () => {
    const unset = SMPP.replace('CARRIER_PASSWORD', 'NOPE');
    expect(problemsOf(unset)).toEqual(['pidge.toml:6 asks for the environment variable NOPE, which is not set.']);
    expect(problemsOf(SMPP.replace('2775', '"many"'))).toEqual([
      'pidge.toml:4 connectors.port is "many". Allowed: a whole number from 1 to 65535.',
    ]);
    expect(problemsOf(SMPP.replace('"smpp"', '"smmp"'))).toHaveLength(1);
    expect(problemsOf(`${SMPP}tls = "perhaps"\ntls_ca = "ca.pem"\n`)).toHaveLength(1);
    expect(problemsOf(`${SMPP}tls = true\ntls_ca = "\${env:NOPE}"\n`)).toHaveLength(1);
    const whatsapp = ['access_token', 'app_secret', 'verify_token'].map((key) => `${key} = "\${env:NOPE}"\n`).join('');
    expect(
      problemsOf(`[[connectors]]\nkind = "whatsapp"\nphone_numbers = ["+15550783881=1"]\n${whatsapp}`),
    ).toHaveLength(3);
    const http = '[[connectors]]\nkind = "http"\npreset = "twilio"\n';
    expect(problemsOf(`${http}username = "\${env:NOPE}"\npassword = "\${env:NOPE}"\n`)).toHaveLength(2);
    expect(problemsOf(`${http.replace('twilio', 'twillio')}username = "AC1"\npassword = "x"\n`)).toHaveLength(1);
    expect(problemsOf(`${http}username = "AC1"\npassword = "x"\nbase_url = "\${env:NOPE}"\n`)).toHaveLength(1);
  });

  it('is told of an authority without TLS, and of one that is none', () => {
    expect(problemsOf(`${SMPP}name = "caless"\ntls_ca = "ca.pem"\n`)).toEqual([
      'connectors.tls_ca of "caless" needs TLS: set tls = true there, or leave tls_ca out.',
    ]);
    expect(problemsOf(`${SMPP}name = "acme"\ntls = false\ntls_server_name = "smpp.acme.example"\n`)).toEqual([
      'connectors.tls_server_name of "acme" needs TLS: set tls = true there, or leave tls_server_name out.',
    ]);
    expect(problemsOf(`${SMPP}name = "acme"\ntls = true\ntls_ca = "package.json"\n`)).toEqual([
      expect.stringContaining('connectors.tls_ca of "acme" names package.json, which holds no certificate.'),
    ]);
  });

  it('has a rate of PDUs, for which Twilio has no figure', () => {
    for (const rate of ['abc', 'twilio']) {
      expect(problemsOf(`${SMPP}rate = "${rate}"\n`)).toEqual([
        `pidge.toml:7 connectors.rate is "${rate}". Allowed: PDUs a second above 0, or "none".`,
      ]);
    }
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
