/** The lookups host: formatting and validation from the digits. Everything that would ask a carrier is `null`. */
import { refuse } from '../domain/errors.ts';
import { type LookedUp, lookUp } from '../domain/lookup.ts';
import type { Answer, Resource } from './answer.ts';
import type { Call } from './context.ts';
import { withoutVersion } from './product-path.ts';
import { compileRoutes, type Face, type Route, under } from './routes.ts';

/** Packages of the second version. All but validation cost money and carriers there; here they are known and empty. */
const PACKAGES = [
  'caller_name',
  'sim_swap',
  'call_forwarding',
  'line_status',
  'line_type_intelligence',
  'identity_match',
  'reassigned_number',
  'sms_pumping_risk',
  'phone_number_quality_score',
  'pre_fill',
];

/** A number that cannot be one is answered, with `valid` false and the reason. */
function fetchSecond(call: Call): Answer {
  const fields = (call.query.one('Fields') ?? '').split(',').map((one) => one.trim());
  for (const name of fields.filter((one) => one !== '')) {
    if (name === 'validation' || PACKAGES.includes(name)) continue;
    const allowed = ['validation', ...PACKAGES].join(', ');
    throw refuse(20001, {}, { parameter: 'Fields', received: name, allowed, fix: 'Leave it out.' });
  }
  const found = read(call);
  const resource: Resource = {
    calling_country_code: found.callingCode,
    country_code: found.country,
    phone_number: found.number,
    national_format: found.national,
    valid: found.isValid,
    validation_errors: found.faults,
    ...Object.fromEntries(PACKAGES.map((name) => [name, null])),
    url: urlOf(call, found),
  };
  return { kind: 'resource', status: 200, element: 'PhoneNumber', resource };
}

/** A number that cannot be one is 404/20404, as the first version has it. */
function fetchFirst(call: Call): Answer {
  const found = read(call);
  if (!found.isValid) throw refuse(20404, { path: call.meta.path.slice('/v1'.length) });
  const resource: Resource = {
    caller_name: null,
    country_code: found.country,
    phone_number: found.number,
    national_format: found.national,
    carrier: null,
    add_ons: null,
    url: urlOf(call, found),
  };
  return { kind: 'resource', status: 200, element: 'PhoneNumber', resource };
}

function read(call: Call): LookedUp {
  const country = call.query.one('CountryCode') || null;
  if (country !== null && !/^[A-Za-z]{2}$/.test(country)) {
    throw refuse(20001, {}, { parameter: 'CountryCode', received: country, allowed: 'ISO 3166, such as US' });
  }
  return lookUp(decoded(call), country?.toUpperCase() ?? null);
}

function decoded(call: Call): string {
  try {
    return decodeURIComponent(call.sids[0] ?? '');
  } catch {
    throw refuse(20404, { path: call.meta.path });
  }
}

function urlOf(call: Call, { number }: LookedUp): string {
  return `${call.origin()}${call.base.slice(0, call.base.lastIndexOf('/') + 1)}${encodeURIComponent(number)}`;
}

const ROUTES: Route[] = [
  { path: 'v1/PhoneNumbers/{*}', verbs: { GET: fetchFirst } },
  { path: 'v2/PhoneNumbers/{*}', verbs: { GET: fetchSecond } },
];

const find = compileRoutes(ROUTES);

export const LOOKUPS_FACE: Face = {
  paths: ['/v1/PhoneNumbers/*', '/v2/PhoneNumbers/*'],
  table: under('', ROUTES),
  accountSegment: () => undefined,
  find: (base) => find(base.slice(1).split('/')),
  // As the original names it: without the version.
  shownPath: withoutVersion,
};
