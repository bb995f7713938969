import { processEnvironment } from '../config.ts';

/** Data goes to stdout, one line each. A reader that went away (`| head`) ends us quietly. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Everything that is not data goes to stderr. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}

export type Paint = (style: keyof typeof STYLES, text: string) => string;

const STYLES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  blue: [34, 39],
  yellow: [33, 39],
} as const;

/** Colours for `stream`, or plain text: without a terminal, with `NO_COLOR`, or where `TERM` is `dumb`. */
export function painter(stream: { isTTY?: boolean }): Paint {
  const env = processEnvironment();
  const colour = stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  return (style, text) => (colour ? `\u001b[${STYLES[style][0]}m${text}\u001b[${STYLES[style][1]}m` : text);
}

/** Text of others, safe to print: control characters, and with them terminal escapes, become visible. */
export function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (char) => {
    if (char === '\n') return '\\n';
    return `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}

/** `09:14:02.114`, local time. */
export function clockTime(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** `SM6f1c…a210`. */
export function shortSid(sid: string): string {
  return sid.length > 12 ? `${sid.slice(0, 6)}…${sid.slice(-4)}` : sid;
}
