import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { AUTHORITY, CERTIFICATE, KEY, LOCKED_KEY, SELF_SIGNED, SELF_SIGNED_KEY } from '../tests/data/certificates.ts';
import { type PemFile, readAuthorities, readPair } from './config-tls.ts';

function file(setting: string, text: string): PemFile {
  const folder = mkdtempSync(join(tmpdir(), 'pidge-pem-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, `${setting}.pem`);
  writeFileSync(path, text);
  return { setting, path };
}

function pair(cert: string, key: string) {
  const problems: string[] = [];
  return { read: readPair(file('tls_cert', cert), file('tls_key', key), problems), problems };
}

function authorities(text: string) {
  const problems: string[] = [];
  return { read: readAuthorities(file('tls_ca', text), problems), problems };
}

it('a certificate, its chain and its key are taken, apart or in one file', () => {
  const chain = CERTIFICATE + AUTHORITY;
  expect(pair(chain, KEY)).toEqual({ read: { cert: chain, key: KEY }, problems: [] });
  expect(pair(SELF_SIGNED, SELF_SIGNED_KEY).problems).toEqual([]);
  const both = KEY + chain;
  expect(pair(both, both)).toEqual({ read: { cert: both, key: both }, problems: [] });
});

it.each([
  ['exchanged', KEY, CERTIFICATE, [/^tls_cert names .*tls_cert\.pem, .* tls_key names .*tls_key\.pem, .* Exchange/]],
  [
    'of two pairs',
    CERTIFICATE,
    SELF_SIGNED_KEY,
    [/^tls_key names .*tls_key\.pem, which is not the key of .*cert\.pem/],
  ],
  [
    'with a locked key',
    CERTIFICATE,
    LOCKED_KEY,
    [/^tls_key names .*, which is locked .* openssl pkey -in .*tls_key\.pem/],
  ],
  ['that are junk', 'junk', 'junk', [/^tls_cert .*holds no certificate/, /^tls_key .*holds no private key/]],
  [
    'with a damaged chain',
    `${CERTIFICATE}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
    KEY,
    [/^tls_cert names/],
  ],
])('files %s are refused by setting and path, and no key is shown', (_what, cert, key, expected) => {
  const { read, problems } = pair(cert, key);
  expect(read).toBeNull();
  expect(problems).toEqual(expected.map((one) => expect.stringMatching(one)));
  expect(problems.join()).not.toContain('MI');
});

it('authorities are taken with what stands between them, and refused where there is none or one is damaged', () => {
  const two = `# of the carrier\n${AUTHORITY}\nand ours\n${SELF_SIGNED}`;
  expect(authorities(two)).toEqual({ read: two, problems: [] });
  expect(authorities('junk').problems).toEqual([expect.stringContaining('holds no certificate')]);
  expect(authorities(KEY).problems).toEqual([expect.stringContaining('holds no certificate')]);
  const cut = SELF_SIGNED.replace(/\n.+\n-----END/, '\n-----END');
  expect(authorities(AUTHORITY + cut).problems).toEqual([expect.stringContaining('a certificate is damaged')]);
});
