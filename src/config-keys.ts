/**
 * The table of settings: the one place that says what a setting is called, what it may hold and what it means.
 * `config.ts` reads by it, `--help` and the error texts are made from it. Paths are snake_case; the environment
 * variable of a path is `PIDGE_` + the path in capitals with `_` for `.`, besides the aliases named here.
 */

import { ACCOUNT_ALERTS, ALERT_KEYS } from './config-alerts.ts';
import { CHANNEL_KEYS } from './config-channels.ts';
import { CONNECTOR_KEYS } from './config-connectors.ts';
import { CONSOLE_KEYS, CONSOLE_USER_KEYS } from './config-console.ts';
import { ESME_KEYS, ESME_USER_KEYS } from './config-esme.ts';
import { INBOUND_KEYS } from './config-inbound.ts';
import { MEDIA_KEYS } from './config-media.ts';
import { ACCOUNT_RETENTION, RETENTION_KEYS } from './config-retention.ts';
import { ROUTE_KEYS, SAFETY_KEYS } from './config-routes.ts';
import { MMS_COUNTRIES } from './domain/mms.ts';
import { POOL_TYPES } from './domain/number-pools.ts';

export type Mode = 'dev' | 'serve';

export type KeyType =
  | { kind: 'string' }
  | { kind: 'int'; min: number; max: number }
  | { kind: 'bool' }
  /** `"500ms"`, `"2s"`, `"15m"`, `"24h"`, `"7d"`; kept in milliseconds. */
  | { kind: 'duration'; maxMs?: number }
  /** Absolute http(s), kept without a slash at its end. */
  | { kind: 'url' }
  /** The same, or `smpp:` and the system_id of an ESME. */
  | { kind: 'webhook' }
  /** Strings, of `values` if there are some; in the environment and in flags separated by commas. */
  | { kind: 'list'; values?: readonly string[] }
  | { kind: 'enum'; values: readonly string[] }
  /** Segments a second, or `"none"`, or `"twilio"`: Twilio's figures by type of sender. `of` others there are none. */
  | { kind: 'rate'; of?: 'PDUs' | 'submits' }
  /** A decimal string of currency units (`"0.0079"`), kept in micro-units. */
  | { kind: 'money' };

export interface Key {
  path: string;
  type: KeyType;
  /** As one would write it; `null`: unset. */
  default: { dev: Written | null; serve: Written | null };
  about: string;
  /** Masked in every text; also read from the file that `…_FILE` names. */
  secret?: true;
  /** Environment variables besides the regular one; the regular one wins. */
  alias?: string;
}

/** A value as flags, environment or TOML give it. */
export type Written = string | number | boolean | string[];

const both = (value: Written | null): Key['default'] => ({ dev: value, serve: value });

