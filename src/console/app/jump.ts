/** What a word typed into the search may mean: pages of that name, a SID, a number, a code, a text. */
import type { PageEntry } from './pages.ts';
import type { View } from './view.ts';

export interface Jump {
  label: string;
  path: string;
  search?: View;
}

/** The places for `typed`, likeliest first; for nothing typed, every page. */
export function jumpsFor(typed: string, pages: readonly PageEntry[]): Jump[] {
  const text = typed.trim();
  const jumps: Jump[] = [];
  if (/^(SM|MM)[0-9a-f]{32}$/i.test(text)) jumps.push({ label: `Open message ${text}`, path: `/messages/${text}` });
  const number = /^\+?[\d\s().-]{6,20}$/.test(text) ? `+${text.replace(/\D/g, '')}` : null;
  if (number !== null) {
    jumps.push({ label: `Messages to ${number}`, path: '/messages', search: { q: `to:${number}` } });
    jumps.push({ label: `Messages from ${number}`, path: '/messages', search: { q: `from:${number}` } });
  }
  if (/^\d{5}$/.test(text)) {
    if (pages.some(({ path }) => path === '/errors')) {
      jumps.push({ label: `Explain error ${text}`, path: '/errors', search: { code: text } });
    }
    jumps.push({ label: `Messages with error ${text}`, path: '/messages', search: { q: `error:${text}` } });
  }
  const named = text.toLowerCase();
  for (const { path, label } of pages) {
    if (label.toLowerCase().includes(named)) jumps.push({ label, path });
  }
  if (/^\+?\d+$/.test(text) && !/^\d{5}$/.test(text)) {
    // A piece of a number, or a code that somebody was sent.
    jumps.push({ label: `Search messages: ${text}`, path: '/messages', search: { q: text } });
  }
  if (text !== '' && jumps.length === 0) {
    const quoted = /[\s":]/.test(text) ? `"${text.replaceAll('"', '')}"` : text;
    const search = /^\w+:/.test(text) ? text : `body:${quoted}`;
    jumps.push({ label: `Search messages: ${search}`, path: '/messages', search: { q: search } });
  }
  return jumps;
}
