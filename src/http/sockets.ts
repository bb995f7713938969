import type { Server } from 'node:http';

/**
 * Leaves no address more than `most` connections: the one beyond them is closed unheard. Loopback is an address like
 * any other, since a proxy on the same machine brings the whole world through it. A proxy that is trusted limits its
 * clients itself.
 */
export function limitSockets(server: Server, most: number, isTrusted?: (address: string) => boolean): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const address = socket.remoteAddress;
    if (address !== undefined && isTrusted?.(address)) return;
    const others = open.get(address ?? '') ?? 0;
    // Without an address it has gone already.
    if (address === undefined || others >= most) {
      socket.destroy();
      return;
    }
    open.set(address, others + 1);
    socket.once('close', () => {
      const left = (open.get(address) ?? 0) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  });
}
