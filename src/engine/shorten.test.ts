import { describe, expect, it } from 'vitest';
import { parseTo } from '../domain/address.ts';
import type { LinkDomain } from '../domain/link-domain.ts';
import { cryptoRandom } from '../domain/sid.ts';
import type { Account, Document } from '../store/directory.ts';
import type { Acceptance, Accepted } from '../store/store.ts';
import type { Draft } from './draft.ts';
import { domainOfService, isNamedElsewhere } from './link-domains.ts';
import { acceptShortened, shortenerFor } from './shorten.ts';

const NOW = 1_000_000;
const account = { sid: 'AC1' } as Account;
const domain = (sid: string, changes: Partial<LinkDomain> = {}): LinkDomain => ({
  sid,
  base: `https://${sid.toLowerCase()}.example.com/`,
  services: null,
  fallbackUrl: null,
  callbackUrl: null,
  continueOnFailure: false,
  hideScheme: false,
  ttlMs: 5_000,
  ...changes,
});

/** A store with these documents and nothing else. */
function storeWith(...documents: Partial<Document>[]) {
  return {
    document: async (accountSid: string, kind: string, sid: string) =>
      (documents.find((one) => one.accountSid === accountSid && one.kind === kind && one.sid === sid) ??
        null) as Document | null,
  };
}
const chosen = (serviceSid: string, domain_sid: string | null) => ({
  accountSid: 'AC1',
  kind: 'link-service',
  sid: serviceSid,
  properties: { domain_sid },
});

describe('the domain of a service', () => {
  const all = [domain('DN1', { services: ['MG1'] }), domain('DN2'), domain('DN3')];
  const sidOf = async (serviceSid: string, ...documents: Partial<Document>[]) =>
    (await domainOfService(storeWith(...documents), () => all, 'AC1', serviceSid))?.sid;

  it('is the one that names it, else the first that is for all', async () => {
    expect(await sidOf('MG1')).toBe('DN1');
    expect(await sidOf('MG2')).toBe('DN2');
    expect(await domainOfService(storeWith(), () => all.slice(0, 1), 'AC1', 'MG2')).toBeNull();
  });

  it('is the one it was put into, none when it was taken out, and none when that one is gone', async () => {
    expect(await sidOf('MG1', chosen('MG1', 'DN3'))).toBe('DN3');
    expect(await sidOf('MG1', chosen('MG1', null))).toBeUndefined();
    expect(await sidOf('MG1', chosen('MG1', 'DN9'))).toBeUndefined();
    // What another account says changes nothing.
    expect(await sidOf('MG1', { ...chosen('MG1', 'DN3'), accountSid: 'AC2' })).toBe('DN1');
  });

  it('has what the account changed of it', async () => {
    const properties = { fallback_url: 'https://a.example', continue_on_failure: true, disable_https: true };
    const changed = { accountSid: 'AC1', kind: 'link-domain', sid: 'DN2', properties };
    expect(await domainOfService(storeWith(changed), () => all, 'AC1', 'MG2')).toEqual({
      ...all[1],
      fallbackUrl: 'https://a.example',
      continueOnFailure: true,
      hideScheme: true,
    });
  });

  it('keeps others from having it only where it was named', async () => {
    const isTaken = (serviceSid: string, domainSid: string, ...documents: Partial<Document>[]) =>
      isNamedElsewhere(storeWith(...documents), () => all, { accountSid: 'AC1', serviceSid, domainSid });
    expect(await isTaken('MG1', 'DN2')).toBe(true);
    expect(await isTaken('MG1', 'DN1')).toBe(false);
    expect(await isTaken('MG2', 'DN1')).toBe(false);
    expect(await isTaken('MG2', 'DN1', chosen('MG2', 'DN3'))).toBe(true);
    expect(await isTaken('MG1', 'DN2', chosen('MG1', null))).toBe(false);
  });
});

describe('a draft with links', () => {
  const to = parseTo('+13125550199');
  if (!to) throw new Error('That is no recipient');
  const draft = { to, serviceSid: 'MG1', sendAt: null, body: 'See https://a.example/b.', shortenUrls: true } as Draft;
  const shortener = (changes: Partial<Draft> = {}, of: Partial<LinkDomain> = {}) => {
    const parts = { domains: () => [domain('DN1', of)], random: cryptoRandom };
    return shortenerFor(storeWith(), parts, account, { ...draft, ...changes }, NOW);
  };

  it('gets short ones with an end, counted from its hour', async () => {
    const [text, later] = [(await shortener())?.(), (await shortener({ sendAt: NOW + 7 }))?.()];
    expect(text?.body).toBe(`See https://dn1.example.com/${text?.links[0]?.code}.`);
    expect(text?.links).toMatchObject([{ domainSid: 'DN1', target: 'https://a.example/b', expiresAt: NOW + 5_000 }]);
    expect(later?.links[0]?.expiresAt).toBe(NOW + 5_007);
  });

  it('is left alone when nobody asked, or on a channel', async () => {
    expect(await shortener({ shortenUrls: false })).toBeNull();
    expect(await shortener({ to: parseTo('whatsapp:+13125550199') ?? to, serviceSid: null })).toBeNull();
  });

  it('is refused without a service, and where nothing is shortened', async () => {
    await expect(shortener({ serviceSid: null })).rejects.toMatchObject({ code: 30106 });
    await expect(shortener({}, { services: [] })).rejects.toMatchObject({ code: 30106 });
    await expect(shortenerFor(storeWith(), undefined, account, draft, NOW)).rejects.toMatchObject({ code: 30106 });
  });

  /** A store in which the first `taken` tries find a code in use. */
  const door = (taken: number) => {
    const tries: { body: string; codes: string[] }[] = [];
    const accept = async ([one]: Acceptance[]): Promise<Accepted[]> => {
      tries.push({ body: one?.message.body ?? '', codes: one?.links?.map(({ code }) => code) ?? [] });
      return tries.length > taken ? [{ ok: true, dueAt: NOW }] : [{ ok: false, reason: 'link-taken' }];
    };
    return { tries, accept };
  };

  it('comes with other codes when one is in use, its text with it', async () => {
    const { tries, accept } = door(2);
    const made = await shortener();
    const first = made?.();
    const acceptance = { message: { body: first?.body }, links: first?.links } as unknown as Acceptance;
    expect(await acceptShortened({ accept }, acceptance, NOW, made)).toEqual({ ok: true, dueAt: NOW });
    expect(new Set(tries.flatMap(({ codes }) => codes)).size).toBe(3);
    for (const { body, codes } of tries) expect(body).toContain(codes[0]);
    expect(acceptance.message.body).toBe(tries[2]?.body);
  });

  it('gives up when no code is ever free', async () => {
    const { tries, accept } = door(99);
    const acceptance = { message: {}, links: [] } as unknown as Acceptance;
    const result = await acceptShortened({ accept }, acceptance, NOW, await shortener());
    expect([result, tries.length]).toEqual([{ ok: false, reason: 'link-taken' }, 5]);
  });
});
