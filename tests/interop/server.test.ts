/**
 * Our SMPP server and other people's clients: Kannel's bearerbox (sendsms in, receipt and messages back), Net::SMPP, the
 * npm package `smpp` 0.5.1. Each pairing goes through a relay that keeps every PDU, and Wireshark judges them. What is
 * not installed is skipped, and says so.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { NUMBER, PHONE } from '../helpers/esme.ts';
import { startEsmePidge } from '../helpers/esme-pidge.ts';
import { TestPhone } from '../helpers/phone.ts';
import { expectWellFormed } from './judge.ts';
import { freePort, Program, programs, whyNot } from './programs.ts';
import { Recorder } from './recorder.ts';

const LONG = 'A long message over several parts, with €uro signs. '.repeat(8).trim();
const TEXTS = ['Hello', 'Grüße [5 €]', 'Съешь ещё этих булок 😀', LONG];
const TEXTED = '+12125550141';
const LIMIT_MS = 60_000;

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Our server with a relay before it. */
async function startServer() {
  const { pidge, port: target } = await startEsmePidge();
  await pidge.addSender({ address: TEXTED, properties: { sms_url: 'smpp:acme' } });
  cleanups.push(() => pidge.close());
  const recorder = new Recorder(target);
  cleanups.push(() => recorder.close());
  const client = new Client(pidge.origin, pidge.account);
  cleanups.push(() => client.close());
  return {
    pidge,
    recorder,
    port: await recorder.listen(),
    /** What its account has sent, oldest first. */
    async sent() {
      const { json } = await client.call('GET', `${client.base}/Messages.json?PageSize=100`);
      const all = json.messages as { body: string; status: string; direction: string; from: string; to: string }[];
      return all.filter(({ direction }) => direction !== 'inbound').reverse();
    },
    /** A phone texts the number whose messages are the customer's. */
    say: (body: string) => new TestPhone(client, PHONE).send({ body, to: TEXTED, wait: false }),
  };
}

/** Keeps the addresses that it is asked for. */
async function listener() {
  const asked: URL[] = [];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '/', 'http://localhost'));
    response.end('');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  return { asked, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function until(done: () => boolean): Promise<void> {
  const end = performance.now() + LIMIT_MS / 2;
  while (!done()) {
    if (performance.now() > end) throw new Error(`it never came to be: ${done}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const noKannel = whyNot('kannel');
describe.skipIf(noKannel !== null)("Kannel's bearerbox as a customer", () => {
  it(
    'sends by sendsms, hears of the receipts at its dlr-url, and of messages at its service',
    async () => {
      const { pidge, recorder, port, sent, say } = await startServer();
      const { asked, origin } = await listener();
      const folder = mkdtempSync(join(tmpdir(), 'pidge-kannel-'));
      cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
      const [admin, box, sendsms] = [await freePort(), await freePort(), await freePort()];
      const config = join(folder, 'kannel.conf');
      writeFileSync(
        config,
        `group = core
admin-port = ${admin}
admin-password = admin
smsbox-port = ${box}
dlr-storage = internal

group = smsc
smsc = smpp
smsc-id = pidge
host = 127.0.0.1
port = ${port}
transceiver-mode = true
smsc-username = acme
smsc-password = secret08
system-type = "VMA"
source-addr-ton = 1
source-addr-npi = 1
dest-addr-ton = 1
dest-addr-npi = 1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = ${sendsms}
sendsms-interface = 127.0.0.1
mo-recode = true

group = sendsms-user
username = tester
password = secret
max-messages = 10
concatenation = true

group = sms-service
keyword = default
get-url = "${origin}/mo?from=%p&text=%a"
max-messages = 0
`,
      );
      const bearerbox = new Program(programs.bearerbox ?? '', ['-v', '1', config], folder);
      cleanups.push(() => bearerbox.end());
      await pidge.until(async () => recorder.commands['in bind_transceiver_resp'] === 1);
      const smsbox = new Program(programs.smsbox ?? '', ['-v', '1', config], folder);
      cleanups.push(() => smsbox.end());
      await bearerbox.until(({ said }) => said.includes('Client connected from <127.0.0.1>'));

      for (const [index, text] of TEXTS.entries()) {
        const wide = /[Ѐ-ӿ]/.test(text);
        const dlr = `${origin}/dlr?index=${index}&type=%d&answer=%A`;
        const query = new URLSearchParams({
          ...{ username: 'tester', password: 'secret', from: NUMBER.slice(1), to: PHONE.slice(1), text },
          ...{ charset: 'UTF-8', coding: wide ? '2' : '0', 'dlr-mask': '3', 'dlr-url': dlr },
        });
        const answer = await fetch(`http://127.0.0.1:${sendsms}/cgi-bin/sendsms?${query}`);
        expect([answer.status, await answer.text()]).toEqual([202, '0: Accepted for delivery']);
      }
      await pidge.until(
        async () => (await sent()).filter(({ status }) => status === 'delivered').length === TEXTS.length,
      );
      const bodies = (await sent()).map(({ body, from, to }) => `${from} ${to} ${body}`).sort();
      expect(bodies).toEqual(TEXTS.map((text) => `${NUMBER} ${PHONE} ${text}`).sort());
      const reports = () => asked.filter(({ pathname }) => pathname === '/dlr').map(({ searchParams }) => searchParams);
      await until(() => new Set(reports().map((report) => report.get('index'))).size === TEXTS.length);
      expect(new Set(reports().map((report) => report.get('type')))).toEqual(new Set(['1']));

      await say('Ön Kannel €');
      await until(() => asked.some(({ pathname }) => pathname === '/mo'));
      const mo = asked.find(({ pathname }) => pathname === '/mo')?.searchParams;
      expect([mo?.get('from')?.replace('+', ''), mo?.get('text')]).toEqual([PHONE.slice(1), 'Ön Kannel €']);
      expectWellFormed(recorder, 'far');
    },
    LIMIT_MS,
  );
});

