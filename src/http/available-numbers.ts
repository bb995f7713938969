/** AvailablePhoneNumbers: what the pools of this server hold and nobody has taken yet. */
import { canonicalCountry, countryName } from '../domain/countries.ts';
import { refuse } from '../domain/errors.ts';
import { friendly } from '../domain/number-format.ts';
import {
  type NumberPool,
  type Pooled,
  type PoolType,
  pooledNumbers,
  readContains,
  regionOf,
} from '../domain/number-pools.ts';
import type { Store } from '../store/store.ts';
import { type Answer, API_ROOT, type List, type Resource } from './answer.ts';
import type { Call } from './context.ts';
import type { Form } from './form.ts';
import { badToken, readPageSize } from './page.ts';
import { boolean } from './properties.ts';

/** Path segment, the name among the subresources of a country, and the pools it shows. */
export const AVAILABLE_TYPES: [segment: string, name: string, type: PoolType][] = [
  ['Local', 'local', 'local'],
  ['Mobile', 'mobile', 'mobile'],
  ['TollFree', 'toll_free', 'toll-free'],
  ['National', 'national', 'national'],
  ['SharedCost', 'shared_cost', 'shared-cost'],
  ['Voip', 'voip', 'voip'],
  ['MachineToMachine', 'machine_to_machine', 'machine-to-machine'],
];

/** Looked up by one read. */
const BATCH = 256;

export function listCountries(call: Call): Answer {
  const countries = [...new Set(poolsOf(call).map(({ country }) => country))].sort();
  const resource = { countries: countries.map((country) => renderCountry(call, country)), uri: pathOf(call) };
  return { kind: 'resource', status: 200, element: 'AvailablePhoneNumberCountries', resource };
}

export function fetchCountry(call: Call): Answer {
  const country = mustHave(call);
  return { kind: 'resource', status: 200, element: 'Country', resource: renderCountry(call, country) };
}

/** The search among one type of a country's numbers, in the order of the numbers. */
export function searchNumbers(type: PoolType): (call: Call) => Promise<Answer> {
  return async (call) => {
    const country = mustHave(call);
    const pools = poolsOf(call).filter((pool) => pool.country === country && pool.type === type);
    if (pools.length === 0) throw refuse(20404, { path: call.meta.path });
    const { fits, filters } = readSearch(call.query);
    const { size, page } = readPageSize(call.query);
    const after = readToken(call.query.one('PageToken') || undefined);
    const wanted = [...pooledNumbers(pools)]
      .filter(({ e164, pool }) => (after === null || e164 > after) && fits(e164, pool))
      .sort((one, other) => (one.e164 < other.e164 ? -1 : 1));
    const skipped = after === null ? page * size : 0;
    const free = (await freeOnes(call.context.store, wanted, skipped + size + 1)).slice(skipped);
    return { kind: 'list', list: makePage(call, free, { size, page, filters }) };
  };
}

/** The first of `wanted` that no account has, at most `most`. */
export async function freeOnes(
  store: Pick<Store, 'sendersByAddress'>,
  wanted: Pooled[],
  most: number,
): Promise<Pooled[]> {
  const free: Pooled[] = [];
  for (let at = 0; at < wanted.length && free.length < most; at += BATCH) {
    const batch = wanted.slice(at, at + BATCH);
    const held = new Set((await store.sendersByAddress(batch.map(({ e164 }) => e164))).map(({ address }) => address));
    free.push(...batch.filter(({ e164 }) => !held.has(e164)));
  }
  return free.slice(0, most);
}

export function poolsOf(call: Call): NumberPool[] {
  return call.context.settings.numberPools ?? [];
}

function mustHave(call: Call): string {
  const country = canonicalCountry(call.sids[0] ?? '');
  if (!poolsOf(call).some((pool) => pool.country === country)) throw refuse(20404, { path: call.meta.path });
  return country;
}

type Fits = (e164: string, pool: NumberPool) => boolean;

/** Facts about a place that no pool tells: whoever asks for one of them finds nothing. */
const UNKNOWN_FACTS = ['NearLatLong', 'InPostalCode', 'InRateCenter', 'InLata', 'InLocality'];
const LAT_LONG = /^-?\d{1,3}(\.\d+)?,-?\d{1,3}(\.\d+)?$/;
/** No number here wants an address or is beta, so these take nothing away. */
const IDLE = ['ExcludeAllAddressRequired', 'ExcludeLocalAddressRequired', 'ExcludeForeignAddressRequired'];

