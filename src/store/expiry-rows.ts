import type { Direction, MessageOptions, Status } from '../domain/message.ts';
import { masker, obfuscated, personSide } from '../domain/privacy.ts';
import type { Place } from './expiry.ts';
import { optionsFrom, type Row } from './rows.ts';

/** What a sweep has to know of a message, and what it decides by that, whichever engine does the writing. */
export interface Found {
  sid: string;
  listedAt: number;
  status: Status;
  sentAt: number | null;
  direction: Direction;
  from: string | null;
  to: string;
  numMedia: number;
  options: MessageOptions;
  hasBody: boolean;
}

/** The columns of `foundFrom`, of a table or alias `m`. */
export const FOUND_COLUMNS = `m.sid, m.listed_at, m.status, m.sent_at, m.direction, m.from_address, m.to_address,
  m.num_media, m.options, case m.body when '' then 0 else 1 end`;

export function foundFrom(row: Row): Found {
  return {
    sid: row[0] as string,
    listedAt: row[1] as number,
    status: row[2] as Status,
    sentAt: row[3] as number | null,
    direction: row[4] as Direction,
    from: row[5] as string | null,
    to: row[6] as string,
    numMedia: row[7] as number,
    options: optionsFrom(row[8] as string),
    hasBody: row[9] === 1,
  };
}

export function placeOf(found: Found | undefined): Place | null {
  return found ? { listedAt: found.listedAt, sid: found.sid } : null;
}

export function hasContent({ hasBody, options }: Found): boolean {
  const { content, actions, buttons, channel } = options;
  return hasBody || [content, actions, buttons, channel].some((one) => one !== undefined);
}

/** The person's number that is to be masked; `null`: it is, or there is none. */
export function numberOf(found: Found) {
  const side = personSide(found.direction);
  const address = found[side];
  if (address === null) return null;
  const masked = obfuscated(address);
  return masked === address ? null : { side, masked, mask: masker(address) };
}
