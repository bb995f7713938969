/**
 * Our addresses to type of number, numbering plan and digits, and back (SMPP 3.4, 5.2.5 and 5.2.6; behaviour sheet
 * 12.6). Numbers go without their plus. Carriers differ most about short codes, and about what a number of no type is.
 */
import type { Address } from '../../domain/address.ts';

export interface WireAddress {
  ton: number;
  npi: number;
  addr: string;
}

export interface AddressStyle {
  /** Type and plan of our short codes: 3/0 with most carriers, 0/0 with some, 6/0 with a few. */
  shortCode: { ton: number; npi: number };
  /** Digits before a national number (`44`); without them such a number is kept as it came. */
  countryCode: string | null;
}

export const ADDRESS_STYLE: AddressStyle = { shortCode: { ton: 3, npi: 0 }, countryCode: null };

const INTERNATIONAL = 1;
const NATIONAL = 2;
const ALPHANUMERIC = 5;
const ISDN_PLAN = 1;
/** As `domain/address.ts` has them: shorter ones are short codes. */
const NUMBER = /^[1-9]\d{6,14}$/;
const SHORT_CODE_DIGITS = 6;

/** `null`: addresses of channels have no place on SMPP. */
export function toWireAddress(address: Address, { shortCode }: AddressStyle = ADDRESS_STYLE): WireAddress | null {
  switch (address.kind) {
    case 'number':
      return { ton: INTERNATIONAL, npi: ISDN_PLAN, addr: address.e164.replace(/^\+/, '') };
    case 'short-code':
      return { ...shortCode, addr: address.code };
    case 'alphanumeric':
      return { ton: ALPHANUMERIC, npi: 0, addr: address.id };
    case 'channel':
      return null;
  }
}

/**
 * The canonical text of what a carrier wrote: `+` and digits where it is a number, else as it stands. A number of no
 * type is taken for international when it is longer than any short code.
 */
export function fromWireAddress({ ton, addr }: Omit<WireAddress, 'npi'>, { countryCode } = ADDRESS_STYLE): string {
  const bare = addr.trim();
  if (ton === ALPHANUMERIC) return bare;
  const digits = bare.replace(/^(\+|00)/, '');
  if (!/^\d+$/.test(digits)) return bare;
  if (bare.startsWith('+')) return bare;
  if (ton === NATIONAL) return countryCode === null ? bare : `+${countryCode}${bare.replace(/^0/, '')}`;
  const long = ton === INTERNATIONAL || digits.length > SHORT_CODE_DIGITS;
  return long && NUMBER.test(digits) ? `+${digits}` : bare;
}
