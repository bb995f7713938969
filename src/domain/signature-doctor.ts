/**
 * The signature doctor: why an app refuses a signature that was right when it left. What was signed is laid beside what
 * the app's code validates, part by part; a difference is the cause when the signature fits once that one is mended.
 */
import { bodyHash, signedUrl, signForm, signGet } from './signature.ts';

/** A request as it went out. */
export interface SignedRequest {
  /** The whole URL that was signed: of a GET with its parameters, of JSON with its `bodySHA256`. */
  url: string;
  /** Of a form POST; `null`: the URL alone was signed. */
  params: [name: string, value: string][] | null;
  /** Of a JSON POST. */
  json: string | null;
  /** As it was sent; `null`: there was none. */
  signature: string | null;
  tokens: { primary: string; secondary: string | null };
}

/** What the app's code hands to its validator, as far as it is told. */
export interface Validated {
  url: string;
  params?: [name: string, value: string][];
  /** The raw body, of JSON. */
  body?: string;
  token?: string;
}

const CHECKS = ['scheme', 'host', 'port', 'path', 'slash', 'query', 'body', 'token'] as const;

export interface Check {
  name: (typeof CHECKS)[number];
  /** `null`: nobody told, so it could not be compared. */
  ok: boolean | null;
  /** What is so, and what to do about it where it is wrong. */
  text: string;
  /** Mended alone, the signature fits. */
  explains: boolean;
}

export interface Diagnosis {
  /** Whether the app's code accepts the signature with what it validates. */
  fits: boolean;
  verdict: string;
  checks: Check[];
}

type Finding = Omit<Check, 'explains'> & { mended?: Validated };

/** Throws a TypeError when `validated.url` is no URL. */
export function examine(sent: SignedRequest, validated: Validated): Diagnosis {
  const ours = new URL(signedUrl(sent.url));
  const theirs = new URL(signedUrl(validated.url));
  const signer = signerOf(sent);
  // Of a request that is kept with masked numbers nothing can be computed: parts are compared all the same.
  const fits = (one: Validated): boolean => signer !== null && fitsWith(sent, signer, one);
  const findings = [
    scheme(ours, theirs, validated),
    host(ours, theirs, validated),
    port(ours, theirs, validated),
    ...path(ours, theirs, validated),
    query(ours, theirs, validated),
    sent.json === null ? form(sent, validated) : json(sent, validated, theirs),
    token(sent, validated, signer),
  ];
  const checks = findings.map(({ mended, ...rest }) => ({
    ...rest,
    explains: rest.ok === false && mended !== undefined && fits(mended),
  }));
  const isFine = fits(validated);
  return { fits: isFine, verdict: verdictOf(isFine, checks, signer), checks };
}

/** A secret as it may be shown. */
export function maskedToken(token: string): string {
  return `…${token.slice(-3)}`;
}

function signerOf({ tokens, signature, url, params }: SignedRequest): string | null {
  const makes = (token: string) => (params === null ? signGet(token, url) : signForm(token, url, params)) === signature;
  if (makes(tokens.primary)) return tokens.primary;
  return tokens.secondary !== null && makes(tokens.secondary) ? tokens.secondary : null;
}

function fitsWith({ params, json: sentJson, signature }: SignedRequest, signer: string, one: Validated): boolean {
  const key = one.token ?? signer;
  if (params !== null) return signForm(key, one.url, one.params ?? params) === signature;
  const hash = new URL(one.url).searchParams.get('bodySHA256');
  if (sentJson !== null && hash !== bodyHash(one.body ?? sentJson)) return false;
  return signGet(key, one.url) === signature;
}

function verdictOf(isFine: boolean, checks: Check[], signer: string | null): string {
  if (isFine)
    return 'The signature fits what your code validates. If it is refused all the same, look at what is not compared.';
  const cause = checks.find(({ explains }) => explains);
  if (cause) return `The ${TITLES[cause.name]} explains it: with that one mended the signature fits.`;
  const wrong = checks.filter(({ ok }) => ok === false);
  if (signer === null) return 'This signature can no longer be computed; the parts are compared as they are.';
  if (wrong.length > 1) return `${wrong.length} things differ; mend all of them.`;
  return wrong.length === 1 ? 'One thing differs; mend it and compare again.' : 'Nothing that was told differs.';
}

const TITLES: Record<Check['name'], string> = {
  scheme: 'scheme',
  host: 'host',
  port: 'port',
  path: 'path',
  slash: 'slash at the end',
  query: 'query',
  body: 'body',
  token: 'auth token',
};

/** The validated URL with one part as it was signed. */
function withPart(validated: Validated, change: (url: URL) => void): Validated {
  const url = new URL(validated.url);
  change(url);
  return { ...validated, url: url.href };
}

