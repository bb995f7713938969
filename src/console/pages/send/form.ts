/** The fields of the Send page, and the parameters of the API that they come to. */
import type { Params } from '../../parts/sdk-snippets.ts';

/** As typed; the address of the page holds them, so every one is text. */
export const BLANK = {
  To: '',
  From: '',
  MessagingServiceSid: '',
  Body: '',
  /** One address a line. */
  MediaUrl: '',
  ContentSid: '',
  /** JSON. */
  ContentVariables: '',
  /** `2026-11-22T10:30:00Z`, so that a link means one instant to all its readers; without a zone it is the reader's. */
  SendAt: '',
  StatusCallback: '',
  ValidityPeriod: '',
  SmartEncoded: '',
  ShortenUrls: '',
  ProvideFeedback: '',
  SendAsMms: '',
  ContentRetention: '',
  AddressRetention: '',
  FallbackFrom: '',
  PersistentAction: '',
  Tags: '',
};

export type SendForm = typeof BLANK;
export type FieldName = keyof SendForm;

/** Fields behind "More": the page opens it when one of them is filled. */
export const MORE: readonly FieldName[] = [
  'StatusCallback',
  'ValidityPeriod',
  'ShortenUrls',
  'ProvideFeedback',
  'SendAsMms',
  'ContentRetention',
  'AddressRetention',
  'FallbackFrom',
  'PersistentAction',
  'Tags',
];

/** What is empty is left out. A template speaks for itself, so the text then stays at home. */
export function paramsOf(form: SendForm): Params {
  const params: [string, string][] = [];
  for (const [name, value] of Object.entries(form) as [FieldName, string][]) {
    if (value === '') continue;
    if (name === 'MediaUrl' || name === 'PersistentAction') {
      for (const line of linesOf(value)) params.push([name, line]);
    } else if (name === 'SendAt') {
      const at = instantOf(value);
      params.push(['SendAt', at ?? value], ['ScheduleType', 'fixed']);
    } else if (name !== 'Body' || form.ContentSid === '') {
      params.push([name, value]);
    }
  }
  return params;
}

/** `2026-11-22T09:30` here → `2026-11-22T10:30:00Z`, which stays what it is; `null`: it is no time. */
export function instantOf(written: string): string | null {
  const at = new Date(written);
  return Number.isNaN(at.getTime()) ? null : at.toISOString().replace('.000Z', 'Z');
}

/** As a `datetime-local` field takes it, in whole minutes; what is no time stays as it is. */
export function localOf(written: string): string {
  const when = new Date(written);
  if (Number.isNaN(when.getTime())) return written;
  const figures = (figure: number, count = 2): string => String(figure).padStart(count, '0');
  // Who types 2026 types the year 2 first, and the field takes four figures alone.
  const day = `${figures(when.getFullYear(), 4)}-${figures(when.getMonth() + 1)}-${figures(when.getDate())}`;
  return `${day}T${figures(when.getHours())}:${figures(when.getMinutes())}`;
}

/** Which field a refusal is about: the API names a parameter, sometimes with its place in a list. */
export function fieldOf(parameter: string | null): FieldName | null {
  const name = parameter?.replace(/\[\d+\]$/, '') ?? '';
  if (name === 'ScheduleType') return 'SendAt';
  return name in BLANK ? (name as FieldName) : null;
}

/** Values of `ContentVariables`; what is no object of texts yet counts as none. */
export function variablesOf(json: string): Record<string, string> {
  try {
    const read: unknown = JSON.parse(json || '{}');
    if (typeof read !== 'object' || read === null) return {};
    return Object.fromEntries(Object.entries(read).map(([name, value]) => [name, String(value)]));
  } catch {
    // Half typed, or pasted wrong: the API says so when it is sent.
    return {};
  }
}

/** The text with its placeholders filled as far as they are known. */
export function filled(text: string, defaults: Record<string, string>, values: Record<string, string>): string {
  return text.replace(/\{\{\s*([^{}\s]+)\s*\}\}/g, (whole, name: string) => values[name] || defaults[name] || whole);
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
