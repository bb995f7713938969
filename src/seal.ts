import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

export interface Sealer {
  /** Answers `v1.` and base64url of nonce, tag and ciphertext; different every time. */
  seal(text: string): string;
  /** The text again. Throws when the key is another one, or a single bit was changed. */
  open(sealed: string): string;
}

const VERSION = 'v1.';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals texts at rest with AES-256-GCM, under a key derived (HKDF-SHA-256) from the master key's text. */
export function sealer(masterKey: string): Sealer {
  const key = Buffer.from(hkdfSync('sha256', masterKey, '', 'pidge seal v1', 32));
  return {
    seal(text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return VERSION + Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url');
      if (!sealed.startsWith(VERSION) || bytes.length < NONCE_BYTES + TAG_BYTES) throw new SealBroken();
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      try {
        const text = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new SealBroken({ cause });
      }
    },
  };
}

/** What was sealed does not open: another master key, or damage. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';

  constructor(options?: ErrorOptions) {
    super(
      'a sealed value does not open with this master key (PIDGE_SECRET_KEY, or the key file of the data folder)',
      options,
    );
  }
}
