import type { Command } from 'commander';

export interface SmscCommandParts {
  ended(exitCode: number): void;
}

const HELP = `
Examples
  pidge smsc                                          any credentials, everything delivered
  pidge smsc --rate 50 --receipt-after 2s             more than 50 a second are throttled
  pidge smsc --ids hex --receipt-ids decimal          a carrier whose receipts write ids in another way
  pidge smsc --script carrier.toml --json             rules by number, texts, ends of connections

Point a connector of pidge.toml at it
  [[connectors]]
  kind = "smpp"
  host = "127.0.0.1"
  port = 2775
  system_id = "any"
  password = "any"

While it runs, its console takes: in FROM TO TEXT, unbind, drop, owed, quit.
The script file is described in docs/guides/rehearsal.md.
`;

/** Keys of the script file that are flags as well, with their text. */
const FLAGS: [flag: string, key: string, about: string][] = [
  ['--host <address>', 'host', 'address to listen on (default: 127.0.0.1)'],
  ['--port <port>', 'port', 'port to listen on, 0 takes a free one (default: 2775)'],
  ['--tls-cert <file>', 'tls_cert', 'certificate (PEM); with --tls-key connections are TLS'],
  ['--tls-key <file>', 'tls_key', 'its key (PEM)'],
  ['--system-id <id>', 'system_id', 'who may bind (default: anybody)'],
  ['--password <password>', 'password', 'with which password'],
  ['--binds <count>', 'binds', 'connections bound at once (default: 10)'],
  ['--rate <count>', 'rate', 'submits a second; more are ESME_RTHROTTLED'],
  ['--status <status>', 'status', 'refuse everything with this status, like ESME_RSYSERR'],
  ['--answer <way>', 'answer', 'silent, twice, nack, other-sequence, drop, bare'],
  ['--answer-after <time>', 'answer_after', 'answer after so long, like 200ms'],
  ['--receipt <way>', 'receipt', 'once (default), twice, early (before the answer), none'],
  ['--receipt-after <time>', 'receipt_after', 'receipts come after so long (default: at once)'],
  ['--receipt-spread <time>', 'receipt_spread', 'and up to so much later, in any order'],
  ['--receipt-form <form>', 'receipt_form', 'text (default), tlv, both'],
  ['--stat <word>', 'stat', 'what receipts say (default: DELIVRD)'],
  ['--err <code>', 'err', 'and their error code (default: 000)'],
  ['--ids <form>', 'ids', 'ids of answers: hex (default), HEX, decimal, padded, word'],
  ['--receipt-ids <form>', 'receipt_ids', 'ids of receipts (default: as in answers)'],
  ['--seed <number>', 'seed', 'what is left to chance is the same again (default: 1)'],
];

/** Adds `pidge smsc`. */
export function addSmscCommand(program: Command, { ended }: SmscCommandParts): void {
  const command = program
    .command('smsc')
    .description('a carrier that speaks SMPP, to rehearse with')
    .option('--script <file>', 'how it behaves (TOML); flags win over it')
    .option('--for <time>', 'end after so long, like 30s')
    .option('--json', 'one line of JSON for each PDU');
  for (const [flag, , about] of FLAGS) command.option(flag, about);
  command.addHelpText('after', HELP).action(async (options: Record<string, string | boolean | undefined>) => {
    const { runSmsc } = await import('./smsc.ts');
    const flags = Object.fromEntries(FLAGS.map(([, key]) => [key, options[camel(key)] as string | undefined]));
    const { script, for: duration } = options as { script?: string; for?: string };
    ended(await runSmsc({ script, for: duration, flags, json: options.json === true }));
  });
}

function camel(key: string): string {
  return key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
