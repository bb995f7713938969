/** A connector behind the staging guard: whatever room sends, nobody is written to who may not be. */
import { mayText, NOT_ALLOWED, recipientOf, type Safety } from '../domain/safety.ts';
import type { Connector, Outcome, Submission } from './connector.ts';

/** The connector itself where nothing is guarded. */
export function guarded(connector: Connector, safety: Safety): Connector {
  if (safety.allowTo === null && safety.redirectAll === null) return connector;
  return new Proxy(connector, {
    get(target, key) {
      if (key === 'send') return (batch: Submission[]) => sendGuarded(target, safety, batch);
      const value: unknown = Reflect.get(target, key, target);
      // Private fields are the connector's own, so its methods run on it and not on what stands before it.
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function sendGuarded(connector: Connector, safety: Safety, batch: Submission[]): Promise<Outcome[]> {
  const judged = batch.map((submission): Submission | Outcome => {
    const to = mayText(safety, submission.to) ? recipientOf(safety, submission.to) : null;
    if (to !== null) return { ...submission, to };
    return { kind: 'refused', errorCode: NOT_ALLOWED, note: 'its recipient is not in safety.allow_to' };
  });
  const allowed = judged.filter((one): one is Submission => !('kind' in one));
  const outcomes = allowed.length > 0 ? await connector.send(allowed) : [];
  let next = 0;
  return judged.map((one) => ('kind' in one ? one : (outcomes[next++] ?? { kind: 'unsure', note: 'no outcome' })));
}
