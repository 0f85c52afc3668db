import { expect, test } from "vitest";
import { Journal } from "./journal.ts";
import { TrialClock } from "./trial/trial-clock.ts";

test("events that come together are read together, a tenth of a second after the last reading", async () => {
  const clock = new TrialClock();
  const journal = new Journal(clock);
  journal.write("offered");
  await clock.advance(0);
  const read: number[] = [];
  for (const centre of ["a", "b", "c"]) {
    journal.write("accepted", { centre });
    void journal.wait(1, 60_000).then(() => read.push(journal.length));
    await clock.advance(30);
  }
  expect(read).toEqual([]);
  await clock.advance(10);
  expect(read).toEqual([4, 4, 4]);
});

test("a wait ends at its time, and at once when the journal is closed", async () => {
  const clock = new TrialClock();
  const journal = new Journal(clock);
  let ended = 0;
  void journal.wait(0, 1_000).then(() => ended++);
  await clock.advance(999);
  expect(ended).toBe(0);
  await clock.advance(1);
  expect(ended).toBe(1);
  void journal.wait(5, 1_000).then(() => ended++);
  journal.close();
  await clock.advance(0);
  expect(ended).toBe(2);
  await journal.wait(5, 1_000);
});
