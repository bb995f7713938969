/**
 * `pidge connector test`: the steps on which a message would leave, each tried alone and told apart, without a server.
 * The first that fails ends it, with its likely causes. Nothing is sent unless somebody says to whom.
 */
import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { fieldsOf } from '../connectors/smpp/job.ts';
import type { SmppSettings } from '../connectors/smpp/settings.ts';
import { realClock } from '../domain/clock.ts';
import { segment } from '../domain/segments.ts';
import { ESME } from '../wire/smpp/codes.ts';
import { readInbound } from '../wire/smpp/inbound.ts';
import type { Pdu } from '../wire/smpp/pdu.ts';
import { type CarrierReceipt, idForms } from '../wire/smpp/receipt.ts';
import { outcomeOfReceipt } from '../wire/smpp/receipt-outcome.ts';
import { EXIT } from './exit.ts';
import {
  bindFailure,
  type Cause,
  dnsFailure,
  type Failure,
  linkFailure,
  receiptFailure,
  SILENT,
  submitFailure,
  tcpFailure,
  tlsFailure,
} from './staircase-causes.ts';
import { type Delivered, TestLink } from './staircase-link.ts';

export const STEPS = ['dns', 'tcp', 'tls', 'bind', 'link', 'submit', 'receipt'] as const;

export interface Step {
  step: (typeof STEPS)[number];
  outcome: 'ok' | 'failed' | 'skipped';
  text: string;
  ms: number | null;
  /** Of a failed one, the likeliest first. */
  causes: Cause[];
  exit: number;
}

export interface StaircaseOptions {
  /** E.164; without it nothing is sent. */
  to?: string;
  from?: string;
  body: string;
  /** For the receipt. */
  waitMs: number;
}

const LINKS = 3;
const DAY_MS = 86_400_000;

/** Steps as they are done. */
export async function* climb(settings: SmppSettings, options: StaircaseOptions): AsyncGenerator<Step> {
  const { host, port, tls, bindTimeoutMs: limitMs } = settings;
  const dns = await timed(() => resolved(host));
  yield step('dns', dns);
  if (dns.value === null) return;
  const tcp = await timed(() => reached(host, port, limitMs));
  yield step('tcp', tcp);
  if (tcp.value === null) return;
  if (tls === null)
    yield skipped('tls', 'in the clear: connectors.tls is false, so text and password can be read on the way');
  else {
    const secured = await timed(() => secure(settings, tls, limitMs));
    yield step('tls', secured);
    if (secured.value === null) return;
  }
  yield* bound(settings, options, limitMs);
}

async function* bound(settings: SmppSettings, options: StaircaseOptions, limitMs: number): AsyncGenerator<Step> {
  const receipts = new Receipts(settings);
  const roles = settings.bindMode === 'pair' ? (['transmitter', 'receiver'] as const) : ([settings.bindMode] as const);
  const links: TestLink[] = [];
  try {
    for (const role of roles) {
      const link = new TestLink(settings, (pdu) => receipts.take(pdu));
      links.push(link);
      const { systemId, password, systemType } = settings;
      const fields = { systemId, password, systemType, interfaceVersion: 0x34 };
      const answer = await link.ask({ command: `bind_${role}`, ...fields }, limitMs);
      const refused = answer.kind === 'ended' ? bindFailure(null, answer.why) : bindFailureOf(answer.pdu);
      if (refused) {
        yield failed('bind', refused);
        return;
      }
      if (answer.kind === 'pdu') yield ok('bind', `bound as ${role}${namedBy(answer.pdu)}`, answer.ms);
    }
    const [link] = links;
    if (!link) return;
    const times: number[] = [];
    for (let count = 0; count < LINKS; count += 1) {
      const answer = await link.ask({ command: 'enquire_link' }, limitMs);
      if (answer.kind === 'ended') {
        yield failed('link', linkFailure(answer.why));
        return;
      }
      times.push(answer.ms);
    }
    times.sort((one, other) => one - other);
    yield ok('link', `enquire_link answered ${LINKS} times`, times[Math.floor(LINKS / 2)] ?? 0);
    yield* submitted(link, receipts, settings, options);
  } finally {
    await Promise.all(links.map((link) => link.close(1_000)));
  }
}

