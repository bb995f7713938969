import type { Address } from '../domain/address.ts';
import { refuse } from '../domain/errors.ts';
import { MOST_MEDIA } from '../domain/media.ts';
import type { MessageOptions } from '../domain/message.ts';

/** Characters that a body may have, given or made from a template. */
export const LONGEST_BODY = 1_600;

/** A message before acceptance: every parameter read and of the right shape, nothing yet judged against the store. */
export interface Draft {
  to: Address;
  /** `null`: the service picks. */
  from: Address | null;
  /** The Messaging Service to send through; well-formed, but perhaps nobody's. */
  serviceSid: string | null;
  /** Not before this instant (epoch ms); `null`: at once. Only with a service. */
  sendAt: number | null;
  body: string;
  /** As given, with its fragment; already known to be a valid target. */
  callbackUrl: string | null;
  /** Asked for an address to call back; only there when `callbackUrl` is `null` (settled 8). */
  applicationSid?: string;
  /** Addresses of files that go with it; `http` or `https`, 10 at most. */
  mediaUrls?: string[];
  /** The template that makes the body, and what fills its placeholders. */
  content?: { sid: string; variables: Map<string, string> };
  /** `null`: as the service has it, else the longest. */
  validitySeconds: number | null;
  /** `null`: as the service has it, else not. */
  smartEncoded: boolean | null;
  /** Whether the links of the body are to be shortened. */
  shortenUrls?: boolean;
  provideFeedback: boolean;
  tags: Record<string, string>;
  /** What is kept with the message for later rooms. */
  options: MessageOptions;
  /** Highest total price the app accepts; only judged when the operator enforces it (settled 6). */
  maxPriceMicros: number | null;
}

/** 21620 for what is no http(s) address, 21623 for too many. */
export function judgeMediaUrls(urls: string[], parameter: string): void {
  const bad = urls.filter((url) => !isHttpUrl(url)).join(', ');
  if (bad !== '') {
    throw refuse(21620, { urls: bad }, { parameter, received: bad, fix: 'Use absolute http or https URLs' });
  }
  if (urls.length <= MOST_MEDIA) return;
  throw refuse(21623, {}, { parameter, received: `${urls.length} URLs`, allowed: `up to ${MOST_MEDIA}` });
}

function isHttpUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '';
}
