/** `pidge connector test` against stand-ins of WhatsApp Cloud and of carriers of HTTP: good, and each way of failing. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { realClock } from '../../src/domain/clock.ts';
import { Cloud } from '../../src/simulator/cloud.ts';
import { type CarrierReply, HttpCarrier } from '../helpers/http-carrier.ts';
import { pidge, tempFolder } from './run.ts';

interface Told {
  step: string;
  outcome: string;
  text: string;
  causes: { why: string; fix: string }[];
  exit: number;
}

const NUMBER = '+15550783881';
const NUMBER_ID = '106540352242922';
const TOKEN = 'EAAtoken0987';
const ENV = { WA_TOKEN: TOKEN, WA_SECRET: 'appsecret4711', WA_VERIFY: 'verify-me-20', UP_TOKEN: 'good-token' };
const SID = `AC${'0'.repeat(32)}`;
const GROUND = ['dns ok', 'tcp ok', 'tls skipped'];

/** Runs the test of the one connector that `lines` describe. */
async function climbed(lines: string[], { args = [] as string[], env = {} as Record<string, string> } = {}) {
  const folder = tempFolder();
  writeFileSync(join(folder, 'pidge.toml'), `[[connectors]]\nname = "up"\n${lines.join('\n')}\n`);
  const given = { ...ENV, ...env };
  const { code, out, err } = await pidge(['connector', 'test', 'up', '--json', ...args], folder, given);
  for (const secret of Object.values(given)) expect(out + err).not.toContain(secret);
  const steps = out
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Told => JSON.parse(line));
  const last = steps.at(-1);
  return {
    code,
    words: steps.map(({ step, outcome }) => `${step} ${outcome}`),
    last: { ...last, whys: last?.causes.map(({ why }) => why), fixes: last?.causes.map(({ fix }) => fix) },
    text: (step: string) => steps.find((one) => one.step === step)?.text,
  };
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return typeof address === 'object' && address ? address.port : 0;
}

describe('to WhatsApp Cloud', () => {
  async function cloud() {
    const parts = { clock: realClock, accessToken: TOKEN, appSecret: ENV.WA_SECRET };
    const started = await new Cloud({ ...parts, phoneNumbers: new Map([[NUMBER, NUMBER_ID]]) }).listen();
    onTestFinished(() => started.close());
    return started;
  }
  const entry = (graphUrl: string, id = NUMBER_ID) => [
    'kind = "whatsapp"',
    'access_token = "${env:WA_TOKEN}"',
    'app_secret = "${env:WA_SECRET}"',
    'verify_token = "${env:WA_VERIFY}"',
    `phone_numbers = ["${NUMBER}=${id}"]`,
    `graph_url = "${graphUrl}"`,
    'response_timeout = "10s"',
  ];
  const MESSAGE = ['--to', 'whatsapp:+13125550142', '--from', `whatsapp:${NUMBER}`, '--body', 'Hello from the test'];

  it('asks for the number with the token, and hands over a message when it is told to whom', async () => {
    const meta = await cloud();
    const dry = await climbed(entry(meta.origin));
    expect([dry.code, dry.words]).toEqual([
      0,
      [...GROUND, 'answer ok', 'login ok', 'submit skipped', 'receipt skipped'],
    ]);
    expect(dry.text('answer')).toBe(`it answers, 200 to GET /v24.0/${NUMBER_ID}`);
    expect(meta.messages).toHaveLength(0);
    const sent = await climbed(entry(meta.origin), { args: MESSAGE });
    expect([sent.code, sent.words.slice(4)]).toEqual([0, ['login ok', 'submit ok', 'receipt skipped']]);
    expect(sent.text('submit')).toMatch(/^taken as wamid\./);
    expect(sent.text('receipt')).toContain('/carriers/up');
    expect(meta.messages).toMatchObject([{ to: '13125550142', text: { body: 'Hello from the test' } }]);
  });

  it('tells a token that is wrong from a number that is not there, and from nobody', async () => {
    const meta = await cloud();
    const strange = await climbed(entry(meta.origin), { env: { WA_TOKEN: 'EAAanother11' }, args: MESSAGE });
    expect([strange.code, strange.words]).toEqual([5, [...GROUND, 'answer ok', 'login failed']]);
    expect(strange.last.text).toContain('(401)');
    expect(strange.last.whys?.[0]).toContain('mistyped, or has expired');

    const unknown = await climbed(entry(meta.origin, '999999999999999'), { args: MESSAGE });
    expect([unknown.code, unknown.words]).toEqual([5, [...GROUND, 'answer ok', 'login failed']]);
    expect(unknown.last.text).toContain('(400)');
    expect(unknown.last.fixes?.[0]).toContain('connectors.phone_numbers');
    expect(meta.messages).toHaveLength(0);

    const gone = await climbed(entry(`http://127.0.0.1:${await freePort()}`));
    expect([gone.code, gone.words]).toEqual([3, ['dns ok', 'tcp failed']]);
    expect(gone.last.whys?.[0]).toBe('nothing listens on that port');
    expect(gone.last.fixes?.[0]).toContain('connectors.graph_url');
  });

  it('tells what becomes of a message that is refused, put off, or without an answer', async () => {
    const meta = await cloud();
    const cases: [plan: ReturnType<Cloud['plan']>, code: number, text: string, why: string][] = [
      [{ refuse: { status: 400, code: 131026 } }, 9, 'refused with 63024', 'what the code says'],
      [{ refuse: { status: 429, code: 130429 } }, 9, 'put off', 'takes no more at this rate'],
      [{ refuse: { status: 500, code: null } }, 7, 'nobody knows whether it was taken', 'did not come in time'],
    ];
    for (const [plan, code, text, why] of cases) {
      meta.plan = () => plan;
      const end = await climbed(entry(meta.origin), { args: MESSAGE });
      expect([end.code, end.words.slice(3)]).toEqual([code, ['answer ok', 'login ok', 'submit failed']]);
      expect(end.last.text).toContain(text);
      expect(end.last.whys?.[0]).toContain(why);
    }
  });
});

