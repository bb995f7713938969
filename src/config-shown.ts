/** Settings as people are shown them: in force, with where they come from, and without secrets. */
import type { Config } from './config.ts';
import { type Origin, variablesOf } from './config-find.ts';
import { isPostgres, withoutPassword } from './config-values.ts';

export interface ShownSetting {
  path: string;
  about: string;
  /** As one would write it; `null`: unset. A secret is `(set)`. */
  value: string | number | boolean | string[] | null;
  origin: Origin;
  /** `pidge.toml:4 http.port`, `PIDGE_HTTP_PORT`, …; of a default whose. */
  where: string;
  /** What it would be without anybody writing it, in this mode. */
  default: string | number | boolean | string[] | null;
  isSecret: boolean;
  /** The variable that sets it. */
  variable: string;
  allowed: string | null;
}

const SET = '(set)';

export function shownSettings(config: Config): ShownSetting[] {
  const { mode, written } = config;
  return written.origins.map(({ key, origin, where, written: raw }) => {
    const isSecret = key.secret === true;
    const standing = key.path === 'mode' ? mode : raw;
    return {
      path: key.path,
      about: key.about,
      value: shownValue(key.path, isSecret, effective(config, key.path, standing)),
      origin,
      where: where ?? `default of ${mode}`,
      default: isSecret && key.default[mode] !== null ? SET : key.default[mode],
      isSecret,
      variable: variablesOf(key)[0] ?? '',
      allowed: key.type.kind === 'enum' ? key.type.values.join(', ') : null,
    };
  });
}

/** Tables of the file, such as `[[numbers]]`, with how many entries each has. */
export function shownTables(config: Config): { name: string; entries: number }[] {
  const { numbers, senders, connectors, linkDomains, numberPools, accountTypes, prices } = config;
  const counts = { numbers, senders, connectors, link_domains: linkDomains, number_pools: numberPools };
  return [
    ...Object.entries(counts).map(([name, entries]) => ({ name, entries: entries.length })),
    { name: 'routes', entries: config.routes.length },
    { name: 'smpp_users', entries: config.esmes?.users.length ?? 0 },
    { name: 'accounts', entries: accountTypes.size },
    { name: 'prices.destinations', entries: prices.prefixes.length },
  ];
}

/** What follows from other settings when it is not written. */
function effective(config: Config, path: string, raw: unknown): unknown {
  if (path === 'database') return config.database;
  // In `dev` a key file stands in for it.
  return path === 'secret_key' ? config.secretKey : raw;
}

function shownValue(path: string, isSecret: boolean, raw: unknown): ShownSetting['value'] {
  if (raw === null || raw === undefined || raw === '') return null;
  if (path === 'database') return isPostgres(String(raw)) ? withoutPassword(String(raw)) : String(raw);
  if (isSecret) return SET;
  if (typeof raw === 'number' || typeof raw === 'boolean') return raw;
  if (Array.isArray(raw)) return raw.map(String);
  return typeof raw === 'bigint' ? Number(raw) : String(raw);
}
