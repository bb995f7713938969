/** `/errors/{code}`: what a code means and what to do, as JSON, or as a plain page for a browser. Needs no credentials. */
import type { FastifyInstance } from 'fastify';
import { type Explanation, explain } from '../domain/catalogue.ts';
import { refuse } from '../domain/errors.ts';
import { escapeXml } from './render-xml.ts';
import { sendText } from './send.ts';

export function registerErrorsPage(app: FastifyInstance): void {
  app.get<{ Params: { code: string } }>('/errors/:code', (request, reply) => {
    const code = /^(\d{5})(?:\.json)?$/.exec(request.params.code)?.[1];
    const explanation = code === undefined ? null : explain(Number(code));
    if (explanation === null) throw refuse(20404, { path: request.visit.path });
    const wantsPage = !request.visit.path.endsWith('.json') && request.headers.accept?.includes('text/html');
    const type = wantsPage ? 'text/html; charset=utf-8' : 'application/json';
    sendText(reply, 200, type, wantsPage ? page(explanation) : JSON.stringify(explanation));
  });
}

function page(of: Explanation): string {
  const title = escapeXml(`${of.code} ${of.title}`);
  const items = (lines: string[]) => lines.map((line) => `<li>${escapeXml(line)}</li>`).join('');
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${title}</title>
<h1>${title}</h1>
<p>${escapeXml(of.meaning)}</p>
<p>${of.status === null ? 'Seen on messages and callbacks, never as an answer.' : `HTTP status ${of.status}.`} Whose move: ${escapeXml(of.side)}.</p>
<h2>Likely causes</h2><ul>${items(of.causes)}</ul>
<h2>What to do</h2><ul>${items(of.fixes)}</ul>
<h2>Try it</h2><p>${escapeXml(of.reproduce)}</p>
</html>
`;
}
