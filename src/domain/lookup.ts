/** What the digits of a number tell: country, spelling, and whether it can be one. Asks nobody. */
import { type CountryCode, parsePhoneNumberFromString, validatePhoneNumberLength } from 'libphonenumber-js/max';
import { isCountry } from './address.ts';

export interface LookedUp {
  /** E.164, or what was given when it cannot be read. */
  number: string;
  /** ISO 3166; `null`: unknown. */
  country: string | null;
  /** Digits of the country's calling code. */
  callingCode: string | null;
  /** As written inside its country. */
  national: string | null;
  isValid: boolean;
  /** In the original's words; empty when it is valid. */
  faults: string[];
}

/** Set aside for fiction, so nobody's; valid here all the same, as everyone tests with them (settled 31). */
const FICTIONAL = /^\+(1[2-9]\d\d55501\d\d|442079460\d{3}|447700900\d{3}|448081570\d{3})$/;

const FAULTS = {
  INVALID_COUNTRY: 'INVALID_COUNTRY_CODE',
  NOT_A_NUMBER: 'NOT_A_NUMBER',
  TOO_SHORT: 'TOO_SHORT',
  TOO_LONG: 'TOO_LONG',
  INVALID_LENGTH: 'INVALID_LENGTH',
} as const;

/** Reads E.164, or a national number of `country` (ISO 3166). */
export function lookUp(text: string, country: string | null): LookedUp {
  const home = country !== null && isCountry(country) ? (country as CountryCode) : undefined;
  const parsed = parsePhoneNumberFromString(text, { defaultCountry: home, extract: false });
  if (!parsed) {
    const fault = validatePhoneNumberLength(text, { defaultCountry: home });
    const faults = [fault === undefined ? FAULTS.NOT_A_NUMBER : FAULTS[fault]];
    return { number: text, country: null, callingCode: null, national: null, isValid: false, faults };
  }
  const isFictional = FICTIONAL.test(parsed.number);
  const isValid = parsed.isValid() || isFictional;
  const length = validatePhoneNumberLength(parsed.number);
  const fault = length === undefined ? 'INVALID_BUT_POSSIBLE' : FAULTS[length];
  return {
    number: parsed.number,
    // The United States lead the plan that Canada and others share.
    country: parsed.country ?? (parsed.countryCallingCode === '1' ? 'US' : (parsed.getPossibleCountries()[0] ?? null)),
    callingCode: parsed.countryCallingCode,
    national: parsed.formatNational(),
    isValid,
    faults: isValid ? [] : [fault],
  };
}
