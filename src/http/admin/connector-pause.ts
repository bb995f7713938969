/** `/_admin/v1/connectors/{name}/pause` and `…/resume`: the operator stops and starts sending through a connector. */
import type { Answer } from '../answer.ts';
import type { Call } from '../context.ts';
import { fieldsOf, wrong } from './fields.ts';
import { ofConnector, operatorRoom, showConnector } from './pdus.ts';

const LONGEST_REASON = 200;

export async function pauseConnector(call: Call): Promise<Answer> {
  const { connector } = ofConnector(call);
  const { reason = null } = fieldsOf(call.json ?? {}, ['reason']);
  if (reason !== null && reason.length > LONGEST_REASON) {
    throw wrong('reason', reason, `at most ${LONGEST_REASON} characters`);
  }
  await operatorRoom(call).pause(connector, reason);
  return shown(call, connector);
}

/** Also one that was not paused: it sends. */
export async function resumeConnector(call: Call): Promise<Answer> {
  const { connector } = ofConnector(call);
  fieldsOf(call.json ?? {}, []);
  await operatorRoom(call).resume(connector);
  return shown(call, connector);
}

function shown(call: Call, connector: string): Answer {
  const found = operatorRoom(call)
    .list()
    .find(({ name }) => name === connector);
  return { kind: 'resource', status: 200, element: 'Connector', resource: found ? showConnector(found) : {} };
}
