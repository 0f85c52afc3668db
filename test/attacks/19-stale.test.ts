import { CLOCK_SKEW_MS, EPOCH_MS, type Offer } from "@tutti/protocol";
import { expect, test } from "vitest";
import { EVERYTHING, smallNetwork } from "../world/small-network.ts";

// Replay, stale, wrong address: every centre refuses with a cause, signed, and nothing is dealt.

const at = (nowMs: number): Pick<Offer, "issuedAtMs" | "expiresAtMs"> => ({ issuedAtMs: nowMs, expiresAtMs: nowMs + 60_000 });
const other = `sha256:${"1".repeat(64)}`;

test.each([
  ["an offer that has expired", (offer: Offer): Offer => ({ ...offer, ...at(offer.issuedAtMs - EPOCH_MS) }), "expired"],
  ["an offer from the future", (offer: Offer): Offer => ({ ...offer, ...at(offer.issuedAtMs + CLOCK_SKEW_MS + 1) }), "expired"],
  ["another roster", (offer: Offer): Offer => ({ ...offer, roster: other }), "roster"],
  ["another network", (offer: Offer): Offer => ({ ...offer, network: "elsewhere" }), "roster"],
  ["another dictionary under the same name", (offer: Offer): Offer => ({ ...offer, dataset: other }), "dataset"],
  ["another version", (offer: Offer): Offer => ({ ...offer, query: { ...offer.query, dataset: "small@2" } }), "dataset"],
  ["a variable that is not there", (offer: Offer): Offer => ({ ...offer, query: { ...offer.query, by: ["name"] } }), "query"],
  ["an invitation of others", (offer: Offer): Offer => ({ ...offer, invited: ["x", "y", "z"] }), "uninvited"],
] as const)("%s is refused by all", (_, alter, reason) => {
  const world = smallNetwork();
  const { refusals, releases, exchanges } = world.ask(EVERYTHING, { offer: alter });
  expect([...refusals.values()]).toEqual(world.names.map(() => reason));
  expect({ releases: releases.size, exchanges }).toEqual({ releases: 0, exchanges: 0 });
});

test("an offer is answered once; the same again is refused", () => {
  const world = smallNetwork();
  const offer = world.offerOf(EVERYTHING);
  expect(world.ask(EVERYTHING, {}, offer).releases.size).toBe(7);
  const again = world.ask(EVERYTHING, {}, offer);
  expect([...again.refusals.values()]).toEqual(world.names.map(() => "replayed"));
  expect(again.exchanges).toBe(0);
});

test("a clock that is a little off does no harm", () => {
  const world = smallNetwork();
  const { releases } = world.ask(EVERYTHING, {}, { ...world.offerOf(EVERYTHING), ...at(world.nowMs + CLOCK_SKEW_MS / 2) });
  expect(releases.size).toBe(7);
});
