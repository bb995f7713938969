/** Wireshark on what two programs have said to each other. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { pcapOf } from '../../src/wire/smpp/pcap.ts';
import type { Recorder } from './recorder.ts';

const WRONG = '_ws.malformed || _ws.unreassembled || _ws.expert.severity == error';

/** Every PDU is found, and none of `ours` is malformed. `ours`: the side of the relay on which we stand. */
export function expectWellFormed({ connections }: Recorder, ours: 'near' | 'far'): void {
  const folder = mkdtempSync(join(tmpdir(), 'pidge-interop-'));
  try {
    const path = join(folder, 'capture.pcap');
    writeFileSync(path, pcapOf(connections));
    const ports = connections.map(({ port }) => `tcp.port==${port},smpp`);
    const ask = (...asked: string[]) =>
      execFileSync('tshark', ['-r', path, ...ports.slice(0, 1).flatMap((port) => ['-d', port]), ...asked], {
        ...{ encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
      })
        .split('\n')
        .filter((line) => line !== '');
    const port = connections[0]?.port ?? 0;
    const side = ours === 'near' ? `tcp.dstport == ${port}` : `tcp.srcport == ${port}`;
    expect(ask('-Y', `(${WRONG}) && ${side}`)).toEqual([]);
    const found = ask('-Y', 'smpp', '-T', 'fields', '-e', 'smpp.command_id').flatMap((line) => line.split(','));
    expect(found).toHaveLength(connections.flatMap(({ pdus }) => pdus).length);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
