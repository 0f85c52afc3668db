import { expect, test } from "vitest";
import { slowReport } from "./round-trips.ts";

test("twelve honest centres, 200 ms there and back: the whole report in at most 26 round trips", async () => {
  const { state, roundTrips } = await slowReport(200);
  expect(state?.state).toBe("released");
  expect(roundTrips).toBeLessThanOrEqual(26);
});
