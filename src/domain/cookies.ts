/**
 * Cookies of an app that talks with one peer: kept per pair of addresses, forgotten after four hours of silence
 * (behaviour sheet 2.6). A part of RFC 6265: every cookie belongs to the very host that set it, `Domain` is not
 * followed. Values; what is kept is JSON.
 */

export interface Cookie {
  name: string;
  value: string;
  host: string;
  path: string;
  /** Goes over https alone. */
  secure: boolean;
  /** Epoch ms; `null`: as long as the jar. */
  expiresAt: number | null;
}

export interface CookieJar {
  /** Oldest first. */
  cookies: Cookie[];
  /** When the pair was last heard of, epoch ms. */
  usedAt: number;
}

export const COOKIE_IDLE_MS = 4 * 3_600_000;
const MOST_COOKIES = 30;
/** Name, value and attributes of one; also of all that one request carries. */
const LONGEST_COOKIE = 4_096;

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Printable ASCII: nothing that could break out of a header. */
const VALUE = /^[\x20-\x7e]*$/;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

export function emptyJar(now: number): CookieJar {
  return { cookies: [], usedAt: now };
}

/** `Cookie` for a request to `url`: longer paths first, then older ones; `null`: none. */
export function cookieHeader(jar: CookieJar, url: string, now: number): string | null {
  const target = URL.parse(url);
  if (!target) return null;
  const isSecure = target.protocol === 'https:';
  const fit = alive(jar, now)
    .filter(
      ({ host, path, secure }) => host === target.hostname && covers(path, target.pathname) && (isSecure || !secure),
    )
    .sort((a, b) => b.path.length - a.path.length);
  let header = '';
  for (const { name, value } of fit) {
    const longer = `${header}${header === '' ? '' : '; '}${name}=${value}`;
    if (longer.length <= LONGEST_COOKIE) header = longer;
  }
  return header === '' ? null : header;
}

/**
 * The jar after an answer of `url` with these `Set-Cookie` headers, one text each. What cannot be read or kept is
 * ignored; beyond 30 the oldest go.
 */
export function takeCookies(jar: CookieJar, headers: readonly string[], url: string, now: number): CookieJar {
  const target = URL.parse(url);
  let cookies = alive(jar, now);
  for (const header of target ? headers : []) {
    const cookie = target && readCookie(header, target, now);
    if (!cookie) continue;
    const same = (one: Cookie) => one.name === cookie.name && one.host === cookie.host && one.path === cookie.path;
    const place = cookies.findIndex(same);
    const isOver = cookie.expiresAt !== null && cookie.expiresAt <= now;
    if (isOver) cookies = cookies.filter((one) => !same(one));
    else if (place >= 0) cookies = cookies.with(place, cookie);
    else cookies = [...cookies, cookie].slice(-MOST_COOKIES);
  }
  return { cookies, usedAt: now };
}

function alive(jar: CookieJar, now: number): Cookie[] {
  if (now - jar.usedAt >= COOKIE_IDLE_MS) return [];
  return jar.cookies.filter(({ expiresAt }) => expiresAt === null || expiresAt > now);
}

function readCookie(header: string, url: URL, now: number): Cookie | null {
  if (header.length > LONGEST_COOKIE) return null;
  const [pair = '', ...attributes] = header.split(';');
  const [name, value] = halves(pair);
  if (!NAME.test(name) || !VALUE.test(value)) return null;
  const cookie = { name, value, host: url.hostname, path: folderOf(url.pathname), secure: false };
  let maxAgeEnd: number | null = null;
  let expires: number | null = null;
  for (const attribute of attributes) {
    const [key, given] = halves(attribute);
    switch (key.toLowerCase()) {
      case 'path':
        cookie.path = given.startsWith('/') && VALUE.test(given) ? given : folderOf(url.pathname);
        break;
      case 'secure':
        cookie.secure = true;
        break;
      case 'max-age':
        if (/^-?\d{1,15}$/.test(given)) maxAgeEnd = now + Number(given) * 1_000;
        break;
      case 'expires':
        expires = readDate(given);
        break;
      default:
      // HttpOnly and SameSite are about browsers; Domain is not followed.
    }
  }
  if (cookie.secure && url.protocol !== 'https:') return null;
  return { ...cookie, expiresAt: maxAgeEnd ?? expires };
}

function halves(text: string): [name: string, value: string] {
  const at = text.indexOf('=');
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function folderOf(path: string): string {
  const end = path.lastIndexOf('/');
  return end <= 0 ? '/' : path.slice(0, end);
}

function covers(folder: string, path: string): boolean {
  return path === folder || (path.startsWith(folder) && (folder.endsWith('/') || path[folder.length] === '/'));
}

/** The dates of RFC 6265 5.1.1: parts in any order, two-digit years too. `null`: none, and the cookie stays. */
function readDate(text: string): number | null {
  let time: string[] | null = null;
  let day = 0;
  let month = -1;
  let year = -1;
  for (const token of text.split(/[\t \-,;/.]+/)) {
    const clock: string[] | null = time ? null : /^(\d{1,2}):(\d{1,2}):(\d{1,2})$/.exec(token);
    if (clock) time = clock.slice(1);
    else if (day === 0 && /^\d{1,2}$/.test(token)) day = Number(token);
    else if (month < 0 && /^[a-z]{3,9}$/i.test(token)) month = MONTHS.indexOf(token.slice(0, 3).toLowerCase());
    else if (year < 0 && /^(?:\d{2}|\d{4})$/.test(token)) year = Number(token);
  }
  if (!time || day < 1 || day > 31 || month < 0 || year < 0) return null;
  const [hour = 99, minute = 99, second = 99] = time.map(Number);
  if (hour > 23 || minute > 59 || second > 59) return null;
  return Date.UTC(year >= 100 ? year : year + (year < 70 ? 2000 : 1900), month, day, hour, minute, second);
}
