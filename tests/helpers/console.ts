import type { Answer } from './client.ts';
import { Client } from './client.ts';
import type { TestPidge } from './pidge.ts';

/** A browser at the console, as far as the door can tell: it keeps a cookie and says where its page is from. */
export interface ConsolePage {
  /** Verb and path below `/_admin/v1`; unsafe verbs come with `Origin` and the token, unless `headers` say otherwise. */
  call(
    verb: string,
    path: string,
    more?: { json?: unknown; form?: Record<string, string>; headers?: Record<string, string> },
  ): Promise<Answer>;
  /** Asks for the session again, for the token of unsafe verbs. */
  look(): Promise<Answer>;
  signIn(password: string, user?: string): Promise<Answer>;
  cookie: string;
  close(): Promise<void>;
}

/** Opens the console of this server as the browser of whoever sits at it; in `dev` nobody has to sign in. */
export async function openConsole({ origin, account }: Pick<TestPidge, 'origin' | 'account'>): Promise<ConsolePage> {
  const client = new Client(origin, account);
  let csrf = '';
  const page: ConsolePage = {
    cookie: '',
    async call(verb, path, { json, form, headers } = {}) {
      const isSafe = verb === 'GET' || verb === 'HEAD';
      const answer = await client.call(verb, `/_admin/v1/${path}`, {
        auth: null,
        form,
        ...(json !== undefined && { body: JSON.stringify(json) }),
        headers: {
          ...(page.cookie !== '' && { cookie: page.cookie }),
          ...(json !== undefined && { 'content-type': 'application/json' }),
          'sec-fetch-site': 'same-origin',
          ...(!isSafe && { origin, 'x-csrf-token': csrf }),
          ...headers,
        },
      });
      const [set] = [answer.headers['set-cookie'] ?? []].flat();
      if (set !== undefined) page.cookie = set.split(';', 1)[0] ?? '';
      return answer;
    },
    async look() {
      const answer = await page.call('GET', 'session');
      csrf = answer.json.csrf ?? '';
      return answer;
    },
    async signIn(password, user) {
      const answer = await page.call('POST', 'session', {
        json: user === undefined ? { password } : { user, password },
      });
      await page.look();
      return answer;
    },
    close: () => client.close(),
  };
  await page.look();
  return page;
}
