import { BlockList, isIP, isIPv6 } from "node:net";

/** Where requests come from, past the proxies of one's own. */
export class Peers {
  readonly #proxies = new BlockList();

  /** @param trustedProxies addresses, or networks as `10.0.0.0/8`, whose `X-Forwarded-For` counts; checked by `isNetwork` */
  constructor(trustedProxies: readonly string[]) {
    for (const network of trustedProxies) {
      const [address = "", prefix] = network.split("/");
      const family = isIPv6(address) ? "ipv6" : "ipv4";
      this.#proxies.addSubnet(address, prefix === undefined ? (family === "ipv6" ? 128 : 32) : Number(prefix), family);
    }
  }

  /**
   * The nearest address that is none of one's own proxies, as a name for limits: an IPv6 host may use all of its /64, so that is one name.
   * @param peer the other end of the connection
   * @param forwardedFor the `X-Forwarded-For` field: anybody can write one, so it is read from its end, and only as far as proxies are trusted
   */
  nameOf(peer: string | undefined, forwardedFor: string | undefined): string {
    const said = (forwardedFor ?? "").split(",").map((part) => part.trim());
    let address = plain(peer ?? "");
    while (this.#isTrusted(address)) {
      const before = plain(said.pop() ?? "");
      if (isIP(before) === 0) break;
      address = before;
    }
    return isIPv6(address) ? networkOf(address) : address;
  }

  #isTrusted(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#proxies.check(address, version === 6 ? "ipv6" : "ipv4");
  }
}

/** Whether a text is an address or a network that a proxy can be trusted by. */
export function isNetwork(text: string): boolean {
  const found = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text);
  const version = found === null ? 0 : isIP(found[1]!);
  return version !== 0 && Number(found![2] ?? 0) <= (version === 6 ? 128 : 32);
}

/** Without brackets, port of a bracketed address, zone, and the IPv6 spelling of an IPv4 address. */
function plain(address: string): string {
  const bare = address.replace(/^\[([^\]]*)\](?::\d+)?$/, "$1").replace(/%.*$/, "");
  return bare.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}

/** The first 64 bits of an IPv6 address. */
function networkOf(address: string): string {
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const after = tail === "" ? [] : tail.split(":");
    // An IPv4 address at the end stands for two groups.
    const missing = 8 - groups.length - after.length - (tail.includes(".") ? 1 : 0);
    groups.push(...Array.from({ length: Math.max(0, missing) }, () => "0"), ...after);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toLowerCase().replace(/^0+(?=.)/, ""))
    .join(":")}::/64`;
}
