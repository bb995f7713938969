/** Parameters of a create request that say how it is meant: shown and kept with the message, of little effect. */
import { refuse } from '../domain/errors.ts';
import type { MessageOptions } from '../domain/message.ts';
import { parseAction } from '../domain/persistent-action.ts';
import type { Form } from './form.ts';
import { readBoolean, readChoice, readInteger } from './parameters.ts';

const MOST_ACTIONS = 10;
const LONGEST_ACTION = 1_000;
const LONGEST_INTENT = 128;
const OTHER_ACTION = /^(?!geo:)[a-z][a-z0-9+.-]*:./i;

const HINTS = ['Attempt', 'ForceDelivery', 'RiskCheck', 'TrafficType', 'MessageIntent'] as const;

/** Checked, and kept as given for whoever looks at the message's trace. The list of `MessageIntent` is open: any word will do. */
export function readHints(form: Form): Pick<MessageOptions, 'hints'> {
  readInteger(form, 'Attempt');
  readBoolean(form, 'ForceDelivery');
  readChoice(form, 'RiskCheck', ['enable', 'disable']);
  readChoice(form, 'TrafficType', ['free']);
  const parameter = 'MessageIntent';
  const intent = form.one(parameter) ?? '';
  if (intent.length > LONGEST_INTENT) {
    throw refuse(21658, {}, { parameter, received: intent, allowed: `up to ${LONGEST_INTENT} characters` });
  }
  const given = HINTS.flatMap((name): [string, string][] => {
    const text = form.one(name);
    return text === undefined || text === '' ? [] : [[name, text]];
  });
  return given.length === 0 ? {} : { hints: Object.fromEntries(given) };
}

/**
 * Rich actions of channels, without effect on SMS, as in the original. Of places alone something comes; other kinds, such
 * as the `mailto:` of Twilio's own examples, are kept and shown.
 */
export function readActions(form: Form): Pick<MessageOptions, 'actions'> {
  const actions = form.all('PersistentAction').filter((action) => action !== '');
  if (actions.length === 0) return {};
  const parameter = 'PersistentAction';
  if (actions.length > MOST_ACTIONS) {
    throw refuse(20001, {}, { parameter, received: `${actions.length} actions`, allowed: `up to ${MOST_ACTIONS}` });
  }
  for (const received of actions) {
    if (received.length > LONGEST_ACTION) {
      throw refuse(21658, {}, { parameter, received, allowed: `up to ${LONGEST_ACTION} characters` });
    }
    if (OTHER_ACTION.test(received) || parseAction(received)) continue;
    const allowed = 'geo:latitude,longitude|label, or another scheme such as mailto:';
    throw refuse(20001, {}, { parameter, received, allowed, fix: 'Such as geo:37.787890,-122.391664|375 Beale St' });
  }
  return { actions };
}
