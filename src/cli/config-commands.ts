import { type Command, Option } from 'commander';
import type { ConfigSources, Mode } from '../config.ts';

/** What `main.ts` hands in, so that these commands read the settings as all others do. */
export interface ConfigParts {
  withDataOptions(command: Command): Command;
  sourcesOf(options: ConfigOptions, mode?: Mode): ConfigSources;
  ended(exitCode: number): void;
}

interface ConfigOptions {
  config?: string;
  mode?: Mode;
  json?: boolean;
  origin?: boolean;
}

const EXAMPLES = `
Examples
  pidge config print --origin              every setting in force, and who decided it
  pidge config print limits --mode serve   those of a part, as serve would have them
  pidge config check --config pidge.toml   what is wrong with it; ends with 3 when something is
  pidge config init > pidge.toml           a file to begin with, every setting in it as a comment
`;

/** Adds `pidge config …`. */
export function addConfigCommands(program: Command, { withDataOptions, sourcesOf, ended }: ConfigParts): void {
  const config = program
    .command('config')
    .description('the settings: shown, checked, begun')
    .addHelpText('after', EXAMPLES);
  const modes = (otherwise = 'dev') =>
    new Option('--mode <mode>', `whose defaults (default: as set, else ${otherwise})`).choices(['dev', 'serve']);

  withDataOptions(config.command('print'))
    .description('the settings in force; secrets are masked; needs no server')
    .argument('[part]', 'only those whose path begins so, like limits or http.port')
    .option('--origin', 'with who decided it: flag, environment, file or the default of the mode')
    .addOption(modes())
    .action(async (part: string | undefined, options: ConfigOptions) => {
      const { printConfig } = await import('./config-print.ts');
      const { origin = false, json = false } = options;
      ended(printConfig(sourcesOf(options, options.mode), { part, origin, json }));
    });

  withDataOptions(config.command('check'))
    .description('reads the settings and says what is wrong with them; ends with 3 when something is')
    .addOption(modes('both'))
    .action(async (options: ConfigOptions) => {
      const { checkConfig } = await import('./config-print.ts');
      ended(checkConfig(sourcesOf(options, options.mode), { json: options.json === true }));
    });

  config
    .command('init')
    .description('writes a pidge.toml to begin with to stdout, every setting in it as a comment')
    .addOption(modes())
    .action(async (options: ConfigOptions) => {
      const { initConfig } = await import('./config-init.ts');
      ended(initConfig(options.mode ?? 'dev'));
    });
}
