/** What the command line ends with. Scripts rely on these: a number is never given a second meaning. */
export const EXIT = {
  ok: 0,
  bug: 1,
  usage: 2,
  config: 3,
  /** The port or the data folder belongs to somebody else. */
  taken: 4,
  unauthorised: 5,
  notFound: 6,
  timeout: 7,
  /** An assertion does not hold: `verify` has findings. */
  assertion: 8,
  /** The carrier, or the API in its name, refused. */
  refused: 9,
  interrupted: 130,
} as const;

/** Ends a command with `code` and a text that tells what happened and what to do. Nothing else is printed. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
