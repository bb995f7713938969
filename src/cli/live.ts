import type { Observer, PidgeEvent } from '../domain/events.ts';
import { isFinal, type Status } from '../domain/message.ts';
import { clockTime, type Paint, plain, shortSid } from './terminal.ts';

/** Beyond this many messages on their way, the oldest walk is forgotten: the lines are for people, not a record. */
const MOST_WALKS = 10_000;
/** What the usual lines fit into, and what is left of a text at least. */
const COLUMNS = 100;
const LEAST = 12;
const WELL = new Set<Status>(['delivered', 'read', 'received']);
/** Statuses of messages that came in: of these nobody is told. */
const QUESTIONED = new Set(['receiving', 'received']);

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
        // A service counts only once it has picked who sends.
        const units = event.segments === 0 ? '' : `  ${event.segments} seg ${event.encoding}`;
        // The first status is told by the 201 alone, so no event of its own follows.
        remember(event.sid, event.from === null ? 'accepted' : 'queued');
        const how = event.direction === 'outbound-reply' ? 'reply' : '201  ';
        const head = `${clockTime(event.at)}  → ${how}  ${shortSid(event.sid)}  ${from} → ${event.to}  `;
        write(`${head}"${fitted(plain(event.body), 32, head.length + units.length + 2)}"${units}`);
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
        const style = WELL.has(event.status) ? 'green' : 'red';
        const code = event.errorCode === undefined ? '' : `  pidge explain ${event.errorCode}`;
        const head = `${clockTime(event.at)}    ${shortSid(event.sid)}  `;
        const tail = `  ${seconds} s${code}`;
        const isLong = head.length + walk.join(' → ').length + tail.length > COLUMNS;
        const before = isLong ? [walk[0], '…', ...walk.slice(-2, -1)] : walk.slice(0, -1);
        write(`${head}${[...before, paint(style, event.status)].join(' → ')}${tail}`);
        return;
      }
      case 'esme.told': {
        const { user, status, told, note, ms } = event;
        const answer = told === 'taken' ? 'taken' : paint('red', note);
        write(`${clockTime(event.at)}  ← deliver_sm ${status}  ${plain(user)}  ${answer}  ${Math.round(ms)} ms`);
        return;
      }
      case 'esme.refused': {
        const { user, code, commandStatus, why } = event;
        const status = `0x${commandStatus.toString(16)}`;
        write(
          `${clockTime(event.at)}  ⇄ SMPP refused  ${plain(user)}  ${status}  ${code || ''} ${shorten(plain(why), 60)}`,
        );
        return;
      }
      case 'esme.bind':
        if (event.state === 'odd') return;
        write(
          `${clockTime(event.at)}  ⇄ SMPP ${event.state}  ${plain(event.user)}  ${plain(event.why ?? event.role ?? '')}`,
        );
        return;
      case 'callback.attempt': {
        const answer = event.httpStatus ?? `error ${event.errorCode ?? 11200}`;
        // Somebody had the app asked once more how it answers a message, to look at that: nothing follows from it.
        const isQuestion = QUESTIONED.has(event.status);
        const next = isQuestion
          ? ''
          : event.decision === 'retry' && event.retryAt !== undefined
            ? `  again in ${inShort(event.retryAt - event.at)}`
            : event.decision === 'gave_up'
              ? '  given up'
              : '';
        const what = isQuestion ? 'webhook asked again ' : `callback ${event.status}  POST`;
        const head = `${clockTime(event.at)}  ← ${what} `;
        const tail = `  ${answer}  ${Math.round(event.ms)} ms`;
        const url = fitted(plain(event.url), 48, head.length + tail.length + next.length);
        write(`${head}${url}${tail}${event.decision === 'gave_up' ? paint('red', next) : next}`);
        return;
      }
      case 'request': {
        // Created messages have their own line; other good answers would drown it.
        if (event.status < 400) return;
        const code = event.errorCode === undefined ? '' : `  ${event.errorCode}  pidge explain ${event.errorCode}`;
        write(
          `              ${paint('yellow', `→ ${event.method} ${shorten(resourceOf(plain(event.path)), 48)}  ${event.status}`)}${code}`,
        );
        return;
      }
      case 'caller-id.validated':
        write(`${clockTime(event.at)}  ${event.phoneNumber} is a caller id  validation code ${event.code}`);
        return;
      case 'store.migrating':
        write(`${clockTime(event.at)}  ${migrating(event.steps)}`);
        return;
      case 'lenient':
        write(
          `${clockTime(event.at)}  ${paint('yellow', 'lenient')}  strict mode would answer ${event.code}: ${plain(event.text)}`,
        );
        return;
      case 'fault':
        write(`${clockTime(event.at)}  ${paint('red', 'fault')} in ${event.where}: ${plain(String(event.error))}`);
        return;
      case 'media.failed': {
        const next = event.isFinal ? '' : '  again soon';
        const url = shorten(plain(withoutSecrets(event.url)), 48);
        write(
          `${clockTime(event.at)}    ${shortSid(event.sid)}  medium ${url}  ${event.errorCode} ${plain(event.text)}${next}`,
        );
        return;
      }
      case 'inbound.received': {
        remember(event.sid, 'receiving');
        const media = event.media === 0 ? '' : `  ${event.media} media`;
        const keyword = event.keyword === undefined ? '' : `  ${event.keyword}`;
        const head = `${clockTime(event.at)}  ← ${shortSid(event.sid)}  ${plain(event.from)} → ${event.to}  `;
        const tail = `  ${event.segments} seg${media}${keyword}`;
        write(`${head}"${fitted(plain(event.body), 32, head.length + tail.length + 2)}"${tail}`);
        return;
      }
      case 'reply.document': {
        const answer = event.httpStatus ?? `error ${event.errorCode ?? 11200}`;
        const replies = event.errorCode !== undefined ? '' : `  ${counted(event.replies, 'reply', 'replies')}`;
        const name = event.why === 'first' ? 'webhook' : event.why;
        const head = `${clockTime(event.at)}    ${shortSid(event.sid)}  ${name} ${event.method} `;
        const tail = `  ${answer}  ${Math.round(event.ms)} ms${replies}`;
        write(`${head}${fitted(plain(withoutSecrets(event.url)), 48, head.length + tail.length)}${tail}`);
        return;
      }
      case 'alert': {
        const level = paint(event.level === 'error' ? 'red' : 'yellow', event.level);
        const about = event.resourceSid === null ? '' : `${shortSid(event.resourceSid)}  `;
        write(
          `${clockTime(event.at)}    ${about}${level} ${event.code}  ${plain(event.text)}  pidge explain ${event.code}`,
        );
        return;
      }
      case 'inbound.stray':
        write(`${clockTime(event.at)}  ${paint('yellow', 'not taken in')}  ${event.why}`);
        return;
      case 'opt-out':
        write(`${clockTime(event.at)}    ${event.change} of ${event.channel} by ${event.source}`);
        return;
      // It has an alert.
      case 'reply.dropped':
      case 'notice.outcome':
      case 'media.fetched':
      case 'dispatch.outcome':
      case 'dispatch.dropped':
      case 'work.quarantined':
      case 'node.term':
      case 'node.connector':
      case 'connector.bind':
      case 'connector.pause':
      case 'connector.pdus':
      case 'node.took_over':
      case 'receipt.unmatched':
        return;
    }
  };
}

