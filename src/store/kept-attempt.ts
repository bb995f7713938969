import type { SQLInputValue } from 'node:sqlite';
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

export type MadeAttempt = Pick<CallbackResult, 'workId' | 'attempt' | 'record'>;

/** An attempt as its row, in the order of `INSERT_ATTEMPT`. */
export function attemptValues({ workId, attempt, record }: MadeAttempt): SQLInputValue[] {
  const { messageSid, accountSid, at, ms, decision, errorCode } = record;
  const { payload, request, response, error } = keptTexts(record);
  return [workId, messageSid, accountSid, attempt, at, ms, decision, payload, request, response, errorCode, error];
}

export const INSERT_ATTEMPT = `insert into attempts (work_id, message_sid, account_sid, attempt, at, ms, decision, payload,
  request, response, error_code, error) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Length of one finished callback in the flat array: when it is tried again or `null`, whether it brought a message, its attempt. */
export const FINISHED_STRIDE = 14;

/**
 * Appends a finished callback to `flat`, as the writer thread takes them: its record is made into texts on this side,
 * for copying its objects between threads costs twice what writing them does.
 */
export function pushFinished(flat: SQLInputValue[], result: CallbackResult): void {
  const { decision, retryAt, record } = result;
  const againAt = decision === 'retry' ? (retryAt ?? record.at) : null;
  flat.push(againAt, record.payload.arrival ? 1 : 0, ...attemptValues(result));
}

/** As `seal-bodies` writes them. A sealed text cannot be looked into, so what may stand in it cannot be masked. */
const SEALED_BODY = /"body":"~1:[A-Za-z0-9_-]*"/;

/** The texts of a kept attempt with a number masked; a sealed answer, which may name it too, goes whole. */
export function maskedTexts(texts: (string | null)[], mask: (text: string) => string): (string | null)[] {
  return texts.map((text) => text && mask(text.replace(SEALED_BODY, '"body":""')));
}
