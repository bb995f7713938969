/** Money: integer micro-units (1/1 000 000 of the currency), never a fraction in floating point. A charge is negative. */

/** As the wire shows prices: five decimals, `-0.00750`; `null` stays `null`. Halves are rounded away from zero. */
export function formatPrice(micros: number | null): string | null {
  if (micros === null) return null;
  const tens = Math.round(Math.abs(micros) / 10);
  const sign = micros < 0 && tens > 0 ? '-' : '';
  const whole = Math.floor(tens / 100_000);
  return `${sign}${whole}.${String(tens % 100_000).padStart(5, '0')}`;
}

/** Reads a decimal amount (`0.0075`, `-0.00750`, up to six decimals) into micro-units; `null` when it is none. */
export function parsePrice(text: string): number | null {
  const match = /^(-?)(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text);
  if (!match) return null;
  const micros = Number(match[2]) * 1_000_000 + Number((match[3] ?? '').padEnd(6, '0'));
  return match[1] && micros > 0 ? -micros : micros;
}

/** The price of a message that costs so much: a charge, hence negative (or zero). */
export function priceOf(chargeMicros: number): number {
  return chargeMicros === 0 ? 0 : -chargeMicros;
}
