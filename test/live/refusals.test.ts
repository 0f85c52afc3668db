import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tutti } from "./command.ts";
import { LiveNetwork, releaseOf } from "./live-network.ts";
import { everybody } from "./truth.ts";
import { liveCentres, removeSandboxes, writeSandbox } from "./sandbox-folder.ts";

const COUNT = { dataset: "live@3", purpose: "count", measures: [{ id: "n", count: true }] };
afterAll(removeSandboxes);

const centres = liveCentres(4, 10, 4);

/** Asks one query of a folder; gives the exit code and what was said. */
async function ask(folder: string, query = "q1.json"): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return tutti("sandbox", folder, "--json", "--query", join(folder, query));
}

describe("before anything is asked", () => {
  test("data that don't fit are named by file, column and line, without their content: exit 1", async () => {
    const folder = writeSandbox(centres, [COUNT]);
    writeFileSync(join(folder, "centre-02.csv"), "patient_id,sex,dyspnea,age,hb\nNIR-1,F,perhaps so,4,9.1\n");
    const { code, stdout, stderr } = await ask(folder);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(/centre-02\.csv: .*"dyspnea".*line 2/s);
    expect(stderr).not.toContain("perhaps so");
    expect(stderr).not.toContain("NIR-1");
  });

  test("fewer centres than the policy asks for: exit 4", async () => {
    const folder = writeSandbox(centres, [COUNT], { minimumCentres: 5 });
    expect(await ask(folder)).toMatchObject({ code: 4, stdout: "" });
  });

  test("a query of another version, or of an unknown variable: exit 2, with the nearest name", async () => {
    const folder = writeSandbox(centres, [
      { ...COUNT, dataset: "live@2" },
      { ...COUNT, measures: [{ id: "x", proportion: "dispnea" }] },
    ]);
    expect(await ask(folder)).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("live@3") });
    expect(await ask(folder, "q2.json")).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("dyspnea") });
  });
});

describe("by a network that is up", () => {
  let network: LiveNetwork;
  beforeAll(async () => {
    network = await LiveNetwork.start(writeSandbox(centres));
  });
  afterAll(() => network.stop());

  test.each([
    ["another dataset version", { ...COUNT, dataset: "live@2" }],
    ["an unknown variable", { ...COUNT, measures: [{ id: "x", proportion: "dispnea" }] }],
    ["an unknown code", { ...COUNT, where: { variable: "sex", is: "X" } }],
    ["a cut that is none", { ...COUNT, where: { variable: "age", atLeast: 11 } }],
    ["no query at all", ["SELECT 1"]],
  ])("%s is refused, and the next query is answered", async (_, query) => {
    await expect(network.ask(query)).rejects.toMatchObject({ kind: "query-invalid" });
    expect(releaseOf(await network.ask(COUNT)).results).toEqual([{ measure: "n", stratum: {}, count: everybody(centres).length }]);
    expect(network.agents().size).toBe(4);
  });

  test("a group in which everything is small is released with everything hidden", async () => {
    const query = {
      ...COUNT,
      where: {
        all: [
          { variable: "age", atLeast: 65 },
          { variable: "age", below: 10 },
        ],
      },
    };
    const state = await network.ask(query);
    expect(releaseOf(state).results).toEqual([{ measure: "n", stratum: {}, count: null, hidden: ["count"] }]);
  });

  test("a token that is none gets nothing", async () => {
    const { code, stdout } = await tutti(
      "query",
      join(writeSandbox(centres, [COUNT]), "q1.json"),
      "--coordinator",
      network.url,
      "--token",
      "guess",
    );
    expect([code, stdout]).toEqual([1, ""]);
  });
});
