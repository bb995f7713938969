/**
 * A template as WhatsApp itself keeps it: its name, its language, and what fills each of its components. There the
 * placeholders of each component are counted from 1, in the order of their numbers here, or of their place when they
 * have names.
 */
import { fill, type Template } from './content.ts';

export interface MadeTemplate {
  /** As submitted for approval; empty: it was not, or is not to be used. */
  name: string;
  language: string;
  /** What fills the placeholders of a header that is text. */
  header?: string[];
  body: string[];
  buttons?: MadeButton[];
}

export interface MadeButton {
  /** From 0, among all buttons of the template. */
  index: number;
  kind: 'url' | 'reply' | 'code';
  /** The end of the URL, the payload, or the code. */
  value: string;
}

const PLACEHOLDER = /\{\{(\w{1,16})\}\}/g;
/** In these states WhatsApp does not take it; within the window its form may still go as a message. */
const UNUSABLE = ['rejected', 'paused', 'disabled'];

/** What a template of this type becomes; `properties`: those of its document. */
export function madeTemplate(
  template: Template & { language?: unknown; approval?: unknown },
  type: string,
  values: Map<string, string>,
): MadeTemplate {
  const content = template.types[type] ?? {};
  const known = new Map([...Object.entries(template.variables), ...values]);
  const header = fillers(content.header_text, known);
  const buttons = type === 'whatsapp/authentication' ? codeButtons(known) : buttonsOf(content.actions, type, known);
  return {
    name: nameOf(template.approval),
    language: typeof template.language === 'string' ? template.language : 'en',
    ...(header.length > 0 && { header }),
    body: type === 'whatsapp/authentication' ? [known.get('1') ?? ''] : fillers(content.body ?? content.title, known),
    ...(buttons.length > 0 && { buttons }),
  };
}

function nameOf(approval: unknown): string {
  if (typeof approval !== 'object' || approval === null) return '';
  const { name, status } = approval as { name?: unknown; status?: unknown };
  return typeof name === 'string' && !UNUSABLE.includes(String(status)) ? name : '';
}

function fillers(text: unknown, known: Map<string, string>): string[] {
  if (typeof text !== 'string') return [];
  const names = [...new Set([...text.matchAll(PLACEHOLDER)].map(([, name]) => name ?? ''))];
  const areNumbers = names.every((name) => /^\d+$/.test(name));
  const ordered = areNumbers ? names.sort((one, other) => Number(one) - Number(other)) : names;
  return ordered.map((name) => known.get(name) ?? '');
}

/** Its one button copies or fills in the code. */
function codeButtons(known: Map<string, string>): MadeButton[] {
  return [{ index: 0, kind: 'url', value: known.get('1') ?? '' }];
}

function buttonsOf(actions: unknown, type: string, known: Map<string, string>): MadeButton[] {
  if (!Array.isArray(actions)) return [];
  return actions.flatMap((action: unknown, index): MadeButton[] => {
    if (typeof action !== 'object' || action === null) return [];
    const { type: kind, url, id, title, code } = action as Record<string, unknown>;
    if (type === 'twilio/quick-reply' || kind === 'QUICK_REPLY') {
      return [{ index, kind: 'reply', value: filled(id || title, known) }];
    }
    if (kind === 'COPY_CODE') return [{ index, kind: 'code', value: filled(code, known) }];
    // A URL has its placeholder at its end, and one that has none is known to WhatsApp whole.
    const [suffix] = fillers(url, known);
    return suffix === undefined ? [] : [{ index, kind: 'url', value: suffix }];
  });
}

function filled(text: unknown, known: Map<string, string>): string {
  if (typeof text !== 'string') return '';
  const done = fill(text, known);
  return done.ok ? done.text : text;
}
