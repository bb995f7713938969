/** PEM files that settings name: judged as they are read, so that nobody trips over them once it runs. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

/** A setting, and the file that it names. */
export interface PemFile {
  setting: string;
  path: string;
}

const CERTIFICATE = /-----BEGIN ((?:X509 |TRUSTED )?CERTIFICATE)-----[^-]*-----END \1-----/g;

/** A certificate chain and its key; `null` with a problem where a server could not serve with them. */
export function readPair(cert: PemFile, key: PemFile, problems: string[]): { cert: string; key: string } | null {
  const pair = { cert: readPem(cert, problems), key: readPem(key, problems) };
  if (pair.cert === null || pair.key === null) return null;
  const found = pairProblems(cert, key, { cert: pair.cert, key: pair.key });
  problems.push(...found);
  return found.length === 0 ? { cert: pair.cert, key: pair.key } : null;
}

/** Certificates of authorities; `null` with a problem where there is none. TLS itself would trust nobody, silently. */
export function readAuthorities(file: PemFile, problems: string[]): string | null {
  const pem = readPem(file, problems);
  if (pem === null) return null;
  const blocks = pem.match(CERTIFICATE) ?? [];
  if (blocks.length > 0 && blocks.every(isCertificate)) return pem;
  const what = blocks.length === 0 ? 'which holds no certificate' : 'in which a certificate is damaged';
  problems.push(`${named(file)}, ${what}. Give the certificates of the authority, PEM.`);
  return null;
}

function readPem(file: PemFile, problems: string[]): string | null {
  try {
    return readFileSync(file.path, 'utf8');
  } catch (error) {
    problems.push(`${file.setting} cannot be read: ${(error as Error).message}`);
    return null;
  }
}

/** Without the library's words, which are about numbers of its own. */
function pairProblems(cert: PemFile, key: PemFile, pem: { cert: string; key: string }): string[] {
  const isCert = isCertificate(pem.cert);
  const isKey = isPrivateKey(pem.key);
  if (!isCert && !isKey && isPrivateKey(pem.cert) && isCertificate(pem.key)) {
    return [`${named(cert)}, which holds a key, and ${named(key)}, which holds a certificate. Exchange the two.`];
  }
  const lock = `which is locked by a passphrase. Unlock it: openssl pkey -in ${key.path} -out NEW_FILE`;
  const isLocked = pem.key.includes('ENCRYPTED');
  const problems = [
    ...(isCert ? [] : [`${named(cert)}, which holds no certificate. Give the certificate and its chain, PEM.`]),
    ...(isKey ? [] : [`${named(key)}, ${isLocked ? lock : 'which holds no private key. Give it as PEM.'}`]),
  ];
  if (problems.length > 0) return problems;
  if (!new X509Certificate(pem.cert).checkPrivateKey(createPrivateKey(pem.key))) {
    return [`${named(key)}, which is not the key of the certificate in ${cert.path}. Give the one that belongs to it.`];
  }
  try {
    createSecureContext(pem);
    return [];
  } catch (error) {
    // A key that is too short, a chain that is damaged behind its first certificate.
    return [`${named(cert)}, which TLS does not take with its key: ${(error as Error).message}`];
  }
}

function isCertificate(pem: string): boolean {
  return succeeds(() => new X509Certificate(pem));
}

function isPrivateKey(pem: string): boolean {
  return succeeds(() => createPrivateKey(pem));
}

function succeeds(read: () => unknown): boolean {
  try {
    read();
    return true;
  } catch {
    // Why it cannot be read is in numbers of OpenSSL; the caller says what is wanted.
    return false;
  }
}

function named({ setting, path }: PemFile): string {
  return `${setting} names ${path}`;
}
