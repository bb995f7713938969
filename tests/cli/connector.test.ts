import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { SmppConnector } from '../../src/connectors/smpp/connector.ts';
import { SMPP_DEFAULTS } from '../../src/connectors/smpp/settings.ts';
import { realClock } from '../../src/domain/clock.ts';
import { Smsc } from '../../src/simulator/smsc.ts';
import type { SmscScript } from '../../src/simulator/smsc-plans.ts';
import { Client } from '../helpers/client.ts';
import { HttpCarrier } from '../helpers/http-carrier.ts';
import { startTestPidge } from '../helpers/pidge.ts';
import { devServer, output, pidge, start, tempFolder } from './run.ts';

const ENV = { ACME_PASSWORD: 'secret08' };
const FLAGS = ['--system-id', 'pidge', '--password-env', 'ACME_PASSWORD'];

async function carrier(script: SmscScript = {}) {
  const smsc = new Smsc({ clock: realClock, script });
  onTestFinished(() => smsc.close());
  return { smsc, port: await smsc.listen() };
}

/** A folder with the settings of one connector, `acme`. */
async function withConnector(port: number): Promise<string> {
  const folder = tempFolder();
  const entry = ['kind = "smpp"', 'name = "acme"', 'host = "127.0.0.1"', `port = ${port}`, 'system_id = "pidge"'];
  const lines = ['[[connectors]]', ...entry, 'password = "${env:ACME_PASSWORD}"', 'bind_timeout = "2s"'];
  writeFileSync(join(folder, 'pidge.toml'), `${lines.join('\n')}\n`);
  return folder;
}

it('connector add writes an entry behind what is there, and nothing when it would not do', async () => {
  const folder = tempFolder();
  const file = join(folder, 'pidge.toml');
  const before = '# ours\n[http]\nport = 7000 # not the usual one\n';
  writeFileSync(file, before, { mode: 0o640 });
  const args = ['connector', 'add', '--name', 'acme', '--host', 'smpp.acme.example', ...FLAGS];
  const added = await pidge([...args, '--port', '3550', '--tls', '--rate', '30'], folder);
  expect([added.code, added.out]).toEqual([0, 'pidge.toml has the connector acme.\n']);
  const after = readFileSync(file, 'utf8');
  expect(after.startsWith(`${before}\n[[connectors]]\nkind = "smpp"\nname = "acme"\n`)).toBe(true);
  expect(after).toContain('tls = true\nsystem_id = "pidge"\npassword = "${env:ACME_PASSWORD}"\nrate = 30\n');
  expect(statSync(file).mode & 0o777).toBe(0o640);

  const again = await pidge([...args, '--port', '3550'], folder);
  expect([again.code, again.err]).toMatchObject([3, expect.stringContaining('Two connectors are named "acme"')]);
  const wrong = await pidge(['connector', 'add', '--name', 'b', '--host', 'b', '--port', 'many', ...FLAGS], folder);
  expect([wrong.code, wrong.err]).toMatchObject([3, expect.stringContaining('Allowed: a whole number')]);
  expect(wrong.err).not.toContain('needs connectors.port');
  expect(readFileSync(file, 'utf8')).toBe(after);
});

