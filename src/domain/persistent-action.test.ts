import { expect, it } from 'vitest';
import { parseAction } from './persistent-action.ts';

it.each([
  ['geo:37.787890,-122.391664|375 Beale St', { latitude: 37.78789, longitude: -122.391664, label: '375 Beale St' }],
  ['geo:-90, 180', { latitude: -90, longitude: 180, label: null }],
  ['geo:1,2|a|b, c', { latitude: 1, longitude: 2, label: 'a|b, c' }],
])('%s is a place', (text, place) => expect(parseAction(text)).toEqual(place));

it.each(['geo:91,0', 'geo:0,181', 'geo:1', 'geo:a,b', '1,2|x', 'mailto:a@b', 'geo:1e1,2', 'geo:1.,2'])(
  '%s is none',
  (text) => expect(parseAction(text)).toBeNull(),
);
