/** Answers of the way out to a 401: Basic, or Digest (RFC 7616) with MD5 or SHA-256. */
import { hash, randomBytes } from 'node:crypto';

export interface Login {
  user: string;
  password: string;
}

interface Asked {
  method: string;
  /** Path and query. */
  path: string;
}

const SCHEME = /(?:^|,)\s*(basic|digest)(?=[\s,]|$)/gi;
const FIELD = /(?<![a-z-])([a-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;
/** Of a challenge, this much is read: it is the text of a stranger. */
const LONGEST_CHALLENGE = 2_048;
const HASHES: Record<string, 'md5' | 'sha256'> = { md5: 'md5', 'sha-256': 'sha256' };

/** User and password of a URL; `null`: it has none. */
export function loginOf({ username, password }: URL): Login | null {
  return username === '' && password === '' ? null : { user: decode(username), password: decode(password) };
}

/** `Authorization` for what `WWW-Authenticate` asks for; `null`: nothing that can be given. */
export function authorize(header: string, { user, password }: Login, asked: Asked): string | null {
  const challenge = header.slice(0, LONGEST_CHALLENGE);
  const schemes = [...challenge.matchAll(SCHEME)];
  const asks = (name: string) => schemes.findIndex(([, scheme]) => scheme?.toLowerCase() === name);
  const digest = schemes[asks('digest')];
  const answer = digest && digestOf(fieldsOf(challenge.slice(digest.index)), { user, password }, asked);
  if (answer) return answer;
  return asks('basic') < 0 ? null : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function digestOf(fields: Map<string, string>, { user, password }: Login, { method, path }: Asked): string | null {
  const realm = fields.get('realm') ?? '';
  const nonce = fields.get('nonce');
  const algorithm = fields.get('algorithm') ?? 'MD5';
  const algorithmHash = HASHES[algorithm.toLowerCase().replace(/-sess$/, '')];
  const offered = fields.get('qop');
  const qop = offered?.split(',').some((one) => one.trim().toLowerCase() === 'auth') ? 'auth' : null;
  // Only `auth-int` offered: it would sign the body, which nobody is known to ask of a webhook.
  if (nonce === undefined || !algorithmHash || (offered !== undefined && qop === null)) return null;
  const hashed = (text: string) => hash(algorithmHash, text, 'hex');
  const cnonce = randomBytes(8).toString('hex');
  const plain = hashed(`${user}:${realm}:${password}`);
  const secret = /-sess$/i.test(algorithm) ? hashed(`${plain}:${nonce}:${cnonce}`) : plain;
  const count = '00000001';
  const what = hashed(`${method}:${path}`);
  const response = hashed(qop ? `${secret}:${nonce}:${count}:${cnonce}:${qop}:${what}` : `${secret}:${nonce}:${what}`);
  const opaque = fields.get('opaque');
  const parts = [
    `username=${quoted(user)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(path)}`,
    `response="${response}"`,
    `algorithm=${algorithm}`,
    ...(qop ? [`qop=${qop}`, `nc=${count}`] : []),
    ...(qop || secret !== plain ? [`cnonce="${cnonce}"`] : []),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
  ];
  return `Digest ${parts.join(', ')}`;
}

/** The first of each name: what follows may be of another challenge. */
function fieldsOf(challenge: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [, name = '', text, token] of challenge.matchAll(FIELD)) {
    const key = name.toLowerCase();
    if (!fields.has(key)) fields.set(key, text?.replace(/\\(.)/g, '$1') ?? token ?? '');
  }
  return fields;
}

/** UTF-8 bytes, as header values carry them. */
function quoted(text: string): string {
  return `"${Buffer.from(text.replace(/["\\]/g, '\\$&')).toString('latin1')}"`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray percent sign in a password stands for itself.
    return text;
  }
}
