import type { Address } from '../domain/address.ts';

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
  /** The template that makes the body, and what fills its placeholders. */
  content?: { sid: string; variables: Map<string, string> };
  /** `null`: as the service has it, else the longest. */
  validitySeconds: number | null;
  /** `null`: as the service has it, else not. */
  smartEncoded: boolean | null;
  provideFeedback: boolean;
  tags: Record<string, string>;
  /** Highest total price the app accepts; only judged when the operator enforces it (settled 6). */
  maxPriceMicros: number | null;
}
