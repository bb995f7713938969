import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { Denied, Unresolved } from './failure.ts';
import { type FencePolicy, judge } from './fence.ts';

export interface ResolvedAddress {
  address: string;
  family: number;
}
export type Resolve = (hostname: string) => Promise<ResolvedAddress[]>;

/** The longest `ct` there is; the shorter one of a request is kept by its exchange. */
const LONGEST_CONNECT_MS = 10_000;

/**
 * Opens connections for undici behind the fence. A name is resolved once per connection, refused if *any* of its
 * addresses is denied, and connected to those very addresses (the first that answers); Host and SNI stay the name.
 * Literals never reach a lookup, so they are judged first, and the peer is judged again once connected.
 */
export function makeConnect(policy: FencePolicy, resolve: Resolve): buildConnector.connector {
  /** One per port, because a lookup is not told the port and the fence needs it. */
  const byPort = new Map<number, buildConnector.connector>();

  function connectorTo(port: number): buildConnector.connector {
    let connector = byPort.get(port);
    if (!connector) {
      const options = {
        allowH2: false,
        timeout: LONGEST_CONNECT_MS,
        autoSelectFamily: true,
        lookup: judgedLookup(port),
      };
      connector = buildConnector(options as buildConnector.BuildOptions);
      byPort.set(port, connector);
    }
    return connector;
  }

  function judgedLookup(port: number): LookupFunction {
    return (hostname, options, answer) => {
      resolveJudged(hostname, port).then(
        (addresses) => {
          const [first] = addresses;
          if (options.all) answer(null, addresses);
          else answer(null, first?.address ?? '', first?.family);
        },
        (error: Error) => answer(error, '', 0),
      );
    };
  }

  async function resolveJudged(hostname: string, port: number): Promise<ResolvedAddress[]> {
    const addresses = await resolve(hostname).catch((cause: unknown) => {
      throw new Unresolved(`${hostname} could not be resolved`, { cause });
    });
    if (addresses.length === 0) throw new Unresolved(`${hostname} has no address`);
    for (const { address } of addresses) insist(address, port, hostname);
    return addresses;
  }

  function insist(ip: string, port: number, hostname: string): void {
    const verdict = judge(ip, port, policy);
    if (verdict === 'allowed') return;
    throw new Denied(hostname === ip ? verdict.denied : `${hostname}: ${verdict.denied}`);
  }

  return (options, callback) => {
    const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
    try {
      if (isIP(options.hostname) !== 0) insist(options.hostname, port, options.hostname);
    } catch (error) {
      // Not in this tick: undici does not expect its connector to answer before it returns.
      queueMicrotask(() => callback(error as Error, null));
      return;
    }
    connectorTo(port)(options, (...[error, socket]) => {
      if (error) return callback(error, null);
      try {
        insist(socket.remoteAddress ?? '', port, options.hostname);
      } catch (denied) {
        socket.destroy();
        return callback(denied as Error, null);
      }
      callback(null, socket);
    });
  };
}
