/** Whose move it is when a code shows up. */
export type Side = 'your request' | 'your endpoint' | 'the carrier' | 'Pidge';

/**
 * One code of the catalogue as it is written down. What is left out has its default: status 400, the dictionary's name
 * as title, the title as sentence, side `your request`, when `sync`.
 */
export interface Entry {
  /** HTTP status of a refusal; `null` for codes that only ever sit on a message or a callback attempt. */
  status?: number | null;
  /** `message` on the wire; `{Name}` stands for a value of the request. */
  sentence?: string;
  title?: string;
  /** The API parameter it is about, when it is always the same one. */
  parameter?: string;
  meaning: string;
  causes: string[];
  fixes: string[];
  side?: Side;
  when?: 'sync' | 'async';
  /** How to bring it about on a laptop. */
  reproduce: string;
}

export type Entries = Record<number, Entry>;
