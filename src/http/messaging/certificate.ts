/** A certificate with its key as a client uploads it: judged, and all but its dates forgotten. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { refuse } from '../../domain/errors.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/;
const KEY = /-----BEGIN ([A-Z ]*)PRIVATE KEY-----[^-]*-----END \1PRIVATE KEY-----/;

/** The first certificate in `pem`, which is the one of the domain; refused where a browser would refuse it. */
export function readCertificate(pem: string, { host, now }: { host: string; now: number }): { expiresAt: number } {
  // Neither shows in the answer: a key that came here by mistake must not go on.
  const wrong = (code: number, fix?: string) =>
    refuse(code, {}, { parameter: 'TlsCert', received: 'PEM (hidden)', fix });
  const isCertificateThere = pem.includes('-----BEGIN CERTIFICATE-----');
  const isKeyThere = pem.includes('PRIVATE KEY-----');
  if (!isCertificateThere && !isKeyThere) throw wrong(30120);
  if (!isCertificateThere || !isKeyThere) throw wrong(30116);
  const certificate = parse(() => new X509Certificate(CERTIFICATE.exec(pem)?.[0] ?? ''));
  if (!certificate) throw wrong(30117);
  const key = parse<KeyObject>(() => createPrivateKey(KEY.exec(pem)?.[0] ?? ''));
  if (!key) throw wrong(30118);
  if (!certificate.checkPrivateKey(key)) throw wrong(30119);
  const expiresAt = Date.parse(certificate.validTo);
  if (expiresAt <= now) throw wrong(30102, `It was valid until ${certificate.validTo}.`);
  if (certificate.verify(certificate.publicKey)) throw wrong(30129);
  if (Date.parse(certificate.validFrom) > now) throw wrong(30132, `It is valid from ${certificate.validFrom} on.`);
  const name = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
  if (name === undefined) throw wrong(30132, `It is for ${certificate.subjectAltName ?? 'no name'}, not for ${host}.`);
  return { expiresAt };
}

function parse<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    // The library's words would quote what it could not read.
    return null;
  }
}
