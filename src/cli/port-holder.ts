import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface Holder {
  pid: number;
  command: string;
}

/**
 * Who listens on a TCP port of this machine, as far as /proc tells (Linux; processes of other users stay hidden).
 * `null`: not to be found. Only for an error text, so nothing here throws.
 */
export function portHolder(port: number): Holder | null {
  const inodes = new Set(['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeners(table, port)));
  if (inodes.size === 0) return null;
  for (const pid of list('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    for (const fd of list(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode === undefined || !inodes.has(inode)) continue;
      const command = read(`/proc/${pid}/cmdline`).split('\0').filter(Boolean).join(' ');
      return { pid: Number(pid), command: command.length > 60 ? `${command.slice(0, 57)}...` : command };
    }
  }
  return null;
}

/** Inodes of sockets in state LISTEN (0A). Columns: sl, local address, remote address, state, …, inode (tenth). */
function listeners(table: string, port: number): string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return read(table)
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((columns) => columns[3] === '0A' && columns[1]?.endsWith(`:${hex}`))
    .flatMap((columns) => (columns[9] === undefined ? [] : [columns[9]]));
}

// Processes end while we look, and other users' are closed to us: what cannot be read is not there.
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
