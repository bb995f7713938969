/**
 * Who has opted out of what (behaviour sheet 4.3). A record is about one peer and one scope: the number that was
 * written to, or the whole service that number is in. SMS, MMS and RCS share their records; WhatsApp has its own.
 */
import { type Address, formatAddress } from './address.ts';

export type OptOutChannel = 'sms' | 'whatsapp' | 'messenger';

/** What a record is found by. */
export interface OptOutKey {
  channel: OptOutChannel;
  /** Canonical address of the sender, or `MG…`. */
  scope: string;
  /** Canonical address, without a prefix where the channel is shared. */
  peer: string;
}

/** How it came about: by a keyword, from the carrier, by somebody's hand, or uploaded as consent taken back. */
export type OptOutSource = 'keyword' | 'carrier' | 'api' | 'consent';

export interface OptOut extends OptOutKey {
  accountSid: string;
  source: OptOutSource;
  at: number;
}

/** The record that a keyword of `peer` to `receiver` makes: of the service where there is one, else of the pair. */
export function keyOfOptOut(receiver: Address, peer: Address, serviceSid: string | null): OptOutKey {
  return { channel: channelOf(receiver), scope: serviceSid ?? plain(receiver), peer: plain(peer) };
}

/**
 * Every record that forbids a message, and so every record that a START takes away. `sender`: `null` while a service
 * has yet to choose. `serviceSids`: the service the message names and the one its sender is in; both count, and a number
 * that has left its service still keeps to what it was told before.
 */
export function keysThatForbid(sender: Address | null, peer: Address, serviceSids: (string | null)[]): OptOutKey[] {
  const scopes = new Set(serviceSids.filter((sid) => sid !== null));
  if (sender) scopes.add(plain(sender));
  const channel = channelOf(peer);
  return [...scopes].map((scope) => ({ channel, scope, peer: plain(peer) }));
}

function channelOf(address: Address): OptOutChannel {
  return address.kind === 'channel' && address.channel !== 'rcs' ? address.channel : 'sms';
}

/** `rcs:+12025550101` is the phone +12025550101. */
function plain(address: Address): string {
  return address.kind === 'channel' && address.channel === 'rcs' ? address.id : formatAddress(address);
}
