import { expect, test } from "vitest";
import { isNetwork, Peers } from "./peers.ts";

const peers = new Peers(["10.0.0.0/8", "127.0.0.1", "fd00::/8"]);

test.each([
  ["who connects directly", "192.0.2.7", undefined, "192.0.2.7"],
  ["who connects directly and writes a field", "192.0.2.7", "198.51.100.1", "192.0.2.7"],
  ["who comes by a proxy", "10.1.2.3", "192.0.2.7", "192.0.2.7"],
  ["who comes by two proxies", "127.0.0.1", "192.0.2.7, 10.1.2.3", "192.0.2.7"],
  ["who comes by a proxy and writes more before it", "10.1.2.3", "1.1.1.1, 10.9.9.9, 192.0.2.7", "192.0.2.7"],
  ["a proxy that says nothing", "10.1.2.3", undefined, "10.1.2.3"],
  ["a proxy that says no address", "10.1.2.3", "192.0.2.7, unknown", "10.1.2.3"],
  ["a proxy of IPv6", "fd12::1", "[2001:db8:1:2:3:4:5:6]:443", "2001:db8:1:2::/64"],
  ["IPv4 spelt as IPv6", "::ffff:10.1.2.3", "::ffff:192.0.2.7", "192.0.2.7"],
  ["an IPv6 host", "2001:0db8:1:2::9", undefined, "2001:db8:1:2::/64"],
  ["another address of that host", "2001:db8:1:2:ffff::1%eth0", undefined, "2001:db8:1:2::/64"],
  ["a host in short", "2001:db8::1", undefined, "2001:db8:0:0::/64"],
  ["no socket at all", undefined, "192.0.2.7", ""],
])("%s", (_, peer, field, name) => {
  expect(peers.nameOf(peer, field)).toBe(name);
});

test.each(["10.0.0.0/8", "127.0.0.1", "::1", "fd00::/8"])("%s is a network", (text) => {
  expect(isNetwork(text)).toBe(true);
});

test.each(["10.0.0.0/33", "proxy.example", "10.0.0", "", "1.2.3.4/", "fd00::/129"])("%j is none", (text) => {
  expect(isNetwork(text)).toBe(false);
});