async function* submitted(
  link: TestLink,
  receipts: Receipts,
  settings: SmppSettings,
  { to, from, body, waitMs }: StaircaseOptions,
): AsyncGenerator<Step> {
  if (to === undefined || from === undefined) {
    yield skipped(
      'submit',
      'nothing was sent: say --to and --from, and the carrier is asked to deliver one (it costs)',
    );
    yield skipped('receipt', 'nothing was sent');
    return;
  }
  const { parts, encoding } = segment(body);
  const submission = { messageSid: '', accountSid: '', from, to, parts, encoding, media: [], actions: [] };
  const whole = { ...submission, attempt: 1, idempotencyKey: '' };
  const fields = fieldsOf(whole, 1, settings, realClock.now());
  if (!Array.isArray(fields)) {
    const note = 'note' in fields ? fields.note : undefined;
    yield failed('submit', { text: note ?? 'it has no form on SMPP', causes: [], exit: EXIT.usage });
    return;
  }
  let ms = 0;
  for (const part of fields) {
    const answer = await link.ask({ command: 'submit_sm', ...part }, settings.responseMs);
    const pdu = answer.kind === 'pdu' ? answer.pdu : null;
    if (pdu?.command !== 'submit_sm_resp' || pdu.commandStatus !== ESME.ESME_ROK) {
      const why = answer.kind === 'ended' ? answer.why : '';
      yield failed('submit', submitFailure(pdu?.commandStatus ?? null, why));
      return;
    }
    receipts.await(pdu.messageId);
    ms = answer.kind === 'pdu' ? answer.ms : ms;
  }
  yield ok(
    'submit',
    `${fields.length} segment${fields.length === 1 ? '' : 's'} taken as ${receipts.ids.join(', ')}`,
    ms,
  );
  if (settings.bindMode === 'transmitter') {
    yield skipped('receipt', 'a transmitter hears none');
    return;
  }
  const startedAt = realClock.monotonic();
  const text = await receipts.all(waitMs);
  if (text === null) yield ok('receipt', 'delivered', realClock.monotonic() - startedAt);
  else yield failed('receipt', receiptFailure(text, receipts.isOpen));
}

/** Receipts of what the test has sent. */
class Receipts {
  readonly ids: string[] = [];
  readonly #settings: SmppSettings;
  readonly #heard: CarrierReceipt[] = [];
  #look: () => void = () => undefined;

  constructor(settings: SmppSettings) {
    this.#settings = settings;
  }

  await(id: string): void {
    this.ids.push(id);
  }

  /** Whether some are missing. */
  get isOpen(): boolean {
    return this.#missing().length > 0;
  }

  /** Only what is ours is taken: everything else is some server's. */
  take(pdu: Delivered): boolean {
    const { defaultAlphabet, binaryAs, receiptsByText } = this.#settings;
    const read = readInbound(pdu, { defaultAlphabet, binaryAs, receiptsByText });
    if (read.kind !== 'receipt' || !this.ids.some((id) => isOf(read.receipt, id))) return false;
    this.#heard.push(read.receipt);
    this.#look();
    return true;
  }

  /** `null`: all delivered; else what is wrong. */
  async all(waitMs: number): Promise<string | null> {
    await new Promise<void>((resolve) => {
      const cancel = realClock.after(waitMs, resolve);
      this.#look = () => {
        if (this.#missing().length > 0 && this.#undelivered() === null) return;
        cancel();
        resolve();
      };
      this.#look();
    });
    const bad = this.#undelivered();
    if (bad) return `the receipt says ${bad.stateWord ?? 'nothing known'}${bad.err ? `, err ${bad.err}` : ''}`;
    const left = this.#missing();
    return left.length === 0 ? null : `no receipt for ${left.join(', ')} within ${Math.round(waitMs / 1_000)} s`;
  }

  #missing(): string[] {
    return this.ids.filter(
      (id) => !this.#heard.some((one) => isOf(one, id) && outcomeOfReceipt(one).kind !== 'pending'),
    );
  }

  #undelivered(): CarrierReceipt | null {
    return this.#heard.find((one) => outcomeOfReceipt(one).kind === 'undelivered') ?? null;
  }
}

