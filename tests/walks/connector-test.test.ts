/** A running server climbs the way to a carrier when its operator asks, and says what each connector did lately. */
import { afterEach, expect, it, onTestFinished } from 'vitest';
import { type Config, readConfig } from '../../src/config.ts';
import { SMPP_DEFAULTS } from '../../src/connectors/smpp/settings.ts';
import { realClock } from '../../src/domain/clock.ts';
import { Smsc } from '../../src/simulator/smsc.ts';
import { Client } from '../helpers/client.ts';
import { HttpCarrier } from '../helpers/http-carrier.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { until } from '../helpers/smpp.ts';

const NUMBER = '+12125550140';
const PHONE = '+12025550101';
const PASSWORD = 'secret08';
const ESME_RTHROTTLED = 0x58;

interface Step {
  step: string;
  outcome: string;
  text: string;
  causes: { why: string; fix: string }[];
}

let smsc: Smsc;
let pidge: TestPidge;
let client: Client;

async function start(allowTo: string[] | null = null, more: Config['connectors'] = []): Promise<void> {
  smsc = new Smsc({ clock: realClock });
  const port = await smsc.listen();
  const settings = { ...SMPP_DEFAULTS, host: '127.0.0.1', systemId: 'pidge', password: PASSWORD, reconnectMs: 50 };
  pidge = await startTestPidge({
    change(config) {
      config.mode = 'serve';
      config.numbers = [{ number: NUMBER, properties: {} }];
      config.safety = { ...config.safety, allowTo };
      config.connectors = [{ kind: 'smpp', name: 'acme', smpp: { ...settings, port, throttleMs: 20 } }, ...more];
    },
  });
  client = new Client(pidge.origin, pidge.account);
  await until(() => smsc.bound === 1);
}
afterEach(async () => {
  await client.close();
  await pidge.close();
  await smsc.close();
});

async function test(json: object = {}, name = 'acme') {
  const path = `/_admin/v1/connectors/${name}/test`;
  const headers = { 'content-type': 'application/json' };
  const { status, text } = await client.call('POST', path, { headers, body: JSON.stringify(json) });
  const isFine = status === 200;
  const steps = isFine
    ? text
        .trim()
        .split('\n')
        .map((line): Step => JSON.parse(line))
    : [];
  return { status, text, steps, json: isFine ? null : JSON.parse(text) };
}
const words = (steps: Step[]) => steps.map(({ step, outcome }) => `${step} ${outcome}`);
const figures = async () => (await client.call('GET', '/_admin/v1/connectors')).json.connectors[0].figures;

it('climbs beside the bind of the server, and sends nothing unless it is told to whom', async () => {
  await start();
  const dry = await test();
  const ground = ['dns ok', 'tcp ok', 'tls skipped', 'bind ok', 'link ok'];
  expect(words(dry.steps)).toEqual([...ground, 'submit skipped', 'receipt skipped']);
  await until(() => smsc.bound === 1);
  expect([smsc.submits.length, smsc.unbinds]).toEqual([0, 1]);
  const sent = await test({ to: PHONE, from: NUMBER, body: 'From the console' });
  expect(words(sent.steps).slice(5)).toEqual(['submit ok', 'receipt ok']);
  expect(smsc.submits.map(({ shortMessage }) => Buffer.from(shortMessage).toString())).toEqual(['From the console']);
  expect(dry.text + sent.text).not.toContain(PASSWORD);
  // The carrier brings receipts to each bind in turn: this one to the server's own.
  await until(() => smsc.bound === 1);
  const turned = await test({ to: PHONE, from: NUMBER });
  expect(words(turned.steps).at(-1)).toBe('receipt ok');
});

