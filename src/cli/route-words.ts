/** What the flags of `pidge route set|rm` mean, and how an entry of `[[routes]]` is told. */
import type { TomlTable } from 'smol-toml';
import { formatAddress, parseSender } from '../domain/address.ts';
import { CARRIED_CHANNELS } from '../domain/routes.ts';
import { knownConnectors } from './connector-names.ts';
import { CliError, EXIT } from './exit.ts';

/** Which messages, as flags say it: lists with commas; left out, any. */
export interface MatchFlags {
  prefix?: string;
  sender?: string;
  channel?: string;
  account?: string;
}

/** The same as the keys of an entry have it. */
export interface Match {
  to: string[];
  from: string[];
  channel: string[];
  account: string[];
}

export interface WeightedConnector {
  connector: string;
  weight: number;
}

/** Of a route that does not say it. */
export const PRIORITY = 10;
export const WEIGHT = 1;
const MOST = 1_000;
const KEYS = ['to', 'from', 'channel', 'account'] as const;

export function matchOf({ prefix, sender, channel, account }: MatchFlags): Match {
  const channels: readonly string[] = CARRIED_CHANNELS;
  return {
    to: judged('--prefix', prefix, '+ and the first digits of numbers, like +44', (one) =>
      /^\+\d{1,15}$/.test(one) ? one : null,
    ),
    from: judged('--sender', sender, 'E.164, a short code, 1 to 11 letters and digits, whatsapp:+…', (one) => {
      const address = parseSender(one);
      return address && formatAddress(address);
    }),
    channel: judged('--channel', channel, CARRIED_CHANNELS.join(', '), (one) => (channels.includes(one) ? one : null)),
    account: judged('--account', account, 'AC and 32 hexadecimal digits', (one) =>
      /^AC[0-9a-fA-F]{32}$/.test(one) ? one : null,
    ),
  };
}

/** Reads `acme:90,backup:10`. `known`: the connectors of the file. */
export function waysOf(text: string, known: readonly string[]): WeightedConnector[] {
  const ways = itemsOf(text).map((item) => {
    const [, connector = '', weight = String(WEIGHT)] = /^([^:]*)(?::(.*))?$/s.exec(item) ?? [];
    if (!known.includes(connector)) {
      const text = `--to names "${connector}", which is no connector. ${knownConnectors(connector, known)}`;
      throw new CliError(EXIT.notFound, text);
    }
    if (!/^\d{1,4}$/.test(weight) || Number(weight) > MOST) {
      throw new CliError(EXIT.usage, `--to gives ${connector} the weight "${weight}". Allowed: 0 to ${MOST}.`);
    }
    return { connector, weight: Number(weight) };
  });
  const names = ways.map(({ connector }) => connector);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new CliError(EXIT.usage, `--to names ${twice} twice. Give it one weight.`);
  if (ways.length === 0) throw new CliError(EXIT.usage, '--to names no connector. Allowed: like acme:90,backup:10.');
  return ways;
}

export function priorityOf(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) <= MOST) return Number(text);
  throw new CliError(EXIT.usage, `--priority is "${text}". Allowed: 0 to ${MOST}, the lowest is asked first.`);
}

/** Of an entry, as it is written or as it is when it does not say. */
export function matchOfEntry(entry: TomlTable): Match {
  const list = (value: unknown) =>
    Array.isArray(value) ? value.map(String) : typeof value === 'string' ? itemsOf(value) : [];
  return { to: list(entry.to), from: list(entry.from), channel: list(entry.channel), account: list(entry.account) };
}

export function numberIn(entry: TomlTable, key: 'priority' | 'weight'): number {
  const value = entry[key];
  return value === undefined ? (key === 'priority' ? PRIORITY : WEIGHT) : Number(value);
}

/** Whether both are for the same messages, in whatever order they say it. */
export function isSameMatch(one: Match, other: Match): boolean {
  const text = (match: Match) => JSON.stringify(KEYS.map((key) => match[key].toSorted()));
  return text(one) === text(other);
}

/** `+44, +1 from Shop by sms of AC…`; whatever leaves: `any recipient`. */
export function matchWords({ to, from, channel, account }: Match): string {
  const words = [to.length > 0 ? to.join(', ') : 'any recipient'];
  if (from.length > 0) words.push(`from ${from.join(', ')}`);
  if (channel.length > 0) words.push(`by ${channel.join(', ')}`);
  if (account.length > 0) words.push(`of ${account.join(', ')}`);
  return words.join(' ');
}

export function isForAll(match: Match): boolean {
  return KEYS.every((key) => match[key].length === 0);
}

function judged(
  flag: string,
  text: string | undefined,
  allowed: string,
  read: (item: string) => string | null,
): string[] {
  if (text === undefined) return [];
  const items = itemsOf(text);
  if (items.length === 0) throw new CliError(EXIT.usage, `${flag} is empty. Allowed: ${allowed}.`);
  return [
    ...new Set(
      items.map((item) => {
        const value = read(item);
        if (value === null) throw new CliError(EXIT.usage, `${flag} holds "${item}". Allowed: ${allowed}.`);
        return value;
      }),
    ),
  ];
}

function itemsOf(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
