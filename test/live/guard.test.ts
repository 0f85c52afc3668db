import { join } from "node:path";
import type { Release } from "@tutti/disclosure";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tutti } from "./command.ts";
import { LiveNetwork, releaseOf } from "./live-network.ts";
import { type LiveCentres, type LivePatient, removeSandboxes, writeSandbox } from "./sandbox-folder.ts";

/** Eight patients of 20 years at each of four centres; at the first, one of them is of 5. */
const centres: LiveCentres = new Map(
  Array.from({ length: 4 }, (_, c) => [
    `centre-0${c + 1}`,
    Array.from({ length: 8 }, (_unused, p): LivePatient => {
      const patient_id = `NIR-${c + 1}-${p + 1}`;
      return { patient_id, sex: "F", dyspnea: p % 2 === 0, age: c === 0 && p === 0 ? 5 : 20 + p, hb: 10 };
    }),
  ]),
);
const measures = [
  { id: "n", count: true },
  { id: "dyspnea", proportion: "dyspnea" },
  { id: "age", quantiles: "age", at: [0.5] },
];
const WHOLE = { dataset: "live@3", purpose: "everybody", measures };
/** The same without one patient. */
const WITHOUT = { ...WHOLE, purpose: "everybody but one", where: { variable: "age", atLeast: 10 } };

afterAll(removeSandboxes);

test("a cohort without one patient is answered when it is asked first; beside it, the whole hides", async () => {
  const folder = writeSandbox(centres, [WITHOUT, WHOLE]);
  const { stdout, stderr } = await tutti(
    "sandbox",
    folder,
    "--json",
    ...["q1", "q2"].flatMap((name) => ["--query", join(folder, `${name}.json`)]),
  );
  expect(stdout, stderr).not.toBe("");
  const [alone, whole] = JSON.parse(stdout) as readonly { readonly results: readonly object[] }[];
  expect(alone!.results).toMatchObject([{ count: 31 }, { known: 31, positive: 15 }, { known: 31 }]);
  expect(whole!.results).toMatchObject([{ count: null }, { known: null }, { known: null }]);
});

describe("where the whole was asked first", () => {
  let network: LiveNetwork;
  let whole: Release;
  beforeAll(async () => {
    network = await LiveNetwork.start(writeSandbox(centres));
    whole = releaseOf(await network.ask(WHOLE));
    expect(whole.results).toMatchObject([{ count: 32 }, { known: 32, positive: 16 }, { known: 32 }]);
  });
  afterAll(() => network?.stop());

  test("the cohort without one patient hides", async () => {
    const { results } = releaseOf(await network.ask(WITHOUT));
    expect(results).toMatchObject([{ count: null }, { known: null }, { known: null, quantiles: { "0.5": null } }]);
  });

  test("the same report asked again gives the same numbers, also in other words", async () => {
    const words = { ...WHOLE, where: { any: [{ variable: "sex", is: "F" }, { not: { variable: "sex", is: "F" } }] } };
    for (const query of [WHOLE, words]) expect(releaseOf(await network.ask(query)).results).toEqual(whole.results);
  });

  // A process is found by its parent in Linux's way.
  test.skipIf(process.platform !== "linux")(
    "a centre that is gone is not subtracted: the earlier answer is given again, and nothing else",
    async () => {
      network.signal("centre-04", "SIGKILL");
      await expect.poll(() => network.agents().size).toBe(3);
      const again = releaseOf(await network.ask(WHOLE));
      expect(again).toMatchObject({ centres: { contributed: 3 }, asOf: expect.any(String), results: whole.results });
      const inOtherShape = releaseOf(await network.ask({ ...WHOLE, measures: [{ id: "n", count: true }] }));
      expect(inOtherShape.results).toMatchObject([{ count: null }]);
    },
  );
});
