import { request } from 'undici';
import type { Config, ConfigSources } from '../config.ts';
import { readSome } from '../config-some.ts';
import { CliError, EXIT } from './exit.ts';
import { plain } from './terminal.ts';

/** The fields of a message that the commands show; the API has more. */
export interface WireMessage {
  sid: string;
  status: string;
  direction: string;
  from: string | null;
  to: string;
  body: string;
  num_segments: string;
  error_code: number | null;
  error_message: string | null;
  date_created: string;
}

export interface Client {
  base: string;
  create(form: Record<string, string>): Promise<WireMessage>;
  fetch(sid: string): Promise<WireMessage>;
  /** Newest first. */
  list(pageSize: number): Promise<WireMessage[]>;
  /** What waits for its hour, earliest first. */
  scheduled(pageSize: number): Promise<(WireMessage & { send_at: string })[]>;
}

/** Where a running server is reached: `--url`, else as its settings say. */
export function serverUrl(sources: ConfigSources, url: string | undefined): string {
  if (url !== undefined) {
    if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return withoutSlash(url);
    throw new CliError(EXIT.usage, `--url has to be an address such as http://localhost:7670, not ${plain(url)}.`);
  }
  const get = readSome(sources, ['http.host', 'http.port', 'http.public_url']);
  return ownUrl({ host: get('http.host') ?? '', port: get('http.port') ?? 0, publicUrl: get('http.public_url') });
}

/** Where a server of these settings is called: its public URL, else host and port. */
export function ownUrl({ host, port, publicUrl }: Pick<Config['http'], 'host' | 'port' | 'publicUrl'>): string {
  const reached = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return withoutSlash(publicUrl ?? `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`);
}

function withoutSlash(url: string): string {
  return url.replace(/(?<!\/)\/+$/, '');
}

export interface Ask {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: { type: string; text: string };
}

/** A server, and the account that asks it. */
export interface Connection {
  base: string;
  accountSid: string;
  /** Answers the text as it came. Answers that are errors become a `CliError` with the server's own words. */
  ask(path: string, ask?: Ask): Promise<string>;
}

const SET_CREDENTIALS = 'Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.';

/** Asks with the credentials of the settings (flags, environment, file, defaults of `dev`). */
export function connect(sources: ConfigSources, url: string | undefined): Connection {
  const base = serverUrl(sources, url);
  const get = readSome(sources, ['auth.account_sid', 'auth.auth_token']);
  const accountSid = get<string>('auth.account_sid');
  const authToken = get<string>('auth.auth_token');
  if (accountSid === null || authToken === null) {
    throw new CliError(EXIT.config, `Whose message? ${SET_CREDENTIALS}`);
  }
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;

  async function ask(path: string, { method = 'GET', body }: Ask = {}): Promise<string> {
    const answer = await request(`${base}${path}`, {
      method,
      headers: { authorization, ...(body ? { 'content-type': body.type } : {}) },
      body: body?.text ?? null,
      headersTimeout: 30_000,
      bodyTimeout: 30_000,
    }).catch((error: Error) => {
      throw new CliError(EXIT.notFound, `Nothing answers at ${base} (${error.message}). Start it with: pidge dev`);
    });
    const text = await answer.body.text();
    if (answer.statusCode < 400) return text;
    throw refused(answer.statusCode, parse(text), base);
  }

  return { base, accountSid, ask };
}

/** What was answered, which has to be JSON. */
export function readAnswer(text: string, base: string): Record<string, unknown> {
  const body = parse(text);
  if (body === null) throw refused(200, null, base);
  return body;
}

/** A client of the 2010 API. */
export function apiClient(sources: ConfigSources, url: string | undefined): Client {
  const { base, accountSid, ask } = connect(sources, url);
  const root = `/2010-04-01/Accounts/${accountSid}`;

  async function call(path: string, form?: Record<string, string>): Promise<unknown> {
    const body = form && { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(form).toString() };
    return readAnswer(await ask(`${root}${path}`, form ? { method: 'POST', body } : {}), base);
  }

  return {
    base,
    create: (form) => call('/Messages.json', form) as Promise<WireMessage>,
    fetch: (sid) => call(`/Messages/${sid}.json`) as Promise<WireMessage>,
    list: async (size) => ((await call(`/Messages.json?PageSize=${size}`)) as { messages: WireMessage[] }).messages,
    async scheduled(size) {
      const page = await call(`/Messages.json?Status=scheduled&PageSize=${size}`);
      return (page as { messages: (WireMessage & { send_at: string })[] }).messages;
    },
  };
}

function parse(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    // Not our API: a proxy's page, another program on the port.
    return null;
  }
}

function refused(status: number, body: Record<string, unknown> | null, base: string): CliError {
  if (body === null) return new CliError(EXIT.refused, `${base} answered ${status} without JSON: is it this server?`);
  // The server's remedy tells a program how to sign in. Ours is where these come from: unset, they are those of `dev`.
  const fix = status === 401 ? SET_CREDENTIALS : (body.details as { fix?: string } | undefined)?.fix;
  const text = `${body.code ?? status} ${body.message ?? ''}${fix ? `\n  ${fix}` : ''}`;
  if (status === 401 || status === 403) return new CliError(EXIT.unauthorised, text);
  return new CliError(status === 404 ? EXIT.notFound : EXIT.refused, text);
}
