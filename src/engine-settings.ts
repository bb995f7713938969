/** What the settings come to for the rooms of the engine, with the figures that are no settings. */
import type { Config } from './config.ts';
import { debuggerUrlIn } from './config-alerts.ts';
import { keepMsIn } from './config-retention.ts';
import { type ConnectorRule, DEFAULT_RULE } from './config-routes.ts';
import { makeCharges, makeInboundCharges } from './domain/prices.ts';
import type { EngineSettings } from './engine/engine.ts';

const LEASE_MS = 60_000;
const POLL_MS = 5_000;
/** Ten files, each tried three times for 15 s, with the pauses between. */
const FETCH_LEASE_MS = 600_000;
/** Longer than a file takes to be written: by a bucket's client with its own tries, or to a disk that is busy. */
const S3_HOLD_MS = 120_000;
const DISK_HOLD_MS = 30_000;
/** How late a message may be released when the clock was put forward: half a second, of the second that is promised. */
const RELEASE_POLL_MS = 500;

/** `config.node.roles` says which rooms run at all. */
export function engineSettings(config: Config): EngineSettings {
  const rules = new Map(config.connectors.map(({ name, ...rule }) => [name, { ...DEFAULT_RULE, ...rule }]));
  const ruleOf = (name: string): ConnectorRule => rules.get(name) ?? DEFAULT_RULE;
  const dispatch = {
    maxInFlight: 2_000,
    batch: 200,
    leaseMs: LEASE_MS,
    pollMs: POLL_MS,
    wakeAheadMs: 10,
    chargeOf: makeCharges(config.prices),
    mmsCountries: config.limits.mmsCountries,
    inDoubtHoldMs: 30_000,
    inDoubtOf: (name: string) => ruleOf(name).inDoubt,
    failoverAfterMs: (name: string) => ruleOf(name).failoverAfterMs,
  };
  const callbacks = {
    maxInFlight: config.webhooks.inFlight,
    perHost: Math.ceil(config.webhooks.inFlight / 2),
    giveUpAfterMs: config.webhooks.giveUpAfterMs,
    leaseMs: LEASE_MS,
    pollMs: POLL_MS,
  };
  // Apps are asked beside the callbacks: as many at a time, and no more of one app.
  const { maxInFlight, perHost } = callbacks;
  const replies = { maxInFlight, perHost, leaseMs: LEASE_MS, pollMs: POLL_MS };
  const holdMs = config.media.store === 's3' ? S3_HOLD_MS : DISK_HOLD_MS;
  const fetches = { maxInFlight: 32, perHost: 8, leaseMs: FETCH_LEASE_MS, holdMs, pollMs: POLL_MS };
  const { partsWaitMs, deliverPartial, optOutDefaults } = config.inbound;
  const keywordsOff = !optOutDefaults;
  const chargeOf = makeInboundCharges(config.prices);
  const inbound = { partsWaitMs, deliverPartial, keywordsOff, chargeOf, leaseMs: LEASE_MS, pollMs: POLL_MS, holdMs };
  const releases = { batch: 200, leaseMs: LEASE_MS, pollMs: RELEASE_POLL_MS };
  // A dead node is noticed after a lease, its work is due again at most one heartbeat later: within 15 s (settled 41).
  const membership = { leaseMs: 10_000, beatMs: 2_000, marginMs: 5_000 };
  const keepMs = config.retention.messagesMs;
  const retention = keepMsIn(config.retention);
  const reports = { debuggerUrlOf: debuggerUrlIn(config.alerts), keepAlertsMs: config.alerts.keepMs };
  return {
    dispatch,
    callbacks,
    replies,
    releases,
    fetches,
    inbound,
    membership,
    roles: config.node.roles,
    keepMs,
    reports,
    retention,
    sessionWindow: config.strictness === 'lenient' ? 'ignore' : config.channels.sessionWindow,
    namedTemplates: namedTemplatesOf(config),
  };
}

function namedTemplatesOf({ connectors }: Config): ReadonlySet<string> {
  return new Set(connectors.flatMap((one) => (one.kind === 'whatsapp' ? [...one.whatsapp.templates.keys()] : [])));
}
