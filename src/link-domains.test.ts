import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from './config.ts';
import { linkDomainsFrom, makeLinkDomains } from './link-domains.ts';

const MG = `MG${'a'.repeat(32)}`;
const DN = `DN${'b'.repeat(32)}`;
const ORIGIN = 'http://127.0.0.1:7670';
const read = (text: string) => readConfig({ mode: 'dev', env: {}, file: { name: 'pidge.toml', text } }).linkDomains;

function problemsOf(text: string): string[] {
  try {
    read(text);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('link domains', () => {
  it('are read from the file, whole and short', () => {
    const [whole, short] = linkDomainsFrom(
      read(`[[link_domains]]
domain = "http://l.example.com:8080"
sid = "${DN}"
services = ["${MG}"]
fallback_url = "https://a.example"
callback_url = "https://a.example/clicks#rc=2"
continue_on_failure = true
disable_https = true
ttl = "30d"
[[link_domains]]
domain = "Go.Example"
`),
      'serve',
      ORIGIN,
    );
    expect(whole).toEqual({
      sid: DN,
      base: 'http://l.example.com:8080/',
      services: [MG],
      fallbackUrl: 'https://a.example',
      callbackUrl: 'https://a.example/clicks#rc=2',
      continueOnFailure: true,
      hideScheme: true,
      ttlMs: 30 * 86_400_000,
    });
    expect(short).toMatchObject({ base: 'https://go.example/', services: null, ttlMs: 90 * 86_400_000 });
    expect(short?.sid).toMatch(/^DN[0-9a-f]{32}$/);
  });

  it('keep their sid by their name, and dev has one of its own whatever its port', () => {
    const sids = (origin: string) => linkDomainsFrom([{ domain: 'go.example' }], 'dev', origin).map(({ sid }) => sid);
    expect(sids(ORIGIN)).toEqual(sids('http://127.0.0.1:9999'));
    expect(linkDomainsFrom([], 'dev', ORIGIN)).toMatchObject([{ base: `${ORIGIN}/l/`, services: null }]);
    expect(linkDomainsFrom([], 'serve', ORIGIN)).toEqual([]);
  });

  it('follow our own origin, under a name that can be visited', () => {
    let origin = 'http://localhost';
    const domains = makeLinkDomains([], 'dev', () => origin);
    const first = domains();
    expect(domains()).toBe(first);
    for (const [listening, base] of [
      ['http://0.0.0.0:7670', 'http://localhost:7670/l/'],
      ['http://[::]:7670', 'http://localhost:7670/l/'],
      ['http://10.0.0.0:7670', 'http://10.0.0.0:7670/l/'],
    ]) {
      origin = listening ?? '';
      expect(domains()[0]?.base).toBe(base);
    }
  });

  it('are refused by a sentence each', () => {
    const wrong = (lines: string) => problemsOf(`[[link_domains]]\n${lines}`);
    for (const domain of ['https://l.example.com/path', 'ftp://l.example.com', 'a b', 'https://u@l.example.com']) {
      expect(wrong(`domain = "${domain}"`)[0]).toContain(`link_domains.domain is "${domain}"`);
    }
    expect(wrong('sid = "DN1"')).toEqual(['pidge.toml:1 [[link_domains]] needs domain.']);
    expect(wrong('domain = "a.example"\nsid = "DN1"')[0]).toContain('link_domains.sid is "DN1"');
    expect(wrong('domain = "a.example"\nservices = ["shop"]')[0]).toContain('link_domains.services holds "shop"');
    expect(wrong('domain = "a.example"\nfallback_ur = "x"')[0]).toContain('Did you mean link_domains.fallback_url?');
    const two = `domain = "a.example"\nservices = ["${MG}"]\n[[link_domains]]\ndomain = "b.example"\nservices = ["${MG}"]`;
    expect(wrong(two)).toEqual([`link_domains has ${MG} twice: in "a.example" and in "b.example".`]);
    expect(wrong('domain = "a.example"\n[[link_domains]]\ndomain = "https://A.example"')).toEqual([
      'link_domains has the domain a.example twice: in "a.example" and in "https://A.example".',
    ]);
  });
});
