/** The listener: TLS or not, who may knock, how many at a time; and the way down, bind by bind. */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Clock } from '../domain/clock.ts';
import { isWithin } from './addresses.ts';
import type { Desk } from './desk-shapes.ts';
import { Link } from './link.ts';
import { Session } from './session.ts';
import type { SessionNotice } from './session-shapes.ts';
import type { EsmeServerSettings } from './settings.ts';
import type { SignIn } from './sign-in.ts';
import type { EsmeTraceParts } from './trace.ts';
import type { Users } from './users.ts';

export interface ServerParts {
  settings: EsmeServerSettings;
  clock: Clock;
  signIn: SignIn;
  users: Users;
  desk: Desk;
  /** Somebody can be told something again. */
  onRoom: () => void;
  notice: (notice: SessionNotice) => void;
  trace?: EsmeTraceParts;
}

export interface EsmeServer {
  /** Answers where it really listens. Rejects when the port is taken. */
  listen(): Promise<{ host: string; port: number }>;
  /** Unbinds everybody; what was under way is answered first. */
  close(): Promise<void>;
}

const MOST_CONNECTIONS = 2_000;
/** Of one address that have not bound: a login that is being guessed must not use up all the others' room. */
const MOST_UNBOUND_OF_ADDRESS = 64;

export function makeEsmeServer(parts: ServerParts): EsmeServer {
  const { settings, clock, users } = parts;
  const sessions = new Set<Session>();
  const server = listenerOf(settings, (socket) => welcome(socket));
  server.maxConnections = MOST_CONNECTIONS;

  function welcome(socket: Socket): void {
    // Also of one that is refused: its reset must not become an exception.
    socket.on('error', () => undefined);
    const address = socket.remoteAddress ?? '';
    const unbound = [...sessions].filter((one) => one.user === null && one.address === address).length;
    if (!isWithin(address, settings.allowFrom) || unbound >= MOST_UNBOUND_OF_ADDRESS) {
      socket.destroy();
      return;
    }
    const link = new Link(socket, clock);
    const session = new Session({
      link,
      clock,
      settings,
      signIn: parts.signIn,
      desk: parts.desk,
      makeRoom: (user) => users.makeRoom(user),
      enter: (one) => users.enter(one),
      moved(one) {
        if (!link.isOpen) {
          sessions.delete(one);
          users.leave(one);
        }
        parts.onRoom();
      },
      notice: parts.notice,
      trace: parts.trace,
    });
    sessions.add(session);
  }

  return {
    async listen() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(settings.port, settings.host, () => {
          server.off('error', reject);
          resolve();
        });
      });
      const address = server.address();
      return { host: settings.host, port: typeof address === 'object' && address ? address.port : settings.port };
    },
    async close() {
      users.close();
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.all([...sessions].map((session) => session.leave()));
      await closed;
    },
  };
}

function listenerOf({ tls, patienceMs }: EsmeServerSettings, welcome: (socket: Socket) => void): Server {
  const server = tls
    ? createTlsServer({ ...tls, handshakeTimeout: patienceMs }, welcome)
    : createServer((socket) => welcome(socket));
  // A handshake that fails is the peer's affair.
  if (tls) server.on('tlsClientError', () => undefined);
  return server;
}
