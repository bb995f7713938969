/** The last step of every API answer. */
import type { FastifyReply } from 'fastify';

/**
 * Sends text under exactly this type. Fastify would add `; charset=utf-8` to JSON, which the original does not have;
 * a serializer of one's own is its way of being told to leave the type alone.
 */
export function sendText(reply: FastifyReply, status: number, contentType: string, text: string): FastifyReply {
  return reply.code(status).header('content-type', contentType).serializer(asItIs).send(text);
}

function asItIs(payload: unknown): string {
  return payload as string;
}
