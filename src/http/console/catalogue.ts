/** `/_admin/v1/catalogue`: every code with its words, from the one catalogue that refusals are made of. */
import { CODES, explain } from '../../domain/catalogue.ts';
import { refuse } from '../../domain/errors.ts';
import type { Answer } from '../answer.ts';
import type { Call } from '../context.ts';
import { answer, type ConsoleModule } from './module.ts';

function list(): Answer {
  return answer({ codes: CODES.map((code) => explain(code)) });
}

function fetchOne(call: Call): Answer {
  const [text = ''] = call.sids;
  const found = /^\d{4,6}$/.test(text) ? explain(Number(text)) : null;
  if (found) return answer({ ...found });
  throw refuse(20404, { path: call.meta.path }, { received: text, fix: 'Name an error code, such as 30003.' });
}

export const CATALOGUE: ConsoleModule = {
  operator: [
    { path: 'catalogue', verbs: { GET: list } },
    { path: 'catalogue/{*}', verbs: { GET: fetchOne } },
  ],
  docs: {
    'GET catalogue': { summary: 'Every code that Pidge gives: meaning, causes, fixes, how to reproduce it.' },
    'GET catalogue/{*}': { summary: 'One code; also those that only the public dictionary names.' },
  },
};
