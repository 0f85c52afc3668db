import { expect, test } from "vitest";
import { MAX_SESSIONS, OfferTurns } from "./offer-turns.ts";

test("offers on one dataset wait for each other, also after one that failed; those on another don't", async () => {
  const turns = new OfferTurns();
  const ran: string[] = [];
  const first = Promise.withResolvers<void>();
  const run = (name: string, until = Promise.resolve()) => {
    return async (waited: boolean): Promise<void> => {
      ran.push(`${name}${waited ? " after others" : ""}`);
      await until;
    };
  };
  const failing = turns.take("a@1", "one", run("one", first.promise));
  const waiting = turns.take("a@1", "two", run("two"));
  await turns.take("b@1", "three", run("three"));
  expect(ran).toEqual(["one", "three"]);
  expect([turns.isTaken("a@1"), turns.isTaken("b@1"), turns.has("two"), turns.has("three")]).toEqual([true, false, true, false]);
  first.reject(new Error("the data could not be read"));
  await expect(failing).rejects.toThrow("the data could not be read");
  await waiting;
  expect(ran).toEqual(["one", "three", "two after others"]);
  expect([turns.isTaken("a@1"), turns.has("two")]).toEqual([false, false]);
});

test("there is room for so many, those that wait among them", async () => {
  const turns = new OfferTurns();
  const all = Array.from({ length: MAX_SESSIONS }, (_, i) => {
    expect(turns.isFull).toBe(false);
    return turns.take("a@1", `offer ${i}`, async () => {});
  });
  expect(turns.isFull).toBe(true);
  await Promise.all(all);
  expect(turns.isFull).toBe(false);
});