it('connector add knows the other kinds of carrier by what each needs', async () => {
  const folder = tempFolder();
  const add = (...args: string[]) => pidge(['connector', 'add', ...args], folder);
  const http = ['--kind', 'http', '--name', 'up', '--preset', 'twilio', '--base-url', 'https://api.acme.example'];
  const missing = await add(...http);
  expect([missing.code, missing.err]).toMatchObject([2, expect.stringContaining('give --username, --password-env')]);
  expect((await add(...http, '--username', 'acme', '--password-env', 'UP_TOKEN')).code).toBe(0);
  const phone = [
    '--kind',
    'http',
    '--name',
    'phone',
    '--preset',
    'android-sms-gateway',
    '--base-url',
    'http://phone:8080',
  ];
  const unsigned = await add(...phone, '--username', 'me', '--password-env', 'PHONE_PASSWORD');
  expect([unsigned.code, unsigned.err]).toMatchObject([2, expect.stringContaining('give --check-secret-env')]);
  const signed = ['--username', 'me', '--password-env', 'PHONE_PASSWORD', '--check-secret-env', 'PHONE_SIGNING_KEY'];
  expect((await add(...phone, ...signed)).code).toBe(0);
  const secrets = ['--access-token-env', 'WA_A', '--app-secret-env', 'WA_B', '--verify-token-env', 'WA_C'];
  const number = ['--phone-number', '+15550783881=106540352242922'];
  expect((await add('--kind', 'whatsapp', '--name', 'wa', ...secrets, ...number)).code).toBe(0);
  expect((await add('--kind', 'simulated', '--name', 'sim')).code).toBe(0);
  const text = readFileSync(join(folder, 'pidge.toml'), 'utf8');
  expect(text).toContain('kind = "http"\nname = "up"\npreset = "twilio"\nbase_url = "https://api.acme.example"\n');
  expect(text).toContain('password = "${env:PHONE_PASSWORD}"\ncheck_secret = "${env:PHONE_SIGNING_KEY}"\n');
  expect(text).toContain('access_token = "${env:WA_A}"');
  expect(text).toContain('phone_numbers = ["+15550783881=106540352242922"]');
});

it('connector add says which variables are to be set: once each, and not those that are', async () => {
  const folder = tempFolder();
  const args = [
    '--kind',
    'whatsapp',
    '--access-token-env',
    'ONE',
    '--app-secret-env',
    'TWO',
    '--verify-token-env',
    'TWO',
  ];
  const add = (name: string, env: Record<string, string>) =>
    pidge(['connector', 'add', ...args, '--phone-number', '+15550783881=1', '--name', name], folder, env);
  expect((await add('a', {})).err).toBe('Set ONE, TWO, then try it: pidge connector test a\n');
  expect((await add('b', { ONE: '1' })).err).toBe('Set TWO, then try it: pidge connector test b\n');
  expect((await add('c', { ONE: '1', TWO: '2' })).err).toBe('Try it: pidge connector test c\n');
});

it('connector rm leaves one that routes name, and says which', async () => {
  const folder = tempFolder();
  const file = join(folder, 'pidge.toml');
  const connectors = ['acme', 'beta'].map((name) => `[[connectors]]\nkind = "simulated"\nname = "${name}"\n`);
  const routes = ['to = ["+49"]', 'to = ["+43"]', ''].map((match) => `[[routes]]\nconnector = "beta"\n${match}\n`);
  const text = [...connectors, ...routes].join('\n');
  writeFileSync(file, text);
  const { code, err } = await pidge(['connector', 'rm', 'beta'], folder);
  expect([code, err]).toEqual([
    3,
    'Routes name "beta": +49; +43; any recipient. Give these to another with pidge route set, ' +
      'or take them out with pidge route rm.\npidge.toml is as it was.\n',
  ]);
  expect(readFileSync(file, 'utf8')).toBe(text);
  const unknown = await pidge(['connector', 'rm', 'bet'], folder);
  expect([unknown.code, unknown.err]).toEqual([
    6,
    'pidge.toml has no connector "bet". There are: acme, beta. Did you mean "beta"?\n',
  ]);
});

it('commands to a running server name its connectors when one is unknown, and say of which there are no PDUs', async () => {
  const folder = tempFolder();
  const { url } = await devServer(folder);
  const run = (...args: string[]) => pidge(['connector', ...args, '--url', url], folder);
  for (const verb of ['stop', 'start', 'trace']) {
    const { code, err } = await run(verb, 'nope');
    expect([code, err]).toEqual([6, 'No connector is named "nope". There are: simulated.\n']);
  }
  expect(await run('trace', 'simulated')).toMatchObject({
    ...{ code: 0, out: '' },
    err: 'Nothing is kept of simulated: it is of kind "simulated", and PDUs are what SMPP has.\n',
  });
}, 40_000);

