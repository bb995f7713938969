import { readValue } from '../config-values.ts';
import { realClock } from '../domain/clock.ts';
import { CliError, EXIT } from './exit.ts';

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    realClock.after(ms, resolve);
  });
}

/** A duration of the command line (`"10s"`) in milliseconds. */
export function parseWait(text: string): number {
  const result = readValue({ kind: 'duration' }, text);
  if ('value' in result) return result.value as number;
  throw new CliError(EXIT.usage, `"${text}" is no time to wait. Allowed: ${result.allowed}.`);
}
