/**
 * Who sits at this very machine. Loopback alone proves nothing: a page in the browser there reaches it under a rebound
 * name, and a proxy or a tunnel brings the whole world through it.
 */
import type { FastifyRequest } from 'fastify';
import { refuse } from '../domain/errors.ts';

/** Names of this machine that nobody else can give away. */
export const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];
/** Only a proxy or a tunnel sends these: whoever asks then sits somewhere else, though the socket is local. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/** Over loopback, through nobody, and by a name of loopback or one of `hosts`, which the operator has listed. */
export function isLocalCall(request: FastifyRequest, hosts: readonly string[]): boolean {
  return isUnproxied(request) && isNamedAny(request.headers.host ?? '', [...LOOPBACK_NAMES, ...hosts]);
}

/** Over loopback and through nobody, by whatever name. */
export function isUnproxied({ raw, headers }: FastifyRequest): boolean {
  return isLoopback(raw.socket.remoteAddress ?? '') && proxyHeaderOf(headers) === undefined;
}

/** Whose failures count together. Who comes over loopback through a tunnel is no neighbour, and is not spared as one. */
export function addressOf(request: FastifyRequest): string {
  const isTunnelled = isLoopback(request.ip) && proxyHeaderOf(request.headers) !== undefined;
  return isTunnelled ? `through ${request.ip}` : request.ip;
}

/** The header that a proxy or a tunnel has added. */
export function proxyHeaderOf(headers: FastifyRequest['headers']): string | undefined {
  return PROXY_HEADERS.find((name) => headers[name] !== undefined);
}

/** Whether a socket ends at this machine. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

/** Whether a host is one of the names. A name without port stands for all of its ports. */
export function isNamedAny(host: string, names: readonly string[]): boolean {
  const its = host.toLowerCase();
  const bare = its.replace(/:\d{1,5}$/, '');
  return names.some((name) => [its, bare].includes(name.toLowerCase()));
}

/** 403/20403 that names the header, or the address, by which somebody is kept out. */
export function forbidden(parameter: string, received: string, allowed: string, fix: string): Error {
  return refuse(20403, {}, { parameter, received, allowed, fix });
}
