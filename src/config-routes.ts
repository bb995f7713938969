/** The settings of routing: `[[routes]]`, what a connector does when it fails, and the staging guard. */
import { parseSender } from './domain/address.ts';
import { nearest } from './domain/nearest.ts';
import { CARRIED_CHANNELS, type CarriedChannel, type Route } from './domain/routes.ts';
import type { Safety } from './domain/safety.ts';
import { IN_DOUBT, type InDoubt } from './engine/doubt.ts';

/** As `config-values.ts` reads them. */
type Value = string | number | boolean | string[] | null;

/** Keys of one entry of `[[routes]]`. */
export const ROUTE_KEYS = {
  connector: { kind: 'string' },
  to: { kind: 'list' },
  from: { kind: 'list' },
  channel: { kind: 'list', values: CARRIED_CHANNELS },
  account: { kind: 'list' },
  priority: { kind: 'int', min: 0, max: 1_000 },
  weight: { kind: 'int', min: 0, max: 1_000 },
} as const;

/** Keys of `[[connectors]]`, whatever their kind. */
export const CONNECTOR_RULE_KEYS = {
  in_doubt: { kind: 'enum', values: IN_DOUBT },
  failover_after: { kind: 'duration', maxMs: 86_400_000 },
} as const;

/** Rows of the table of settings. */
export const SAFETY_KEYS = [
  {
    path: 'safety.allow_to',
    type: { kind: 'list' },
    default: { dev: null, serve: null },
    about: 'numbers, and beginnings of numbers such as "+4477*", that may really be texted; unset: all',
  },
  {
    path: 'safety.others',
    type: { kind: 'enum', values: ['refuse', 'simulate'] },
    default: { dev: 'refuse', serve: 'refuse' },
    about: 'what messages to anybody else are: refused with 21608, or sent by the simulated carrier',
  },
  {
    path: 'safety.redirect_all',
    type: { kind: 'string' },
    default: { dev: null, serve: null },
    about: 'every message goes to this number instead of its recipient',
  },
] as const;

/** What a connector does about failures. */
export interface ConnectorRule {
  inDoubt: InDoubt;
  /** How long it may be out of reach before other routes take over. */
  failoverAfterMs: number;
}

export const DEFAULT_RULE: ConnectorRule = { inDoubt: 'resend', failoverAfterMs: 30_000 };

export interface RoutingConfig {
  routes: Route[];
  safety: Safety;
}

export function readRule(entry: Record<string, Value>): Partial<ConnectorRule> {
  const { in_doubt: inDoubt, failover_after: failoverAfterMs } = entry;
  return {
    ...(inDoubt !== undefined && { inDoubt: inDoubt as InDoubt }),
    ...(failoverAfterMs !== undefined && { failoverAfterMs: failoverAfterMs as number }),
  };
}

export function readRouting(get: <T>(path: string) => T, entries: Record<string, Value>[]): RoutingConfig {
  return {
    routes: entries.map((entry) => ({
      connector: entry.connector as string,
      to: (entry.to as string[] | undefined) ?? [],
      from: ((entry.from as string[] | undefined) ?? []).map((one) => one.trim()),
      channels: (entry.channel as CarriedChannel[] | undefined) ?? [],
      accounts: (entry.account as string[] | undefined) ?? [],
      priority: (entry.priority as number | undefined) ?? 10,
      weight: (entry.weight as number | undefined) ?? 1,
    })),
    safety: {
      allowTo: get<string[] | null>('safety.allow_to'),
      others: get('safety.others'),
      redirectAll: get<string | null>('safety.redirect_all'),
    },
  };
}

/** What no single setting can tell, a sentence each. */
export function routingProblems(
  { routes, safety }: RoutingConfig,
  connectors: readonly { name: string; kind: string }[],
): string[] {
  const names = connectors.map(({ name }) => name);
  // Once each, however many routes have it.
  return [...new Set(routes.flatMap((route) => routeProblems(route, names))), ...safetyProblems(safety)];
}

function routeProblems(route: Route, names: string[]): string[] {
  const problems: string[] = [];
  if (!names.includes(route.connector)) {
    const meant = nearest(route.connector, names);
    const hint = meant === null ? '' : ` Did you mean "${meant}"?`;
    const known = names.length === 0 ? 'There are no [[connectors]].' : `There are: ${names.join(', ')}.`;
    problems.push(`routes.connector is "${route.connector}", which is no connector. ${known}${hint}`);
  }
  for (const prefix of route.to) {
    if (/^\+\d{1,15}$/.test(prefix)) continue;
    problems.push(`routes.to holds "${prefix}". Allowed: + and the first digits of numbers, such as "+44".`);
  }
  for (const from of route.from) {
    if (parseSender(from)) continue;
    problems.push(
      `routes.from holds "${from}". Allowed: E.164, a short code, 1 to 11 letters and digits, whatsapp:+….`,
    );
  }
  for (const account of route.accounts) {
    if (/^AC[0-9a-fA-F]{32}$/.test(account)) continue;
    problems.push(`routes.account holds "${account}". Allowed: AC and 32 hexadecimal digits.`);
  }
  return problems;
}

function safetyProblems({ allowTo, redirectAll }: Safety): string[] {
  const problems = (allowTo ?? [])
    .filter((one) => !/^\+\d{1,15}\*?$/.test(one))
    .map((one) => `safety.allow_to holds "${one}". Allowed: numbers such as "+447700900123", or "+4477*".`);
  if (redirectAll !== null && !/^\+[1-9]\d{6,14}$/.test(redirectAll)) {
    problems.push(`safety.redirect_all is "${redirectAll}". Allowed: a number such as "+447700900123".`);
  }
  return problems;
}

/** What is to be said loudly at each start, a line each: somebody is not written to. */
export function safetyWarnings({ allowTo, others, redirectAll }: Safety): string[] {
  if (redirectAll !== null) return [`every message goes to ${redirectAll} and to nobody else (safety.redirect_all)`];
  if (allowTo === null) return [];
  const fate = others === 'refuse' ? 'refused with 21608' : 'sent by the simulated carrier';
  return [`only ${allowTo.join(', ') || 'nobody'} can be texted; messages to others are ${fate} (safety.allow_to)`];
}