const noPerl = whyNot('netSmpp');
describe.skipIf(noPerl !== null)('Net::SMPP as a customer', () => {
  it(
    'submits, and gets its answers, its receipts and a message',
    async () => {
      const { pidge, recorder, port, sent, say } = await startServer();
      const texts = ['Hello from Perl', 'and once more'];
      const script = join(import.meta.dirname, 'net-smpp-client.pl');
      const perl = new Program('perl', [script, String(port), NUMBER.slice(1), PHONE.slice(1), ...texts]);
      cleanups.push(() => perl.end());
      await perl.until(({ facts }) => facts.filter((fact) => 'receipt' in fact).length === texts.length);
      await say('Hello Perl');
      await perl.until(({ facts }) => facts.some((fact) => 'unbound' in fact));
      const ids = perl.facts.filter((fact) => 'answer' in fact);
      expect(ids.map(({ answer }) => answer)).toEqual([0, 0]);
      const receipts = perl.facts.filter((fact) => 'receipt' in fact);
      expect(receipts.map(({ receipt, stat }) => `${receipt} ${stat}`).sort()).toEqual(
        ids.map(({ id }) => `${id} DELIVRD`).sort(),
      );
      expect(perl.facts).toContainEqual({ inbound: 'Hello Perl', from: PHONE.slice(1) });
      expect((await sent()).map(({ body }) => body).sort()).toEqual([...texts].sort());
      await pidge.until(async () => recorder.commands['in unbind_resp'] === 1);
      expectWellFormed(recorder, 'far');
    },
    LIMIT_MS,
  );
});

interface NpmPdu {
  command: string;
  command_status: number;
  esm_class: number;
  message_id: string;
  receipted_message_id?: string;
  short_message: { message: string };
  response(): NpmPdu;
}
interface NpmSession {
  on(event: 'pdu' | 'connect' | 'error', listener: (pdu: NpmPdu) => void): void;
  send(pdu: NpmPdu): void;
  close(): void;
  bind_transceiver(fields: object, done: (pdu: NpmPdu) => void): void;
  submit_sm(fields: object, done: (pdu: NpmPdu) => void): void;
  unbind(done: () => void): void;
}

const noNpm = whyNot('smpp');
describe.skipIf(noNpm !== null)('npm smpp 0.5.1 as a customer', () => {
  it(
    'submits texts of all alphabets, and gets its answers, its receipts and a message',
    async () => {
      const { recorder, port, sent, say } = await startServer();
      const { connect } = createRequire(import.meta.url)('smpp') as {
        connect(options: { host: string; port: number }): NpmSession;
      };
      const session = connect({ host: '127.0.0.1', port });
      cleanups.push(() => session.close());
      session.on('error', () => undefined);
      const receipts: NpmPdu[] = [];
      const inbound: string[] = [];
      session.on('pdu', (pdu) => {
        if (pdu.command === 'enquire_link') session.send(pdu.response());
        if (pdu.command !== 'deliver_sm') return;
        if (pdu.esm_class & 4) receipts.push(pdu);
        else inbound.push(pdu.short_message.message);
        session.send(pdu.response());
      });
      await new Promise<void>((resolve) => session.on('connect', () => resolve()));
      const ask = (name: 'bind_transceiver' | 'submit_sm', fields: object) =>
        new Promise<NpmPdu>((resolve) => session[name](fields, resolve));
      const bound = await ask('bind_transceiver', { system_id: 'acme', password: 'secret08' });
      expect(bound.command_status).toBe(0);
      const addresses = {
        ...{ source_addr_ton: 1, source_addr_npi: 1, source_addr: NUMBER.slice(1) },
        ...{ dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: PHONE.slice(1) },
      };
      const texts = TEXTS.filter((text) => text !== LONG);
      const answers: NpmPdu[] = [];
      for (const short_message of texts) {
        answers.push(await ask('submit_sm', { ...addresses, registered_delivery: 1, short_message }));
      }
      expect(answers.map(({ command_status }) => command_status)).toEqual(texts.map(() => 0));
      await until(() => receipts.length === texts.length);
      expect(receipts.map((one) => one.receipted_message_id).sort()).toEqual(
        answers.map(({ message_id }) => message_id).sort(),
      );
      expect((await sent()).map(({ body }) => body).sort()).toEqual([...texts].sort());
      await say('Hallo npm');
      await until(() => inbound.length === 1);
      expect(inbound).toEqual(['Hallo npm']);
      await new Promise<void>((resolve) => session.unbind(resolve));
      expectWellFormed(recorder, 'far');
    },
    LIMIT_MS,
  );
});
