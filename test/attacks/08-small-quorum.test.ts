import { createIdentity, type Envelope } from "@tutti/envelope";
import { ACCEPTANCE, openMessage, signMessage } from "@tutti/protocol";
import { expect, test } from "vitest";
import { scheme } from "@tutti/platform";
import { seeded } from "../world/seeded.ts";
import { EVERYTHING, smallNetwork } from "../world/small-network.ts";

// A session of too few, or filled up with centres that do not exist.

test("fewer than the strictest participant's minimum", () => {
  const world = smallNetwork({ policies: { a: { minimumCentres: 5 } } });
  const { releases, stops, exchanges } = world.ask(EVERYTHING, { acceptances: (acceptances) => acceptances.slice(0, 4) });
  expect({ releases: releases.size, exchanges }).toEqual({ releases: 0, exchanges: 0 });
  for (const centre of ["a", "b", "c", "d"]) expect(stops.get(centre)?.cause).toBe("tooFewCentres");
});

test("an invented centre", () => {
  const world = smallNetwork();
  const random = seeded(8, "sybil");
  const invent = (acceptances: readonly Envelope[]): readonly Envelope[] => {
    const { value } = openMessage(ACCEPTANCE, acceptances[1], world.roster.centreKeys, scheme);
    return [...acceptances, signMessage(ACCEPTANCE, { ...value, centre: "sybil" }, createIdentity("sybil", random), scheme)];
  };
  const { releases, stops } = world.ask(EVERYTHING, { acceptances: invent });
  expect(releases.size).toBe(0);
  for (const { cause } of stops.values()) expect(cause).toBe("formation");
});

test("where a centre is lost while dealing, nobody goes on as if it had dealt", () => {
  const { releases, records, stops } = smallNetwork().ask(EVERYTHING, { post: (bytes, centre) => (centre === "g" ? null : bytes) });
  expect([releases.size, records.size]).toEqual([0, 0]);
  expect(stops.get("a")?.cause).toBe("formation");
});
