/**
 * The official Python library as a judge, black box: every step reads every property of what it gets. Needs Debian's
 * `python3-twilio`; without it the suite is skipped, and says so.
 */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { Sink } from '../helpers/sink.ts';

const PYTHON = '/usr/bin/python3';
const found = spawnSync(PYTHON, ['-c', 'import twilio']);
const reason = found.status === 0 ? null : 'python3-twilio is not installed';
if (reason) console.log(`SKIPPED the official Python library: ${reason}`);

const sid = (prefix: string) => expect.stringMatching(new RegExp(`^${prefix}[0-9a-f]{32}$`));

/** What each step of `python/walk.py` is to read. */
const EXPECTED: [step: string, value: unknown][] = [
  ['create', expect.objectContaining({ sid: sid('SM'), status: 'queued', num_segments: '1', price_unit: 'USD' })],
  ['fetch', expect.objectContaining({ status: 'delivered', error_code: null, date_sent: expect.any(String) })],
  ['feedback', expect.objectContaining({ message_sid: sid('SM'), outcome: 'confirmed' })],
  ['list', [sid('SM')]],
  ['other texts', 'héllo 😀 日本'],
  ['stream', 2],
  ['next page', 1],
  ['media', []],
  ['redact', ''],
  ['delete', true],
  ['service', expect.objectContaining({ sid: sid('MG'), friendly_name: 'python', validity_period: 36_000 })],
  ['number', expect.objectContaining({ sid: sid('PN'), phone_number: '+12025550100' })],
  ['pool', expect.objectContaining({ service_sid: sid('MG'), capabilities: expect.arrayContaining(['SMS']) })],
  ['schedule', expect.objectContaining({ status: 'scheduled', from_: null, num_segments: '0' })],
  ['cancel', 'canceled'],
  ['send by service', 'accepted'],
  ['update service', 100],
  ['alpha sender', expect.objectContaining({ sid: sid('AI'), alpha_sender: 'ACME' })],
  ['short codes', ['76767']],
  ['account', 'active'],
  ['subaccount', 'sub'],
  ['balance', 'USD'],
  ['key', 32],
  ['keys', ['key']],
  ['application', 'app'],
  ['available', 2],
  ['lookup', '(202) 555-0133'],
  ['usage', 1],
  ['trigger', 'sms'],
  ['alerts', []],
  ['second token', 32],
  ['no second token', true],
];

const REFUSED: [step: string, status: number, code: number][] = [
  ['fetch what is gone', 404, 20404],
  ['a bad number', 400, 21211],
  ['a foreign sender', 400, 21659],
];

describe.skipIf(reason !== null)('the official Python library', () => {
  let pidge: TestPidge;
  let sink: Sink;
  const lines = new Map<string, { value?: unknown; error?: { status: number; code: number } }>();

  beforeAll(async () => {
    pidge = await startTestPidge();
    sink = await new Sink().start();
    const { sid: account, token } = pidge.account;
    const walk = spawn(PYTHON, [join(import.meta.dirname, 'python/walk.py'), pidge.origin, account, token]);
    const heard = await callback();
    walk.stdin.end(`${JSON.stringify(heard)}\n`);
    walk.stderr.pipe(process.stderr);
    for await (const line of createInterface({ input: walk.stdout })) {
      const { step, ...rest } = JSON.parse(line);
      lines.set(step, rest);
    }
  }, 60_000);
  afterAll(async () => {
    await sink?.stop();
    await pidge?.close();
  });

  /** A callback as the app of somebody else hears it. */
  async function callback(): Promise<{ url: string; params: Record<string, string>; signature: string }> {
    const url = `${sink.origin}/status?shop=m%C3%BCnchen`;
    const form = { To: '+12025550144', From: '+12025550100', Body: 'é & + %', StatusCallback: url };
    const { sid: account, token } = pidge.account;
    await fetch(`${pidge.origin}/2010-04-01/Accounts/${account}/Messages.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${account}:${token}`)}` },
      body: new URLSearchParams(form),
    });
    await pidge.until(async () => sink.heard.length > 0);
    const [first] = sink.heard;
    return { url, params: first?.params ?? {}, signature: String(first?.headers['x-twilio-signature']) };
  }

  it.each(EXPECTED)('%s', (step, value) => {
    expect(lines.get(step)).toEqual({ value });
  });

  it.each(REFUSED)('%s is refused in a form that it can read', (step, status, code) => {
    expect(lines.get(step)?.error).toMatchObject({ status, code });
  });

  it('takes our signature', () => {
    expect(lines.get('signature')).toEqual({ value: true });
  });
});
