/** The settings file as commands change it: judged as the server would, then written whole or not at all. */
import { existsSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { type Config, ConfigError, processEnvironment, readConfig } from '../config.ts';
import { carriedBy } from '../routing.ts';
import { CliError, EXIT } from './exit.ts';

/** What the server would refuse. `variables`: whether these are set already is of no matter. */
function problemsOf(name: string, text: string, variables: readonly string[] = []): string[] {
  const read = configOf(name, text, variables);
  return 'problems' in read ? read.problems : [];
}

/** What each connector of a file carries, by its name; of one that carries everything, and in a bad file, nothing is said. */
export function carriedChannels(name: string, text: string): Map<string, readonly string[]> {
  const variables = [...text.matchAll(/\$\{env:(\w+)\}/g)].map(([, variable = '']) => variable);
  const read = configOf(name, text, variables);
  if ('problems' in read) return new Map();
  return new Map(
    read.config.connectors.flatMap((one) => {
      const carried = carriedBy(one);
      return carried === null ? [] : [[one.name, carried] as const];
    }),
  );
}

function configOf(
  name: string,
  text: string,
  variables: readonly string[],
): { config: Config } | { problems: string[] } {
  const env = processEnvironment();
  const unset = variables.filter((variable) => !env[variable]).map((variable) => [variable, 'unset']);
  try {
    return {
      config: readConfig({ mode: 'serve', file: { name, text }, env: { ...env, ...Object.fromEntries(unset) } }),
    };
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems };
    throw error;
  }
}

/** What it would refuse of `after` and not of `before`. Lines may have moved: where a problem stands is of no matter. */
export function freshProblems(
  name: string,
  before: string,
  after: string,
  variables: readonly string[] = [],
): string[] {
  const wordsOf = (problem: string) =>
    problem.startsWith(`${name}:`) ? problem.slice(name.length + 1).replace(/^\d+ /, '') : problem;
  const known = new Set(problemsOf(name, before, variables).map(wordsOf));
  return problemsOf(name, after, variables).filter((problem) => !known.has(wordsOf(problem)));
}

/** With the rights that it had. */
export function writeSettings(path: string, text: string): void {
  const mode = existsSync(path) ? statSync(path).mode & 0o777 : 0o600;
  const draft = `${path}.new`;
  try {
    writeFileSync(draft, text, { mode });
    renameSync(draft, path);
  } catch (error) {
    throw new CliError(EXIT.config, `${path} cannot be written: ${(error as Error).message}`);
  }
}
