/** `/_admin/v1/accounts`: all accounts of the machine, which the operator chooses from. */
import { isForgotten } from '../../domain/standing.ts';
import type { Answer } from '../answer.ts';
import type { Call } from '../context.ts';
import { answer, type Docs } from './module.ts';

/** Oldest first. */
export async function listEveryAccount({ context: { store, clock } }: Call): Promise<Answer> {
  const accounts = (await store.accounts()).filter((account) => !isForgotten(account, clock.now()));
  accounts.sort((one, other) => one.createdAt - other.createdAt || (one.sid < other.sid ? -1 : 1));
  return answer({
    accounts: accounts.map(({ sid, friendlyName, status, type, ownerSid, secondToken }) => ({
      sid,
      friendly_name: friendlyName,
      status,
      type,
      owner_sid: ownerSid,
      has_second_token: secondToken !== undefined,
    })),
  });
}

export const ACCOUNTS_DOCS: Docs = { 'GET accounts': { summary: 'All accounts, oldest first' } };
