/**
 * Area codes of the US and Canada that serve the same place (overlays), for choosing a near sender.
 * By hand and not complete: a pair that is missing costs a farther sender, nothing else. The numbering plan's
 * administrator (NANPA) has the full list.
 */

const OVERLAYS = [
  '201 551',
  '202 771',
  '205 659',
  '206 564',
  '212 332 646 917',
  '213 323 738',
  '214 469 945 972',
  '215 267 445',
  '216 440',
  '217 447',
  '234 330',
  '236 250 257 672 778 604',
  '240 301 227',
  '289 365 742 905',
  '303 720 983',
  '305 645 786',
  '306 474 639',
  '310 424',
  '312 872',
  '314 557',
  '317 463',
  '343 613 753',
  '346 281 713 832',
  '347 718 917 929',
  '353 608',
  '368 403 587 780 825',
  '380 614',
  '385 801',
  '404 470 678 770 943',
  '407 321 689',
  '408 669',
  '410 443 667',
  '412 724 878',
  '415 628',
  '416 437 647 942',
  '418 367 581',
  '438 514 263',
  '450 579 354',
  '480 602 623',
  '503 971',
  '508 774',
  '510 341',
  '512 737',
  '516 363',
  '519 226 382 548',
  '531 402',
  '571 703',
  '585 484',
  '610 484 835',
  '617 857',
  '619 858',
  '630 331',
  '631 934',
  '657 714',
  '704 980',
  '747 818',
  '754 954',
  '773 872',
  '779 815',
  '781 339',
  '813 656',
  '847 224',
  '848 732',
  '862 973',
  '919 984',
  '978 351',
].map((group) => group.split(' '));

const NANP = /^\+1([2-9]\d{2})\d{7}$/;
const TOLL_FREE = new Set(['800', '833', '844', '855', '866', '877', '888']);

/** The area code of a number of the North American plan and those that serve the same place; `null` for all others. */
export function nanpAreaOf(e164: string): { code: string; overlays: string[] } | null {
  const code = NANP.exec(e164)?.[1];
  if (code === undefined || TOLL_FREE.has(code)) return null;
  return { code, overlays: OVERLAYS.filter((group) => group.includes(code)).flat() };
}

/** Whether a number of one of these countries is near to the other's. */
export function isNanpNeighbour(country: string | null): boolean {
  return country === 'US' || country === 'CA';
}
