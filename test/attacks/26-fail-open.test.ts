import { expect, test } from "vitest";
import { EVERYTHING, smallNetwork } from "../world/small-network.ts";

test("a centre that can't write its ledger reveals nothing, and the session stops for all", () => {
  const { releases, stops } = smallNetwork().ask(EVERYTHING, { ledgerFull: (centre) => centre === "e" });
  expect(releases.size).toBe(0);
  expect(stops.get("e")?.cause).toBe("ledger");
});
