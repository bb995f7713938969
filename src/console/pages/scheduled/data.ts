/** What waits for its hour, earliest first, as the API lists it. */
import { useQuery } from '@tanstack/react-query';
import { twilio } from '../../api/client.ts';
import { useRefetchOn } from '../../api/live.ts';
import { useAccountSid } from '../../app/session-context.ts';

export interface Scheduled {
  sid: string;
  to: string;
  from: string | null;
  body: string;
  messaging_service_sid: string | null;
  num_media: string;
  /** ISO 8601. */
  send_at: string;
}

interface List {
  messages: Scheduled[];
  next_page_uri: string | null;
}

const PAGE_SIZE = '1000';
const LOOK_AGAIN_MS = 30_000;

/** Its first thousand; `hasMore`: there are others beyond them. */
export function useScheduled() {
  const account = useAccountSid();
  const queryKey = [account, 'scheduled'];
  useRefetchOn(['message'], queryKey);
  return useQuery({
    queryKey,
    refetchInterval: LOOK_AGAIN_MS,
    queryFn: async ({ signal }) => {
      const query = { Status: 'scheduled', PageSize: PAGE_SIZE };
      const list = await twilio<List>(account, `2010-04-01/Accounts/${account}/Messages.json`, { query, signal });
      return { messages: list.messages, hasMore: list.next_page_uri !== null };
    },
  });
}
