/** Networks as settings hold them. */
import ipaddr from 'ipaddr.js';

/** Tells of what is no network in a list of them. */
export function judgeNetworks(where: string, cidrs: string[] | null, problems: string[]): void {
  for (const cidr of cidrs ?? []) {
    if (ipaddr.isValidCIDR(cidr)) continue;
    problems.push(`${where} holds "${cidr}". Allowed: networks like "10.0.0.0/8" or "::1/128".`);
  }
}
