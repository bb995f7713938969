/** Names of countries, as far as the runtime knows them. */

const names = new Intl.DisplayNames(['en'], { type: 'region' });

/** ISO 3166 in capitals, or what was given when it has not even the shape of it. */
export function canonicalCountry(text: string): string {
  return /^[A-Za-z]{2}$/.test(text) ? text.toUpperCase() : text;
}

/** `GB` → `United Kingdom`; the code itself when nobody knows it. */
export function countryName(code: string): string {
  return names.of(code) ?? code;
}
