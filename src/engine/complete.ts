/** What a draft names but does not say: the text of its template, the address to call back of its application. */
import { formatAddress } from '../domain/address.ts';
import { renderTemplate, type Template } from '../domain/content.ts';
import { refuse } from '../domain/errors.ts';
import { characters } from '../domain/segments.ts';
import type { Account } from '../store/directory.ts';
import type { Reads } from '../store/store.ts';
import { type Draft, LONGEST_BODY } from './draft.ts';

/** The draft with what it names looked up in its account; the same object when it names nothing. */
export async function completeDraft(store: Reads, account: Account, draft: Draft): Promise<Draft> {
  const { applicationSid, content } = draft;
  if (applicationSid === undefined && content === undefined) return draft;
  const complete = { ...draft };
  if (applicationSid !== undefined) complete.callbackUrl ??= await callbackOf(store, account, applicationSid);
  if (content !== undefined) complete.body = await bodyOf(store, account, draft, content);
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

/** The template's text for the channel of the recipient, with its placeholders filled. */
async function bodyOf(
  store: Reads,
  account: Account,
  { to }: Draft,
  { sid, variables }: NonNullable<Draft['content']>,
): Promise<string> {
  const details = { parameter: 'ContentSid', received: sid };
  const document = await store.document(account.sid, 'content', sid);
  if (document === null) {
    throw refuse(21655, {}, { ...details, fix: 'This account has no template with this SID' });
  }
  const channel = to.kind === 'channel' ? to.channel : 'sms';
  const rendering = renderTemplate(document.properties as unknown as Template, channel, variables);
  if (!rendering.ok) {
    if (rendering.reason === 'variables') {
      const received = JSON.stringify(Object.fromEntries(variables));
      throw refuse(21656, {}, { parameter: 'ContentVariables', received, fix: `Not accepted: ${rendering.why}` });
    }
    if (rendering.hasMedia) throw refuse(20501, {}, { ...details, fix: 'Media of templates are not sent yet' });
    throw refuse(21619, {}, { ...details, fix: `The template has no text for ${formatAddress(to)}` });
  }
  const length = characters(rendering.body);
  if (length > LONGEST_BODY) {
    const received = `${length} characters`;
    throw refuse(21617, {}, { parameter: 'ContentVariables', received, allowed: `up to ${LONGEST_BODY}` });
  }
  return rendering.body;
}
