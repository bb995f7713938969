/** Where settings are written: flag, environment, file. And what stands there that is none. */
import { readFileSync } from 'node:fs';
import type { ConfigFile } from './config-file.ts';
import { KEYS, type Key, TABLES, variableOf } from './config-keys.ts';
import { readValue, shown, type Value } from './config-values.ts';
import { nearest } from './domain/nearest.ts';

type Environment = Record<string, string | undefined>;

/** Variables that belong to the tests and the tools around Pidge, not to its settings. */
const NOT_SETTINGS = new Set(['PIDGE_OPENAPI_DIR', 'PIDGE_TEST_LANE', 'PIDGE_TEST_SEED']);

/** Where a setting was written, and how; `where` as a text for people, `null` for a default. */
export interface WrittenSetting {
  key: Key;
  origin: Origin;
  where: string | null;
  /** As it stands there; `null`: unset. */
  written: unknown;
}

export type Origin = 'flag' | 'env' | 'file' | 'default';

export interface Places {
  flags?: Record<string, string | boolean | undefined>;
  env: Environment;
  file: ConfigFile;
  fileName: string;
}

/** Reads settings one by one. What is wrong goes into `problems`, where each was written into `origins`. */
export function makeRead(places: Places, problems: string[], origins: WrittenSetting[] = []) {
  return (key: Key, fallback: unknown): Value => {
    const found = findWritten(key, places, problems);
    const written = found ?? { origin: 'default' as const, where: 'default', raw: fallback };
    origins.push({ key, origin: written.origin, where: found?.where ?? null, written: written.raw ?? null });
    if (written.raw === null || written.raw === undefined) return null;
    const result = readValue(key.type, written.raw);
    if ('value' in result) return result.value;
    problems.push(`${written.where} is ${shown(written.raw, key.secret === true)}. Allowed: ${result.allowed}.`);
    return null;
  };
}

/** Where a setting is written, highest precedence first; `null`: nowhere. */
function findWritten(
  key: Key,
  { flags, env, file, fileName }: Places,
  problems: string[],
): { origin: Origin; where: string; raw: unknown } | null {
  const flag = flags?.[key.path];
  if (flag !== undefined) return { origin: 'flag', where: `the flag for ${key.path}`, raw: flag };
  for (const variable of variablesOf(key)) {
    // An empty variable is as good as none: compose files and shells leave such behind.
    if (env[variable]) return { origin: 'env', where: variable, raw: env[variable] };
    const path = key.secret ? env[`${variable}_FILE`] : undefined;
    if (!path) continue;
    try {
      return { origin: 'env', where: `${variable}_FILE`, raw: readFileSync(path, 'utf8').trim() };
    } catch (error) {
      problems.push(`${variable}_FILE names ${path}, which cannot be read: ${(error as Error).message}`);
      return null;
    }
  }
  const entry = file.entries.find((one) => one.path === key.path);
  if (entry && entry.problems.length > 0) {
    problems.push(...entry.problems);
    return null;
  }
  return entry ? { origin: 'file', where: `${fileName}:${entry.line} ${key.path}`, raw: entry.written } : null;
}

/** The variables of a setting, the one that wins first. */
export function variablesOf(key: Key): string[] {
  return key.alias === undefined ? [variableOf(key.path)] : [variableOf(key.path), key.alias];
}

/** Names in the file and in the environment that are no settings. */
export function reportUnknown(file: ConfigFile, fileName: string, env: Environment, problems: string[]): void {
  const paths = KEYS.map((key) => key.path);
  const mean = (name: string | null): string => (name === null ? '' : ` Did you mean ${name}?`);
  for (const entry of file.entries) {
    if (paths.includes(entry.path)) continue;
    const meant = nearest(entry.path, [...paths, ...Object.keys(TABLES)]);
    problems.push(`${fileName}:${entry.line} ${entry.path} is not a setting.${mean(meant)}`);
  }
  const variables = KEYS.flatMap((key) =>
    variablesOf(key).flatMap((variable) => (key.secret ? [variable, `${variable}_FILE`] : [variable])),
  );
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith('PIDGE_') || variables.includes(variable) || NOT_SETTINGS.has(variable)) continue;
    if (variable.startsWith('PIDGE_TEST_')) continue;
    problems.push(`${variable} is not a setting.${mean(nearest(variable, variables))}`);
  }
}
