/**
 * Tells ESMEs what they have to hear: a deliver_sm for each part whose receipt is wanted, or for each part of a message
 * that came in. It is over when all were answered well; what is cut short is told again from the beginning.
 */

import { esmeUserOf } from '../domain/esme-address.ts';
import type { EsmeTeller, Told } from '../engine/tell-esmes.ts';
import { describeStatus, ESME } from '../wire/smpp/codes.ts';
import { arrivalFields, receiptFields } from './deliveries.ts';
import type { Session } from './session.ts';
import type { DeliverFields } from './session-shapes.ts';
import type { EsmeUser } from './settings.ts';
import type { Users } from './users.ts';

/** What an ESME says that passes. All else is its last word. */
const PASSING: ReadonlySet<number> = new Set([
  ESME.ESME_RSYSERR,
  ESME.ESME_RMSGQFUL,
  ESME.ESME_RTHROTTLED,
  ESME.ESME_RX_T_APPN,
]);
const NOT_BOUND = 'it is not bound here any more';

export function makeTeller(users: Users, onRoom: () => void): EsmeTeller {
  async function tellAll(pick: () => Session | null, fields: DeliverFields[], text: string): Promise<Told> {
    for (const one of fields) {
      const session = pick();
      if (session === null) return { kind: 'gone', note: NOT_BOUND, text };
      const answer = await session.deliver(one);
      if (answer === null) {
        // A bind that is there and silent is not to be asked again at once.
        return { kind: session.isBound ? 'busy' : 'gone', note: 'no answer to deliver_sm', text };
      }
      const { commandStatus } = answer;
      if (commandStatus === ESME.ESME_ROK) continue;
      const note = describeStatus(commandStatus).name;
      return { kind: PASSING.has(commandStatus) ? 'busy' : 'refused', note, text };
    }
    return { kind: 'taken', note: '', text };
  }

  return {
    room: () => users.room(),
    async tell(work, message) {
      const name = esmeUserOf(work.payload.url) ?? '';
      const told = await users.telling(name, async (pick, user: EsmeUser): Promise<Told> => {
        // A number's webhook may name anybody; nobody hears of another account's messages.
        if (user.accountSid !== work.accountSid) {
          return { kind: 'refused', note: `${name} is no user of this account`, text: '' };
        }
        const fields = message ? arrivalFields(message, user) : receiptFields(work.payload, user);
        const text = message
          ? ''
          : fields.map(({ shortMessage }) => Buffer.from(shortMessage ?? []).toString('latin1'));
        return tellAll(pick, fields, typeof text === 'string' ? text : text.join('\n'));
      });
      onRoom();
      return told ?? { kind: 'gone', note: NOT_BOUND, text: '' };
    },
  };
}
