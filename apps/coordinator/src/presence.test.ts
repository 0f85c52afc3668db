import { expect, test } from "vitest";
import { Presence } from "./presence.ts";
import { TrialClock } from "./trial/trial-clock.ts";

test("a centre is connected while it waits and a little longer, unless it hung up", async () => {
  const clock = new TrialClock();
  const presence = new Presence(clock);
  expect(presence.isConnected("a")).toBe(false);
  const [first, second] = [presence.enter("a"), presence.enter("a")];
  first(false);
  await clock.advance(60_000);
  expect(presence.isConnected("a")).toBe(true);
  second(false);
  await clock.advance(10_000);
  expect(presence.isConnected("a")).toBe(true);
  await clock.advance(1);
  expect(presence.isConnected("a")).toBe(false);
  presence.enter("a")(false);
  presence.enter("a")(true);
  expect(presence.isConnected("a")).toBe(false);
});
