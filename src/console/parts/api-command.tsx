import { useCredentials } from '../api/credentials.ts';
import { useAccountSid, useSession } from '../app/session-context.ts';
import { curlUser, shellWord } from './shell-words.ts';
import { Snippet } from './snippet.tsx';

interface Props {
  /** Below the server's address; `{AC}` stands for the account in view. */
  path: string;
  /** Sent as a form, in this order. */
  form?: Record<string, string>;
  /** Sent as JSON instead. */
  json?: unknown;
}

/** A call of the API as curl, which runs as it is pasted: this account's own credentials, this server's address. */
export function ApiCommand({ path, form = {}, json }: Props) {
  const account = useAccountSid();
  const { public_url: publicUrl } = useSession();
  const credentials = useCredentials(account);
  if (credentials === null) return null;
  const base = (publicUrl || window.location.origin).replace(/\/$/, '');
  const lines = [
    `curl ${shellWord(`${base}/${path.replace('{AC}', account)}`)}`,
    curlUser(credentials.sid, credentials.token),
    ...Object.entries(form).map(([name, value]) => `--data-urlencode ${shellWord(`${name}=${value}`)}`),
  ];
  if (json !== undefined) {
    lines.push(`-H 'Content-Type: application/json'`, `--data ${shellWord(JSON.stringify(json))}`);
  }
  return <Snippet label="Command" code={lines.join(' \\\n  ')} />;
}