function isOf({ id }: CarrierReceipt, sent: string): boolean {
  const forms = idForms(sent);
  return id !== null && idForms(id).some((form) => forms.includes(form));
}

type Tried = { value: string; failure?: undefined } | { value: null; failure: Failure };

async function resolved(host: string): Promise<Tried> {
  if (isIP(host)) return { value: `${host} is an address` };
  try {
    const all = await lookup(host, { all: true });
    return { value: `${host} is ${all.map(({ address }) => address).join(', ')}` };
  } catch (error) {
    return { value: null, failure: dnsFailure(host, codeOf(error)) };
  }
}

function reached(host: string, port: number, limitMs: number): Promise<Tried> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (tried: Tried) => {
      cancel();
      socket.destroy();
      resolve(tried);
    };
    const peer = `${host}:${port}`;
    const cancel = realClock.after(limitMs, () => end({ value: null, failure: tcpFailure(peer, 'ETIMEDOUT') }));
    socket.once('connect', () => end({ value: `connected to ${socket.remoteAddress}:${port}` }));
    socket.once('error', (error) => end({ value: null, failure: tcpFailure(peer, codeOf(error)) }));
  });
}

function secure(
  { host, port }: SmppSettings,
  { ca, serverName }: NonNullable<SmppSettings['tls']>,
  limitMs: number,
): Promise<Tried> {
  return new Promise((resolve) => {
    // An address is no server name (RFC 6066); the certificate is held against it all the same.
    const servername = serverName ?? (isIP(host) ? undefined : host);
    const socket = connectTls({ host, port, servername, ...(ca !== undefined && { ca }) });
    const end = (tried: Tried) => {
      cancel();
      socket.destroy();
      resolve(tried);
    };
    const fail = (code: string, message: string) => end({ value: null, failure: tlsFailure(code, message) });
    const cancel = realClock.after(limitMs, () => fail('EPROTO', SILENT));
    socket.once('secureConnect', () => {
      const certificate = socket.getPeerCertificate();
      end({ value: `${socket.getProtocol()} ${socket.getCipher().name}; ${certificateFacts(certificate)}` });
    });
    socket.once('error', (error) => fail(codeOf(error), error.message));
  });
}

function certificateFacts({ subject, issuer, valid_to: until, subjectaltname: names }: PeerCertificate): string {
  const days = Math.floor((Date.parse(until) - realClock.now()) / DAY_MS);
  const of = nameIn(subject) ?? names ?? 'nobody';
  return `certificate of ${of}, signed by ${nameIn(issuer) ?? 'nobody'}, valid for ${days} days more`;
}

function nameIn(name: PeerCertificate['subject'] | undefined): string | undefined {
  const found = name?.CN ?? name?.O;
  return Array.isArray(found) ? found[0] : found;
}

function bindFailureOf(pdu: Pdu): Failure | null {
  // A nack without a status says no all the same.
  const commandStatus = pdu.command === 'generic_nack' ? pdu.commandStatus || ESME.ESME_RBINDFAIL : pdu.commandStatus;
  return commandStatus === ESME.ESME_ROK ? null : bindFailure(commandStatus, '');
}

function namedBy(pdu: Pdu): string {
  return 'systemId' in pdu && pdu.systemId !== '' ? ` of "${pdu.systemId}"` : '';
}

async function timed(work: () => Promise<Tried>): Promise<Tried & { ms: number }> {
  const startedAt = realClock.monotonic();
  return { ...(await work()), ms: realClock.monotonic() - startedAt };
}

function step(name: Step['step'], tried: Tried & { ms: number }): Step {
  return tried.value === null ? failed(name, tried.failure) : ok(name, tried.value, tried.ms);
}

function ok(name: Step['step'], text: string, ms: number): Step {
  return { step: name, outcome: 'ok', text, ms: Math.round(ms * 10) / 10, causes: [], exit: EXIT.ok };
}

function skipped(name: Step['step'], text: string): Step {
  return { step: name, outcome: 'skipped', text, ms: null, causes: [], exit: EXIT.ok };
}

function failed(name: Step['step'], { text, causes, exit }: Failure): Step {
  return { step: name, outcome: 'failed', text, ms: null, causes, exit };
}

function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code ?? (error instanceof Error ? error.message : String(error));
}
