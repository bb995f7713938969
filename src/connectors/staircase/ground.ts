/** The first steps to a carrier, the same for every one: its name, a connection, TLS; and how steps are told. */
import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { realClock } from '../../domain/clock.ts';
import type { Receipt } from '../../domain/receipt.ts';
import { segment } from '../../domain/segments.ts';
import type { TestStep } from '../../domain/test-step.ts';
import type { Submission } from '../connector.ts';
import { dnsFailure, type Failure, type Fault, type GroundWords, SILENT, tcpFailure, tlsFailure } from './causes.ts';

export const STEPS = ['dns', 'tcp', 'tls', 'bind', 'link', 'answer', 'login', 'submit', 'receipt'] as const;

export interface Step extends TestStep {
  step: (typeof STEPS)[number];
  /** `null`: it has not failed. */
  fault: Fault | null;
}

export interface StaircaseOptions {
  /** E.164; without it nothing is sent. */
  to?: string;
  from?: string;
  body: string;
  /** How whoever asks says to whom and as whom; left out: in plain words. */
  addressing?: string;
  /** Where this server is called from outside. */
  ownUrl: () => string;
  /** For the receipt. */
  waitMs: number;
  /** Tells of receipts that a running connector hears on its own binds; answers how to stop that. */
  elsewhere?: (heard: (receipt: Receipt) => void) => () => void;
}

export interface Ground {
  host: string;
  port: number;
  /** `null`: in the clear. */
  tls: { ca?: string; serverName?: string } | null;
  limitMs: number;
  /** What is said where it is in the clear. */
  clear: string;
  words: GroundWords;
}

const DAY_MS = 86_400_000;

/** Returns whether all of them held. */
export async function* climbGround(ground: Ground): AsyncGenerator<Step, boolean> {
  const { host, tls, clear, words } = ground;
  const dns = await timed(() => resolved(host, words));
  yield step('dns', dns);
  if (dns.value === null) return false;
  const tcp = await timed(() => reached(ground));
  yield step('tcp', tcp);
  if (tcp.value === null) return false;
  if (tls === null) {
    yield skipped('tls', clear);
    return true;
  }
  const secured = await timed(() => secure(ground, tls));
  yield step('tls', secured);
  return secured.value !== null;
}

export type Tried = { value: string; failure?: undefined } | { value: null; failure: Failure };

async function resolved(host: string, words: GroundWords): Promise<Tried> {
  if (isIP(host)) return { value: `${host} is an address` };
  try {
    const all = await lookup(host, { all: true });
    return { value: `${host} is ${all.map(({ address }) => address).join(', ')}` };
  } catch (error) {
    return { value: null, failure: dnsFailure(host, codeOf(error), words) };
  }
}

function reached({ host, port, limitMs, words }: Ground): Promise<Tried> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (tried: Tried) => {
      cancel();
      socket.destroy();
      resolve(tried);
    };
    const fail = (code: string) => end({ value: null, failure: tcpFailure(`${host}:${port}`, code, words) });
    const cancel = realClock.after(limitMs, () => fail('ETIMEDOUT'));
    socket.once('connect', () => end({ value: `connected to ${socket.remoteAddress}:${port}` }));
    socket.once('error', (error) => fail(codeOf(error)));
  });
}

function secure(
  { host, port, limitMs, words }: Ground,
  { ca, serverName }: NonNullable<Ground['tls']>,
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
    const fail = (code: string, message: string) => end({ value: null, failure: tlsFailure(code, message, words) });
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
  return `certificate of ${of}, signed by ${nameIn(issuer) ?? 'nobody'}, valid for ${days} day${days === 1 ? '' : 's'} more`;
}

function nameIn(name: PeerCertificate['subject'] | undefined): string | undefined {
  const found = name?.CN ?? name?.O;
  return Array.isArray(found) ? found[0] : found;
}

export async function timed(work: () => Promise<Tried>): Promise<Tried & { ms: number }> {
  const startedAt = realClock.monotonic();
  return { ...(await work()), ms: realClock.monotonic() - startedAt };
}

export function step(name: Step['step'], tried: Tried & { ms: number }): Step {
  return tried.value === null ? failed(name, tried.failure) : ok(name, tried.value, tried.ms);
}

export function ok(name: Step['step'], text: string, ms: number): Step {
  return { step: name, outcome: 'ok', text, ms: Math.round(ms * 10) / 10, causes: [], fault: null };
}

/** The end where nobody said to whom. */
export function* unsent({ addressing = 'a recipient and a sender' }: Pick<StaircaseOptions, 'addressing'>) {
  yield skipped(
    'submit',
    `nothing was sent: with ${addressing} the carrier is asked to deliver one message (it costs)`,
  );
  yield skipped('receipt', 'nothing was sent');
}

/** The message of a test; `null`: nobody said to whom. */
export function submissionOf({ to, from, body }: StaircaseOptions): Submission | null {
  if (to === undefined || from === undefined) return null;
  const { parts, encoding } = segment(body);
  const key = `test-${realClock.now()}`;
  const own = { messageSid: key, accountSid: '', attempt: 1, idempotencyKey: key };
  return { ...own, from, to, parts, encoding, media: [], actions: [] };
}

export function skipped(name: Step['step'], text: string): Step {
  return { step: name, outcome: 'skipped', text, ms: null, causes: [], fault: null };
}

export function failed(name: Step['step'], { text, causes, fault }: Failure): Step {
  return { step: name, outcome: 'failed', text, ms: null, causes, fault };
}

function codeOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return code ?? (error instanceof Error ? error.message : String(error));
}
