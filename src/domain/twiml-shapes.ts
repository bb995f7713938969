/** TwiML as values: what an app's answer to a webhook asks for, and what was wrong with it. */

export type Method = 'GET' | 'POST';

/** One message to send in reply. */
export interface MessageVerb {
  kind: 'message';
  /** Canonical; `null`: to whoever wrote. */
  to: string | null;
  /** Canonical; `null`: from what was written to. Whether it may be used (14102, 14108) is judged by who owns senders. */
  from: string | null;
  /** May be empty when there are media. */
  body: string;
  /** Absolute URLs, at most 10. */
  media: string[];
  /** Absolute, asked once the message is queued; its answer is TwiML too. `null`: none. */
  action: string | null;
  /** How `action` is asked. */
  method: Method;
  /** Absolute; `null`: none. */
  statusCallback: string | null;
}

/** Goes on with the document at `url` (absolute). Always the last verb of a document. */
export interface RedirectVerb {
  kind: 'redirect';
  url: string;
  method: Method;
}

export type Verb = MessageVerb | RedirectVerb;

/** Where in the document, both from 1; the column counts code units. `null`: about the answer as a whole. */
export interface Place {
  line: number | null;
  column: number | null;
}

/** Something that was skipped or ignored; the rest is carried out. `code` is of the catalogue (12200, 141xx, …). */
export interface TwimlWarning extends Place {
  code: number;
  why: string;
}

/** The answer cannot be used: the fallback URL is asked. */
export interface TwimlFault extends Place {
  ok: false;
  code: number;
  why: string;
}

export type ReadTwiml = { ok: true; verbs: Verb[]; warnings: TwimlWarning[] } | TwimlFault;

/** Characters of a reply's body (14103). */
export const LONGEST_REPLY = 1_600;
export const MOST_MEDIA = 10;
