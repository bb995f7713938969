import { masker } from '../domain/privacy.ts';
import type { CallbackResult } from './callback-shapes.ts';

/** What a row of attempts holds as text. */
export interface KeptTexts {
  payload: string;
  request: string;
  response: string | null;
  error: string | null;
}

/** Whether an attempt asked for an answer to an inbound message. Inside a text its quotes would be escaped. */
export const IS_INBOUND = `payload like '%"inbound":{%'`;

/** The texts of an attempt, as kept: with its person's number masked where that was the sender's wish. */
export function keptTexts({ payload, request, response, error }: CallbackResult['record']): KeptTexts {
  const mask = payload.obfuscate ? masker(payload.to) : (text: string) => text;
  return {
    payload: mask(JSON.stringify(payload)),
    request: mask(JSON.stringify(request)),
    response: response && mask(JSON.stringify(response)),
    error: error && mask(error),
  };
}

/** As `seal-bodies` writes them. A sealed text cannot be looked into, so what may stand in it cannot be masked. */
const SEALED_BODY = /"body":"~1:[A-Za-z0-9_-]*"/;

/** The texts of a kept attempt with a number masked; a sealed answer, which may name it too, goes whole. */
export function maskedTexts(texts: (string | null)[], mask: (text: string) => string): (string | null)[] {
  return texts.map((text) => text && mask(text.replace(SEALED_BODY, '"body":""')));
}