describe('to a carrier of HTTP', () => {
  async function carrier(reply: HttpCarrier['reply']) {
    const started = await new HttpCarrier().start();
    onTestFinished(() => started.stop());
    started.reply = reply;
    return started;
  }
  const twilio = (origin: string) => [
    'kind = "http"',
    'preset = "twilio"',
    `base_url = "${origin}"`,
    `username = "${SID}"`,
    'password = "${env:UP_TOKEN}"',
  ];
  const own = (origin: string) => [
    'kind = "http"',
    `base_url = "${origin}"`,
    'url = "{base_url}/v2/messages"',
    'auth = "bearer"',
    'password = "${env:UP_TOKEN}"',
    'content_type = "json"',
    `body = '{"from": "{from}", "to": "{to}", "text": "{text}", "tell": "{receipt_url}"}'`,
    'id = ["id"]',
    'error = ["error.code"]',
    'errors = ["1004=30005"]',
  ];
  const MESSAGE = ['--to', '+12025550101', '--from', '+12025550100', '--body', 'Hello from the test'];

  it('of which nothing is known to ask: that the credentials are good shows with a message', async () => {
    const acme = await carrier(({ method }) => (method === 'GET' ? { status: 404 } : { body: '{"id":"a-1"}' }));
    const dry = await climbed(own(acme.origin));
    expect([dry.code, dry.words]).toEqual([
      0,
      [...GROUND, 'answer ok', 'login skipped', 'submit skipped', 'receipt skipped'],
    ]);
    expect(dry.text('answer')).toBe('it answers, 404 to GET /');
    expect(dry.text('submit')).toContain('with --to and --from the carrier is asked');
    const sent = await climbed(own(acme.origin), { args: MESSAGE, env: { PIDGE_PUBLIC_URL: 'https://pidge.example' } });
    expect([sent.code, sent.text('submit')]).toEqual([0, 'taken as a-1']);
    expect(acme.asked.at(-1)).toMatchObject({
      path: '/v2/messages',
      headers: { authorization: `Bearer ${ENV.UP_TOKEN}` },
      body: expect.stringContaining('Hello from the test'),
    });
    const { tell } = JSON.parse(String(acme.asked.at(-1)?.body));
    expect(tell).toBe('https://pidge.example/carriers/up/receipts');
  });

  it('ends where it fails: nobody there, no answer, a wrong token, a message refused, an error of its own', async () => {
    const gone = await climbed(twilio(`http://127.0.0.1:${await freePort()}`));
    expect([gone.code, gone.words]).toEqual([3, ['dns ok', 'tcp failed']]);
    expect(gone.last.whys?.[0]).toBe('nothing listens on that port');
    expect(gone.last.fixes?.[0]).toContain('connectors.base_url');

    const cases: [reply: CarrierReply, code: number, step: string, text: string, why: string][] = [
      [{ breaks: true }, 7, 'answer failed', 'no answer', 'something else than the carrier'],
      [{ status: 401 }, 5, 'login failed', '(401)', 'mistyped, or has expired'],
      [{ status: 403 }, 5, 'login failed', '(403)', 'mistyped, or has expired'],
      [{ status: 500 }, 9, 'answer failed', '500', 'trouble of its own'],
    ];
    for (const [reply, code, step, text, why] of cases) {
      const acme = await carrier(() => reply);
      const end = await climbed(twilio(acme.origin), { args: MESSAGE });
      expect([end.code, end.words.at(-1)]).toEqual([code, step]);
      expect(end.last.text).toContain(text);
      expect(end.last.whys?.[0]).toContain(why);
      expect(acme.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
        `GET /2010-04-01/Accounts/${SID}.json`,
      ]);
    }

    const sends: [reply: CarrierReply, code: number, text: string, why: string][] = [
      [{ status: 400, body: '{"error":{"code":1004}}' }, 9, 'refused with 30005', 'what the code says'],
      [{ status: 500 }, 7, 'nobody knows whether it was taken', 'did not come in time'],
      [{ status: 401 }, 5, 'the credentials are refused (401)', 'mistyped, or has expired'],
    ];
    for (const [reply, code, text, why] of sends) {
      const acme = await carrier(({ method }) => (method === 'GET' ? { status: 404 } : reply));
      const end = await climbed(own(acme.origin), { args: MESSAGE });
      expect([end.code, end.words.at(-1)]).toEqual([code, 'submit failed']);
      expect(end.last.text).toContain(text);
      expect(end.last.whys?.[0]).toContain(why);
    }
  });
});
