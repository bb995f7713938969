/** Which number a POST of IncomingPhoneNumbers takes: the one it names, or a free one of an area. */
import { parseSender } from '../domain/address.ts';
import { refuse } from '../domain/errors.ts';
import { pooledNumbers, poolWith } from '../domain/number-pools.ts';
import type { Sender } from '../store/directory.ts';
import { areaCodeOf, freeOnes, isAreaCode, poolsOf } from './available-numbers.ts';
import type { Call } from './context.ts';

/** Magic values of Twilio's test credentials: a number that is taken, one that is none, one to be had, an empty area. */
const MAGIC_TAKEN = '+15005550000';
const MAGIC_INVALID = '+15005550001';
const MAGIC_FREE = '+15005550006';
const MAGIC_EMPTY_AREA = '533';

/** So many free ones are tried in turn: others may be choosing at the same moment. */
const MOST_TRIED = 20;

/** The number named in `PhoneNumber`; 400/21421 when it is none. */
export function readPhoneNumber(call: Call): string {
  const text = call.form.one('PhoneNumber');
  if (!text)
    throw refuse(21421, { PhoneNumber: '' }, { parameter: 'PhoneNumber', fix: 'Send the number in E.164 form.' });
  const address = text === MAGIC_INVALID ? null : parseSender(text);
  if (address?.kind === 'number') return address.e164;
  const details = { parameter: 'PhoneNumber', received: text, allowed: 'a number in E.164 form' };
  throw refuse(21421, { PhoneNumber: text }, { ...details, fix: 'Write it as +12025550100.' });
}

/** The numbers to try, first choice first. `PhoneNumber` wins over `AreaCode`. */
export async function chosenNumbers(call: Call): Promise<string[]> {
  const areaCode = call.form.one('AreaCode');
  if (call.form.one('PhoneNumber') || !areaCode) {
    const e164 = readPhoneNumber(call);
    if (e164 === MAGIC_TAKEN || !isToBeHad(call, e164)) throw taken(e164);
    return [e164];
  }
  const details = { parameter: 'AreaCode', received: areaCode };
  if (!isAreaCode(areaCode)) throw refuse(21451, {}, { ...details, allowed: 'three digits, the first from 2 to 9' });
  const pools = poolsOf(call).filter(({ type }) => type === 'local');
  const wanted = [...pooledNumbers(pools)].filter(({ e164 }) => areaCodeOf(e164) === areaCode);
  if (areaCode === MAGIC_EMPTY_AREA) throw refuse(21452, {}, details);
  if (wanted.length === 0) throw refuse(21457, {}, { ...details, fix: 'Add the area to a pool of the settings.' });
  const free = await freeOnes(call.context.store, wanted, MOST_TRIED);
  if (free.length === 0) throw refuse(21452, {}, details);
  return free.map(({ e164 }) => e164);
}

/** The magic number to be had is one of those that `dev` begins with: there, whoever has it may take it again. */
export async function findHadAnyway(call: Call, e164: string): Promise<Sender | null> {
  const { settings, store } = call.context;
  if (settings.mode !== 'dev' || e164 !== MAGIC_FREE) return null;
  const sender = await store.senderByAddress(e164);
  return sender?.accountSid === call.account.sid ? sender : null;
}

export function taken(e164: string): Error {
  const fix = 'Choose a number nobody has registered.';
  return refuse(21422, { PhoneNumber: e164 }, { parameter: 'PhoneNumber', received: e164, fix });
}

/**
 * The operator's account registers any number: it is their carrier contract (settled 24). A subaccount by itself has
 * what the pools offer; its parent may put any number there.
 */
function isToBeHad(call: Call, e164: string): boolean {
  const { account } = call.caller;
  return account.ownerSid === account.sid || poolWith(poolsOf(call), e164) !== null;
}
