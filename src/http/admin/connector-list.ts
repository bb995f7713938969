/** `/_admin/v1/connectors`: how each is, and what it did in the last quarter of an hour on the node that is asked. */
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import type { ConnectorFigures } from './connector-shapes.ts';
import { operatorRoom, showConnector } from './pdus.ts';

export async function listConnectors(call: Call): Promise<Answer> {
  const room = operatorRoom(call);
  const connectors = await Promise.all(
    room.list().map(async (one) => {
      const figures = await room.figures(one.name);
      return { ...showConnector(one), figures: figures && showFigures(figures) };
    }),
  );
  return { kind: 'resource', status: 200, element: 'Connectors', resource: { connectors } };
}

function showFigures({ statuses, binds, lastTrouble, ...figures }: ConnectorFigures): Resource {
  const all = statuses.reduce((sum, { count }) => sum + count, 0);
  return {
    queue: figures.queue,
    in_hand: figures.inHand,
    submit_p95_seconds: seconds(figures.submitP95Ms),
    receipt_p50_seconds: seconds(figures.receiptP50Ms),
    missing_receipts: figures.missingReceipts,
    statuses: statuses.map(({ errorCode, ...rest }) => ({ ...rest, error_code: errorCode, share: rest.count / all })),
    binds: binds.map(({ at, ...rest }) => ({ ...rest, since: new Date(at).toISOString() })),
    last_trouble: lastTrouble && { at: new Date(lastTrouble.at).toISOString(), text: lastTrouble.text },
  };
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : Number((ms / 1_000).toPrecision(3));
}
