/** Who follows a short link, by what it says of itself: a person's browser, or a program that looks ahead. Pure. */

/** Some browsers and messengers say by a header that they only look ahead, in the name of a person's browser. */
const PURPOSES = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'];
const AHEAD = /prefetch|preview/i;
/**
 * Programs that draw previews of links or look into messages, as they name themselves. A browser inside of an app is a
 * person's (`FBAN/`, `Instagram`), and a test's without a head plays one.
 */
const PROGRAM =
  /bot\b|bot\/|crawler|spider|preview|facebookexternalhit|facebookcatalog|meta-externalfetcher|^whatsapp\/|google-pagerenderer|googleother|google-read-aloud|slack-imgproxy|embedly|iframely|vkshare|yahoo! slurp|safelinks|barracuda|proofpoint|mimecast|urlscan/i;
/** A version beyond its first number tells machines apart and nothing else. */
const MINOR = /(\d)[._]\d[\d._]*/g;
const AGENT_LENGTH = 120;

/** Whether a visit only looks ahead, so that it is no click. `headers` by lower-case name. */
export function isPreview(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  if (PURPOSES.some((name) => AHEAD.test(String(headers[name] ?? '')))) return true;
  return PROGRAM.test(String(headers['user-agent'] ?? ''));
}

/** What is kept of a `User-Agent`: one line, cut short, with the first number of each version alone. */
export function shortAgent(agent: string): string {
  // Nothing that draws a line of its own or turns the direction of another.
  const plain = agent.slice(0, 2 * AGENT_LENGTH).replaceAll(/[^\x20-\x7e]/g, ' ');
  const text = plain.replaceAll(MINOR, '$1').trim();
  if (text.length <= AGENT_LENGTH) return text;
  const wholeWords = text.lastIndexOf(' ', AGENT_LENGTH);
  return text.slice(0, wholeWords > 0 ? wholeWords : AGENT_LENGTH).trimEnd();
}