/** Shown before anything else: with millions of messages a start takes minutes then. */
export function migrating(steps: string[]): string {
  return `bringing the database up to date (${steps.join(', ')}); with millions of messages this takes minutes`;
}

function counted(count: number, one: string, many: string): string {
  return count === 0 ? `no ${one}` : `${count} ${count === 1 ? one : many}`;
}

/** A path without what every request of an account begins with. */
function resourceOf(path: string): string {
  return path
    .replace(/^\/(?:2010-04-01\/Accounts|_admin\/v1\/accounts)\/AC[0-9a-f]{32}\/(?=.)/, '')
    .replace(/%2B/gi, '+');
}

/** An address without user, password and query. */
function withoutSecrets(text: string): string {
  const url = URL.parse(text);
  return url ? url.origin + url.pathname : '';
}

/** At most `most` letters, and fewer where the rest of the line has taken `used` columns; never less than is worth reading. */
function fitted(text: string, most: number, used: number): string {
  return shorten(text, Math.max(LEAST, Math.min(most, COLUMNS - used)));
}

/** `5 s`, `15 min`, `1 h`. */
function inShort(ms: number): string {
  if (ms < 60_000) return `${Math.max(1, Math.round(ms / 1_000))} s`;
  return ms < 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`;
}

function shorten(text: string, most: number): string {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join('')}…` : text;
}