it('connector set and rm change one entry and nothing else, and refuse what would not do', async () => {
  const folder = tempFolder();
  const file = join(folder, 'pidge.toml');
  const acme = '[[connectors]]\nkind = "simulated"\nname = "acme" # ours\nfailover_after = "30s" # as agreed\n';
  const rest = '\n# the other one\n[[connectors]]\nkind = "simulated"\nname = "beta"\n\n[http]\nport = 7000 # odd\n';
  writeFileSync(file, `${acme}${rest}`);
  const set = await pidge(['connector', 'set', 'acme', 'failover_after=1m', 'in_doubt=fail'], folder);
  expect([set.code, set.err]).toEqual([0, '']);
  const changed = acme.replace('"30s"', '"1m"');
  expect(readFileSync(file, 'utf8')).toBe(`${changed}in_doubt = "fail"\n${rest}`);
  const wrong = await pidge(['connector', 'set', 'acme', 'in_doubt=perhaps'], folder);
  expect([wrong.code, wrong.err]).toMatchObject([3, expect.stringContaining('is as it was')]);
  expect((await pidge(['connector', 'set', 'acme', 'name=b'], folder)).code).toBe(2);
  expect((await pidge(['connector', 'rm', 'nobody'], folder)).code).toBe(6);
  expect((await pidge(['connector', 'rm', 'acme'], folder)).code).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe(rest.replace('\n', ''));

  const inline = 'connectors = [{ kind = "simulated", name = "acme" }]\n';
  writeFileSync(file, inline);
  const refused = await pidge(['connector', 'rm', 'acme'], folder);
  expect([refused.code, refused.err]).toMatchObject([3, expect.stringContaining('by hand')]);
  expect(readFileSync(file, 'utf8')).toBe(inline);
}, 40_000);

it('connector test tries a carrier of HTTP up to its credentials, and hands over when it is told to whom', async () => {
  const http = await new HttpCarrier().start();
  onTestFinished(() => http.stop());
  const sid = `AC${'0'.repeat(32)}`;
  http.reply = ({ method, headers }) => {
    if (headers.authorization !== `Basic ${Buffer.from(`${sid}:good`).toString('base64')}`) return { status: 401 };
    return method === 'GET' ? { body: '{}' } : { status: 201, body: JSON.stringify({ sid: `SM${'1'.repeat(32)}` }) };
  };
  const folder = tempFolder();
  const lines = ['kind = "http"', 'name = "up"', 'preset = "twilio"', `base_url = "${http.origin}"`];
  const entry = ['[[connectors]]', ...lines, `username = "${sid}"`, 'password = "${env:UP_TOKEN}"'];
  writeFileSync(join(folder, 'pidge.toml'), `${entry.join('\n')}\n`);
  const run = (token: string, ...args: string[]) =>
    pidge(['connector', 'test', 'up', '--json', ...args], folder, { UP_TOKEN: token });
  const told = (out: string) =>
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map(({ step, outcome }) => `${step} ${outcome}`);
  const dry = await run('good');
  const ground = ['dns ok', 'tcp ok', 'tls skipped', 'answer ok'];
  expect([dry.code, told(dry.out)]).toEqual([0, [...ground, 'login ok', 'submit skipped', 'receipt skipped']]);
  const bad = await run('bad');
  expect([bad.code, told(bad.out), bad.out.includes('bad"')]).toEqual([5, [...ground, 'login failed'], false]);
  const sent = await run('good', '--to', '+12025550101', '--from', '+12025550100');
  expect([sent.code, told(sent.out).slice(4)]).toEqual([0, ['login ok', 'submit ok', 'receipt skipped']]);
  expect(http.asked.at(-1)).toMatchObject({ method: 'POST', body: expect.stringContaining('Body=Pidge%20test') });
}, 40_000);

