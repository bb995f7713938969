/** What the phones of the test side need of the engine and of the way out. */
import type { Engine } from './engine/engine.ts';
import type { ReplySummaries } from './engine/reply-summaries.ts';
import type { LabParts } from './http/lab.ts';
import { download } from './net/download.ts';
import type { Outgoing } from './net/outgoing.ts';

/** As large as any carrier brings. */
const LARGEST_FILE = 16 * 1024 * 1024;

export function labRooms(
  { inbound, alertsKept }: Pick<Engine, 'inbound' | 'alertsKept'>,
  summaries: ReplySummaries,
  outgoing: Outgoing,
  mediaLink: LabParts['mediaLink'],
): Pick<LabParts, 'mediaLink' | 'fetchFile' | 'watch' | 'settled' | 'changeOptOuts'> {
  return {
    mediaLink,
    async fetchFile(url) {
      const got = await download(outgoing, { url, maxBytes: LARGEST_FILE });
      return got.kind === 'file' ? got : { why: got.text };
    },
    watch: inbound.watch,
    async settled(messageSid) {
      const summary = await summaries.settled(messageSid);
      // Kept in the background: who asks for the conversation next finds them.
      await alertsKept();
      return summary;
    },
    changeOptOuts: inbound.changeOptOuts,
  };
}
