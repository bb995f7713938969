/** `pidge config print` and `check`: the same settings, by the same rules, as the server and the console have them. */
import { ConfigError, type ConfigSources, type Mode, openSources, readConfig } from '../config.ts';
import { KEYS } from '../config-keys.ts';
import { type ShownSetting, shownSettings } from '../config-shown.ts';
import { modeIn } from '../config-some.ts';
import { nearest } from '../domain/nearest.ts';
import { CliError, EXIT } from './exit.ts';
import { print, tell } from './terminal.ts';

export function printConfig(
  sources: ConfigSources,
  options: { part?: string | undefined; origin: boolean; json: boolean },
): number {
  const { part, origin, json } = options;
  const settings = shownSettings(readConfig(sources)).filter(({ path }) => isWithin(path, part));
  if (settings.length === 0) {
    const meant = nearest(
      part ?? '',
      KEYS.flatMap(({ path }) => [path, path.split('.')[0] ?? path]),
    );
    throw new CliError(EXIT.notFound, `${part} is not a setting.${meant === null ? '' : ` Did you mean ${meant}?`}`);
  }
  if (json) {
    for (const { isSecret, ...rest } of settings) print(JSON.stringify({ ...rest, is_secret: isSecret }));
    return EXIT.ok;
  }
  const lines = settings.map((one) => `${one.path} = ${written(one)}`);
  const width = Math.min(60, Math.max(...lines.map((line) => line.length)));
  settings.forEach((one, index) => {
    const line = lines[index] ?? '';
    print(
      origin
        ? `${line.padEnd(width)}  # ${one.origin === 'default' ? one.where : `${one.origin}: ${one.where}`}`
        : line,
    );
  });
  return EXIT.ok;
}

/** Every problem is told, on stderr; with `--json` as one line on stdout. */
export function checkConfig(sources: ConfigSources, { json }: { json: boolean }): number {
  const { ok, modes, file, problems } = judgedConfig(sources);
  const notes = ok ? notesOn(modes, sources) : [];
  if (json) print(JSON.stringify({ ok, modes, file, problems, notes }));
  else {
    for (const line of [...problems, ...notes]) tell(line);
    const what = `${modes.join(' and ')} (${file ?? 'no file was read'})`;
    tell(ok ? `The settings are fine for ${what}.` : `So judged for ${what}.`);
  }
  return ok ? EXIT.ok : EXIT.config;
}

/** What is right and still will not start: whoever checks a file need not hold the key that goes with it. */
function notesOn(modes: Mode[], sources: ConfigSources): string[] {
  if (modes.includes('dev') || readConfig({ ...sources, mode: 'serve' }).secretKey !== null) return [];
  return ['serve will need PIDGE_SECRET_KEY, which is not set here.'];
}

/**
 * Where neither the command nor the settings name a mode they have to hold in both, as either may be started with them.
 * `file`: `null` when there is none.
 */
export function judgedConfig(sources: ConfigSources) {
  const { places, source } = openSources(sources, []);
  const ofMode: string[] = [];
  const said = sources.mode ?? modeIn(places, ofMode);
  const modes: Mode[] = said ? [said] : ['dev', 'serve'];
  const found = modes.map((mode) => ({ mode, its: [...ofMode, ...problemsOf({ ...sources, mode })] }));
  const problems = new Set<string>();
  for (const { mode, its } of found) {
    for (const text of its) problems.add(found.every((one) => one.its.includes(text)) ? text : `In ${mode}: ${text}`);
  }
  return { ok: problems.size === 0, modes, file: source?.name ?? null, problems: [...problems] };
}

function problemsOf(sources: ConfigSources): string[] {
  try {
    readConfig(sources);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

function isWithin(path: string, part: string | undefined): boolean {
  return part === undefined || path === part || path.startsWith(`${part}.`);
}

/** As TOML has it; what is unset is said so. */
function written({ value }: ShownSetting): string {
  return value === null ? '(unset)' : value === '(set)' ? value : JSON.stringify(value);
}
