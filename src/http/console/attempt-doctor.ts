/** `POST …/attempts/{id}/doctor`: why the app refuses the signature of an attempt. */
import { examine, maskedToken, type SignedRequest, type Validated } from '../../domain/signature-doctor.ts';
import type { CallbackAttempt } from '../../store/callback-shapes.ts';
import { objectOf, wrong } from '../admin/fields.ts';
import type { Answer } from '../answer.ts';
import type { Call } from '../context.ts';
import { contentOf } from './attempt-content.ts';
import { headerOf } from './attempt-shown.ts';
import { answer } from './module.ts';

const LONGEST_BODY = 100_000;

export async function doctor(call: Call, attempt: CallbackAttempt): Promise<Answer> {
  const sent = await signedOf(call, attempt);
  const validated = validatedOf(call.json ?? {}, sent.url);
  const { fits, verdict, checks } = examine(sent, validated);
  return answer({
    fits,
    verdict,
    signed: {
      method: attempt.request.method,
      url: sent.url,
      names: sent.params === null ? null : [...new Set(sent.params.map(([name]) => name))].sort(),
      token: maskedToken(sent.tokens.primary),
    },
    checks: checks.map(({ name, ok, explains, text }) => ({ name, ok, explains, text })),
  });
}

async function signedOf(call: Call, attempt: CallbackAttempt): Promise<SignedRequest> {
  const { openToken } = call.context;
  const { sealedToken, secondToken } = call.account;
  const { request, payload } = attempt;
  const isForm = request.method !== 'GET' && !payload.click;
  return {
    url: request.url,
    params: isForm ? await contentOf(call, attempt) : null,
    json: payload.click ? request.body : null,
    signature: headerOf(attempt, 'X-Twilio-Signature'),
    tokens: {
      primary: openToken(sealedToken),
      secondary: secondToken ? openToken(secondToken.sealed) : null,
    },
  };
}

function validatedOf(json: unknown, signed: string): Validated {
  const given = objectOf(json, 'the body', ['url', 'params', 'body', 'token']);
  const text = (name: 'url' | 'body' | 'token'): string | undefined => {
    const value = given[name];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value !== 'string' || value.length > LONGEST_BODY) throw wrong(name, value, 'a text');
    return value.trim();
  };
  const url = text('url') ?? signed;
  if (!URL.canParse(url) || !/^https?:/i.test(url)) throw wrong('url', url, 'an absolute http or https URL');
  const [body, token] = [text('body'), text('token')];
  return {
    url,
    ...(given.params !== undefined && given.params !== null && { params: pairsOf(given.params) }),
    ...(body !== undefined && { body }),
    ...(token !== undefined && { token }),
  };
}

/** Parameters as `{"To": "+1…", "Tag": ["a", "b"]}`, as pairs, or as the text of a form. */
export function pairsOf(value: unknown): [string, string][] {
  if (typeof value === 'string') return [...new URLSearchParams(value)];
  if (typeof value !== 'object' || value === null) throw wrong('params', value, 'an object, pairs, or a form');
  const entries: unknown[] = Array.isArray(value) ? value : Object.entries(value);
  return entries.flatMap((entry): [string, string][] => {
    const [name, held] = Array.isArray(entry) ? entry : [];
    const values = Array.isArray(held) ? held : [held];
    if (typeof name !== 'string' || !values.every((one) => ['string', 'number', 'boolean'].includes(typeof one))) {
      throw wrong('params', entry, 'names with texts, or lists of texts');
    }
    return values.map((one) => [name, String(one)]);
  });
}
