/**
 * Who follows a short link comes in here: `/{code}` under the name of a link domain, `/l/{code}` under any name. Leads
 * to nothing but what a message said: the target is looked up, never taken from the request.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hostOf, OWN_LINK_PATH } from '../domain/link-domain.ts';
import { isPreview, shortAgent } from '../domain/link-visitor.ts';
import { isCode, isWebAddress } from '../domain/links.ts';
import type { Message } from '../domain/message.ts';
import { obfuscated } from '../domain/privacy.ts';
import { linkDomain } from '../engine/link-domains.ts';
import type { Link } from '../store/media.ts';
import { StoreUnavailable } from '../store/store.ts';
import type { HttpContext } from './context.ts';
import { clientHost } from './origin.ts';
import { sendText } from './send.ts';

type Request = FastifyRequest<{ Params: { code: string } }>;

const REDIRECTED = 30104;
const LOST = 30105;
/** Of what a browser says of itself, this much is told. */
const AGENT_LENGTH = 512;

/** `unknown` answers what is no link. */
export function registerLinkVisits(
  app: FastifyInstance,
  context: HttpContext,
  unknown: (request: FastifyRequest, reply: FastifyReply) => void,
): void {
  const { store, clock, links } = context;
  if (!links) return;

  app.get(`${OWN_LINK_PATH}:code`, (request: Request, reply) => visit(request, reply, null));
  app.get('/:code', (request: Request, reply) => {
    const host = clientHost(request);
    const domain = links.domains().find((one) => hostOf(one) === host && one.base.endsWith(`${host}/`));
    if (!domain) return unknown(request, reply);
    return visit(request, reply, domain.sid);
  });

  /** `domainSid`: by whose name the visitor came; `null`: by the path that serves all domains. */
  async function visit(request: Request, reply: FastifyReply, domainSid: string | null): Promise<FastifyReply> {
    reply.header('cache-control', 'no-store').header('x-robots-tag', 'noindex');
    const { code } = request.params;
    const link = isCode(code) ? await store.link(code) : null;
    const isKnown = link !== null && (domainSid === null || link.domainSid === domainSid);
    if (!isKnown || link.expiresAt <= clock.now() || !isWebAddress(link.target)) {
      return lost(request, reply, isKnown ? link : null, domainSid);
    }
    // Programs that only look ahead ask with HEAD; a click is a GET.
    if (request.method === 'GET') await count(link, request.headers);
    return reply.code(302).header('location', link.target).send();
  }

  /** A visitor goes on in any case: what cannot be counted now is not worth an error page. */
  async function count(link: Link, headers: Request['headers']): Promise<void> {
    const agent = headers['user-agent'] ?? '';
    try {
      const message = await store.message(link.accountSid, link.messageSid);
      const domain = await linkDomain(store, links?.domains ?? (() => []), link.accountSid, link.domainSid);
      const url = domain?.callbackUrl ?? null;
      const callback = url === null ? null : { url, json: tell(link, message, agent) };
      const visit = { code: link.code, callback, isPreview: isPreview(headers), agent: noted(message, agent) };
      await store.visitLink(visit, clock.now());
      if (callback) context.ringCallbacks();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      context.observe({ type: 'fault', at: clock.now(), where: 'links: visit', error });
    }
  }

  /** What a click callback says (behaviour sheet 9.3). Of a deleted message the numbers are not known any more. */
  function tell(link: Link, message: Message | null, agent: string): string {
    return JSON.stringify({
      event_type: 'click',
      sms_sid: link.messageSid,
      to: message?.to ?? null,
      from: message?.from ?? null,
      link: link.target,
      click_time: new Date(clock.now()).toISOString(),
      messaging_service_sid: message?.serviceSid ?? null,
      account_sid: link.accountSid,
      user_agent: agent.slice(0, AGENT_LENGTH),
    });
  }

  /** Over or never there: to the fallback of the domain, as the account of the link has it, or to a page. */
  async function lost(request: Request, reply: FastifyReply, link: Link | null, domainSid: string | null) {
    const sid = link?.domainSid ?? domainSid;
    const owner = link?.accountSid ?? links?.ownerSid ?? '';
    const domain = sid === null ? null : await linkDomain(store, links?.domains ?? (() => []), owner, sid);
    const fallback = domain?.fallbackUrl ?? null;
    request.visit.errorCode = fallback === null ? LOST : REDIRECTED;
    if (fallback !== null) return reply.code(302).header('location', new URL(fallback).href).send();
    return sendText(reply, 404, 'text/html; charset=utf-8', PAGE);
  }
}

/** Of a message whose text is gone nobody's visits are noted, and of one that has no number any more only their time. */
function noted(message: Message | null, agent: string): string | undefined {
  if (message === null || message.body === '') return undefined;
  const { to, options } = message;
  return options.obfuscateAddresses || obfuscated(to) === to ? '' : shortAgent(agent);
}

const PAGE = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>This link leads nowhere</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;margin:15vh auto;max-width:30rem;padding:0 1rem}</style>
<h1>This link leads nowhere</h1>
<p>It has expired, or there is a slip in it. Look at the message once more, or ask whoever sent it for a new one.</p>
</html>
`;
