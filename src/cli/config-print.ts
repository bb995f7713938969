/** `pidge config print` and `check`: the same settings, by the same rules, as the server and the console have them. */
import { ConfigError, type ConfigSources, readConfig } from '../config.ts';
import { KEYS } from '../config-keys.ts';
import { type ShownSetting, shownSettings } from '../config-shown.ts';
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
  try {
    const { mode, written } = readConfig(sources);
    if (json) print(JSON.stringify({ ok: true, mode, file: written.file, problems: [] }));
    else
      tell(`The settings of ${mode} are fine${written.file === null ? '; no file was read' : ` (${written.file})`}.`);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    if (json) print(JSON.stringify({ ok: false, problems: error.problems }));
    else for (const problem of error.problems) tell(problem);
    return EXIT.config;
  }
}

function isWithin(path: string, part: string | undefined): boolean {
  return part === undefined || path === part || path.startsWith(`${part}.`);
}

/** As TOML has it; what is unset is said so. */
function written({ value }: ShownSetting): string {
  return value === null ? '(unset)' : value === '(set)' ? value : JSON.stringify(value);
}
