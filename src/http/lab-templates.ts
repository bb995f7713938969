/** Templates on the test side: what would be said of them by who approves templates, whom nobody plays here. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../domain/clock.ts';
import { refuse } from '../domain/errors.ts';
import type { Store } from '../store/store.ts';
import { keepDocument } from './keep-document.ts';
import { type LabRequest, pathOf, type SandboxOf, unreadable } from './lab-request.ts';
import { fieldsOf } from './lab-say.ts';
import { untilKept } from './overtaken.ts';

const STATUSES = ['approved', 'pending', 'rejected', 'paused', 'disabled'];
const LONGEST_REASON = 256;

export function registerLabTemplates(
  scope: FastifyInstance,
  root: string,
  { store, clock }: { store: Pick<Store, 'document' | 'saveDocument'>; clock: Clock },
  sandboxOf: SandboxOf,
): void {
  scope.put(`${root}/templates/:sid`, async (request: LabRequest) => {
    const account = await sandboxOf(request);
    const { status, reason = '' } = fieldsOf(request.body, ['status', 'reason']);
    if (typeof status !== 'string' || !STATUSES.includes(status)) {
      throw unreadable('status', status, STATUSES.join(', '), 'Send {"status": "rejected"}.');
    }
    if (typeof reason !== 'string' || reason.length > LONGEST_REASON) {
      throw unreadable('reason', reason, `a text of up to ${LONGEST_REASON} characters`, 'Shorten it.');
    }
    const { sid = '' } = request.params as { sid?: string };
    await untilKept(async () => {
      const content = await store.document(account.sid, 'content', sid);
      if (!content) throw refuse(20404, { path: pathOf(request) });
      const was = content.properties.approval as object | null;
      const approval = { ...BLANK, ...was, status, rejection_reason: reason };
      const properties = { ...content.properties, approval };
      await keepDocument(store, { ...content, properties, updatedAt: clock.now() }, content);
    });
    return { sid, status, reason };
  });
}

/** Of one that was never submitted. */
const BLANK = { type: 'whatsapp', name: '', category: '', content_type: '', allow_category_change: true };
