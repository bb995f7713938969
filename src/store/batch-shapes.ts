/** The store's contract: reads of many things at once. Shapes only. */
import type { OptOutKey } from '../domain/opt-out.ts';
import type { Document, Sender } from './directory.ts';
import type { Media } from './media.ts';

/** Each is asked for by any number of keys, also the same ones twice; what is not there is left out. */
export interface BatchReads {
  /** By canonical address, whoever owns them. */
  sendersByAddress(addresses: string[]): Promise<Sender[]>;
  /** Newest first. */
  documentsByName(accountSid: string, kind: string, names: string[]): Promise<Document[]>;
  /** Media of messages; those of one message in their order. */
  mediaOf(messages: { accountSid: string; messageSid: string }[]): Promise<Media[]>;
  /** By recipient, the sender that carried the account's last message to them through this service. */
  lastSenders(accountSid: string, serviceSid: string, recipients: string[]): Promise<Map<string, string>>;
  /** When each last wrote to the other, by what is still kept (epoch ms). */
  lastInboundsAt(
    accountSid: string,
    pairs: { from: string; to: string }[],
  ): Promise<{ from: string; to: string; at: number }[]>;
  /** Of what these peers have opted out. As little to be remembered as the answer about one. */
  optOutsOf(accountSid: string, who: Pick<OptOutKey, 'channel' | 'peer'>[]): Promise<OptOutKey[]>;
}
