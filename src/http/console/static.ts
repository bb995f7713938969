/**
 * The built pages of the console. They stand behind everything else: a path is theirs when nobody else answers it, it is
 * one of the console's, and the client is a browser that goes there. Names of link domains show none of it.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hostOf } from '../../domain/link-domain.ts';
import type { HttpContext } from '../context.ts';
import { clientHost } from '../origin.ts';
import { sendText } from '../send.ts';
import { CLIENT_PATHS } from './client-paths.ts';

/** Mantine and the virtual list set styles by script, hence `unsafe-inline` for styles; scripts are our files alone. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "connect-src 'self'",
  "font-src 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'self'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
/** Names of assets change with what is in them. */
const ASSETS_MAX_AGE_MS = 31_536_000_000;

/** Answers `false`: the request wants no page. */
export type ServePage = (request: FastifyRequest, reply: FastifyReply) => boolean;

export function registerPages(app: FastifyInstance, context: HttpContext): ServePage {
  const folder = context.console?.folder;
  if (folder === undefined) return () => false;

  app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/assets/',
    index: false,
    immutable: true,
    maxAge: ASSETS_MAX_AGE_MS,
    preCompressed: true,
    setHeaders: (reply) => void reply.headers(HEADERS),
  });
  app.get('/', (request, reply) => {
    if (!serve(request, reply)) reply.callNotFound();
  });

  return serve;

  function serve(request: FastifyRequest, reply: FastifyReply): boolean {
    if (!wantsPage(request) || isLinkHost(request)) return false;
    reply.headers({ ...HEADERS, 'cache-control': 'no-cache' });
    if (existsSync(join(folder ?? '', 'index.html'))) reply.sendFile('index.html', folder, { cacheControl: false });
    else sendText(reply, 503, 'text/html; charset=utf-8', NOT_BUILT);
    return true;
  }

  /** People who were texted a link come there. */
  function isLinkHost(request: FastifyRequest): boolean {
    const host = clientHost(request);
    const domains = context.links?.domains() ?? [];
    return domains.some((one) => hostOf(one) === host && one.base.endsWith(`${host}/`));
  }
}

/** `/` is a page for whoever takes anything, so that `curl` sees that somebody is there; the others are for browsers. */
function wantsPage({ method, headers: { accept }, visit: { path } }: FastifyRequest): boolean {
  if (path === '/') return /^(GET|HEAD)$/.test(method) && /text\/html|\*\/\*|^$/.test(accept ?? '');
  const isPage = CLIENT_PATHS.includes(path.split('/', 2)[1] ?? '');
  return method === 'GET' && isPage && accept?.includes('text/html') === true;
}

const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The console is not built</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;margin:15vh auto;max-width:36rem;padding:0 1rem}</style>
<h1>The console is not built</h1>
<p>The server runs and the API answers; only the pages of the console are missing. In the folder of the source run</p>
<pre>npm run build</pre>
<p>and load this page again. Packages and images bring the built console with them.</p>
</html>
`;
