/**
 * The accounts host: consent uploaded in bulk. What was taken back is an opt-out of its sender from this answer on, and
 * what was given takes away the opt-out of the same sender, also one by STOP.
 */
import {
  CONSENT_FAILED,
  CONTACT_FAILED,
  type Consent,
  type ConsentFault,
  contactFaults,
  type Item,
  readConsent,
  serviceOf,
} from '../domain/consent.ts';
import { refuse } from '../domain/errors.ts';
import type { OptOutChange } from '../store/inbound-shapes.ts';
import { actorOf } from './admin/opt-outs.ts';
import type { Answer, Resource } from './answer.ts';
import type { Call } from './context.ts';
import { findService, missingParameter } from './messaging/services.ts';
import { compileRoutes, type Face, type Route, under } from './routes.ts';

/** In one request, as the original has it. */
const MOST_ITEMS = 25;
const SHOWN_LENGTH = 100;

/** Good items are taken, whatever is wrong with the others. Answered when nothing that was under way can come late. */
async function uploadConsents(call: Call): Promise<Answer> {
  const items = itemsOf(call);
  const known = await servicesIn(call, items);
  const now = call.context.clock.now();
  const read = items.map((item) => readConsent(item, now, (sid) => known.has(sid)));
  const consents = read.flatMap((one) => (one.ok ? [one.consent] : []));
  for (const change of changesOf(call, consents)) await call.context.changeOptOuts(change);
  return answer(
    items,
    read.map((one) => (one.ok ? [] : one.faults)),
    CONSENT_FAILED,
  );
}

/** Judged, and not kept: what a contact's home is asked for there, hours of silence, there is none of here. */
function uploadContacts(call: Call): Answer {
  const items = itemsOf(call);
  return answer(items, items.map(contactFaults), CONTACT_FAILED);
}

/** In the order of the items: of two about the same pair, the last one counts. */
function changesOf(call: Call, consents: Consent[]): OptOutChange[] {
  const changes: OptOutChange[] = [];
  for (const { change, key, at } of consents) {
    const last = changes.at(-1);
    const dated = { ...key, ...(at !== undefined && { at }) };
    if (last?.change === change) last.keys.push(dated);
    else changes.push({ accountSid: call.account.sid, change, keys: [dated], source: 'consent', actor: actorOf(call) });
  }
  return changes;
}

/** `Items`, each a JSON object of its own. */
function itemsOf(call: Call): Item[] {
  const texts = call.form.all('Items');
  if (texts.length === 0) throw missingParameter('Items', 'Send each item as one Items, a JSON object.');
  if (texts.length > MOST_ITEMS) {
    const [received, allowed] = [`${texts.length} items`, `up to ${MOST_ITEMS} items`];
    throw refuse(20001, {}, { parameter: 'Items', received, allowed, fix: 'Send the others in another request.' });
  }
  return texts.map((text, index) => {
    const item = parse(text);
    if (typeof item === 'object' && item !== null && !Array.isArray(item)) return item as Item;
    const [parameter, received] = [`Items[${index}]`, text.slice(0, SHOWN_LENGTH)];
    throw refuse(20001, {}, { parameter, received, allowed: 'a JSON object', fix: 'Write it as JSON.' });
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON, which is told by whoever asked.
    return null;
  }
}

async function servicesIn(call: Call, items: Item[]): Promise<Set<string>> {
  const known = new Set<string>();
  for (const sid of new Set(items.map(serviceOf))) if (sid !== null && (await findService(call, sid))) known.add(sid);
  return known;
}

/** What became of each item, under the id that the client has given it. */
function answer(items: Item[], faults: ConsentFault[][], code: number): Answer {
  const results: Resource[] = items.map(({ correlation_id: id }, index) => ({
    correlation_id: typeof id === 'string' ? id.slice(0, SHOWN_LENGTH) : null,
    error_code: faults[index]?.length ? code : 0,
    error_messages: faults[index] ?? [],
  }));
  return { kind: 'resource', status: 201, element: 'Items', resource: { items: results } };
}

const ROOT = '/v1';

const ROUTES: Route[] = [
  { path: 'Consents/Bulk', verbs: { POST: uploadConsents } },
  { path: 'Contacts/Bulk', verbs: { POST: uploadContacts } },
];

const find = compileRoutes(ROUTES);

export const CONSENT_FACE: Face = {
  paths: ROUTES.map(({ path }) => `${ROOT}/${path}`),
  table: under(ROOT, ROUTES),
  accountSegment: () => undefined,
  find: (base) => find(base.slice(ROOT.length + 1).split('/')),
  // As the original names it: without the version.
  shownPath: (path) => path.slice(ROOT.length),
};
