/** How a carrier of kind `http` is known when it calls. */
import type { WebhookCheck } from './connectors/http-carrier/mapping.ts';

export type Entry = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

/** What is wrong goes here, with the name of its key. */
export type Report = (key: string, problem: string) => void;

/** `null`: there is none, or it lacks something. A secret of one's own is better than that of the requests. */
export function readCheck(entry: Entry, report: Report): WebhookCheck | null {
  const word = (key: string) => (typeof entry[key] === 'string' ? (entry[key] as string) : null);
  const secret = word('check_secret') ?? (entry.check === 'twilio' ? word('password') : null);
  const need = (key: string, why: string): null => {
    report(key, `is missing: ${why}`);
    return null;
  };
  const isRefused = entry.check === null || (entry.check === 'twilio' && entry.password === null);
  if (entry.check === undefined || isRefused) return null;
  if (secret === null) return need('check_secret', 'it is what its carrier signs its calls with, or says in them.');
  switch (entry.check) {
    case 'twilio':
      return { kind: 'twilio', secret };
    case 'basic': {
      const username = word('username');
      return username === null ? need('username', 'the carrier calls with it.') : { kind: 'basic', username, secret };
    }
    case 'secret': {
      const [header, query] = [word('check_header'), word('check_query')];
      if (header !== null) return { kind: 'secret', secret, in: 'header', name: header };
      if (query !== null) return { kind: 'secret', secret, in: 'query', name: query };
      return need('check_header', 'say in which header the secret is, or by check_query in which parameter.');
    }
    default: {
      const header = word('check_header');
      if (header === null) return need('check_header', 'the signature is in it.');
      return {
        kind: 'hmac',
        algorithm: entry.check === 'hmac-sha1' ? 'sha1' : 'sha256',
        encoding: entry.check_encoding === 'base64' ? 'base64' : 'hex',
        secret,
        header,
        timestampHeader: word('check_timestamp'),
      };
    }
  }
}
