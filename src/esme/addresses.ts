/** Who may come: networks, and how an address is looked for in them. */
import ipaddr from 'ipaddr.js';

/** Whether an address is in one of these CIDRs; `null`: every address is. What is no address is in none. */
export function isWithin(address: string, cidrs: readonly string[] | null): boolean {
  if (cidrs === null) return true;
  if (!ipaddr.isValid(address)) return false;
  // An IPv4 address on an IPv6 socket is meant as the former.
  const parsed = ipaddr.process(address);
  return cidrs.some((cidr) => {
    const [network, bits] = ipaddr.parseCIDR(cidr);
    return network.kind() === parsed.kind() && parsed.match(network, bits);
  });
}
