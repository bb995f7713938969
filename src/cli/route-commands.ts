import type { Command } from 'commander';
import type { ConfigSources } from '../config.ts';
import type { MatchFlags } from './route-words.ts';

/** What `main.ts` hands in, so that these commands read the settings as all others do. */
export interface RouteParts {
  sourcesOf(options: { config?: string; json?: boolean }): ConfigSources;
  ended(exitCode: number): void;
}

interface EditFlags extends MatchFlags {
  config?: string;
  json?: boolean;
}

interface TryOptions {
  config?: string;
  from?: string;
  channel?: string;
  account?: string;
  json?: boolean;
}

const SETTING = `  pidge route set --to acme                            everything by acme
  pidge route set --prefix +49 --to acme:90,backup:10  nine recipients of ten in +49 by acme, one by backup
  pidge route set --prefix +49 --to acme,backup:0      backup only when acme cannot
  pidge route set --sender Shop --to acme --priority 5 from this sender, before others with the same prefix
`;

const EXAMPLES = `
Examples
  pidge route try +447700900123                        by which carrier a message to this number leaves, and why
  pidge route try +447700900123 --from Shop            from this sender
  pidge route try whatsapp:+447700900123               on a channel
  pidge route ls                                       the routes of the settings file, and their shares
${SETTING}  pidge route rm --prefix +49                          no longer
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

  route
    .command('ls')
    .description('those of the settings file, and the share of each')
    .option('--config <file>', 'settings file (default: pidge.toml)')
    .option('--json', 'one line of JSON a route')
    .action(async (options: EditFlags) => {
      const { listRoutes } = await import('./route-edit.ts');
      ended(listRoutes({ ...options, json: options.json === true }));
    });

  withMatch(route.command('set'))
    .description(
      'say by which connectors these messages leave: all of them, instead of what was said for the same ones',
    )
    .requiredOption('--to <name:weight,…>', 'connectors and their shares; weight 1 if left out, 0 to fall back to')
    .addHelpText('after', `\nExamples\n${SETTING}`)
    .option('--priority <number>', 'before routes of higher numbers (default: as it was, or 10)')
    .action(async (options: EditFlags & { to: string; priority?: string }) => {
      const { setRoute } = await import('./route-edit.ts');
      ended(setRoute({ ...options, json: options.json === true }));
    });

  withMatch(route.command('rm'))
    .description('take the routes of these messages out of the settings file')
    .action(async (options: EditFlags) => {
      const { removeRoute } = await import('./route-edit.ts');
      ended(removeRoute({ ...options, json: options.json === true }));
    });
}

function withMatch(command: Command): Command {
  return command
    .option('--prefix <prefixes>', 'recipients whose numbers begin so, like +49 or +49,+43 (default: any)')
    .option('--sender <senders>', 'from these senders (default: any)')
    .option('--channel <channels>', 'sms, mms, whatsapp, messenger or rcs (default: any)')
    .option('--account <sids>', 'of these accounts (default: any)')
    .option('--config <file>', 'settings file (default: pidge.toml)')
    .option('--json', 'one line of JSON');
}
