/** `/_admin/v1/openapi.json`: everything below `/_admin/v1`, made from what stands beside the routes. */
import type { Resource } from '../answer.ts';
import type { Docs, Operation, Schema } from './module.ts';

const VERBS = ['get', 'post', 'put', 'delete'];
/** What a variable is called, by its first prefix; in texts of paths `{AC}` and the like. */
const NAMES: Record<string, string> = {
  AC: 'AccountSid',
  SM: 'MessageSid',
  MG: 'ServiceSid',
  PN: 'SenderSid',
  '*': 'Name',
  path: 'Path',
};

/** OpenAPI 3.1. */
export function openApi(docs: Docs, version: string): Resource {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [key, operation] of Object.entries(docs)) {
    const [verb = '', path = ''] = key.split(' ');
    const { shown, parameters } = readPath(path);
    const place = `/${shown}`;
    paths[place] ??= {};
    for (const one of verb === 'ANY' ? VERBS : [verb.toLowerCase()]) {
      paths[place][one] = show(operation, parameters, `${one}_${shown.replaceAll(/\W+/g, '_')}`);
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Pidge administration',
      version,
      description:
        'What the console asks. A session stands in for the credentials of every account; with an Authorization ' +
        'header those of an account count, and the paths that name no account are those of the first one.',
    },
    servers: [{ url: '/_admin/v1' }],
    security: [{ session: [], csrf: [] }, { basic: [] }],
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: '__Host-pidge' },
        csrf: { type: 'apiKey', in: 'header', name: 'X-CSRF-Token', description: 'For what changes something.' },
        basic: { type: 'http', scheme: 'basic', description: 'Account SID and auth token.' },
      },
      schemas: { Error: ERROR },
    },
  };
}

const ERROR: Schema = {
  type: 'object',
  required: ['code', 'message', 'more_info', 'status'],
  properties: {
    code: { type: 'integer' },
    message: { type: 'string' },
    more_info: { type: 'string' },
    status: { type: 'integer' },
    details: {
      type: 'object',
      properties: {
        parameter: { type: 'string' },
        received: { type: 'string' },
        allowed: { type: 'string' },
        fix: { type: 'string' },
        help: { type: 'string' },
        request: { type: 'string' },
      },
    },
  },
};

function show({ summary, query = {}, body, answer = {} }: Operation, parameters: unknown[], operationId: string) {
  const { status = 200, type = 'application/json', schema = {} } = answer;
  const asked = Object.entries(query).map(([name, description]) => ({
    name,
    in: 'query',
    description,
    schema: { type: 'string' },
  }));
  return {
    operationId,
    summary,
    parameters: [...parameters, ...asked],
    ...(body && { requestBody: { content: { [body.type ?? 'application/json']: { schema: body.schema ?? {} } } } }),
    responses: {
      [status]: { description: 'Done', ...(status !== 204 && { content: { [type]: { schema } } }) },
      default: {
        description: 'Refused',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

/** `accounts/{AC}/messages/{SM,MM}` with names for its variables. */
function readPath(path: string) {
  const parameters: unknown[] = [];
  const taken = new Set<string>();
  const shown = path.replaceAll(/\{([^{}]+)\}/g, (_, variable: string) => {
    const prefixes = variable.split(',');
    const base = NAMES[prefixes[0] ?? ''] ?? 'Sid';
    const name = taken.has(base) ? `${base}${taken.size + 1}` : base;
    taken.add(name);
    const isSid = /^[A-Z]{2}$/.test(prefixes[0] ?? '');
    const pattern = `^(${prefixes.join('|')})[0-9a-fA-F]{32}$`;
    parameters.push({ name, in: 'path', required: true, schema: { type: 'string', ...(isSid && { pattern }) } });
    return `{${name}}`;
  });
  return { shown, parameters };
}
