/** Metrics of the connections to carriers, read from their connectors when somebody asks. */
import { Gauge, type Registry } from 'prom-client';
import type { Connector } from './connectors/connector.ts';

export type ConnectorState = Pick<Connector, 'name' | 'isBound' | 'windowUsed'>;

export function makeConnectorMetrics(prefix: string, registry: Registry) {
  const gauge = (name: string, help: string): Gauge =>
    new Gauge({ registers: [registry], name: `${prefix}_${name}`, help, labelNames: ['connector'] });
  const holds = gauge('node_holds_connector', '1 while this node holds the connector');
  const up = gauge('connector_up', '1 while this node has a bind to the carrier that takes messages');
  const windowUsed = gauge('connector_window_used_ratio', 'Share of the window that is taken, 0 to 1');

  return {
    hold(connector: string, isHeld: boolean): void {
      holds.set({ connector }, isHeld ? 1 : 0);
    },

    /** What keeps no connection has no values. */
    set(connectors: readonly ConnectorState[]): void {
      up.reset();
      windowUsed.reset();
      for (const { name: connector, isBound, windowUsed: share } of connectors) {
        if (isBound !== undefined) up.set({ connector }, isBound ? 1 : 0);
        if (share !== undefined && share !== null) windowUsed.set({ connector }, share);
      }
    },
  };
}
