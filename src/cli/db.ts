import { type Command, Option } from 'commander';
import type { ConfigSources, Mode } from '../config.ts';

/** What `main.ts` hands in, so that the commands of the database read settings as all others do. */
export interface DbParts {
  withDataOptions(command: Command): Command;
  sourcesOf(options: DataOptions, mode?: Mode): ConfigSources;
  ended(exitCode: number): void;
}

interface DataOptions {
  config?: string;
  data?: string;
  database?: string;
  json?: boolean;
  mode?: Mode;
}

const EXAMPLES = `
Examples
  pidge db status                                      how the store is
  pidge db backup monday.db                            a backup, beside the running server
  pidge db restore monday.db --force                   put it back, the server stopped
  PIDGE_DATABASE=postgres://… pidge db copy --from .pidge/serve.db
                                                       move to PostgreSQL
`;

/** Adds `pidge db …`. What a command needs is loaded when it runs: help and the other commands stay quick. */
export function addDbCommands(program: Command, { withDataOptions, sourcesOf, ended }: DbParts): void {
  const db = program
    .command('db')
    .description('look after the database: migrate, status, backup, restore, copy')
    .addHelpText('after', EXAMPLES);
  const add = (name: string) =>
    withDataOptions(db.command(name)).addOption(
      new Option('--mode <mode>', 'whose database (default: as set, else the one there is)').choices(['dev', 'serve']),
    );
  const isJson = (options: DataOptions): boolean => options.json === true;
  const from = (options: DataOptions): ConfigSources => sourcesOf(options, options.mode);

  add('migrate')
    .description('bring the schema up to date, as every start does')
    .option('--check', 'only tell; ends with 8 when something is pending')
    .action(async (options: DataOptions & { check?: boolean }) => {
      const { migrate } = await import('./db-migrate.ts');
      ended(await migrate(from(options), { check: options.check === true, json: isJson(options) }));
    });

  add('status')
    .description('engine, schema, size, messages, open work, nodes; changes nothing')
    .action(async (options: DataOptions) => {
      const { status } = await import('./db-status.ts');
      ended(await status(from(options), { json: isJson(options) }));
    });

  add('backup <file>')
    .description('write a new file with the whole store; servers may run')
    .action(async (file: string, options: DataOptions) => {
      const { backup } = await import('./db-backup.ts');
      ended(await backup(from(options), file, { json: isJson(options) }));
    });

  add('restore <file>')
    .description('put a backup in place, once it has proved sound; servers must be stopped')
    .option('--force', 'replace the store that is there')
    .option('--despite-findings', 'take a backup that verify finds fault with')
    .action(async (file: string, options: DataOptions & { force?: boolean; despiteFindings?: boolean }) => {
      const { restore } = await import('./db-backup.ts');
      const { force = false, despiteFindings = false } = options;
      ended(await restore(from(options), file, { json: isJson(options), force, despiteFindings }));
    });

  add('copy')
    .description('copy a store into an empty one on either engine; servers must be stopped')
    .requiredOption('--from <database>', 'SQLite file or postgres:// URL')
    .option('--to <database>', 'the same (default: the database of the settings)')
    .action(async (options: DataOptions & { from: string; to?: string }) => {
      const { copy } = await import('./db-copy.ts');
      ended(await copy(from(options), { from: options.from, to: options.to, json: isJson(options) }));
    });
}
