/**
 * Approval of templates for WhatsApp. Nobody is behind the simulated carrier to judge them, so in `dev` a template is
 * approved as soon as it was received; in `serve` it stays received.
 */
import type { Document } from '../../store/directory.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import { findDocument } from '../documents.ts';
import { keepDocument } from '../keep-document.ts';
import { answerPage } from '../messaging/page.ts';
import { readApprovalRequest } from './read-content.ts';
import { answerSelected } from './select-content.ts';
import { allContent, CONTENT, renderBasics } from './templates.ts';

export async function createApproval(call: Call): Promise<Answer> {
  const { store, clock, settings } = call.context;
  const { name, category, sendTtlSeconds } = readApprovalRequest(call.json);
  const content = await findDocument(call, CONTENT);
  const received = { ...unsubmitted(content), name, category, send_ttl_seconds: sendTtlSeconds, status: 'received' };
  const approval = settings.mode === 'dev' ? { ...received, status: 'approved' } : received;
  const properties = { ...content.properties, approval };
  await keepDocument(store, { ...content, properties, updatedAt: clock.now() }, content);
  const { type: _, ...shown } = received;
  return { kind: 'resource', status: 201, element: 'Approval', resource: shown };
}

export async function fetchApproval(call: Call): Promise<Answer> {
  const content = await findDocument(call, CONTENT);
  const url = `${call.origin()}/v1/Content/${content.sid}/ApprovalRequests`;
  const resource = { sid: content.sid, account_sid: content.accountSid, whatsapp: approvalOf(content), url };
  return { kind: 'resource', status: 200, element: 'Approval', resource };
}

export async function listWithApprovals(call: Call): Promise<Answer> {
  return answerPage(call, 'contents', await allContent(call), renderWithApproval);
}

export async function searchWithApprovals(call: Call): Promise<Answer> {
  return answerSelected(call, await allContent(call), renderWithApproval);
}

function renderWithApproval(content: Document): Resource {
  return { ...renderBasics(content), approval_requests: approvalOf(content) };
}

function approvalOf(content: Document): Resource {
  return (content.properties.approval as Resource | null) ?? unsubmitted(content);
}

function unsubmitted(content: Document) {
  const [type] = Object.keys(content.properties.types as object);
  return {
    type: 'whatsapp',
    name: '',
    category: '',
    content_type: type ?? '',
    status: 'unsubmitted',
    rejection_reason: '',
    allow_category_change: true,
  };
}
