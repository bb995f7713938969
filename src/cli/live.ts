import type { Observer, PidgeEvent } from '../domain/events.ts';
import { isFinal, type Status } from '../domain/message.ts';
import { clockTime, type Paint, plain, shortSid } from './terminal.ts';

/** Beyond this many messages on their way, the oldest walk is forgotten: the lines are for people, not a record. */
const MOST_WALKS = 10_000;

/**
 * The live lines of `dev`: a line when a message is created, one for its whole walk when that ends, one for every
 * callback and every refused request. Answers an observer that writes through `write`, one line a call.
 */
export function liveLines(write: (line: string) => void, paint: Paint): Observer {
  const walks = new Map<string, Status[]>();

  const remember = (sid: string, status: Status): Status[] => {
    const walk = walks.get(sid) ?? [];
    // A claim has no event of its own, but the life cycle knows no other way from `queued` to `sent`.
    if (status === 'sent' && walk.at(-1) === 'queued') walk.push('sending');
    if (walk.at(-1) !== status) walk.push(status);
    walks.set(sid, walk);
    const oldest = walks.size > MOST_WALKS ? walks.keys().next().value : undefined;
    if (oldest !== undefined) walks.delete(oldest);
    return walk;
  };

  return (event: PidgeEvent) => {
    switch (event.type) {
      case 'message.accepted': {
        const from = event.from ?? 'a service';
        const units = `${event.segments} seg ${event.encoding}`;
        // The first status is told by the 201 alone, so no event of its own follows.
        remember(event.sid, event.from === null ? 'accepted' : 'queued');
        const body = shorten(plain(event.body), 32);
        write(
          `${clockTime(event.at)}  → POST Messages  201  ${shortSid(event.sid)}  ${from} → ${event.to}  "${body}"  ${units}`,
        );
        return;
      }
      case 'message.scheduled':
        walks.delete(event.sid);
        remember(event.sid, 'scheduled');
        write(
          `${clockTime(event.at)}    ${shortSid(event.sid)}  scheduled for ${new Date(event.sendAt).toISOString()}`,
        );
        return;
      case 'message.released':
        write(
          `${clockTime(event.at)}    ${shortSid(event.sid)}  goes out from ${event.from}  ${plain(event.reasons.at(-1) ?? '')}`,
        );
        return;
      case 'message.status': {
        const walk = remember(event.sid, event.status);
        if (!isFinal(event.status)) return;
        walks.delete(event.sid);
        const seconds = ((event.at - event.createdAt) / 1000).toFixed(2);
        const style = event.status === 'delivered' || event.status === 'read' ? 'green' : 'red';
        const shown = [...walk.slice(0, -1), paint(style, event.status)].join(' → ');
        const code = event.errorCode === undefined ? '' : `  ${event.errorCode}  pidge explain ${event.errorCode}`;
        write(`${clockTime(event.at)}    ${shortSid(event.sid)}  ${shown}  ${seconds} s${code}`);
        return;
      }
      case 'callback.attempt': {
        const answer = event.httpStatus ?? `error ${event.errorCode ?? 11200}`;
        const next =
          event.decision === 'retry' && event.retryAt !== undefined
            ? `  again at ${clockTime(event.retryAt)}`
            : event.decision === 'gave_up'
              ? paint('red', '  given up')
              : '';
        const url = shorten(plain(event.url), 48);
        write(
          `${clockTime(event.at)}  ← callback ${event.status}  POST ${url}  ${answer}  ${Math.round(event.ms)} ms${next}`,
        );
        return;
      }
      case 'request': {
        // Created messages have their own line; other good answers would drown it.
        if (event.status < 400) return;
        const code = event.errorCode === undefined ? '' : `  ${event.errorCode}  pidge explain ${event.errorCode}`;
        write(
          `              ${paint('yellow', `→ ${event.method} ${shorten(plain(event.path), 40)}  ${event.status}`)}${code}`,
        );
        return;
      }
      case 'caller-id.validated':
        write(`${clockTime(event.at)}  ${event.phoneNumber} is a caller id  validation code ${event.code}`);
        return;
      case 'lenient':
        write(
          `${clockTime(event.at)}  ${paint('yellow', 'lenient')}  strict mode would answer ${event.code}: ${plain(event.text)}`,
        );
        return;
      case 'fault':
        write(`${clockTime(event.at)}  ${paint('red', 'fault')} in ${event.where}: ${plain(String(event.error))}`);
        return;
      case 'dispatch.outcome':
      case 'dispatch.dropped':
      case 'node.term':
      case 'node.connector':
      case 'node.took_over':
      case 'receipt.unmatched':
        return;
    }
  };
}

function shorten(text: string, most: number): string {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : text;
}