export const KEYS: readonly Key[] = [
  {
    path: 'mode',
    type: { kind: 'enum', values: ['dev', 'serve'] },
    default: both(null),
    about: 'sets every other default',
  },
  {
    path: 'http.port',
    type: { kind: 'int', min: 0, max: 65_535 },
    default: both(7670),
    about: 'port to listen on; 0 takes a free one',
  },
  { path: 'http.host', type: { kind: 'string' }, default: both('127.0.0.1'), about: 'address to listen on' },
  {
    path: 'http.public_url',
    type: { kind: 'url' },
    default: both(null),
    alias: 'PIDGE_PUBLIC_URL',
    about: 'what apps call; page links are built from it',
  },
  {
    path: 'http.sockets_per_address',
    type: { kind: 'int', min: 1, max: 65_535 },
    // A test run may open thousands at once, and there are no strangers in `dev`.
    default: { dev: 65_535, serve: 256 },
    about: 'connections that one address may hold open; all that a proxy brings come from one',
  },
  {
    path: 'http.trusted_proxies',
    type: { kind: 'list' },
    default: both(null),
    about: 'networks (CIDR) of proxies whose X-Forwarded-For is believed; their connections are not counted',
  },
  { path: 'data', type: { kind: 'string' }, default: both('.pidge'), about: 'folder of the database and the key file' },
  {
    path: 'database',
    type: { kind: 'string' },
    default: both(null),
    // A PostgreSQL URL may hold a password.
    secret: true,
    about: 'SQLite file, ":memory:", or postgres://user:password@host/name; default: <data>/<mode>.db',
  },
  {
    path: 'store.accept_loss',
    type: { kind: 'bool' },
    default: both(false),
    about: 'start although fsync, full_page_writes or synchronous_commit is off; /healthz then says what may be lost',
  },
  {
    path: 'node.roles',
    type: { kind: 'list', values: ['api', 'dispatch', 'callbacks', 'all'] },
    default: both(['all']),
    about: 'what this node does: api, dispatch, callbacks, or all',
  },
  {
    path: 'strictness',
    type: { kind: 'enum', values: ['strict', 'lenient'] },
    default: both('strict'),
    about: 'lenient takes any credentials and sender, on loopback only',
  },
  {
    path: 'secret_key',
    type: { kind: 'string' },
    default: both(null),
    secret: true,
    about: 'master key that seals tokens; at least 32 characters',
  },
  ...CONSOLE_KEYS,
  {
    path: 'auth.account_sid',
    type: { kind: 'string' },
    default: { dev: 'AC00000000000000000000000000000001', serve: null },
    alias: 'TWILIO_ACCOUNT_SID',
    about: 'SID of the first account',
  },
  {
    path: 'auth.auth_token',
    type: { kind: 'string' },
    default: { dev: '00000000000000000000000000000001', serve: null },
    alias: 'TWILIO_AUTH_TOKEN',
    secret: true,
    about: 'token of the first account',
  },
  {
    path: 'auth.account_type',
    type: { kind: 'enum', values: ['trial', 'full'] },
    default: both('full'),
    about: 'a trial account texts verified numbers only (21608), and says so in every text',
  },
  {
    path: 'webhooks.allow_private',
    type: { kind: 'list' },
    default: { dev: ['127.0.0.0/8', '::1/128'], serve: [] },
    about: 'private networks (CIDR) that callbacks may reach',
  },
  {
    path: 'webhooks.give_up_after',
    type: { kind: 'duration' },
    default: both('24h'),
    about: 'how long a failed callback is tried again',
  },
  {
    path: 'webhooks.in_flight',
    type: { kind: 'int', min: 1, max: 10_000 },
    default: both(500),
    about: 'callbacks open at the same time',
  },
  {
    path: 'limits.default_rate',
    type: { kind: 'rate' },
    default: { dev: 'none', serve: 'twilio' },
    about: 'segments a second of a sender without its own rate; "none", or "twilio" for Twilio\'s by type',
  },
  {
    path: 'limits.queue_horizon',
    type: { kind: 'duration' },
    default: both('10h'),
    about: 'longest wait of a queue, on WhatsApp 4h at most; beyond it 21611',
  },
  {
    path: 'limits.max_price',
    type: { kind: 'enum', values: ['ignore', 'enforce'] },
    default: both('ignore'),
    about: 'whether MaxPrice can fail a message (30010)',
  },
  {
    path: 'limits.allowed_countries',
    type: { kind: 'list' },
    default: both(null),
    about: 'ISO codes of countries that may be texted (21408 elsewhere); unset: all',
  },
  {
    path: 'limits.mms_countries',
    type: { kind: 'list' },
    default: both([...MMS_COUNTRIES]),
    about: 'ISO codes of countries that get MMS; elsewhere media become links, or the message fails (30011)',
  },
  {
    path: 'limits.schedule_min_lead',
    type: { kind: 'duration', maxMs: 35 * 86_400_000 },
    default: both('15m'),
    about: 'nearest hour a message may be scheduled for',
  },
  {
    path: 'limits.schedule_max_lead',
    type: { kind: 'duration', maxMs: 35 * 86_400_000 },
    default: both('7d'),
    about: 'farthest hour a message may be scheduled for, up to 35d',
  },
  {
    path: 'messages.default_service',
    type: { kind: 'enum', values: ['default', 'null'] },
    default: both('default'),
    about: 'messaging_service_sid shown when a message names none',
  },
  ...INBOUND_KEYS,
  ...ESME_KEYS,
  ...SAFETY_KEYS,
  ...CHANNEL_KEYS,
  ...MEDIA_KEYS,
  {
    path: 'privacy.seal_bodies',
    type: { kind: 'bool' },
    default: both(false),
    about: 'seal bodies at rest, each with a key of its own, so that PostgreSQL never holds one readable',
  },
  ...RETENTION_KEYS,
  ...ALERT_KEYS,
  {
    path: 'prices.sms',
    type: { kind: 'money' },
    default: both('0.0079'),
    about: 'price of one segment, in USD',
  },
  { path: 'prices.mms', type: { kind: 'money' }, default: both('0.02'), about: 'price of an MMS, in USD' },
  {
    path: 'prices.inbound_sms',
    type: { kind: 'money' },
    default: both('0.0075'),
    about: 'price of one segment that came in, in USD',
  },
  {
    path: 'prices.inbound_mms',
    type: { kind: 'money' },
    default: both('0.01'),
    about: 'price of an MMS that came in, in USD',
  },
  {
    path: 'prices.whatsapp',
    type: { kind: 'money' },
    default: both('0.005'),
    about: 'price of a WhatsApp message either way, in USD',
  },
  {
    path: 'prices.messenger',
    type: { kind: 'money' },
    default: both('0.005'),
    about: 'price of a Messenger message either way, in USD',
  },
  {
    path: 'prices.rcs',
    type: { kind: 'money' },
    default: both('0.005'),
    about: 'price of an RCS message either way, in USD',
  },
  {
    path: 'prices.balance',
    type: { kind: 'money' },
    default: both('0'),
    about: 'what Balance answers, for dashboards that ask; nothing is ever taken from it',
  },
  {
    path: 'simulator.submit_after',
    type: { kind: 'duration' },
    default: both('20ms'),
    about: 'how long the simulated carrier takes to accept',
  },
  {
    path: 'simulator.receipt_after',
    type: { kind: 'duration' },
    default: both('300ms'),
    about: 'how long after that its receipt comes',
  },
  {
    path: 'metrics.token',
    type: { kind: 'string' },
    default: both(null),
    secret: true,
    about: 'bearer token that opens /metrics beyond loopback',
  },
  {
    path: 'log.level',
    type: { kind: 'enum', values: ['silent', 'error', 'warn', 'info', 'debug'] },
    default: { dev: 'warn', serve: 'info' },
    about: 'least severity that is logged, on stderr',
  },
];

