import { createIdentity, type Envelope, LABELS } from "@tutti/envelope";
import { ACCEPTANCE, EpochKeys, openMessage, signMessage } from "@tutti/protocol";
import { expect, test } from "vitest";
import { scheme } from "@tutti/platform";
import { seeded } from "../world/seeded.ts";
import { EVERYTHING, smallNetwork } from "../world/small-network.ts";

// The coordinator puts its own box keys in: keys are signed by pinned identities.

const random = seeded(21, "mallory");

test.each([
  [
    "signed by a stranger of the same name",
    (): Envelope => new EpochKeys(createIdentity("b", random), scheme, random).current(Date.UTC(2026, 0, 1)).statement,
  ],
  [
    "of another centre",
    (envelopes: readonly Envelope[], keys: ReadonlyMap<string, Uint8Array>): Envelope =>
      openMessage(ACCEPTANCE, envelopes[2], keys, scheme).value.epochKey,
  ],
] as const)("an epoch key %s inside of a forged acceptance", (_, keyOf) => {
  const world = smallNetwork();
  const forge = (acceptances: readonly Envelope[]): readonly Envelope[] => {
    const { value } = openMessage(ACCEPTANCE, acceptances[1], world.roster.centreKeys, scheme);
    const forged = { ...value, epochKey: keyOf(acceptances, world.roster.centreKeys) };
    return acceptances.with(1, signMessage(ACCEPTANCE, forged, createIdentity("b", random), scheme));
  };
  const { releases, stops, exchanges } = world.ask(EVERYTHING, { acceptances: forge });
  expect(releases.size).toBe(0);
  expect(exchanges).toBe(0);
  for (const { cause } of stops.values()) expect(cause).toBe("formation");
});

test("a label of its own for everything that is signed", () => {
  const signed = [
    LABELS.offer,
    LABELS.acceptance,
    LABELS.refusal,
    LABELS.formation,
    LABELS.epochKey,
    LABELS.release,
    LABELS.roster,
    LABELS.stop,
  ];
  expect(new Set(signed).size).toBe(signed.length);
});
