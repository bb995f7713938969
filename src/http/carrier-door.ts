/**
 * Where carriers call in: `/carriers/{connector}` and below. No credentials of the API open it: a connector knows its
 * carrier by a signature or a secret. A carrier is answered after the commit alone, and told to come again otherwise.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CarrierAnswer, CarrierCall } from '../domain/carrier-call.ts';
import { refuse } from '../domain/errors.ts';
import { StoreUnavailable } from '../store/store.ts';
import { CarrierBrake } from './carrier-brake.ts';
import type { HttpContext } from './context.ts';
import { originOf } from './origin.ts';
import { sendText } from './send.ts';

/** A carrier may bring many receipts at once; the largest of those known tells up to 3 MB. */
const MOST_BYTES = 3_145_728;
const COME_AGAIN_SECONDS = 5;

type Request = FastifyRequest<{ Params: { connector: string; '*'?: string } }>;

export function registerCarrierDoor(app: FastifyInstance, context: HttpContext): void {
  const brake = new CarrierBrake(context.clock);

  app.register(async (scope) => {
    // Signatures are made over the bytes as they came.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
    const options = {
      bodyLimit: MOST_BYTES,
      onRequest: admit,
    };
    for (const path of ['/carriers/:connector', '/carriers/:connector/*']) {
      scope.get(path, { ...options, exposeHeadRoute: false }, answer);
      scope.post(path, options, answer);
    }
  });

  function admit(request: FastifyRequest, _: FastifyReply, done: (error?: Error) => void): void {
    const length = Number(request.headers['content-length'] ?? (request.method === 'GET' ? 0 : MOST_BYTES));
    const leave = brake.isOn(request.ip) ? null : brake.takeRoom(Math.min(length, MOST_BYTES));
    if (leave) request.raw.once('close', leave);
    done(leave ? undefined : refuse(20429));
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    const { connector } = (request as Request).params;
    const call = callOf(request as Request, originOf(request, context.settings.publicUrl));
    const answered = (await context.carriers?.(connector, call)?.catch(comeAgain)) ?? { kind: 'unknown' };
    switch (answered.kind) {
      case 'unknown':
        throw refuse(20404, { path: request.visit.path });
      case 'stranger':
        brake.countWrong(request.ip);
        odd(connector, answered.why);
        throw refuse(20003, {}, { status: 403, fix: 'Sign the request as the connector is set up to check it.' });
      case 'answer':
        brake.countRight(request.ip);
        return answered.body === undefined
          ? reply.code(answered.status).send()
          : sendText(reply, answered.status, answered.contentType ?? 'text/plain; charset=utf-8', answered.body);
    }
  }

  function odd(connector: string, why: string): void {
    context.observe({ type: 'connector.bind', at: context.clock.now(), connector, bind: 'door', state: 'odd', why });
  }

  /** Nothing of it is committed, or not all: a bug is told, and the carrier comes again in any case. */
  function comeAgain(error: unknown): CarrierAnswer {
    if (!(error instanceof StoreUnavailable)) {
      context.observe({ type: 'fault', at: context.clock.now(), where: 'carrier door', error });
    }
    throw refuse(20503, {}, { fix: `Come again in ${COME_AGAIN_SECONDS} seconds.` });
  }
}

function callOf(request: Request, origin: string): CarrierCall {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) headers[name] = [value ?? ''].flat().join(', ');
  const { '*': rest } = request.params;
  return {
    method: request.method === 'GET' ? 'GET' : 'POST',
    path: rest === undefined ? '' : `/${rest}`,
    url: origin + (request.raw.url ?? ''),
    headers,
    body: Buffer.isBuffer(request.body) ? request.body : new Uint8Array(),
  };
}
