/** Alerts of callbacks that fail: one for each event and code, however often it is tried. */
import { type AlertDraft, type AlertRequest, levelOf, withoutContent } from '../domain/alert.ts';
import { parseCallbackUrl } from '../domain/callback-url.ts';
import { masker } from '../domain/privacy.ts';
import type { CallbackAttempt, CallbackWork } from '../store/callback-shapes.ts';

/** More are not remembered: what fails beyond them may be told twice. */
const EVENTS_KEPT = 10_000;

type Record = Pick<CallbackAttempt, 'at' | 'request' | 'response' | 'errorCode' | 'error' | 'decision'>;

/**
 * Answers what is to be told of each attempt; `strange`: codes of what is odd in the fragment of its URL. Nobody is told
 * that telling of an alert has failed.
 */
export function makeCallbackAlerts(raise: (drafts: AlertDraft[]) => void) {
  const told = new Map<number, Set<number>>();

  function tell(work: CallbackWork, record: Record, code: number, why: string): void {
    const { messageSid: resourceSid, accountSid } = work;
    const { serviceSid } = work.payload;
    const base = { accountSid, code, level: levelOf(code), resourceSid, serviceSid, text: why, at: record.at };
    raise([{ ...base, request: requestOf(work, record), response: responseOf(work, record) }]);
  }

  return (work: CallbackWork, record: Record, strange: readonly number[]): void => {
    const { workId, attempt, payload } = work;
    const { errorCode: code } = record;
    if (attempt === 1 && !payload.alert) {
      for (const warning of strange) tell(work, record, warning, 'in the fragment of the URL');
    }
    if (code !== null && !payload.alert && !told.get(workId)?.has(code)) {
      tell(work, record, code, masked(work)(record.error ?? ''));
    }
    if (record.decision !== 'retry') told.delete(workId);
    else if (code !== null) {
      if (told.size >= EVENTS_KEPT) told.clear();
      told.set(workId, (told.get(workId) ?? new Set()).add(code));
    }
  };
}

function requestOf(work: CallbackWork, { request }: Record): AlertRequest {
  const { form, click, url } = work.payload;
  const mask = masked(work);
  const parsed = parseCallbackUrl(url);
  const asked = parsed.ok ? parsed.target : request.url;
  // Those of a GET stand behind the URL.
  const text = request.method === 'GET' ? request.url.slice(asked.length + 1) : request.body;
  const sent: [string, string][] = form?.params ?? (click ? [] : [...new URLSearchParams(text)]);
  const parameters = withoutContent(sent).map(([name, value]): [string, string] => [name, mask(value)]);
  return { method: request.method, url: mask(asked), parameters };
}

function responseOf(work: CallbackWork, { response }: Record): AlertDraft['response'] {
  return response && { ...response, body: masked(work)(response.body) };
}

function masked({ payload }: CallbackWork): (text: string) => string {
  return payload.obfuscate ? masker(payload.to) : (text) => text;
}
