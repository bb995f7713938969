/** The two kinds of credentials, as they are kept: tokens of an account (sealed), and API keys (hashed). */
import { hash, randomBytes } from 'node:crypto';
import { isSid } from '../domain/sid.ts';
import type { Account } from '../store/directory.ts';
import type { Store } from '../store/store.ts';
import { isSameSecret } from './same-secret.ts';
import { canonicalSid } from './sids.ts';

/** Who has come in. */
export interface Caller {
  account: Account;
  /** The account is active, and so is its parent. */
  isActive: boolean;
  /** The API key that was used; `null`: a token of the account. */
  keySid: string | null;
}

export interface Credentials {
  username: string;
  password: string;
}

interface Parts {
  store: Pick<Store, 'account' | 'document'>;
  openToken(sealed: string): string;
}

/** Keys belong to no account's documents but name theirs as parent: a log-in knows nothing but the key's sid. */
export const KEYS = { accountSid: '', kind: 'key' } as const;

/** Looked up when the user name is no sid, so that this takes as long as any other failure. */
const NOBODY = `AC${'0'.repeat(32)}`;
const NO_HASH = '0'.repeat(64);

/** 32 hex digits, as tokens and secrets are shown. */
export function makeSecret(): string {
  return randomBytes(16).toString('hex');
}

/** A secret has 128 random bits, so a plain hash is as good as a slow one. */
export function hashSecret(secret: string): string {
  return hash('sha256', secret, 'hex');
}

/** RFC 7617; `null` for anything that is not a user name, a colon and a password. */
export function readBasic(header: string | undefined): Credentials | null {
  const encoded = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** The account that these credentials are of, whatever its status. `decoy` is a sealed token of nobody. */
export async function matchCredentials(
  parts: Parts,
  credentials: Credentials | null,
  decoy: string,
): Promise<{ account: Account; keySid: string | null } | null> {
  const { username, password } = credentials ?? { username: '', password: '' };
  if (isSid(username, 'SK')) return matchKey(parts, canonicalSid(username), password);
  const isAccount = isSid(username, 'AC');
  const sid = isAccount ? username : NOBODY;
  // Both tokens in one read: between two of them a promotion could make either look wrong.
  const account = await parts.store.account(sid);
  const second = account?.secondToken?.sealed;
  const isFirst = isSameSecret(parts.openToken(account?.sealedToken ?? decoy), password);
  const isSecond = isSameSecret(parts.openToken(second ?? decoy), password);
  const isRight = isFirst || (second !== undefined && isSecond);
  return isRight && account && isAccount ? { account, keySid: null } : null;
}

async function matchKey({ store }: Parts, sid: string, secret: string) {
  const key = await store.document(KEYS.accountSid, KEYS.kind, sid);
  const isRight = isSameSecret(hashSecret(secret), String(key?.properties.secret_sha256 ?? NO_HASH));
  const account = await store.account(key?.parentSid ?? NOBODY);
  return isRight && account ? { account, keySid: sid } : null;
}
