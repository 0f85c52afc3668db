import { bitmapOf, type EarlierRelease, type GuardPair, type Membership } from "@tutti/disclosure";
import { plan } from "@tutti/query";
import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { differencesOfSessions } from "./differences.ts";

const made = plan({ dataset: "small@1", purpose: "", measures: [{ id: "d", proportion: "dyspnea" }] }, dataset);
const set = (key: string): EarlierRelease["sets"][number] => ({ key, upTo: null, role: "patients", within: [] });
const past = (session: string, ...keys: readonly string[]): EarlierRelease =>
  ({ session, sets: keys.map(set) }) as unknown as EarlierRelease;
const membership = (sets: Readonly<Record<string, readonly number[]>>): Membership =>
  new Map(Object.entries(sets).map(([key, numbers]) => [key, bitmapOf(numbers)]));

test("differences of two and of three sets, of which each earlier session is read once", async () => {
  const kept: Readonly<Record<string, Membership>> = {
    first: membership({ girls: [0, 1, 2, 3], few: [0] }),
    second: membership({ boys: [4, 5, 6, 40] }),
  };
  const cell = made.cells[0]!;
  const now = membership({ [cell.key]: [0, 1, 2, 3, 4, 5, 6], [made.cells[1]!.key]: [0, 1] });
  const pair = { cell: 0, same: false, later: false, empty: "nobody" } as const;
  const pairs: readonly GuardPair[] = [
    { ...pair, earlier: 0, set: 0 },
    { ...pair, earlier: 0, set: 0, third: { earlier: 1, set: 0 } },
    { ...pair, earlier: 1, set: 0, third: { earlier: 0, set: 1 } },
    { ...pair, earlier: 0, set: 0, third: { cell: 1 } },
    { ...pair, earlier: 1, set: 0 },
  ];
  const read: string[] = [];
  const earlier = [past("first", "girls", "few"), past("second", "boys")];
  const counted = await differencesOfSessions(made, { earlier, pairs }, now, async ({ session }) => {
    read.push(session);
    return kept[session]!;
  });
  expect([...counted]).toEqual([3, 1, 4, 5, 5]);
  expect(read).toEqual(["first", "second"]);
});
