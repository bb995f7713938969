/** `/_admin/v1/session`: who sits at the console, and how one signs in and out. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../../domain/errors.ts';
import { fieldsOf } from '../admin/fields.ts';
import type { HttpContext } from '../context.ts';
import { forbidden } from '../local-call.ts';
import { originOf } from '../origin.ts';
import type { Audit } from './audit.ts';
import type { ConsoleDoor, Entry } from './door.ts';
import { KnownBrowsers } from './known-browsers.ts';
import type { Docs } from './module.ts';
import { isSecureOrigin, needOrigin, refuseForeign } from './own-origin.ts';
import type { ConsoleParts } from './parts.ts';
import { Passwords } from './password.ts';

const ADMIN = 'admin';
const MOST_BYTES = 8_192;

const SET_ONE =
  'Set the environment variable PIDGE_ADMIN_PASSWORD (8 characters or more) and start the server again. ' +
  'The user is then called admin; [[console.users]] of pidge.toml adds others.';
const GO_SECURE =
  'Open the console over https (http.public_url and a proxy in front that ends TLS), or through a tunnel: ' +
  'ssh -L 7670:localhost:7670 THIS_SERVER, then http://localhost:7670.';

/** `app`: bodies are raw in it. */
export function registerSignIn(
  app: FastifyInstance,
  context: HttpContext,
  parts: ConsoleParts,
  door: ConsoleDoor,
  audit: Audit,
): void {
  const passwords = new Passwords(parts.users, context.clock);
  const browsers = new KnownBrowsers(parts);

  app.get('/session', async (request) => show(request, await door.look(request)));

  app.post('/session', { bodyLimit: MOST_BYTES }, async (request, reply) => {
    refuseForeign(request, door.names);
    const origin = needOrigin(request);
    if (door.isLocal(request)) return show(request, await door.look(request));
    if (parts.users.length === 0) throw refuse(20403, { text: 'No password of the console is set' }, { fix: SET_ONE });
    if (!isSecureOrigin(origin)) throw forbidden('Origin', origin, 'https, or http://localhost', GO_SECURE);
    const { name, password } = credentialsIn(request);
    const { cookie } = request.headers;
    const isKnown = browsers.knows(name, cookie);
    const user = await passwords.verify({ name, password, address: request.ip, isKnown });
    if (user === null) {
      // A name that nobody has may be a password in the wrong field.
      const known = parts.users.some((one) => one.name === name);
      audit.record(request, { user: known ? name : '', role: 'unknown', accountSid: null, status: 401 });
      throw refuse(20003, { text: 'Wrong name or password' }, { fix: 'Try again; the operator sets passwords.' });
    }
    // Whoever signs in anew has no use for what the browser held before.
    await door.sessions.close(cookie);
    reply.header('set-cookie', [await door.sessions.open(user), browsers.remember(user)]);
    audit.record(request, { user: user.name, role: user.role, accountSid: null, status: 200 });
    return { user: { name: user.name, role: user.role } };
  });

  app.delete('/session', async (request, reply: FastifyReply) => {
    const entry = await door.look(request);
    if (entry) {
      request.visit.who = entry.who;
      door.needToken(request, entry);
    }
    return reply
      .code(204)
      .header('set-cookie', await door.sessions.close(request.headers.cookie))
      .send();
  });

  function show(request: FastifyRequest, entry: Entry | null) {
    const { settings, clock, lab } = context;
    const { scheduleMinLead, scheduleMaxLead } = parts.scheduleLimits;
    return {
      user: entry && { name: entry.who.name, role: entry.who.role },
      needs_login: !door.isLocal(request),
      /** Why nobody can sign in; `null`: somebody can. */
      sign_in_note: parts.users.length > 0 || entry ? null : `No password of the console is set. ${SET_ONE}`,
      csrf: entry?.csrf ?? '',
      mode: settings.mode,
      simulated: parts.reach !== 'people',
      reach: parts.reach,
      lenient: settings.lenient,
      version: entry ? parts.version : '',
      public_url: originOf(request, settings.publicUrl),
      now: new Date(clock.now()).toISOString(),
      default_account_sid: entry ? parts.operatorSid : '',
      test_side: lab !== undefined,
      schedule_lead: { min_seconds: scheduleMinLead, max_seconds: scheduleMaxLead },
    };
  }
}

function credentialsIn(request: FastifyRequest): { name: string; password: string } {
  let body: unknown;
  try {
    body = JSON.parse(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '');
  } catch {
    // The parser's words would quote the password.
    throw refuse(20001, {}, { parameter: 'the body', allowed: 'JSON', fix: 'Send {"user": "…", "password": "…"}.' });
  }
  const { user = '', password = '' } = fieldsOf(body, ['user', 'password']);
  return { name: user === '' ? ADMIN : user, password };
}

export const SESSION_DOCS: Docs = {
  'GET session': { summary: 'Who sits at the console, the token of unsafe verbs, and what kind of server this is' },
  'POST session': {
    summary: 'Signs in, with a cookie',
    body: {
      schema: {
        type: 'object',
        required: ['password'],
        properties: { user: { type: 'string', description: 'admin when left out' }, password: { type: 'string' } },
      },
    },
  },
  'DELETE session': { summary: 'Signs out, on every node', answer: { status: 204 } },
};
