/**
 * US A2P campaigns of services: kept as declared, and never judged. No registry stands behind this server: in `dev` a
 * campaign is verified at once, as a mock; in `serve` it stays in progress, and nothing is held back for it.
 */
import { CAMPAIGN_DEFAULTS, CAMPAIGN_USECASES, type CampaignProperties } from '../../domain/campaign.ts';
import { iso8601 } from '../../domain/dates.ts';
import { refuse } from '../../domain/errors.ts';
import { isSid } from '../../domain/sid.ts';
import type { Document } from '../../store/directory.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import { keepDocument } from '../keep-document.ts';
import { readBoolean } from '../parameters.ts';
import { canonicalSid } from '../sids.ts';
import { readCampaign, readCampaignChange } from './campaign-properties.ts';
import { answerPage } from './page.ts';
import { CAMPAIGN, findService, missingParameter, missingResource, mustFindService } from './services.ts';

/** A service has one campaign at most, which this name in the store makes sure of. */
const ONLY = 'campaign';
/** Of the registry. */
const LONGEST_CAMPAIGN_ID = 64;

export async function createCampaign(call: Call): Promise<Answer> {
  const service = await mustFindService(call);
  const campaign = await save(call, service.sid, readCampaign(call.form));
  return answer(call, campaign, 201);
}

/** One that the registry knows from elsewhere, tied to the service in the form. */
export async function importCampaign(call: Call): Promise<Answer> {
  const { form } = call;
  const campaignId = form.one('CampaignId');
  if (!campaignId) throw missingParameter('CampaignId', 'Send the id that the registry gave the campaign.');
  if (!/^[\x21-\x7e]+$/.test(campaignId) || campaignId.length > LONGEST_CAMPAIGN_ID) {
    const allowed = `up to ${LONGEST_CAMPAIGN_ID} characters without spaces`;
    throw refuse(20001, {}, { parameter: 'CampaignId', received: campaignId, allowed });
  }
  // Whether its numbers come over from another provider makes no difference here.
  readBoolean(form, 'CnpMigration');
  const serviceSid = await readService(call);
  const declared = { campaign_id: campaignId, is_externally_registered: true };
  const { sid, accountSid, createdAt, properties } = await save(call, serviceSid, declared);
  const resource = {
    sid,
    account_sid: accountSid,
    campaign_id: properties.campaign_id,
    messaging_service_sid: serviceSid,
    date_created: iso8601(createdAt),
  };
  return { kind: 'resource', status: 201, element: 'ExternalCampaign', resource };
}

export async function listCampaigns(call: Call): Promise<Answer> {
  const { sid } = await mustFindService(call);
  const query = { accountSid: call.account.sid, kind: CAMPAIGN, parentSid: sid, limit: 1 };
  const found = await call.context.store.documents(query);
  return answerPage(call, 'compliance', found, (campaign) => render(call, campaign));
}

export async function fetchCampaign(call: Call): Promise<Answer> {
  return answer(call, await mustFind(call), 200);
}

export async function updateCampaign(call: Call): Promise<Answer> {
  const campaign = await mustFind(call);
  const properties = { ...campaign.properties, ...readCampaignChange(call.form) };
  const updated = { ...campaign, properties, updatedAt: call.context.clock.now() };
  await keepDocument(call.context.store, updated, campaign);
  return answer(call, updated, 200);
}

export async function removeCampaign(call: Call): Promise<Answer> {
  const { accountSid, sid } = await mustFind(call);
  await call.context.store.removeDocument(accountSid, CAMPAIGN, sid);
  return { kind: 'none' };
}

/** The same for every brand: none is registered here. */
export async function listCampaignUsecases(call: Call): Promise<Answer> {
  await mustFindService(call);
  const resource = { us_app_to_person_usecases: CAMPAIGN_USECASES };
  return { kind: 'resource', status: 200, element: 'Usecases', resource };
}

async function save(call: Call, serviceSid: string, declared: Partial<CampaignProperties>): Promise<Document> {
  const { clock, sids, settings, store } = call.context;
  const isMock = settings.mode === 'dev';
  const sid = sids.make('QE');
  const now = clock.now();
  const properties: CampaignProperties = {
    ...CAMPAIGN_DEFAULTS,
    ...declared,
    campaign_status: isMock ? 'VERIFIED' : 'IN_PROGRESS',
    campaign_id: declared.campaign_id ?? (isMock ? `C${sid.slice(-6).toUpperCase()}` : null),
    mock: isMock,
  };
  const campaign: Document = {
    accountSid: call.account.sid,
    kind: CAMPAIGN,
    sid,
    parentSid: serviceSid,
    name: ONLY,
    properties: { ...properties },
    createdAt: now,
    updatedAt: now,
  };
  if ((await store.saveDocument(campaign)) === 'taken') {
    const fix = 'Delete the campaign of the service first, or change it.';
    throw refuse(20409, { text: 'The service has a campaign already' }, { received: serviceSid, fix });
  }
  return campaign;
}

async function readService(call: Call): Promise<string> {
  const parameter = 'MessagingServiceSid';
  const text = call.form.one(parameter);
  if (!text) throw missingParameter(parameter, 'Name the service whose messages belong to the campaign.');
  if (!isSid(text, 'MG')) throw refuse(20001, {}, { parameter, received: text, allowed: 'MG and 32 hex digits' });
  const service = await findService(call, canonicalSid(text));
  if (service === null) throw refuse(20404, { path: `/Services/${text}` }, { parameter, received: text });
  return service.sid;
}

async function mustFind(call: Call): Promise<Document> {
  const service = await mustFindService(call);
  const campaign = await call.context.store.document(call.account.sid, CAMPAIGN, canonicalSid(call.sids[1]));
  if (campaign?.parentSid !== service.sid) throw missingResource(call);
  return campaign;
}

function answer(call: Call, campaign: Document, status: 200 | 201): Answer {
  return { kind: 'resource', status, element: 'UsAppToPerson', resource: render(call, campaign) };
}

function render(call: Call, { accountSid, createdAt, parentSid, properties, sid, updatedAt }: Document): Resource {
  return {
    sid,
    account_sid: accountSid,
    messaging_service_sid: parentSid,
    ...properties,
    // Carriers set limits for what they have approved, and none has been asked.
    rate_limits: null,
    errors: [],
    date_created: iso8601(createdAt),
    date_updated: iso8601(updatedAt),
    url: `${call.origin()}/v1/Services/${parentSid}/Compliance/Usa2p/${sid}`,
  };
}
