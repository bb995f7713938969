import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { SealBroken } from './seal.ts';

/** Seals the bodies of messages, each under a key of its own that stands, wrapped, in the sealed text itself. */
export interface BodyVault {
  /** `~1:` and base64url of salt, tag and ciphertext; opens for the same `sid` alone. */
  seal(text: string, sid: string): string;
  /** The text again. Throws SealBroken when the master key or the message is another one, or a bit was changed. */
  open(sealed: string, sid: string): string;
  /** Whether a text has the shape of a sealed one. */
  isSealed(text: string): boolean;
}

const VERSION = '~1:';
const SALT_BYTES = 16;
const TAG_BYTES = 16;
const SHAPE = /^~1:[A-Za-z0-9_-]{44,}$/;
/** A key is used once, so its nonce need not differ. */
const NONCE = Buffer.alloc(12);

/** AES-256-GCM; the key of a body is HMAC-SHA-256 of its random salt, under a key derived from the master key's text. */
export function bodyVault(masterKey: string): BodyVault {
  const master = Buffer.from(hkdfSync('sha256', masterKey, '', 'pidge bodies v1', 32));
  const keyOf = (salt: Uint8Array) => createHmac('sha256', master).update(salt).digest();
  return {
    seal(text, sid) {
      const salt = randomBytes(SALT_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keyOf(salt), NONCE).setAAD(Buffer.from(sid));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return VERSION + Buffer.concat([salt, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open(sealed, sid) {
      const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url');
      if (!SHAPE.test(sealed)) throw new SealBroken();
      const key = keyOf(bytes.subarray(0, SALT_BYTES));
      const decipher = createDecipheriv('aes-256-gcm', key, NONCE, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(sid)).setAuthTag(bytes.subarray(SALT_BYTES, SALT_BYTES + TAG_BYTES));
      try {
        const text = decipher.update(bytes.subarray(SALT_BYTES + TAG_BYTES));
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new SealBroken({ cause });
      }
    },
    isSealed: (text) => text.startsWith(VERSION) && SHAPE.test(text),
  };
}
