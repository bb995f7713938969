/** `…/keyword-handling` of a service or a sender: whether STOP, START and HELP are handled for it, or left to its app. */
import type { Document, Sender } from '../../store/directory.ts';
import type { Answer } from '../answer.ts';
import type { Call } from '../context.ts';
import { keepDocument } from '../keep-document.ts';
import { keepSender } from '../keep-sender.ts';
import { missingResource, mustFindService, mustFindToChange } from '../messaging/services.ts';
import { canonicalSid } from '../sids.ts';
import { objectOf, wrong } from './fields.ts';

const PROPERTY = 'keyword_handling';
const CHOICES = ['default', 'off'];

export async function fetchServiceHandling(call: Call): Promise<Answer> {
  return answer(await mustFindService(call));
}

export async function putServiceHandling(call: Call): Promise<Answer> {
  const { service: found, made } = await mustFindToChange(call);
  const service = changed(call, found);
  await keepDocument(call.context.store, service, made);
  return answer(service);
}

export async function fetchSenderHandling(call: Call): Promise<Answer> {
  return answer(await mustFindSender(call));
}

export async function putSenderHandling(call: Call): Promise<Answer> {
  const found = await mustFindSender(call);
  const sender = changed(call, found);
  await keepSender(call, sender, found);
  return answer(sender);
}

async function mustFindSender(call: Call): Promise<Sender> {
  const sender = await call.context.store.sender(call.account.sid, canonicalSid(call.sids[0]));
  if (!sender) throw missingResource(call);
  return sender;
}

/** The default is kept as nothing: what was never changed looks as ever in the rest of the API. */
function changed<T extends Document | Sender>(call: Call, thing: T): T {
  const { [PROPERTY]: choice } = objectOf(call.json, 'the body', [PROPERTY]);
  if (typeof choice !== 'string' || !CHOICES.includes(choice)) throw wrong(PROPERTY, choice, CHOICES.join(', '));
  const { [PROPERTY]: _, ...rest } = thing.properties;
  const properties = choice === 'off' ? { ...rest, [PROPERTY]: choice } : rest;
  return { ...thing, properties, updatedAt: call.context.clock.now() };
}

function answer({ sid, accountSid, properties }: Document | Sender): Answer {
  const handling = properties[PROPERTY] === 'off' ? 'off' : 'default';
  const resource = { sid, account_sid: accountSid, [PROPERTY]: handling };
  return { kind: 'resource', status: 200, element: 'KeywordHandling', resource };
}
