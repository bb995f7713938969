import type { Address } from '../domain/address.ts';

/** A message before acceptance: every parameter read and of the right shape, nothing yet judged against the store. */
export interface Draft {
  to: Address;
  from: Address;
  body: string;
  /** As given, with its fragment; already known to be a valid target. */
  callbackUrl: string | null;
  validitySeconds: number;
  smartEncoded: boolean;
  provideFeedback: boolean;
  tags: Record<string, string>;
  /** Highest total price the app accepts; only judged when the operator enforces it (settled 6). */
  maxPriceMicros: number | null;
}
