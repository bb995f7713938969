import { expect, it } from 'vitest';
import { dnsFailure, tcpFailure, tlsFailure } from './causes.ts';
import { httpWords } from './causes-http.ts';
import { SMPP_WORDS } from './causes-smpp.ts';

const TLS = ['ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_HAS_EXPIRED', 'EPROTO', 'SELF_SIGNED_CERT_IN_CHAIN'];

function fixes(words: typeof SMPP_WORDS): string[] {
  const failures = [
    dnsFailure('acme.example', 'ENOTFOUND', words),
    ...['ECONNREFUSED', 'ETIMEDOUT', 'EHOSTUNREACH'].map((code) => tcpFailure('acme.example:443', code, words)),
    ...TLS.map((code) => tlsFailure(code, 'no', words)),
  ];
  return failures.flatMap(({ causes }) => causes.map(({ why, fix }) => `${why}: ${fix}`));
}

it('what fails on the way to a carrier is told in the words of its kind of connector', () => {
  const http = fixes(httpWords('connectors.graph_url')).join('\n');
  expect(http).not.toMatch(/connectors\.(?:host|port|tls)|2775|3550/);
  expect(http).toMatch(/connectors\.graph_url \("acme\.example"\)/);
  for (const word of ['443 with https', 'a proxy of this network', 'NODE_EXTRA_CA_CERTS']) expect(http).toContain(word);
  const smpp = fixes(SMPP_WORDS).join('\n');
  for (const word of ['connectors.host', '2775', 'connectors.tls_ca']) expect(smpp).toContain(word);
  expect(smpp).not.toContain('proxy');
});
