/** Secrets in answers of the API, hidden from whoever may only look. */

const MASK = '••••••••';
const NAMES = /^(auth_?token|secondary_auth_token|secret|password|access_token|app_secret)$/i;
/** Credentials inside of a URL. */
const USER_INFO = /(\/\/)[^/?#@\s"<]+@/g;

/** The body again, with every secret masked; `type` is its content type. */
export function withoutSecrets(body: Buffer, type: string): Buffer {
  if (body.length === 0) return body;
  if (type.includes('json')) return Buffer.from(JSON.stringify(masked(JSON.parse(body.toString('utf8')))));
  if (type.includes('xml')) {
    const text = body.toString('utf8').replace(/<(AuthToken|SecondaryAuthToken|Secret)>[^<]*</g, `<$1>${MASK}<`);
    return Buffer.from(text.replace(USER_INFO, `$1${MASK}@`));
  }
  // Rows of a table do not name their columns, so that a token is known by its form alone.
  if (type.includes('csv'))
    return Buffer.from(body.toString('utf8').replace(/(?<![0-9a-zA-Z])[0-9a-f]{32}(?![0-9a-zA-Z])/g, MASK));
  return body;
}

function masked(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(USER_INFO, `$1${MASK}@`);
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, one]) => [
    name,
    NAMES.test(name) && typeof one === 'string' ? MASK : masked(one),
  ]);
  return Object.fromEntries(entries);
}
