/**
 * Who binds: users of the settings by password, accounts and API keys by their SIDs. There is one answer for every
 * failure, so that nobody learns which system_ids there are; and failures of one address are answered later and later,
 * which hurts nobody who knows the password.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import { isWithin } from './addresses.ts';
import type { EsmeServerSettings, EsmeUser } from './settings.ts';

export interface Credentials {
  systemId: string;
  password: string;
  /** Where they come from. */
  address: string;
}

/** Who was let in. */
export interface Admission {
  user: EsmeUser;
  /** Whether that still holds. Rejects when the store cannot be read. `null`: for as long as the settings do. */
  holds: (() => Promise<boolean>) | null;
}

export interface SignInParts {
  settings: Pick<EsmeServerSettings, 'users' | 'sidBinds'>;
  /** The user behind a SID and its token or secret; `null`: the two are not a pair. */
  bySid: (sid: string, secret: string) => Promise<Admission | null>;
  clock: Clock;
}

export interface SignIn {
  /** `null`: not let in, whatever the reason. Rejects when the store cannot be read. */
  verify(credentials: Credentials): Promise<Admission | null>;
  /** How long the next answer to a failure from there is kept back; counts the failure. */
  failed(address: string): number;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;
/** After so long without a failure an address begins anew. */
const FORGET_MS = 60_000;
const MOST_ADDRESSES = 10_000;
const SID = /^(?:AC|SK)[0-9a-fA-F]{32}$/;

export function makeSignIn({ settings, bySid, clock }: SignInParts): SignIn {
  const users = new Map(settings.users.map(({ user, password }) => [user.name, { user, digest: digest(password) }]));
  const nobody = digest('');
  const failures = new Map<string, { count: number; at: number }>();

  return {
    async verify({ systemId, password, address }) {
      const known = users.get(systemId);
      const isRight = timingSafeEqual(digest(password), known?.digest ?? nobody) && known !== undefined;
      const found: Admission | null = isRight ? { user: known.user, holds: null } : null;
      const admitted = found ?? (settings.sidBinds && SID.test(systemId) ? await bySid(systemId, password) : null);
      return admitted && isWithin(address, admitted.user.allowFrom) ? admitted : null;
    },
    failed(address) {
      const now = clock.monotonic();
      const before = failures.get(address);
      const count = before && now - before.at < FORGET_MS ? before.count + 1 : 1;
      failures.delete(address);
      if (failures.size >= MOST_ADDRESSES) failures.delete(failures.keys().next().value ?? '');
      failures.set(address, { count, at: now });
      return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(16, count - 1));
    },
  };
}

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
