/** The same request as code that runs as it is pasted: curl, Node and Python, with the official SDKs. */

/** Parameters of the API in their order; a name may be there more than once. */
export type Params = readonly (readonly [name: string, value: string])[];

export interface SnippetParts {
  /** Origin of this server. */
  base: string;
  account: string;
  /** `null`: taken from the environment, so that no secret stands on the screen. */
  token: string | null;
  params: Params;
}

/** Of `messages.create`, by language. */
export function snippetsOf(parts: SnippetParts): Record<string, string> {
  return { curl: curlOf(parts), Node: nodeOf(parts), Python: pythonOf(parts) };
}

function curlOf({ base, account, token, params }: SnippetParts): string {
  const login = token === null ? `"${account}:$TWILIO_AUTH_TOKEN"` : quoteShell(`${account}:${token}`);
  return [
    `curl -X POST ${quoteShell(`${base}/2010-04-01/Accounts/${account}/Messages.json`)}`,
    `  -u ${login}`,
    ...params.map(([name, value]) => `  --data-urlencode ${quoteShell(`${name}=${value}`)}`),
  ].join(' \\\n');
}

function nodeOf({ base, account, token, params }: SnippetParts): string {
  const secret = token === null ? 'process.env.TWILIO_AUTH_TOKEN' : quoteScript(token);
  const lines = fieldsOf(params).map(({ name, values, isList, isFlag, isNumber }) => {
    const written = values.map((value) => {
      if (name === 'SendAt') return `new Date(${quoteScript(value)})`;
      return isFlag || isNumber ? value : quoteScript(value);
    });
    return `  ${lowerFirst(name)}: ${isList ? `[${written.join(', ')}]` : written[0]},`;
  });
  return [
    `import twilio from 'twilio';`,
    '',
    `const client = twilio(${quoteScript(account)}, ${secret});`,
    `client.api.baseUrl = ${quoteScript(base)};`,
    '',
    'const message = await client.messages.create({',
    ...lines,
    '});',
    'console.log(message.sid, message.status);',
  ].join('\n');
}

function pythonOf({ base, account, token, params }: SnippetParts): string {
  const secret = token === null ? 'os.environ["TWILIO_AUTH_TOKEN"]' : quotePython(token);
  const fields = fieldsOf(params);
  const hasInstant = fields.some(({ name }) => name === 'SendAt');
  const lines = fields.map(({ name, values, isList, isFlag, isNumber }) => {
    const written = values.map((value) => {
      if (isFlag) return value === 'true' ? 'True' : 'False';
      if (name === 'SendAt') return `datetime.fromisoformat(${quotePython(value.replace(/Z$/, '+00:00'))})`;
      return isNumber ? value : quotePython(value);
    });
    // A word of the language itself.
    const spelled = name === 'From' ? 'from_' : snake(name);
    return `    ${spelled}=${isList ? `[${written.join(', ')}]` : written[0]},`;
  });
  return [
    ...(token === null ? ['import os'] : []),
    ...(hasInstant ? ['from datetime import datetime'] : []),
    'from twilio.rest import Client',
    '',
    `client = Client(${quotePython(account)}, ${secret})`,
    `client.api.base_url = ${quotePython(base)}`,
    '',
    'message = client.messages.create(',
    ...lines,
    ')',
    'print(message.sid, message.status)',
  ].join('\n');
}

const LISTS = ['MediaUrl', 'PersistentAction'];
const FLAGS = ['SmartEncoded', 'ShortenUrls', 'ProvideFeedback', 'SendAsMms', 'ForceDelivery', 'RiskCheck'];
const NUMBERS = ['ValidityPeriod', 'MaxPrice', 'Attempt'];

function fieldsOf(params: Params) {
  const names = [...new Set(params.map(([name]) => name))];
  return names.map((name) => {
    const values = params.filter(([other]) => other === name).map(([, value]) => value);
    return {
      name,
      values,
      isList: LISTS.includes(name),
      isFlag: FLAGS.includes(name) && values.every((value) => value === 'true' || value === 'false'),
      isNumber: NUMBERS.includes(name) && values.every((value) => /^\d+(\.\d+)?$/.test(value)),
    };
  });
}

/** In single quotes nothing means anything, so each of them is written between two strings. */
export function quoteShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function quoteScript(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** JSON's escapes are Python's, but for pairs of surrogates, which it does not make. */
function quotePython(text: string): string {
  return JSON.stringify(text);
}

function lowerFirst(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}

function snake(name: string): string {
  return name.replace(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}
