import { createBoxKeys, createIdentity, type Random, tweetnaclScheme } from "@tutti/envelope";
import { expect, test } from "vitest";
import { CLOCK_SKEW_MS, EPOCH_MS, EpochKeys } from "./epoch-key.ts";
import { signMessage } from "./message.ts";
import { STOP } from "./stop.ts";

function counter(start: number): Random {
  let next = start;
  return (length) => Uint8Array.from({ length }, () => (next = (next * 73 + 41) & 255));
}
const [a, b] = ["a", "b"].map((name, i) => createIdentity(name, counter(i + 1))) as [
  ReturnType<typeof createIdentity>,
  ReturnType<typeof createIdentity>,
];
const keys = new Map([a, b].map(({ name, publicKey }) => [name, publicKey]));
const ours = new EpochKeys(a, tweetnaclScheme, counter(11));
const theirs = new EpochKeys(b, tweetnaclScheme, counter(12));
const NOW = 1_000_000_000;

test("both ends work out the same key", () => {
  const [mine, other] = [ours.current(NOW), theirs.current(NOW)];
  const one = ours.sharedWith("b", other.statement, mine.box, keys, NOW);
  const same = theirs.sharedWith("a", mine.statement, other.box, keys, NOW);
  expect(one.reveal()).toEqual(same.reveal());
});

test("a key is used for half its life, then there is a new one", () => {
  const fresh = new EpochKeys(a, tweetnaclScheme, counter(13));
  const first = fresh.current(NOW);
  expect(fresh.current(NOW + EPOCH_MS / 2 - 1)).toBe(first);
  expect(fresh.current(NOW + EPOCH_MS / 2)).not.toBe(first);
});

test.each([
  ["another centre's statement", () => ours.current(NOW).statement, NOW],
  ["another kind of message", () => signMessage(STOP, { session: "s", centre: "b", cause: "late", blame: [] }, b, tweetnaclScheme), NOW],
  ["one that is over", () => theirs.current(NOW).statement, NOW + EPOCH_MS + 1],
  ["one that has not begun", () => theirs.current(NOW).statement, NOW - CLOCK_SKEW_MS - 1],
] as const)("no key is shared by %s", (_, statement, nowMs) => {
  expect(() =>
    new EpochKeys(a, tweetnaclScheme, counter(14)).sharedWith("b", statement(), createBoxKeys(counter(15)), keys, nowMs),
  ).toThrow(expect.objectContaining({ name: "EnvelopeFault" }) as Error);
});
