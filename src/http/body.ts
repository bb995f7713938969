/** The parser of every request body: a form, or JSON or CSV where the route takes it, and nothing else. */
import { isUtf8 } from 'node:buffer';
import type { FastifyRequest } from 'fastify';
import { refuse } from '../domain/errors.ts';
import { type Form, readForm } from './form.ts';

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';
const CSV_TYPE = 'text/csv';

/** What a body of JSON said. */
export class JsonBody {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** A body of CSV, unread. */
export class CsvBody {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Content-type parser for Fastify. A body without a content type is read as what the route takes, as clients that
 * forget it mean that; anything else, multipart and compressed bodies among it, is 415/20422.
 */
export function readBody(
  request: FastifyRequest,
  bytes: Buffer,
  done: (error: Error | null, body?: Form | JsonBody | CsvBody) => void,
): void {
  try {
    const takes = request.visit.match?.route.body;
    const expected = takes === 'json' ? JSON_TYPE : takes === 'csv' ? CSV_TYPE : FORM;
    judgeType(expected, request.headers['content-type'], request.headers['content-encoding'], bytes);
    done(null, takes === 'json' ? readJson(bytes) : takes === 'csv' ? readText(bytes) : readForm(bytes));
  } catch (error) {
    done(error as Error);
  }
}

function judgeType(expected: string, type: string | undefined, encoding: string | undefined, bytes: Buffer): void {
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw unsupported('Content-Encoding', encoding, 'identity');
  }
  const essence = type?.split(';', 1)[0]?.trim().toLowerCase();
  // Some clients name a type on requests that carry nothing.
  if (!essence || essence === expected || bytes.length === 0) return;
  throw unsupported('Content-Type', essence.slice(0, 100), expected);
}

function unsupported(parameter: string, received: string, allowed: string): Error {
  return refuse(20422, {}, { status: 415, parameter, received, allowed, fix: `Send the body as ${allowed}.` });
}

/** As strict as a form: UTF-8, and no text that the two databases would treat differently. */
function readJson(bytes: Buffer): JsonBody {
  if (bytes.length === 0) return new JsonBody(undefined);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return new JsonBody(
      JSON.parse(text, (key, value: unknown) => (isStorable(key) && isStorable(value) ? value : unstorable())),
    );
  } catch (cause) {
    const fix = `Send well-formed JSON without NUL characters: ${(cause as Error).message}.`;
    throw refuse(20001, {}, { parameter: 'the body', allowed: 'JSON in UTF-8', fix });
  }
}

/** Spreadsheets write other encodings too; to guess one would spoil names. */
function readText(bytes: Buffer): CsvBody {
  if (isUtf8(bytes) && !bytes.includes(0)) return new CsvBody(bytes.toString('utf8'));
  const fix = 'Save the file as CSV in UTF-8.';
  throw refuse(20001, {}, { parameter: 'the body', allowed: 'CSV in UTF-8', fix });
}

function isStorable(value: unknown): boolean {
  return typeof value !== 'string' || (value.isWellFormed() && !value.includes('\0'));
}

function unstorable(): never {
  throw new SyntaxError('a text has a character that cannot be stored');
}
