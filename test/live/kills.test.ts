import { afterAll, expect, test } from "vitest";
import { killCampaign } from "./kills.ts";
import { removeSandboxes } from "./sandbox-folder.ts";

afterAll(removeSandboxes);

// `npm run kills -- --kills 500` does more of the same.
test("eight kills, halts and cuts at any stage: every query has an outcome, nothing is lost or doubled, and every chain is whole", async () => {
  const { violations, kills, halts, cuts } = await killCampaign(8, 3, () => {});
  expect(violations).toEqual([]);
  expect(kills + halts + cuts).toBe(8);
}, 600_000);