it('tells a carrier of HTTP where this server is called', async () => {
  const web = await new HttpCarrier().start();
  onTestFinished(() => web.stop());
  web.reply = ({ method }) => (method === 'GET' ? { status: 404 } : { body: '{"id":"a-1"}' });
  const text = `[[connectors]]
kind = "http"
name = "web"
base_url = "${web.origin}"
url = "{base_url}/send"
content_type = "json"
body = '{"to": "{to}", "tell": "{receipt_url}"}'
id = ["id"]
`;
  const { connectors } = readConfig({ mode: 'serve', env: {}, file: { name: 'pidge.toml', text } });
  await start(null, connectors);
  const { steps } = await test({ to: PHONE, from: NUMBER }, 'web');
  expect(words(steps)).toContain('submit ok');
  expect(JSON.parse(String(web.asked.at(-1)?.body)).tell).toBe(`${pidge.origin}/carriers/web/receipts`);
});

it('ends at what fails and says why, and is in the audit', async () => {
  await start();
  smsc.script.bind = () => 0x0e;
  const { steps } = await test();
  expect(words(steps).at(-1)).toBe('bind failed');
  expect(steps.at(-1)?.causes[0]?.why).toMatch(/^system_id or password/);
  await pidge.until(async () => (await client.call('GET', '/_admin/v1/audit')).json.audit.length > 0);
  const { audit } = (await client.call('GET', '/_admin/v1/audit')).json;
  expect(audit[0]).toMatchObject({ verb: 'POST', path: '/_admin/v1/connectors/acme/test', status: 200 });
});

it('one at a time, of a connector there is, with what can be sent, to whom may be written to', async () => {
  await start(['+1202*']);
  const asked = new Promise<void>((resolve) => {
    smsc.script.bind = () => {
      resolve();
      return 'silent';
    };
  });
  const first = test();
  await asked;
  expect(await test()).toMatchObject({ status: 429, json: { code: 20429 } });
  smsc.drop();
  expect(words((await first).steps).at(-1)).toBe('bind failed');
  smsc.script.bind = () => 0;

  expect(await test({}, 'beta')).toMatchObject({ status: 404, json: { details: { allowed: expect.any(String) } } });
  const bad: [json: object, parameter: string][] = [
    [{ to: PHONE }, 'from'],
    [{ from: NUMBER }, 'to'],
    [{ to: 'Ada', from: NUMBER }, 'to'],
    [{ to: PHONE, from: '' }, 'from'],
    [{ to: '+442071838750', from: NUMBER }, 'to'],
    [{ to: PHONE, from: NUMBER, body: '' }, 'body'],
    [{ wait: '1h' }, 'wait'],
  ];
  for (const [json, parameter] of bad) {
    expect(await test(json)).toMatchObject({ status: 400, json: { code: 20001, details: { parameter } } });
  }
  expect(smsc.submits).toHaveLength(0);
});

it('each connector says how fast it is answered, what the carrier says, and how its binds are', async () => {
  await start();
  expect(await figures()).toMatchObject({ queue: 0, in_hand: 0, submit_p95_seconds: null, missing_receipts: null });
  smsc.script.submit = (_, number) => (number === 1 ? { commandStatus: ESME_RTHROTTLED } : {});
  const form = { From: NUMBER, To: PHONE, Body: 'Hello' };
  await client.call('POST', `${client.base}/Messages.json`, { form });
  await pidge.until(async () => {
    const { receipt_p50_seconds: receipt, statuses } = await figures();
    return receipt !== null && statuses.length === 2;
  });
  const now = await figures();
  expect(now).toMatchObject({
    missing_receipts: 0,
    last_trouble: { text: 'ESME_RTHROTTLED' },
    binds: [{ name: 'acme transceiver 1', bound: true, why: null }],
  });
  expect(now.submit_p95_seconds).toBeGreaterThan(0);
  expect(now.statuses).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: 'ESME_ROK', code: 0, count: 1, share: 0.5, error_code: null }),
      expect.objectContaining({ name: 'ESME_RTHROTTLED', code: 88, follows: expect.stringMatching(/later/) }),
    ]),
  );
});
