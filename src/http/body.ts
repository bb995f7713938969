/** The parser of every request body: forms and nothing else. */
import type { FastifyRequest } from 'fastify';
import { refuse } from '../domain/errors.ts';
import { type Form, readForm } from './form.ts';

const FORM = 'application/x-www-form-urlencoded';

/**
 * Content-type parser for Fastify. A body without a content type is read as a form, as clients that forget it mean
 * one; JSON, multipart and anything compressed are 415/20422.
 */
export function readBody(
  request: FastifyRequest,
  bytes: Buffer,
  done: (error: Error | null, form?: Form) => void,
): void {
  try {
    judgeType(request.headers['content-type'], request.headers['content-encoding'], bytes);
    done(null, readForm(bytes));
  } catch (error) {
    done(error as Error);
  }
}

function judgeType(type: string | undefined, encoding: string | undefined, bytes: Buffer): void {
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw unsupported('Content-Encoding', encoding, 'identity');
  }
  const essence = type?.split(';', 1)[0]?.trim().toLowerCase();
  // Some clients name a type on requests that carry nothing.
  if (!essence || essence === FORM || bytes.length === 0) return;
  throw unsupported('Content-Type', essence.slice(0, 100), FORM);
}

function unsupported(parameter: string, received: string, allowed: string): Error {
  return refuse(20422, {}, { status: 415, parameter, received, allowed, fix: 'Send the parameters as a form.' });
}