/** Tables that may stand several times in the file, with the keys of one entry. They have no environment variable. */
export const TABLES: Record<
  | 'numbers'
  | 'senders'
  | 'accounts'
  | 'connectors'
  | 'routes'
  | 'smpp_users'
  | 'prices.destinations'
  | 'console.users'
  | 'link_domains'
  | 'number_pools',
  Record<string, KeyType>
> = {
  numbers: {
    number: { kind: 'string' },
    rate: { kind: 'rate' },
    kind: { kind: 'enum', values: ['long-code', 'toll-free', 'mobile'] },
    mms: { kind: 'bool' },
    friendly_name: { kind: 'string' },
    sms_url: { kind: 'webhook' },
    sms_method: { kind: 'enum', values: ['GET', 'POST'] },
    sms_fallback_url: { kind: 'url' },
    sms_fallback_method: { kind: 'enum', values: ['GET', 'POST'] },
    status_callback: { kind: 'url' },
  },
  senders: {
    address: { kind: 'string' },
    rate: { kind: 'rate' },
    sms_url: { kind: 'webhook' },
    status_callback_url: { kind: 'url' },
    friendly_name: { kind: 'string' },
  },
  accounts: {
    sid: { kind: 'string' },
    type: { kind: 'enum', values: ['trial', 'full'] },
    suspended: { kind: 'bool' },
    ...ACCOUNT_RETENTION,
    ...ACCOUNT_ALERTS,
  },
  'prices.destinations': { prefix: { kind: 'string' }, sms: { kind: 'money' }, mms: { kind: 'money' } },
  'console.users': CONSOLE_USER_KEYS,
  link_domains: {
    domain: { kind: 'string' },
    sid: { kind: 'string' },
    services: { kind: 'list' },
    fallback_url: { kind: 'url' },
    callback_url: { kind: 'url' },
    continue_on_failure: { kind: 'bool' },
    disable_https: { kind: 'bool' },
    ttl: { kind: 'duration' },
  },
  number_pools: {
    country: { kind: 'string' },
    type: { kind: 'enum', values: POOL_TYPES },
    numbers: { kind: 'list' },
    sms: { kind: 'bool' },
    mms: { kind: 'bool' },
  },
  connectors: CONNECTOR_KEYS,
  routes: ROUTE_KEYS,
  smpp_users: ESME_USER_KEYS,
};

/** The regular environment variable of a path: `http.port` is `PIDGE_HTTP_PORT`. */
export function variableOf(path: string): string {
  return `PIDGE_${path.toUpperCase().replaceAll('.', '_')}`;
}
