/**
 * `/_admin/v1/connectors/{name}/test`: the staircase to a carrier, a line of JSON a step, each as it is done. It stands
 * beside what the connector does: a bind of its own, which ends with it.
 */
import { parseSender, parseTo } from '../../domain/address.ts';
import { refuse } from '../../domain/errors.ts';
import type { TestStep } from '../../domain/test-step.ts';
import type { Download } from '../answer.ts';
import type { Call } from '../context.ts';
import type { TestMessage } from './connector-shapes.ts';
import { fieldsOf, wrong } from './fields.ts';
import { ofConnector, operatorRoom } from './pdus.ts';

const BODY = 'Pidge test';
const LONGEST_BODY = 1_600;

export function testConnector(call: Call): Download {
  const { connector } = ofConnector(call);
  const message = messageOf(call, connector);
  const room = operatorRoom(call);
  if (room.isTesting(connector)) {
    const fix = 'Wait until the test that runs has ended.';
    throw refuse(20429, { text: `${connector} is being tested` }, { received: connector, fix });
  }
  const chunks = linesOf(room.test(connector, message));
  return { kind: 'download', contentType: 'application/x-ndjson', name: 'connector-test.ndjson', chunks };
}

async function* linesOf(steps: AsyncIterable<TestStep>): AsyncGenerator<string> {
  for await (const { step, outcome, text, ms, causes } of steps) {
    yield `${JSON.stringify({ step, outcome, text, ms, causes })}\n`;
  }
}

function messageOf(call: Call, connector: string): TestMessage {
  const { to, from, body = BODY } = fieldsOf(call.json ?? {}, ['to', 'from', 'body']);
  if (body === '' || body.length > LONGEST_BODY) throw wrong('body', body, `1 to ${LONGEST_BODY} characters`);
  if (to === undefined && from === undefined) return { body };
  if (to === undefined) throw wrong('to', to, 'whom the message is for, beside from');
  if (from === undefined) throw wrong('from', from, 'as whom it leaves, beside to');
  if (!parseTo(to)) throw wrong('to', to, 'like +12025550101');
  if (!parseSender(from)) throw wrong('from', from, 'a number, a short code or a name that is registered');
  const recipient = operatorRoom(call).recipientOf(connector, to);
  if (recipient === null) throw wrong('to', to, 'whom safety.allow_to names');
  return { to: recipient, from, body };
}
