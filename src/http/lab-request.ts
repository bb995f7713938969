/** What the rooms of the test side share: whom a request is about, and how it is refused. */
import type { FastifyRequest } from 'fastify';
import { fixOfLostPlus, parseTo } from '../domain/address.ts';
import { refuse } from '../domain/errors.ts';
import { channelOf } from '../domain/phone-talk.ts';
import { isMagic } from '../domain/preflight.ts';
import type { Account, Sender } from '../store/directory.ts';

export type LabRequest = FastifyRequest<{ Params: { sandbox: string; number: string } }>;
/** The account of the sandbox that a request names; throws 404. */
export type SandboxOf = (request: LabRequest) => Promise<Account>;

/** 400/20001: a field that is not what it has to be. */
export function unreadable(parameter: string, value: unknown, allowed: string, fix: string): Error {
  return refuse(20001, {}, { parameter, received: JSON.stringify(value) ?? 'nothing', allowed, fix });
}

/** The phone that a path names: E.164, or an address of a channel. */
export function phoneOf(number: string): string {
  const address = parseTo(number);
  if (address?.kind === 'number') return address.e164;
  if (address?.kind === 'channel') return `${address.channel}:${address.id}`;
  throw refuse(
    21211,
    { To: number },
    { parameter: 'number', received: number, fix: fixOfLostPlus(number) ?? 'Use E.164: +12025550101.' },
  );
}

/** The sender that a phone knows without being told: the account's oldest of the channel, numbers before short codes. */
export function usualSender(newestFirst: Sender[], channel: string): string | null {
  const fits = newestFirst
    .toReversed()
    .filter(({ kind, address }) => kind !== 'alphanumeric' && channelOf(address) === channel && !isMagic(address));
  return (fits.find(({ kind }) => kind !== 'short-code') ?? fits[0])?.address ?? null;
}

export function pathOf(request: FastifyRequest): string {
  return (request.raw.url ?? '').split('?', 1)[0] ?? '';
}
