/** What a draft names but does not say: the text of its template, the address to call back of its application. */
import { formatAddress } from '../domain/address.ts';
import { buttonsOf, placeOf, renderTemplate, type Template } from '../domain/content.ts';
import { cardOf } from '../domain/content-card.ts';
import { refuse } from '../domain/errors.ts';
import { madeTemplate } from '../domain/made-template.ts';
import type { MessageOptions } from '../domain/message.ts';
import { characters } from '../domain/segments.ts';
import type { Account } from '../store/directory.ts';
import type { Reads } from '../store/store.ts';
import { type Draft, judgeMediaUrls, LONGEST_BODY } from './draft.ts';

/** Of all that is kept of a template beside its text; far more than any channel shows. A title may be all placeholders. */
const LONGEST_RICH = 65_536;

/**
 * The draft with what it names looked up in its account; the same object when it names nothing. `mayBeMms`: whether media
 * may go with it to a phone, which decides what of a template that is.
 */
export async function completeDraft(
  store: Reads,
  account: Account,
  draft: Draft,
  mayBeMms: (draft: Draft) => Promise<boolean>,
): Promise<Draft> {
  const { applicationSid, content } = draft;
  if (applicationSid === undefined && content === undefined) return draft;
  const complete = { ...draft };
  if (applicationSid !== undefined) complete.callbackUrl ??= await callbackOf(store, account, applicationSid);
  if (content !== undefined) {
    const isMms = draft.to.kind !== 'channel' && (await mayBeMms(draft));
    const { body, mediaUrls, options } = await contentOf(store, account, draft, content, isMms);
    complete.body = body;
    complete.mediaUrls = mediaUrls;
    complete.options = { ...draft.options, ...options };
  }
  return complete;
}

/** `message_status_callback`, or its older twin; `null` when the application has neither. */
async function callbackOf(store: Reads, account: Account, sid: string): Promise<string | null> {
  const application = await store.document(account.sid, 'application', sid);
  if (application === null) {
    const fix = 'This account has no application with this SID: create one, or give StatusCallback';
    throw refuse(21420, {}, { parameter: 'ApplicationSid', received: sid, fix });
  }
  const { message_status_callback, sms_status_callback } = application.properties;
  const url = message_status_callback ?? sms_status_callback;
  return typeof url === 'string' ? url : null;
}

/** The template's text and media for the channel of the recipient, with their placeholders filled. */
async function contentOf(
  store: Reads,
  account: Account,
  { to, from }: Draft,
  { sid, variables }: NonNullable<Draft['content']>,
  isMms: boolean,
): Promise<{ body: string; mediaUrls: string[]; options: MessageOptions }> {
  const details = { parameter: 'ContentSid', received: sid };
  const document = await store.document(account.sid, 'content', sid);
  if (document === null) {
    throw refuse(21655, {}, { ...details, fix: 'This account has no template with this SID' });
  }
  const channel = to.kind === 'channel' ? to.channel : isMms ? 'mms' : 'sms';
  const template = document.properties as unknown as Template;
  const { rendering, values, missing } = rendered(template, channel, variables);
  if (!rendering.ok) {
    if (rendering.reason === 'variables') {
      const received = JSON.stringify(Object.fromEntries(variables));
      throw refuse(21656, {}, { parameter: 'ContentVariables', received, fix: `Not accepted: ${rendering.why}` });
    }
    throw refuse(21619, {}, { ...details, fix: `The template has nothing for ${formatAddress(to)}` });
  }
  const length = characters(rendering.body);
  if (length > LONGEST_BODY) {
    const received = `${length} characters`;
    throw refuse(21617, {}, { parameter: 'ContentVariables', received, allowed: `up to ${LONGEST_BODY}` });
  }
  const { type, body, mediaUrls } = rendering;
  judgeMediaUrls(mediaUrls, 'ContentVariables');
  const content = { sid, variables: Object.fromEntries(variables), type, ...(missing !== null && { missing }) };
  // A phone shows nothing beside text and media; but a service may find that it has RCS.
  const mayBeRcs = to.kind === 'number' && from === null;
  const rich = mayBeRcs ? renderTemplate(template, 'rcs', variables) : rendering;
  if (!rich.ok || (to.kind !== 'channel' && !mayBeRcs)) return { body, mediaUrls, options: { content } };
  const card = cardOf(template, rich.type, values);
  const buttons = buttonsOf(template, rich.type, values);
  const place = placeOf(template, type, values);
  if (type === 'twilio/location' && place === null && missing === null) {
    const fix = 'Its latitude and longitude are no place on Earth, as they are filled';
    throw refuse(21656, {}, { parameter: 'ContentVariables', received: sid, fix });
  }
  const options: MessageOptions = {
    content: {
      ...content,
      ...(card && { card }),
      ...(channel === 'whatsapp' && { template: madeTemplate(template, type, values) }),
    },
    ...(buttons.length > 0 && { buttons }),
    ...(place !== null && { actions: [place] }),
  };
  const size = JSON.stringify(options).length;
  if (size > LONGEST_RICH) {
    const received = `${size} characters with its cards and buttons`;
    throw refuse(21617, {}, { parameter: 'ContentVariables', received, allowed: `up to ${LONGEST_RICH}` });
  }
  return { body, mediaUrls, options };
}

/** WhatsApp takes a template that lacks values, and fails later (63028): what nothing fills stays as it is written. */
function rendered(template: Template, channel: Parameters<typeof renderTemplate>[1], given: Map<string, string>) {
  const values = new Map(given);
  let missing: string | null = null;
  for (;;) {
    const rendering = renderTemplate(template, channel, values);
    const lacks = rendering.ok || rendering.reason !== 'variables' ? undefined : rendering.missing;
    if (lacks === undefined || channel !== 'whatsapp' || values.has(lacks)) return { rendering, values, missing };
    missing ??= lacks;
    values.set(lacks, `{{${lacks}}}`);
  }
}
