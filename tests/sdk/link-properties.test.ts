/** Every property and parameter of link shortening, through the official SDK. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CERTIFICATE, KEY } from '../data/certificates.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { expectKinds, expectWhole, type Kinds } from '../helpers/sdk-types.ts';

const DOMAIN = `DN${'d'.repeat(32)}`;
const PEM = `${CERTIFICATE}\n${KEY}`;

const CONFIG: Kinds = {
  domainSid: 'string',
  configSid: 'string',
  fallbackUrl: 'string?',
  callbackUrl: 'string?',
  continueOnFailure: 'boolean',
  dateCreated: 'Date',
  dateUpdated: 'Date',
  url: 'string',
};
const CERTIFIED: Kinds = {
  domainSid: 'string',
  dateUpdated: 'Date',
  dateExpires: 'Date',
  dateCreated: 'Date',
  domainName: 'string',
  certificateSid: 'string',
  url: 'string',
};
const ASSOCIATION: Kinds = { domainSid: 'string', messagingServiceSid: 'string', url: 'string' };

describe('link shortening through the official SDK', () => {
  let pidge: TestPidge;
  let client: twilio.Twilio;

  beforeAll(async () => {
    pidge = await startTestPidge({
      change: (config) => {
        config.linkDomains = [{ domain: 'l.shop.example', sid: DOMAIN, services: [] }];
      },
    });
    client = twilio(pidge.account.sid, pidge.account.token);
    client.messaging.baseUrl = pidge.origin;
  });
  afterAll(() => pidge.close());

  const v1 = () => client.messaging.v1;
  const refusal = (promise: Promise<unknown>) => promise.then(String, (reason: unknown) => reason);
  const makeService = async () => (await v1().services.create({ friendlyName: 'Shop' })).sid;

  it('keeps every setting of a domain, and refuses what none can be', async () => {
    const kinds: Kinds = { ...CONFIG, disableHttps: 'boolean' };
    expectWhole(kinds, 'messaging/v1/domainConfig', 'DomainConfigInstance');
    const given = {
      fallbackUrl: 'https://shop.example/else',
      callbackUrl: 'https://shop.example/clicks',
      continueOnFailure: true,
      disableHttps: true,
    };
    expectWhole(given, 'messaging/v1/domainConfig', 'DomainConfigContextUpdateOptions');
    expectKinds(await v1().domainConfig(DOMAIN).fetch(), kinds);
    const updated = await v1().domainConfig(DOMAIN).update(given);
    expectKinds(updated, kinds);
    expect(updated).toMatchObject({
      ...given,
      domainSid: DOMAIN,
      configSid: expect.stringMatching(/^ZK[0-9a-f]{32}$/),
    });
    expect((await v1().domainConfig(DOMAIN).fetch()).toJSON()).toEqual(updated.toJSON());
    const wrong: [object, number][] = [
      [{ fallbackUrl: 'nowhere' }, 30122],
      [{ callbackUrl: 'nowhere' }, 30109],
      [{ continueOnFailure: 'perhaps' }, 20001],
      [{ disableHttps: 'perhaps' }, 20001],
    ];
    for (const [change, code] of wrong) {
      expect(await refusal(v1().domainConfig(DOMAIN).update(change))).toMatchObject({ status: 400, code });
    }
    expect(
      await refusal(
        v1()
          .domainConfig(`DN${'0'.repeat(32)}`)
          .fetch(),
      ),
    ).toMatchObject({ status: 404, code: 30100 });
  });

  it('judges a certificate, tells its dates and forgets it', async () => {
    const kinds: Kinds = { ...CERTIFIED, certInValidation: 'object?' };
    expectWhole(kinds, 'messaging/v1/domainCerts', 'DomainCertsInstance');
    expectWhole({ tlsCert: '' }, 'messaging/v1/domainCerts', 'DomainCertsContextUpdateOptions');
    const domainCerts = v1().domainCerts(DOMAIN);
    expect(await refusal(domainCerts.fetch())).toMatchObject({ code: 30107 });
    expect(await refusal(domainCerts.update({ tlsCert: 'none' }))).toMatchObject({ status: 400, code: 30120 });
    const saved = await domainCerts.update({ tlsCert: PEM });
    expectKinds(saved, kinds);
    expect(saved.certificateSid).toMatch(/^CW[0-9a-f]{32}$/);
    expect(saved.dateExpires.getTime()).toBeGreaterThan(Date.now());
    expect((await domainCerts.fetch()).toJSON()).toEqual(saved.toJSON());
    const second: Kinds = { ...kinds, managed: 'boolean', requesting: 'boolean' };
    expectWhole(second, 'messaging/v2/domainCerts', 'DomainCertsInstance');
    expectKinds(await client.messaging.v2.domainCerts(DOMAIN).fetch(), second);
    const managed = await v1().requestManagedCert(DOMAIN).update();
    const ofManaged: Kinds = { ...CERTIFIED, managed: 'boolean', requesting: 'boolean' };
    expectWhole(ofManaged, 'messaging/v1/requestManagedCert', 'RequestManagedCertInstance');
    expectKinds(managed, ofManaged);
    expect([managed.managed, managed.requesting]).toEqual([false, false]);
    expect(await domainCerts.remove()).toBe(true);
    expect(await refusal(domainCerts.fetch())).toMatchObject({ code: 30107 });
  });

  it('puts a service into a domain and takes it out', async () => {
    const messagingServiceSid = await makeService();
    const file = 'messaging/v1/linkshorteningMessagingService';
    expectWhole(ASSOCIATION, file, 'LinkshorteningMessagingServiceInstance');
    expectWhole(ASSOCIATION, `${file}DomainAssociation`, 'LinkshorteningMessagingServiceDomainAssociationInstance');
    const association = v1().linkshorteningMessagingService(DOMAIN, messagingServiceSid);
    const made = await association.create();
    expectKinds(made, ASSOCIATION);
    expect(made).toMatchObject({ domainSid: DOMAIN, messagingServiceSid });
    const found = await v1().linkshorteningMessagingServiceDomainAssociation(messagingServiceSid).fetch();
    expectKinds(found, ASSOCIATION);
    expect(found).toMatchObject({ domainSid: DOMAIN, messagingServiceSid });
    const config = await v1().domainConfigMessagingService(messagingServiceSid).fetch();
    const ofService: Kinds = { ...CONFIG, messagingServiceSid: 'string' };
    expectWhole(ofService, 'messaging/v1/domainConfigMessagingService', 'DomainConfigMessagingServiceInstance');
    expectKinds(config, ofService);
    expect(config).toMatchObject({ domainSid: DOMAIN, messagingServiceSid });
    expect(await association.remove()).toBe(true);
    const gone = v1().linkshorteningMessagingServiceDomainAssociation(messagingServiceSid).fetch();
    expect(await refusal(gone)).toMatchObject({ status: 404, code: 20404 });
  });

  it('tells whether the name of a domain leads anywhere', async () => {
    const kinds: Kinds = { domainSid: 'string', isValid: 'boolean', reason: 'string', url: 'string' };
    expectWhole(kinds, 'messaging/v1/domainValidateDn', 'DomainValidateDnInstance');
    expectKinds(await v1().domainValidateDns(DOMAIN).fetch(), kinds);
  });
});
