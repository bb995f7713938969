/** A connector behind the staging guard: whatever room sends, nobody is written to who may not be. */
import { mayText, NOT_ALLOWED, recipientOf, type Safety } from '../domain/safety.ts';
import type { Connector, Outcome, Submission, Tell } from './connector.ts';

/** The connector itself where nothing is guarded. */
export function guarded(connector: Connector, safety: Safety): Connector {
  if (safety.allowTo === null && safety.redirectAll === null) return connector;
  return new Proxy(connector, {
    get(target, key) {
      if (key === 'send') return (...of: [Submission[], Tell?]) => sendGuarded(target, safety, ...of);
      const value: unknown = Reflect.get(target, key, target);
      // Private fields are the connector's own, so its methods run on it and not on what stands before it.
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

async function sendGuarded(connector: Connector, safety: Safety, batch: Submission[], tell?: Tell): Promise<Outcome[]> {
  const judged = batch.map((submission): Submission | Outcome => {
    const to = mayText(safety, submission.to) ? recipientOf(safety, submission.to) : null;
    if (to !== null) return { ...submission, to };
    return { kind: 'refused', errorCode: NOT_ALLOWED, note: 'its recipient is not in safety.allow_to' };
  });
  const places = judged.flatMap((one, index) => ('kind' in one ? [] : [index]));
  const allowed = judged.filter((one): one is Submission => !('kind' in one));
  if (tell) for (const [index, one] of judged.entries()) if ('kind' in one) tell(index, one);
  const tellAllowed = tell && ((at: number, outcome: Outcome) => tell(places[at] ?? at, outcome));
  const outcomes = allowed.length > 0 ? await connector.send(allowed, tellAllowed) : [];
  let next = 0;
  return judged.map((one) => ('kind' in one ? one : (outcomes[next++] ?? { kind: 'unsure', note: 'no outcome' })));
}
