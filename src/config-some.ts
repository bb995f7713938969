/** A few settings alone, for who needs no more: a client asks for an address and credentials, not for connectors. */
import { ConfigError, type ConfigSources, type Mode, openSources } from './config.ts';
import { makeRead, type Places } from './config-find.ts';
import { KEYS } from './config-keys.ts';
import type { Value } from './config-values.ts';

/**
 * Reads the settings of these paths. What others ask of the environment need not be there, and their values are not
 * judged. Throws `ConfigError` with all that is wrong with these, and with names that are no settings.
 */
export function readSome(
  sources: ConfigSources,
  paths: readonly string[],
): <T extends Value>(path: string) => T | null {
  const problems: string[] = [];
  const { places } = openSources(sources, problems);
  const mode = sources.mode ?? modeIn(places, problems) ?? 'dev';
  const read = makeRead(places, problems);
  const wanted = KEYS.filter(({ path }) => paths.includes(path));
  const values = new Map(wanted.map((key) => [key.path, read(key, key.default[mode])]));
  if (problems.length > 0) throw new ConfigError(problems);
  return <T extends Value>(path: string) => (values.get(path) ?? null) as T | null;
}

/** The mode that environment or file name; `null`: none. */
export function modeIn(places: Places, problems: string[]): Mode | null {
  const key = KEYS.find(({ path }) => path === 'mode');
  return key ? (makeRead(places, problems)(key, null) as Mode | null) : null;
}
