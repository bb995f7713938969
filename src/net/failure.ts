/** Why a request got no answer, as values, with the log codes of the original (behaviour sheet 2.6, 11200 family). */

export type FailureReason =
  | 'denied'
  | 'dns'
  | 'refused'
  | 'connect-timeout'
  | 'read-timeout'
  | 'total-timeout'
  | 'tls'
  | 'reset'
  | 'too-large'
  | 'redirect'
  | 'protocol';

export interface OutgoingFailure {
  kind: 'failed';
  reason: FailureReason;
  errorCode: number;
  /** One sentence for the operator. */
  text: string;
  ms: number;
  /** A connection had taken the request: it may have arrived. Without it nothing of it was written. */
  hasLeft?: true;
  /** The answer had begun. */
  isTorn?: true;
}

const CODES: Record<FailureReason, number> = {
  denied: 11205,
  dns: 11210,
  refused: 11202,
  'connect-timeout': 11201,
  'read-timeout': 11200,
  'total-timeout': 11203,
  tls: 11220,
  reset: 11200,
  'too-large': 11750,
  redirect: 11216,
  protocol: 11206,
};

export function failure(reason: FailureReason, text: string, errorCode = CODES[reason]): OutgoingFailure {
  return { kind: 'failed', reason, errorCode, text, ms: 0 };
}

/** The fence said no. Thrown only between our connector and our exchange, through undici. */
export class Denied extends Error {
  override readonly name = 'Denied';
}

/** The name has no address. Thrown only between our connector and our exchange, through undici. */
export class Unresolved extends Error {
  override readonly name = 'Unresolved';
}

const UNREACHABLE = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EHOSTDOWN', 'ENETDOWN']);
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Reads what undici, Node or OpenSSL threw. What is unknown counts as a dead connection. */
export function failureOf(error: Error & { code?: string }): OutgoingFailure {
  const code = error.code ?? '';
  const text = error.message || code;
  if (error instanceof Denied) return failure('denied', text);
  if (error instanceof Unresolved) return failure('dns', text);
  if (UNREACHABLE.has(code)) return failure('refused', text || 'connection refused');
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return failure('connect-timeout', text);
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return failure('tls', text, 11235);
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') return failure('tls', text, 11236);
  if (UNTRUSTED.has(code)) return failure('tls', text, 11237);
  if (/^(?:ERR_SSL|ERR_TLS|CERT_|EPROTO$)/.test(code)) return failure('tls', tlsText(text));
  if (code.startsWith('HPE_') || error.name === 'HTTPParserError') return failure('protocol', `no HTTP: ${text}`);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return failure('protocol', text);
  if (code === 'UND_ERR_INVALID_ARG') return failure('protocol', text, 11100);
  return failure('reset', text || 'the connection was closed');
}

/** OpenSSL's sentence names its source files; what went wrong stands in the middle of it. */
function tlsText(text: string): string {
  const why = /:SSL routines:[^:]*:([^:\n]+)/.exec(text)?.[1];
  return why === undefined ? text : `no TLS: ${why}`;
}
