/** The first steps to a carrier, the same for every one: its name, a connection, TLS; and how steps are told. */
import { lookup } from 'node:dns/promises';
import { connect, isIP } from 'node:net';
import { connect as connectTls, type PeerCertificate } from 'node:tls';
import { realClock } from '../../domain/clock.ts';
import type { Receipt } from '../../domain/receipt.ts';
import { type Cause, dnsFailure, type Failure, type Fault, SILENT, tcpFailure, tlsFailure } from './causes.ts';

export const STEPS = ['dns', 'tcp', 'tls', 'bind', 'link', 'answer', 'login', 'submit', 'receipt'] as const;

export interface Step {
  step: (typeof STEPS)[number];
  outcome: 'ok' | 'failed' | 'skipped';
  text: string;
  ms: number | null;
  /** Of a failed one, the likeliest first. */
  causes: Cause[];
  /** `null`: it has not failed. */
  fault: Fault | null;
}

export interface StaircaseOptions {
  /** E.164; without it nothing is sent. */
  to?: string;
  from?: string;
  body: string;
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
}

const DAY_MS = 86_400_000;

/** Returns whether all of them held. */
export async function* climbGround({ host, port, tls, limitMs, clear }: Ground): AsyncGenerator<Step, boolean> {
  const dns = await timed(() => resolved(host));
  yield step('dns', dns);
  if (dns.value === null) return false;
  const tcp = await timed(() => reached(host, port, limitMs));
  yield step('tcp', tcp);
  if (tcp.value === null) return false;
  if (tls === null) {
    yield skipped('tls', clear);
    return true;
  }
  const secured = await timed(() => secure({ host, port }, tls, limitMs));
  yield step('tls', secured);
  return secured.value !== null;
}

export type Tried = { value: string; failure?: undefined } | { value: null; failure: Failure };

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
  { host, port }: Pick<Ground, 'host' | 'port'>,
  { ca, serverName }: NonNullable<Ground['tls']>,
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