it('connector test climbs to the receipt when it is told to whom, and sends nothing otherwise', async () => {
  const { smsc, port } = await carrier({ submit: () => ({ id: '0000AB', receipts: [{ id: '171' }] }) });
  const folder = await withConnector(port);
  const dry = await pidge(['connector', 'test', 'acme', '--json'], folder, ENV);
  expect(dry.code).toBe(0);
  const steps = dry.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(steps.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
    ...['dns ok', 'tcp ok', 'tls skipped', 'bind ok', 'link ok', 'submit skipped', 'receipt skipped'],
  ]);
  expect(smsc.submits).toHaveLength(0);
  const to = ['--to', '+12025550101', '--from', '+12025550100'];
  const sent = await pidge(['connector', 'test', 'acme', ...to], folder, ENV);
  expect(sent.code, sent.out + sent.err).toBe(0);
  expect(sent.out).toContain('1 segment taken as 0000AB');
  expect(sent.out).toMatch(/✓ receipt {2}delivered/);
  expect(smsc.submits).toHaveLength(1);
  expect(dry.out + sent.out).not.toContain(ENV.ACME_PASSWORD);
  const unknown = await pidge(['connector', 'test', 'acne'], folder, ENV);
  expect([unknown.code, unknown.err]).toMatchObject([6, expect.stringContaining('There are: acme')]);
});

it('connector ls and trace show those of a running server, as lines, as JSON and as a capture', async () => {
  const { port } = await carrier();
  const settings = { ...SMPP_DEFAULTS, host: '127.0.0.1', port, systemId: 'pidge', password: 'secret08' };
  const server = await startTestPidge({
    connectors: ({ clock, keepPdu: keep }) => [
      new SmppConnector({
        ...{ name: 'acme', clock, random: Math.random, trace: { keep, tell: () => undefined } },
        settings: { ...settings, trace: 'all' },
      }),
    ],
  });
  const client = new Client(server.origin, server.account);
  onTestFinished(async () => {
    await client.close();
    await server.close();
  });
  const folder = tempFolder();
  const env = { TWILIO_ACCOUNT_SID: server.account.sid, TWILIO_AUTH_TOKEN: server.account.token };
  const run = (...args: string[]) => pidge(['connector', ...args, '--url', server.origin], folder, env);
  await server.until(async () => (await client.call('GET', '/_admin/v1/connectors')).json.connectors[0].bound);
  expect((await run('ls')).out).toBe('acme  own  bound\n');
  expect((await run('stop', 'acme', '--reason', 'they are migrating')).code).toBe(0);
  expect((await run('ls')).out).toMatch(/^acme {2}own {2}bound, stopped since 20\S+: they are migrating\n$/);
  expect((await run('start', 'acme')).out).toBe('acme may send again.\n');
  expect((await run('stop', 'nobody')).code).toBe(6);

  await server.addSender({ address: '+12125550140' });
  const follow = start(['connector', 'trace', 'acme', '--follow', '--json', '--url', server.origin], folder, env);
  const lines = output(follow);
  await lines.until(/bind_transceiver_resp/);
  const form = { From: '+12125550140', To: '+12025550101', Body: 'Traced' };
  await client.call('POST', `${client.base}/Messages.json`, { form });
  await lines.until(/"deliver_sm_resp"/);
  follow.kill('SIGTERM');
  const shown = await run('trace', 'acme');
  expect(shown.out).toMatch(/→ submit_sm seq \d+ {2}SM.* {2}12125550140 → 12025550101 {2}"Traced"/);
  expect(shown.out).toMatch(/← submit_sm_resp seq \d+ {2}ESME_ROK {2}id /);
  const saved = await run('trace', 'acme', '--pcap', 'acme.pcap');
  expect([saved.code, saved.err]).toMatchObject([0, expect.stringContaining('acme.pcap has')]);
  const path = join(folder, 'acme.pcap');
  expect(readFileSync(path).readUInt32LE(0)).toBe(0xa1b2c3d4);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const few = await run('trace', 'acme', '--pcap', 'few.pcap', '-n', '2');
  expect([few.code, few.err]).toMatchObject([0, expect.stringContaining('few.pcap has 2 PDUs')]);
  expect((await run('trace', 'nobody')).code).toBe(6);
  expect(existsSync(join(folder, 'nobody.pcap'))).toBe(false);
}, 40_000);
