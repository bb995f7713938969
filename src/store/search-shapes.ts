/** The store's contract: looking for messages. Shapes only. */
import type { Message } from '../domain/message.ts';
import type { MessageFilter } from '../domain/message-query.ts';

/** A record's place in lists: newest first by `listedAt` (`domain/message.ts`), then sid. */
export interface ListPlace {
  listedAt: number;
  sid: string;
}

/** What is asked of rows: names of services are SIDs by now; `null`: no service. */
export interface RowFilter extends Omit<MessageFilter, 'services'> {
  services: (string | null)[];
  /** Off: no text is found in any body. Sealed ones are never looked into. */
  searchBodies: boolean;
}

/** One step of a search: as many rows are looked at as told, so that no question takes long, however rare the answer. */
export interface SearchStep {
  accountSid: string;
  filter: RowFilter;
  /** Older than this record's place, as it was. */
  after: ListPlace | null;
  /** Rows to look at. */
  window: number;
}

export interface SearchReads {
  /** Newest first, at most `limit`. `next`: where to go on; `null`: there is nothing older. */
  search(step: SearchStep & { limit: number }): Promise<{ messages: Message[]; next: ListPlace | null }>;
  countMatches(step: SearchStep): Promise<{ count: number; next: ListPlace | null }>;
  /** When each of these is due to leave, of those that wait for it. */
  releaseTimes(accountSid: string, messageSids: string[]): Promise<Map<string, number>>;
}