function scheme(ours: URL, theirs: URL, validated: Validated): Finding {
  const [mine, seen] = [ours.protocol.slice(0, -1), theirs.protocol.slice(0, -1)];
  if (mine === seen) return { name: 'scheme', ok: true, text: `${mine} on both sides.` };
  const why =
    mine === 'https'
      ? 'a proxy ended TLS. Build the URL from X-Forwarded-Proto, or from the public URL of your app.'
      : 'something in front of your app, or its settings, adds TLS. Validate the URL that is configured here.';
  const mended = withPart(validated, (url) => {
    // Its port goes with it where both have that of their scheme.
    if (ours.port === '' && theirs.port === '') url.port = '';
    url.protocol = ours.protocol;
  });
  return { name: 'scheme', ok: false, text: `We signed ${mine}, your code sees ${seen}: ${why}`, mended };
}

function host(ours: URL, theirs: URL, validated: Validated): Finding {
  const [mine, seen] = [ours.hostname, theirs.hostname];
  if (mine === seen) return { name: 'host', ok: true, text: `${mine} on both sides.` };
  const text = `We signed ${mine}, your code sees ${seen}: a proxy or tunnel changed Host. Pass Host on, use X-Forwarded-Host, or put the public URL into your code.`;
  const mended = withPart(validated, (url) => {
    url.hostname = ours.hostname;
  });
  return { name: 'host', ok: false, text, mended };
}

function port(ours: URL, theirs: URL, validated: Validated): Finding {
  const [mine, seen] = [ours.port, theirs.port];
  if (mine === seen)
    return { name: 'port', ok: true, text: mine === '' ? 'None on either side.' : `${mine} on both sides.` };
  const say = (text: string) => (text === '' ? 'no port' : `port ${text}`);
  const text = `We signed ${say(mine)}, your code sees ${say(seen)}: the port in front of your app is another than the one it listens on. Use the public URL.`;
  const mended = withPart(validated, (url) => {
    url.port = mine;
  });
  return { name: 'port', ok: false, text, mended };
}

function path(ours: URL, theirs: URL, validated: Validated): Finding[] {
  const [mine, seen] = [ours.pathname, theirs.pathname];
  const mended = withPart(validated, (url) => {
    url.pathname = mine;
  });
  const bare = (text: string) => text.replace(/(?<!\/)\/+$/, '');
  if (mine === seen) {
    return [
      { name: 'path', ok: true, text: `${mine} on both sides.` },
      { name: 'slash', ok: true, text: 'The same at the end of the path.' },
    ];
  }
  if (bare(mine) === bare(seen)) {
    const text = mine.endsWith('/')
      ? 'We signed a slash at the end of the path, your code has none: your framework took it away. Use the URL as it came in.'
      : 'Your code has a slash at the end of the path, we signed none: your framework redirected or added it. Use the URL as it came in.';
    return [
      { name: 'path', ok: true, text: 'The same but for its end.' },
      { name: 'slash', ok: false, text, mended },
    ];
  }
  const isMounted = mine.endsWith(seen) || seen.endsWith(mine);
  const why = isMounted
    ? 'a router or proxy took a prefix off. Use the whole path (in Express req.originalUrl, not req.url).'
    : 'another route, or a proxy that rewrites paths. Use the path as it is configured here.';
  return [
    { name: 'path', ok: false, text: `We signed ${mine}, your code sees ${seen}: ${why}`, mended },
    { name: 'slash', ok: mine.endsWith('/') === seen.endsWith('/'), text: 'Part of the path.' },
  ];
}

function query(ours: URL, theirs: URL, validated: Validated): Finding {
  const [mine, seen] = [ours.search, theirs.search];
  if (mine === seen)
    return { name: 'query', ok: true, text: mine === '' ? 'None on either side.' : 'The same, byte by byte.' };
  const mended = withPart(validated, (url) => {
    url.search = mine;
  });
  return { name: 'query', ok: false, text: queryText(mine, seen), mended };
}

function queryText(mine: string, seen: string): string {
  if (seen === '') return 'We signed a query, your code leaves it out: validate the URL with its query.';
  if (mine === '') return 'Your code adds a query that we have not signed: validate the URL as it came in.';
  const pairs = (text: string) => text.slice(1).split('&');
  const sorted = (list: string[]) => [...list].sort().join('&');
  if (sorted(pairs(mine)) === sorted(pairs(seen))) {
    return 'The query has another order: your framework rebuilt it. Use the raw query as it came in.';
  }
  const decoded = (text: string) => JSON.stringify([...new URLSearchParams(text)].sort());
  if (decoded(mine) === decoded(seen)) {
    return 'The query is encoded in another way (%20 or +, capitals): your framework rebuilt it. Use the raw query as it came in.';
  }
  return 'The query holds other parameters: use the raw query as it came in, nothing added or taken away.';
}