function readSearch(query: Form): { fits: Fits; filters: [string, string][] } {
  const tests: Fits[] = [];
  const filters: [string, string][] = [];
  const given = (name: string, test: (value: string) => Fits | null): void => {
    const value = query.one(name);
    if (!value) return;
    filters.push([name, value]);
    const made = test(value);
    if (made) tests.push(made);
  };
  given('AreaCode', (code) => {
    if (!isAreaCode(code)) throw wrong(21451, 'AreaCode', code, 'three digits, the first from 2 to 9');
    return (e164) => areaCodeOf(e164) === code;
  });
  given('Contains', (text) => {
    const pattern = readContains(text);
    if (!pattern) throw wrong(20001, 'Contains', text, '2 to 16 digits, letters, * and %; + first, $ last');
    return (e164) => pattern.test(e164);
  });
  given('NearNumber', (text) => (e164) => areaCodeOf(e164) !== null && areaCodeOf(e164) === areaCodeOf(text));
  given('InRegion', (region) => (e164) => regionOf(e164) === region.toUpperCase());
  given('Beta', (value) => {
    boolean('Beta', value);
    return null;
  });
  // As the original has them: `false` is no filter.
  const capability = (name: string, has: (pool: NumberPool) => boolean) =>
    given(name, (value) => (boolean(name, value) ? (_, pool) => has(pool) : null));
  capability('SmsEnabled', ({ canSms }) => canSms);
  capability('MmsEnabled', ({ canMms }) => canMms);
  capability('VoiceEnabled', () => false);
  capability('FaxEnabled', () => false);
  for (const name of IDLE) capability(name, () => true);
  for (const name of UNKNOWN_FACTS) {
    given(name, (text) => {
      if (name === 'NearLatLong' && !LAT_LONG.test(text)) throw wrong(20001, name, text, 'two numbers and a comma');
      return () => false;
    });
  }
  given('Distance', (miles) => {
    if (!/^\d{1,3}$/.test(miles) || Number(miles) > 500) throw wrong(20001, 'Distance', miles, 'miles, 0 to 500');
    return null;
  });
  return { fits: (e164, pool) => tests.every((test) => test(e164, pool)), filters };
}

export function isAreaCode(text: string): boolean {
  return /^[2-9]\d\d$/.test(text);
}

/** Only North America has area codes that can be told from the digits. */
export function areaCodeOf(e164: string): string | null {
  return /^\+1(\d{3})\d{7}$/.exec(e164)?.[1] ?? null;
}

function wrong(code: number, parameter: string, received: string, allowed: string): Error {
  return refuse(code, {}, { parameter, received, allowed });
}

/** `PA` and the number to go on behind. */
function readToken(text: string | undefined): string | null {
  if (text === undefined) return null;
  const number = /^PA(\+\d{7,15})$/.exec(text)?.[1];
  if (number === undefined) throw badToken(text);
  return number;
}

interface Around {
  size: number;
  page: number;
  filters: [string, string][];
}

/** Forward only, as searches are read; `free` has one more than the page where there is a next one. */
function makePage(call: Call, free: Pooled[], { size, page, filters }: Around): List {
  const shown = free.slice(0, size);
  const last = shown.at(-1);
  const uri = (number: number, token?: string) => {
    const pairs = [...filters, ['PageSize', String(size)], ['Page', String(number)]];
    if (token !== undefined) pairs.push(['PageToken', token]);
    return `${pathOf(call)}?${pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`;
  };
  return {
    key: 'available_phone_numbers',
    container: 'AvailablePhoneNumbers',
    element: 'AvailablePhoneNumber',
    resources: shown.map(render),
    page,
    pageSize: size,
    uri: uri(page, call.query.one('PageToken') || undefined),
    firstUri: uri(0),
    nextUri: last && free.length > size ? uri(page + 1, `PA${last.e164}`) : null,
    previousUri: page > 0 ? uri(page - 1) : null,
  };
}

function pathOf(call: Call): string {
  return call.format === 'json' ? `${call.base}.json` : call.base;
}

function renderCountry(call: Call, country: string): Resource {
  const path = `${API_ROOT}/Accounts/${call.account.sid}/AvailablePhoneNumbers/${country}`;
  const types = new Set(poolsOf(call).flatMap((pool) => (pool.country === country ? [pool.type] : [])));
  const present = AVAILABLE_TYPES.filter(([, , type]) => types.has(type));
  return {
    country_code: country,
    country: countryName(country),
    uri: `${path}.json`,
    beta: false,
    subresource_uris: Object.fromEntries(present.map(([segment, name]) => [name, `${path}/${segment}.json`])),
  };
}

function render({ e164, pool }: Pooled): Resource {
  return {
    friendly_name: friendly(e164),
    phone_number: e164,
    lata: null,
    locality: null,
    rate_center: null,
    latitude: null,
    longitude: null,
    region: regionOf(e164) || null,
    postal_code: null,
    iso_country: pool.country,
    address_requirements: 'none',
    beta: false,
    capabilities: { voice: false, sms: pool.canSms, mms: pool.canMms, fax: false },
  };
}
