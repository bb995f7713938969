/** How the pages ask the server: `/_admin/v1`, the one API the console uses, and the Twilio API that it passes on. */

/** A refusal as the API words it, or a server that did not answer (`status` 0). */
export class ApiFailure extends Error {
  readonly status: number;
  readonly code: number | null;
  readonly moreInfo: string | null;
  /** `parameter`, `received`, `allowed`, `fix` and what else the server adds of its own. */
  readonly details: Record<string, unknown>;

  constructor(status: number, body: Partial<FailureBody>) {
    super(body.message ?? (status === 0 ? 'The server does not answer.' : `The server answered ${status}.`));
    this.name = 'ApiFailure';
    this.status = status;
    this.code = body.code ?? null;
    this.moreInfo = body.more_info ?? null;
    this.details = body.details ?? {};
  }

  /** What would help, when the server knows it. */
  get fix(): string | null {
    return typeof this.details.fix === 'string' ? this.details.fix : null;
  }

  /** The parameter at fault, spelled as the API spells it. */
  get parameter(): string | null {
    return typeof this.details.parameter === 'string' ? this.details.parameter : null;
  }
}

interface FailureBody {
  code: number;
  message: string;
  more_info: string;
  details: Record<string, unknown>;
}

type Scalar = string | number | boolean | null | undefined;

/** Values of a query or a form: what is `null`, `undefined` or empty is left out, a list becomes repeated keys. */
export type Values = Record<string, Scalar | readonly string[]>;

export interface Ask {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  query?: Values;
  json?: unknown;
  form?: Values;
  /** A file or other body, sent as it is. */
  body?: Blob | FormData | string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

const ADMIN = '/_admin/v1';

let csrf = '';
let onUnauthorized: () => void = () => undefined;

/** Told by the session: the token of unsafe verbs, and whom to tell when the server no longer knows us. */
export function armClient(token: string, unauthorized: () => void): void {
  csrf = token;
  onUnauthorized = unauthorized;
}

/** Asks `/_admin/v1/{path}` and answers its JSON (`undefined` for an empty answer); throws `ApiFailure`. */
export async function admin<T>(path: string, ask: Ask = {}): Promise<T> {
  const response = await answerOf(path, ask);
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/**
 * Asks the Twilio API with the rights of the account, as an SDK would: `path` is `2010-04-01/Accounts/{AC}/Messages.json`
 * and the like, forms go in, the API's own answers and refusals come out.
 */
export function twilio<T>(account: string, path: string, ask: Ask = {}): Promise<T> {
  return admin<T>(`accounts/${account}/api/${path}`, ask);
}

/** Asks the test side, `/_test/v1/{path}`: phones, clock, faults. Absent in production. */
export function testSide<T>(path: string, ask: Ask = {}): Promise<T> {
  return admin<T>(`test/${path}`, ask);
}

/** Address of a file below `/_admin/v1`, for links and images. */
export function adminUrl(path: string, query: Values = {}): string {
  const text = pairs(query).toString();
  return `${ADMIN}/${path}${text === '' ? '' : `?${text}`}`;
}

/** Like `admin`, with the answer as it came, for streams and files. Refusals throw all the same. */
export async function answerOf(path: string, ask: Ask = {}): Promise<Response> {
  const method = ask.method ?? 'GET';
  const headers = new Headers({ accept: 'application/json', ...ask.headers });
  if (method !== 'GET') headers.set('X-CSRF-Token', csrf);
  if (ask.json !== undefined) headers.set('content-type', 'application/json');
  const body = ask.json !== undefined ? JSON.stringify(ask.json) : ask.form ? pairs(ask.form) : ask.body;
  let response: Response;
  try {
    const address = adminUrl(path, ask.query);
    response = await fetch(address, { method, headers, body, signal: ask.signal, credentials: 'same-origin' });
  } catch (error) {
    if (ask.signal?.aborted) throw error;
    throw new ApiFailure(0, {});
  }
  if (response.ok) return response;
  if (response.status === 401) onUnauthorized();
  throw new ApiFailure(response.status, await failureBody(response));
}

async function failureBody(response: Response): Promise<Partial<FailureBody>> {
  try {
    return (await response.json()) as Partial<FailureBody>;
  } catch {
    // Something between us and the server answered in its own words: the status says enough.
    return {};
  }
}

function pairs(values: Values): URLSearchParams {
  const made = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    const given = Array.isArray(value) ? value : [value];
    for (const one of given) if (one !== null && one !== undefined && one !== '') made.append(name, String(one));
  }
  return made;
}
