import type { Command } from 'commander';
import type { ConfigSources } from '../config.ts';

/** What `main.ts` hands in, so that these commands read the settings as all others do. */
export interface RouteParts {
  sourcesOf(options: { config?: string; json?: boolean }): ConfigSources;
  ended(exitCode: number): void;
}

interface TryOptions {
  config?: string;
  from?: string;
  channel?: string;
  account?: string;
  json?: boolean;
}

const EXAMPLES = `
Examples
  pidge route try +447700900123                        by which carrier a message to this number leaves, and why
  pidge route try +447700900123 --from Shop            from this sender
  pidge route try whatsapp:+447700900123               on a channel
`;

/** Adds `pidge route …`. */
export function addRouteCommands(program: Command, { sourcesOf, ended }: RouteParts): void {
  const route = program.command('route').description('by which carrier messages leave').addHelpText('after', EXAMPLES);
  route
    .command('try')
    .description('the ways of a message, best first, and why; reads the settings of serve, needs no server')
    .argument('<number>', 'like +447700900123')
    .option('--from <sender>', 'from this sender')
    .option('--channel <channel>', 'sms, mms, whatsapp, messenger or rcs (default: as the addresses say)')
    .option('--account <sid>', 'of this account')
    .option('--config <file>', 'settings file (default: pidge.toml when there is one)')
    .option('--json', 'as one line of JSON')
    .action(async (to: string, options: TryOptions) => {
      const { routeTry } = await import('./route.ts');
      ended(routeTry(sourcesOf(options), { ...options, to, json: options.json === true }));
    });
}
