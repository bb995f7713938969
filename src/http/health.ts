/** For machines that watch: `/healthz` (the process answers), `/readyz` (it can do its work), `/metrics` (Prometheus). */
import type { FastifyInstance } from 'fastify';
import { refuse } from '../domain/errors.ts';
import type { HttpContext } from './context.ts';
import { isUnproxied } from './local-call.ts';
import { isSameSecret } from './same-secret.ts';
import { sendText } from './send.ts';

export function registerHealth(app: FastifyInstance, context: HttpContext): void {
  const health = JSON.stringify({ status: 'ok', ...(context.risk ? { risk: context.risk } : {}) });
  app.get('/healthz', (_request, reply) => {
    sendText(reply, 200, 'application/json', health);
  });

  app.get('/readyz', async (_request, reply) => {
    const { ok, why } = await context.ready();
    const body = JSON.stringify(ok ? { status: 'ready' } : { status: 'unavailable', why });
    return sendText(reply, ok ? 200 : 503, 'application/json', body);
  });

  app.get('/metrics', async (request, reply) => {
    if (!isUnproxied(request) && !holdsToken(request.headers.authorization, context.settings.metricsToken)) {
      throw refuse(20403, {}, { status: 403, fix: 'Ask from this machine, or send the metrics token as Bearer.' });
    }
    return reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(await context.metrics());
  });
}

function holdsToken(header: string | undefined, token: string | undefined): boolean {
  const given = /^bearer +(\S+) *$/i.exec(header ?? '')?.[1];
  return token !== undefined && given !== undefined && isSameSecret(given, token);
}
