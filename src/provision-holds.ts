/** `[[accounts]] suspended = true`: what the operator suspends, and gives back once the settings say so no more. */
import type { ProvisionParts } from './provision.ts';

/** Marks of accounts that are suspended because the settings said so, under nobody's account. */
const MARKS = { accountSid: '', kind: 'suspended-by-settings' } as const;
const MOST_MARKS = 10_000;

/** Suspends these accounts, and activates those that only earlier settings had suspended. Closed ones stay closed. */
export async function provisionHolds(
  { store, clock }: Pick<ProvisionParts, 'store' | 'clock'>,
  suspended: ReadonlySet<string>,
): Promise<void> {
  const marks = await store.documents({ ...MARKS, limit: MOST_MARKS });
  for (const { sid } of marks.filter((mark) => !suspended.has(mark.sid))) {
    await store.changeAccount({ sid, set: { status: 'active' }, expected: { status: 'suspended' } }, clock.now());
    await store.removeDocument(MARKS.accountSid, MARKS.kind, sid);
  }
  for (const sid of suspended) {
    const account = await store.account(sid);
    // One that its owner has suspended gets no mark: it stays so when the settings change.
    if (account?.status !== 'active') continue;
    const now = clock.now();
    // The mark first: an account that is suspended without one would never be given back.
    const mark = { ...MARKS, sid, parentSid: '', name: null, properties: {}, createdAt: now, updatedAt: now };
    await store.saveDocument(mark);
    await store.changeAccount({ sid, set: { status: 'suspended' }, expected: { status: 'active' } }, now);
  }
}
