/** `PersistentAction`: what a message shows beside its text on a channel. A place is the only one there is. */
export interface Place {
  latitude: number;
  longitude: number;
  /** `null`: none was given. */
  label: string | null;
}

const GEO = /^geo:(-?\d{1,2}(?:\.\d{1,15})?),\s?(-?\d{1,3}(?:\.\d{1,15})?)(?:\|(.*))?$/s;

/** Reads `geo:37.787890,-122.391664|375 Beale St`; `null` when it is no place on Earth. */
export function parseAction(text: string): Place | null {
  const match = GEO.exec(text);
  if (!match) return null;
  const latitude = Number(match[1]);
  const longitude = Number(match[2]);
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null;
  return { latitude, longitude, label: match[3] || null };
}
