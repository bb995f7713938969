/** Why a message has not left yet, where the fault is with the connectors that may carry it. */
import type { Message } from '../../domain/message.ts';
import type { ConnectorShown } from '../admin/connector-shapes.ts';
import type { Call } from '../context.ts';

const WAITING: readonly Message['status'][] = ['queued', 'sending'];

/** In words, the best way first; nothing where all are well, and for those who may not see connectors. */
export function waitsOf({ context, account, who }: Call, message: Message): string[] {
  const { connectors } = context;
  const seesConnectors = who !== null || account.sid === connectors?.operatorSid;
  if (!connectors || !seesConnectors || message.direction === 'inbound' || !WAITING.includes(message.status)) return [];
  const byName = new Map(connectors.list().map((connector) => [connector.name, connector]));
  return connectors.waysOf(message).flatMap((name) => troubleOf(byName.get(name)) ?? []);
}

function troubleOf(connector: ConnectorShown | undefined): string | null {
  if (!connector) return null;
  const { name, paused, bound } = connector;
  if (paused) return paused.reason === null ? `${name} is paused.` : `${name} is paused: ${paused.reason}`;
  // Another node may have the connection.
  return bound === false ? `${name} is not bound on this node.` : null;
}
