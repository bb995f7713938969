/** Callback URLs: what is one, and what its fragment asks for (behaviour sheet 2.1 and 2.5). Pure. */
import { Generations } from './generations.ts';

/** Failures that Twilio's `rp` names: an answer 4xx or 5xx, no connection or TLS, no answer in time. */
const RETRY_CAUSES = ['4xx', '5xx', 'ct', 'rt'] as const;
export type RetryCause = (typeof RETRY_CAUSES)[number];

/** Time-outs in milliseconds, clamped to Twilio's ranges; the fragment is neither sent nor signed. */
export interface CallbackRules {
  connectMs: number;
  readMs: number;
  /** With `retry`: over all attempts of one event. Without: of each attempt. */
  totalMs: number;
  /** Twilio's own rule, when `#rc` or `#rp` was given; `null`: ours decides (settled 8 and 40). */
  retry: { count: number; on: readonly RetryCause[] } | null;
  /** `false` with `#sni=n`. Kept for the record: we always name the host. */
  sni: boolean;
  /** Twilio's egress edges. Accepted and ignored: we leave from where we are. */
  edges: readonly string[];
  /** Codes of what was wrong in the fragment: 11243 for `rp`, 11240 for `e`. The defaults stand in. */
  warnings: readonly number[];
}

export type ParsedCallbackUrl =
  | {
      ok: true;
      /** What to ask for: without the fragment, with user and password where given. */
      url: string;
      /** What to sign: without the fragment and without user and password, in the form a server sees it. */
      target: string;
      /** Scheme, host and port: receivers are kept apart by it. */
      origin: string;
      rules: CallbackRules;
    }
  | { ok: false; why: string };

const EDGES = new Set(
  'ashburn dublin frankfurt sao-paulo singapore sydney tokyo umatilla ashburn-ix frankfurt-ix london-ix san-jose-ix singapore-ix'.split(
    ' ',
  ),
);
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const LONGEST_HOST = 253;

/** URLs are few and repeat without end: each message names one, and reading it costs more than all else in its form. */
const LONGEST_KEPT = 512;
const kept = new Generations<string, Readonly<ParsedCallbackUrl>>(1_000);

/**
 * Reads a callback URL. Refused (21609 at create): anything but an absolute http or https URL, a host that is no
 * valid name or address, an underscore in the host. A strange fragment never refuses: see `rules.warnings`.
 */
export function parseCallbackUrl(text: string): Readonly<ParsedCallbackUrl> {
  const known = kept.get(text);
  if (known) return known;
  const parsed = parse(text);
  if (text.length <= LONGEST_KEPT) kept.set(text, parsed);
  return parsed;
}

function parse(text: string): ParsedCallbackUrl {
  const trimmed = text.trim();
  if (!/^https?:\/\/[^/\\?#]/i.test(trimmed)) return { ok: false, why: 'not an absolute http or https URL' };
  // The URL parser would drop these without a word and so ask for something else than was written.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(trimmed)) return { ok: false, why: 'holds a control character' };
  let url: URL;
  try {
    url = new URL(trimmed);
  } catch {
    return { ok: false, why: 'not a valid URL' };
  }
  const why = hostFault(url.hostname);
  if (why) return { ok: false, why };
  const rules = readFragment(url.hash.slice(1));
  url.hash = '';
  const whole = url.href;
  url.username = '';
  url.password = '';
  return { ok: true, url: whole, target: url.href, origin: url.origin, rules };
}

function hostFault(hostname: string): string | null {
  if (hostname.startsWith('[')) return null;
  if (hostname.includes('_')) return `the host "${hostname}" holds an underscore`;
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  const valid = name.length > 0 && name.length <= LONGEST_HOST && name.split('.').every((label) => LABEL.test(label));
  return valid ? null : `"${hostname}" is not a valid host name`;
}

function readFragment(fragment: string): CallbackRules {
  const pairs = new URLSearchParams(fragment);
  const warnings: number[] = [];
  const on = readCauses(pairs.get('rp'), warnings);
  const edges = readList(pairs.get('e'));
  if (edges.some((edge) => !EDGES.has(edge))) warnings.push(11240);
  return {
    connectMs: clamp(pairs.get('ct'), 100, 10_000, 5_000),
    readMs: clamp(pairs.get('rt'), 100, 15_000, 15_000),
    totalMs: clamp(pairs.get('tt'), 100, 15_000, 15_000),
    retry: pairs.has('rc') || pairs.has('rp') ? { count: clamp(pairs.get('rc'), 0, 5, 1), on } : null,
    sni: pairs.get('sni')?.toLowerCase() !== 'n',
    edges,
    warnings,
  };
}

function readCauses(text: string | null, warnings: number[]): readonly RetryCause[] {
  const named = readList(text);
  if (named.length === 0) return ['ct'];
  if (named.includes('all')) return RETRY_CAUSES;
  const known = RETRY_CAUSES.filter((cause) => named.includes(cause));
  if (named.some((name) => !RETRY_CAUSES.some((cause) => cause === name))) warnings.push(11243);
  return known.length > 0 ? known : ['ct'];
}

function readList(text: string | null): string[] {
  return (text ?? '')
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '');
}

function clamp(text: string | null, least: number, most: number, byDefault: number): number {
  if (text === null || !/^-?\d+$/.test(text.trim())) return byDefault;
  return Math.min(most, Math.max(least, Number(text)));
}
