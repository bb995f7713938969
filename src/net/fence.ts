import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

/**
 * The fence around the way out: which address and port a customer's URL may lead to. It judges resolved addresses,
 * never the text of a URL, and fails closed: what is not known to be public is denied (reliability.md section 3).
 */
export interface FencePolicy {
  /** CIDRs (or single addresses) that are open although they are not public. Opens networks, not dangerous ports. */
  allow: readonly string[];
  /** Own listeners and the database: never a target. Read at each judgement, so it may grow as listeners open. */
  forbid?: readonly Endpoint[];
}

/** `0.0.0.0` and `::` stand for every address of this machine. */
export interface Endpoint {
  address: string;
  port: number;
}

export type Verdict = 'allowed' | { denied: string };

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Services that an HTTP request may be mistaken for, or that must not even be knocked at. */
const DANGEROUS_PORTS: ReadonlyMap<number, string> = new Map([
  ...([25, 109, 110, 143, 220, 465, 587, 993, 995, 2525] as const).map((port) => [port, 'mail'] as const),
  ...([20, 21, 69, 139, 445, 2049] as const).map((port) => [port, 'file transfer'] as const),
  ...([22, 23, 512, 513, 514, 3389, 5900, 5985, 5986] as const).map((port) => [port, 'remote shell'] as const),
  ...([1433, 1521, 3306, 5432, 6432, 9042, 27017, 27018, 27019] as const).map((port) => [port, 'database'] as const),
  ...([6379, 6380, 11211, 26379] as const).map((port) => [port, 'cache'] as const),
  ...([2775, 2776, 3550] as const).map((port) => [port, 'SMPP'] as const),
  ...([53, 111, 123, 161, 389, 636, 2375, 2376, 2379, 2380, 6443, 10250] as const).map(
    (port) => [port, 'infrastructure'] as const,
  ),
]);

/** Global unicast is 2000::/3 alone; what ipaddr.js calls `unicast` also holds site-local, 5f00::/16 and the unassigned. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3');
/** Inside 2000::/3 and yet not public: IETF protocols with Teredo, 6to4, and both documentation blocks. */
const NOT_PUBLIC_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'].map((cidr) =>
  ipaddr.IPv6.parseCIDR(cidr),
);

/**
 * Judges one resolved address (never a name) and port. IPv4-mapped and IPv4-compatible addresses are judged by the
 * inner one; NAT64, 6to4 and Teredo are denied whole. Throws only for a policy that is no list of CIDRs.
 */
export function judge(ip: string, port: number, policy: FencePolicy): Verdict {
  const parsed = readAddress(ip);
  if (!parsed) return { denied: `"${ip}" is no IP address` };
  const address = inner(parsed);
  const service = DANGEROUS_PORTS.get(port);
  if (service) return { denied: `port ${port} belongs to another kind of service (${service})` };
  // Linux takes the unspecified address for this host: no list may open that side door.
  if (isUnspecified(address)) return { denied: `${ip} is not a destination` };
  if (policy.forbid?.some((own) => own.port === port && covers(own.address, address))) {
    return { denied: `${ip} port ${port} is a listener of this server` };
  }
  if (policy.allow.some((cidr) => contains(readCidr(cidr), address))) return 'allowed';
  const why = notPublic(address);
  return why ? { denied: `${ip} is not a public address (${why})` } : 'allowed';
}

/** Reads a CIDR or a single address; throws a `TypeError` that names what was wrong. */
export function readCidr(text: string): [Address, number] {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    const address = ipaddr.parse(text);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  } catch (cause) {
    throw new TypeError(`"${text}" is not a network such as 10.0.0.0/8 or ::1/128`, { cause });
  }
}

function readAddress(ip: string): Address | null {
  try {
    return ipaddr.parse(ip.replace(/%.*$/s, ''));
  } catch {
    return null;
  }
}

function inner(address: Address): Address {
  if (address.kind() === 'ipv4') return address;
  const six = address as ipaddr.IPv6;
  if (six.isIPv4MappedAddress()) return six.toIPv4Address();
  const [high, low] = [six.parts[6] ?? 0, six.parts[7] ?? 0];
  const compatible = six.parts.slice(0, 6).every((part) => part === 0) && (high > 0 || low > 1);
  return compatible ? new ipaddr.IPv4([high >> 8, high & 255, low >> 8, low & 255]) : six;
}

function notPublic(address: Address): string | null {
  const range = address.range();
  if (range !== 'unicast') return range;
  if (address.kind() === 'ipv4') return null;
  if (!contains(GLOBAL_V6, address)) return 'outside 2000::/3';
  return NOT_PUBLIC_V6.some((block) => contains(block, address)) ? 'reserved' : null;
}

function contains(block: [Address, number], address: Address): boolean {
  return block[0].kind() === address.kind() && address.match(block[0], block[1]);
}

function isUnspecified(address: Address): boolean {
  return address.toByteArray().every((byte) => byte === 0);
}

function covers(listener: string, target: Address): boolean {
  const own = readAddress(listener);
  if (!own) return false;
  if (!isUnspecified(own)) return inner(own).toNormalizedString() === target.toNormalizedString();
  if (target.range() === 'loopback') return true;
  const mine = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return mine.some((each) => readAddress(each.address)?.toNormalizedString() === target.toNormalizedString());
}
