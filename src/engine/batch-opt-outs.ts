/** The opt-outs that a batch of messages is judged by, read together: whoever is asked about, in one statement. */
import { keysThatForbid } from '../domain/opt-out.ts';
import type { Store } from '../store/store.ts';
import type { OptOutQuestion, OptOutReads } from './opt-outs.ts';

export type BatchOptOutReads = OptOutReads & Pick<Store, 'optOutsOf'>;

/** What `isForbidden` has to be given for these questions. As fresh as this call, so not to be kept. */
export async function readOptOuts(store: BatchOptOutReads, questions: OptOutQuestion[]): Promise<OptOutReads> {
  const scopes = new Map<string, string[]>();
  const pools = new Map<string, ReturnType<OptOutReads['documents']>>();
  for (const [accountSid, some] of Map.groupBy(questions, (question) => question.accountSid)) {
    if (store.hasNone?.(accountSid)) continue;
    const who = some.flatMap(({ from, to, serviceSid }) => keysThatForbid(from, to, [serviceSid, '']).slice(0, 1));
    for (const { channel, peer, scope } of await store.optOutsOf(accountSid, who)) {
      const name = `${accountSid} ${channel} ${peer}`;
      scopes.set(name, [...(scopes.get(name) ?? []), scope]);
    }
  }
  return {
    hasNone: (accountSid) => store.hasNone?.(accountSid) ?? false,
    optOutScopes: async (accountSid, { channel, peer }) => scopes.get(`${accountSid} ${channel} ${peer}`) ?? [],
    documents(query) {
      const key = JSON.stringify(query);
      const found = pools.get(key) ?? store.documents(query);
      pools.set(key, found);
      return found;
    },
  };
}
