/** The settings file as commands change it: judged as the server would, then written whole or not at all. */
import { existsSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { ConfigError, processEnvironment, readConfig } from '../config.ts';
import { CliError, EXIT } from './exit.ts';

/** What the server would refuse. `variables`: whether these are set already is of no matter. */
export function problemsOf(name: string, text: string, variables: readonly string[] = []): string[] {
  const env = processEnvironment();
  const unset = variables.filter((variable) => !env[variable]).map((variable) => [variable, 'unset']);
  const given = { ...env, ...Object.fromEntries(unset) };
  try {
    readConfig({ mode: 'serve', file: { name, text }, env: given });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
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
