/** Content templates as the API tells them, and what they come out as on a channel. */
import { useQuery } from '@tanstack/react-query';
import { renderTemplate } from '../../../domain/content.ts';
import { testSide, twilio } from '../../api/client.ts';

export interface Template {
  sid: string;
  friendly_name: string | null;
  language: string;
  variables: Record<string, string>;
  types: Record<string, Record<string, unknown>>;
  date_updated: string;
  approval_requests: { status: string; rejection_reason: string; name: string; category: string } | null;
}

export type TemplateDraft = Pick<Template, 'friendly_name' | 'language' | 'variables' | 'types'>;

export const templatesKey = (account: string) => [account, 'templates'];

export function useTemplates(account: string) {
  return useQuery({
    queryKey: templatesKey(account),
    async queryFn({ signal }) {
      const query = { PageSize: 500 };
      const { contents } = await twilio<{ contents: Template[] }>(account, 'v1/ContentAndApprovals', {
        query,
        signal,
      });
      return contents;
    },
  });
}

export function saveTemplate(account: string, sid: string | null, draft: TemplateDraft) {
  const path = sid === null ? 'v1/Content' : `v1/Content/${sid}`;
  return twilio<Template>(account, path, { method: sid === null ? 'POST' : 'PUT', json: draft });
}

export function removeTemplate(account: string, sid: string) {
  return twilio(account, `v1/Content/${sid}`, { method: 'DELETE' });
}

/** Asks WhatsApp's approval of it, as the API does. */
export function submitTemplate(account: string, sid: string, name: string, category: string) {
  const path = `v1/Content/${sid}/ApprovalRequests/whatsapp`;
  return twilio(account, path, { method: 'POST', json: { name, category } });
}

/** What the approver would say; only where nobody real approves. */
export function decide(sid: string, status: string, reason: string) {
  return testSide(`default/templates/${sid}`, { method: 'PUT', json: { status, reason } });
}

const CHANNELS = [
  { channel: 'sms', label: 'SMS' },
  { channel: 'mms', label: 'MMS' },
  { channel: 'whatsapp', label: 'WhatsApp' },
  { channel: 'messenger', label: 'Messenger' },
  { channel: 'rcs', label: 'RCS' },
] as const;

/** What a recipient gets on each channel with the template's own values; `why` where it would get nothing. */
export function previews({ types, variables }: Pick<Template, 'types' | 'variables'>) {
  return CHANNELS.map(({ channel, label }) => {
    const rendering = renderTemplate({ types, variables }, channel, new Map());
    if (rendering.ok) return { label, body: rendering.body, mediaUrls: rendering.mediaUrls, why: null };
    const why = rendering.reason === 'variables' ? rendering.why : 'None of its types is for this channel.';
    return { label, body: '', mediaUrls: [], why };
  });
}
