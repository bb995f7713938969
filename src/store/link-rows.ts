import type { SQLInputValue } from 'node:sqlite';
import type { Message } from '../domain/message.ts';
import type { CallbackPayload } from './callback-shapes.ts';
import type { Link, LinkVisit, NewLink } from './media.ts';
import type { Row } from './rows.ts';

/** Rows of short links and what they mean, for both engines. */
export const LINK_COLUMNS =
  'code, account_sid, message_sid, domain_sid, target, clicks, created_at, expires_at, previews';

export function linkFrom(row: Row): Link {
  return {
    code: row[0] as string,
    accountSid: row[1] as string,
    messageSid: row[2] as string,
    domainSid: row[3] as string,
    target: row[4] as string,
    clicks: row[5] as number,
    createdAt: row[6] as number,
    expiresAt: row[7] as number,
    previews: row[8] as number,
  };
}

export function linkValues(message: Pick<Message, 'sid' | 'accountSid'>, link: NewLink, now: number): SQLInputValue[] {
  return [link.code, message.accountSid, message.sid, link.domainSid, link.target, 0, now, link.expiresAt, 0];
}

/** What the callback of a click keeps. Its message may be gone: who clicks has the text all the same. */
export function clickPayload(
  visit: LinkVisit & { callback: NonNullable<LinkVisit['callback']> },
  message: Pick<Message, 'status' | 'from' | 'to' | 'serviceSid' | 'options'> | null,
  now: number,
): CallbackPayload {
  return {
    url: visit.callback.url,
    status: message?.status ?? 'sent',
    from: message?.from ?? null,
    to: message?.to ?? '',
    serviceSid: message?.serviceSid ?? null,
    errorCode: null,
    doneDate: null,
    at: now,
    ...(message?.options.obfuscateAddresses && { obfuscate: true as const }),
    click: { json: visit.callback.json },
  };
}