function form({ params }: SignedRequest, validated: Validated): Finding {
  if (params === null) return { name: 'body', ok: true, text: 'A GET: its parameters are in the URL.' };
  const said = validated.params;
  if (said === undefined) {
    const repeated = params.some(([name], index) => params.findIndex(([other]) => other === name) !== index);
    const text = repeated
      ? 'Not compared. A name comes twice: your parser has to keep both values. Paste the parameters that your code validates.'
      : 'Not compared. Paste the parameters that your code validates to have them compared.';
    return { name: 'body', ok: null, text };
  }
  const text = formText(params, said);
  if (text === null) return { name: 'body', ok: true, text: `All ${params.length} parameters, value by value.` };
  return { name: 'body', ok: false, text, mended: { ...validated, params } };
}

function formText(ours: [string, string][], theirs: [string, string][]): string | null {
  const mine = Map.groupBy(ours, ([name]) => name);
  const seen = Map.groupBy(theirs, ([name]) => name);
  if (theirs.length === 0) {
    return 'Your code has no parameters: the body was not parsed as a form, or read before. Parse application/x-www-form-urlencoded before the check.';
  }
  const lost = [...mine.keys()].filter((name) => !seen.has(name));
  if (lost.length > 0) return `Your code lacks ${list(lost)}: hand all parameters to the validator, empty ones too.`;
  const added = [...seen.keys()].filter((name) => !mine.has(name));
  if (added.length > 0)
    return `Your code has ${list(added)} besides: validate the body alone, without the query or what your framework adds.`;
  for (const [name, pairs] of mine) {
    const wanted = [...new Set(pairs.map(([, value]) => value))];
    const got = [...new Set((seen.get(name) ?? []).map(([, value]) => value))];
    if (sortedText(wanted) === sortedText(got)) continue;
    if (wanted.length > got.length)
      return `${name} comes ${wanted.length} times and your parser keeps ${got.length}: keep all values of a name.`;
    const [value = '', other = ''] = [wanted[0], got[0]];
    if (value.replaceAll('+', ' ') === other.replaceAll('+', ' ')) {
      return `${name} has + where the other has a space: the body is decoded ${value.includes('+') ? 'once too often' : 'without turning + into a space'}.`;
    }
    if (value.trim() === other.trim())
      return `${name} has lost spaces at its ends: validate before anything trims the values.`;
    return `${name} has another value: validate the parameters as they came in, before anything changes them.`;
  }
  return null;
}

function json({ json: sentBody }: SignedRequest, validated: Validated, theirs: URL): Finding {
  const claimed = theirs.searchParams.get('bodySHA256');
  if (claimed === null) {
    return {
      name: 'body',
      ok: false,
      text: 'A JSON body is signed by bodySHA256 in the query, and your URL has none: validate the URL with its query.',
    };
  }
  if (validated.body === undefined) {
    return {
      name: 'body',
      ok: null,
      text: 'Not compared. JSON is signed by its hash: validate the raw bytes, never the parsed and rewritten JSON.',
    };
  }
  if (bodyHash(validated.body) === claimed)
    return { name: 'body', ok: true, text: 'The body has the hash that bodySHA256 says.' };
  const text =
    'The body has another hash than bodySHA256 says: it was parsed and written anew. Validate the raw bytes.';
  return { name: 'body', ok: false, text, mended: { ...validated, body: sentBody ?? '' } };
}

function token({ tokens, signature }: SignedRequest, validated: Validated, signer: string | null): Finding {
  const { primary, secondary } = tokens;
  if (signature === null) return { name: 'token', ok: false, text: 'This request went out without a signature.' };
  if (signer === null) {
    const text = `No token of now makes this signature: the token was changed after it was sent, or its numbers are kept masked. The primary token is ${maskedToken(primary)}.`;
    return { name: 'token', ok: null, text };
  }
  const name = signer === primary ? 'primary' : 'secondary';
  const said = validated.token;
  if (said === undefined) {
    return {
      name: 'token',
      ok: null,
      text: `Not compared. It was signed with the ${name} token ${maskedToken(signer)}: see that your code has the same.`,
    };
  }
  if (said === signer)
    return { name: 'token', ok: true, text: `The ${name} token ${maskedToken(signer)} on both sides.` };
  const { token: _, ...mended } = validated;
  const whose = said === primary ? 'the primary token' : said === secondary ? 'the secondary token' : 'another token';
  const text = `It was signed with the ${name} token ${maskedToken(signer)}, your code has ${whose} (${maskedToken(said)}): take the ${name} token of this account, not of a subaccount or an API key.`;
  return { name: 'token', ok: false, text, mended };
}

function list(names: string[]): string {
  const shown = names.slice(0, 5).join(', ');
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

function sortedText(values: string[]): string {
  return JSON.stringify([...values].sort());
}
