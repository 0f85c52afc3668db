import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterAll, beforeEach, expect, test } from "vitest";
import type { Preview } from "@tutti/disclosure";
import { type Exit, Stop } from "./exit.ts";
import type { NetworkPlan } from "./network.ts";
import { COMMANDS, run } from "./program.ts";
import type { Ran } from "./child.ts";
import type { Services } from "./services.ts";

const root = mkdtempSync(join(tmpdir(), "tutti-cli-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const DATASET = {
  id: "d",
  version: 1,
  title: { en: "D", fr: "D" },
  key: "id",
  variables: {
    sick: { type: "boolean", label: { en: "Sick", fr: "Malade" } },
    age: { type: "number", label: { en: "Age", fr: "Âge" }, grid: { from: 0, to: 18, step: 1 }, cuts: [5] },
  },
};
const QUERY = { dataset: "d@1", purpose: "Test", measures: [{ id: "n", count: true }] };
const RELEASE = {
  dataset: "d@1",
  query: "sha256:0",
  roster: `sha256:${"0".repeat(64)}`,
  policy: { threshold: 5, zeros: "hide", tail: 5, minimumCentres: 3 },
  centres: { invited: 3, contributed: 3, finished: 3 },
  results: [{ measure: "n", stratum: {}, count: 25 }],
  envelope: { payload: "e30=" },
};
const PREVIEW: Preview = {
  cells: 4,
  pairs: 1,
  rows: [
    { measure: "n", stratum: {}, risk: "same", earlier: ["2026-02-01", "2026-03-01"] },
    { measure: "n", stratum: { sick: true }, risk: "near", earlier: ["2026-02-01"] },
    { measure: "n", stratum: { sick: false }, risk: "new", earlier: [] },
  ],
};
const HIDDEN = { ...RELEASE, results: [{ measure: "n", stratum: {}, count: null, hidden: ["count"] }] };

let folder: string;
let made = 0;
const put = (name: string, value: unknown): string => {
  writeFileSync(join(folder, name), typeof value === "string" ? value : JSON.stringify(value));
  return join(folder, name);
};
beforeEach(() => {
  folder = mkdtempSync(join(root, `${++made}-`));
  put("dataset.json", DATASET);
  for (const centre of ["a", "b", "c"]) put(`${centre}.csv`, "id,sick,age\n1,1,4\n");
});

/** Runs the command on a network that answers what it is told. */
async function command(args: readonly string[], answers: readonly unknown[] = [], changes: Partial<Services> = {}) {
  const seen = { out: "", err: "", started: [] as NetworkPlan[], stopped: 0, asked: [] as unknown[] };
  const exit: Exit = await run(args, {
    console: {
      out: (s) => void (seen.out += s),
      err: (s) => void (seen.err += s),
      outIsTerminal: false,
      errIsTerminal: false,
      width: 100,
      colour: true,
    },
    env: {},
    interrupted: new AbortController().signal,
    prompt: async () => {
      throw new Stop("usage", "nobody can be asked here");
    },
    agent: async () => ({ code: 1, stdout: "", stderr: "" }),
    coordinator: async () => ({ code: 1, stdout: "", stderr: "" }),
    startNetwork: async (plan) => {
      seen.started.push(plan);
      const stop = async () => void seen.stopped++;
      return { url: "http://127.0.0.1:1", token: "t", roster: "roster.json", stop };
    },
    checklist: async () => [],
    standing: async (id) => ({ id, state: "open", deciding: 2, detail: null, release: null, exit: "done" }),
    log: () => Promise.reject(new Error("no test asks for it")),
    audit: async () => [],
    preview: async () => PREVIEW,
    ask: async (query) => {
      const answer = answers[seen.asked.push(query) - 1];
      if (answer instanceof Error) throw answer;
      return answer as never;
    },
    ...changes,
  });
  return { exit, ...seen };
}

test.each(Object.entries(COMMANDS))("what begins with %s is loaded by that word", async (word, load) => {
  const program = new Command();
  (await load())(program, {} as Services, () => {});
  expect(program.commands.map((one) => one.name())).toEqual([word]);
});

test("one query prints its release alone, and the network is stopped", async () => {
  const result = await command(["sandbox", folder, "--query", put("q.json", QUERY), "--json"], [RELEASE]);
  expect(result).toMatchObject({ exit: "done", stopped: 1, asked: [QUERY] });
  expect(JSON.parse(result.out)).toEqual(RELEASE);
  expect(result.started[0]!.centres.map(({ centre }) => centre)).toEqual(["a", "b", "c"]);
});

test("several queries print an array in their order; a failed one keeps its place and gives the exit code", async () => {
  const q = put("q.json", QUERY);
  const refusal = new Stop("refused", "centre b refuses the purpose");
  const result = await command(["sandbox", folder, "--query", q, "--query", q, "--query", q, "--json"], [RELEASE, refusal, HIDDEN]);
  expect(JSON.parse(result.out)).toEqual([RELEASE, { problem: { exit: "refused", detail: refusal.message } }, HIDDEN]);
  expect(result).toMatchObject({ exit: "refused", stopped: 1 });
  expect(result.err).toContain(refusal.message);
});

test("without --json people get a table, without colour where no terminal is", async () => {
  const result = await command(["sandbox", folder, "--query", put("q.json", QUERY)], [RELEASE]);
  expect(result.out).toMatch(/Patients +25\n/);
  expect(result.out).not.toContain("\u001B");
});

test.each([
  ["everything hidden", HIDDEN, "everythingHidden"],
  ["refused", new Stop("refused", "no"), "refused"],
  ["too few centres", new Stop("tooFewCentres", "no"), "tooFewCentres"],
  ["timed out", new Stop("timedOut", "no"), "timedOut"],
  ["a defect", new Error("boom"), "error"],
] as const)("the exit code of one query: %s", async (_, answer, exit) => {
  const result = await command(["sandbox", folder, "--query", put("q.json", QUERY), "--json"], [answer]);
  expect(result).toMatchObject({ exit, stopped: 1 });
  if (answer instanceof Error) expect(result.out).toBe("");
});

test.each([
  ["a folder that is not there", () => ["sandbox", join(folder, "nowhere")], "usage", "nowhere"],
  ["no dataset.json", () => (rmSync(join(folder, "dataset.json")), ["sandbox", folder]), "error", "dataset infer"],
  ["a dataset that is not JSON", () => (put("dataset.json", "{"), ["sandbox", folder]), "error", "dataset.json is not valid JSON"],
  [
    "a dataset without a key",
    () => (put("dataset.json", { ...DATASET, key: undefined }), ["sandbox", folder]),
    "error",
    "dataset.json: at key",
  ],
  ["a policy with an unknown word", () => (put("policy.json", { treshold: 5 }), ["sandbox", folder]), "error", "policy.json"],
  ["an empty file", () => (put("b.csv", ""), ["sandbox", folder]), "error", "b.csv is empty"],
  ["one centre twice", () => (put("A.CSV", "id\n"), ["sandbox", folder]), "error", "another file"],
  ["two centres", () => (rmSync(join(folder, "c.csv")), ["sandbox", folder]), "tooFewCentres", "at least 3"],
  ["a query that is not there", () => ["sandbox", folder, "--query", join(folder, "q.json")], "usage", "q.json: there is no such file"],
  ["a query with an unknown word", () => ["sandbox", folder, "--query", put("q.json", { ...QUERY, wher: {} })], "usage", "q.json"],
  [
    "an unknown variable",
    () => ["sandbox", folder, "--query", put("q.json", { ...QUERY, measures: [{ id: "x", mean: "hight" }] })],
    "usage",
    "hight",
  ],
  [
    "a cut that is not one",
    () => ["sandbox", folder, "--query", put("q.json", { ...QUERY, where: { variable: "age", below: 6 } })],
    "usage",
    "q.json",
  ],
  ["another version", () => ["sandbox", folder, "--query", put("q.json", { ...QUERY, dataset: "d@2" })], "usage", "q.json"],
  ["a timeout of nothing", () => ["sandbox", folder, "--timeout", "0"], "usage", "seconds"],
  ["an unknown option", () => ["sandbox", folder, "--jsno"], "usage", "--json"],
  ["an unknown command", () => ["sandbocks"], "usage", "sandbox"],
  ["an unknown language", () => ["demo", "--lang", "de"], "usage", "en, fr"],
  ["no token", () => ["query", put("q.json", QUERY), "--coordinator", "http://localhost:1"], "usage", "TUTTI_TOKEN"],
  ["no coordinator", () => ["query", put("q.json", QUERY), "--token", "t"], "usage", "TUTTI_COORDINATOR"],
  ["a coordinator that is no URL", () => ["query", put("q.json", QUERY), "--coordinator", "there", "--token", "t"], "usage", "http"],
  [
    "a token that would be read on its way",
    () => ["query", put("q.json", QUERY), "--coordinator", "http://tutti.example", "--token", "t"],
    "usage",
    "in the clear",
  ],
  ["nothing at all", () => [], "usage", "Usage: tutti"],
] as const)("nothing is started for %s", async (_, prepare, exit, words) => {
  const result = await command(prepare());
  expect(result).toMatchObject({ exit, out: "", started: [], asked: [] });
  expect(result.err).toContain(words);
});

test("help is data: on stdout, done", async () => {
  const result = await command(["--help"]);
  expect(result).toMatchObject({ exit: "done", err: "" });
  expect(result.out).toContain("4 too few centres");
});

test.each([
  [
    ["create", "--name", "ann", "--dataset", "iph", "--dataset", "core", "--json"],
    ["create", "--json", "--name", "ann", "--role", "researcher", "--expires", "90d", "--dataset", "iph", "--dataset", "core"],
  ],
  [["list"], ["list"]],
  [
    ["revoke", "3f9c01aa"],
    ["revoke", "3f9c01aa"],
  ],
])("token %j is the coordinator's own command", async (args, expected) => {
  let asked: readonly string[] = [];
  const coordinator: Services["coordinator"] = async (given) => ((asked = given), { code: 0, stdout: "tutti_x\n", stderr: "shown once\n" });
  const result = await command(["token", ...args, "--config", "/c.json"], [], { coordinator });
  expect(asked.filter((one) => one !== "--config" && one !== "/c.json")).toEqual(["token", ...expected]);
  expect(result).toMatchObject({ exit: "done", out: "tutti_x\n", err: "shown once\n" });
  const refused = await command(["token", ...args, "--config", "/c.json"], [], {
    coordinator: async () => ({ code: 1, stdout: "", stderr: "there is no token 3f9c01aa that counts\n" }),
  });
  expect(refused).toMatchObject({ exit: "error", out: "", err: expect.stringContaining("that counts") });
});

test("a query goes to the coordinator that the environment names", async () => {
  let access: unknown;
  const env = { TUTTI_COORDINATOR: "https://c.example", TUTTI_TOKEN: "secret" };
  const ask: Services["ask"] = async (_, to) => ((access = to), RELEASE as never);
  const result = await command(["query", put("q.json", QUERY)], [], { env, ask });
  expect(access).toEqual({ url: "https://c.example", token: "secret" });
  expect(JSON.parse(result.out)).toEqual(RELEASE);
});

const REMOTE = ["--coordinator", "http://localhost:1", "--token", "t"];
test("a dry run says for each row what is at risk and what was told before, and asks nothing", async () => {
  const result = await command(["query", put("q.json", QUERY), "--dry-run", ...REMOTE]);
  expect(result).toMatchObject({ exit: "done", asked: [], err: "" });
  expect(result.out).toBe(
    [
      "Measure  Stratum       Risk                                                  Earlier releases",
      "n        all patients  the same as before, or new if enough has changed      2026-02-01, 2026-03-01",
      "n        sick = true   near what was told: hides if too few patients differ  2026-02-01",
      "n        sick = false  new                                                   –",
      "",
      "4 numbers would be tested against the threshold, 1 pair against earlier releases.",
      "",
    ].join("\n"),
  );
});

test("a dry run as JSON is the preview itself", async () => {
  const result = await command(["query", put("q.json", QUERY), "--dry-run", "--json", ...REMOTE]);
  expect(JSON.parse(result.out)).toEqual(PREVIEW);
});

test("with a dictionary alone a dry run needs no network, and says that it knows no history", async () => {
  const preview: Services["preview"] = () => Promise.reject(new Error("asked"));
  const args = ["query", put("q.json", QUERY), "--dry-run", "--dataset", join(folder, "dataset.json")];
  const result = await command(args, [], { preview });
  expect(result).toMatchObject({ exit: "done", asked: [], started: [] });
  expect(result.out).toContain("1 number would be tested against the threshold, 0 pairs against earlier releases.\n");
  expect(result.out).toContain("no earlier release is known here");
  expect(await command([...args, ...REMOTE], [], { preview })).toMatchObject({ exit: "error", err: "tutti: asked\n" });
  expect(await command(["query", put("q.json", QUERY), "--dry-run"])).toMatchObject({ exit: "usage", out: "" });
});

test("a dry run of a sandbox starts nothing; several queries are an array", async () => {
  const q = put("q.json", QUERY);
  const one = await command(["sandbox", folder, "--dry-run", "--query", q, "--json"]);
  expect(one).toMatchObject({ exit: "done", started: [], asked: [] });
  expect(JSON.parse(one.out)).toEqual({ cells: 1, pairs: 0, rows: [{ measure: "n", stratum: {}, risk: "new", earlier: [] }] });
  expect(JSON.parse((await command(["sandbox", folder, "--dry-run", "--query", q, "--query", q, "--json"])).out)).toHaveLength(2);
  expect(await command(["sandbox", folder, "--dry-run"])).toMatchObject({ exit: "usage", started: [] });
});

test("without a query the network stays up, says how to ask it, and Ctrl-C ends it well", async () => {
  const interrupt = new AbortController();
  setTimeout(() => interrupt.abort(), 20);
  const result = await command(["sandbox", folder], [], { interrupted: interrupt.signal });
  expect(result).toMatchObject({ exit: "done", stopped: 1, out: "" });
  expect(result.err).toContain("--coordinator http://127.0.0.1:1 --token t");
});

test("progress is on stderr line by line, and silent with --quiet", async () => {
  const ask: Services["ask"] = async (_, __, { progress }) => (progress.step("exchange deal: a has posted"), RELEASE as never);
  const q = put("q.json", QUERY);
  expect((await command(["sandbox", folder, "--query", q], [], { ask })).err).toContain("exchange deal: a has posted\n");
  expect((await command(["sandbox", folder, "--query", q, "--quiet"], [], { ask })).err).toBe("");
});

test("a report asks query by query and is laid out in French", async () => {
  const layout = [{ title: { en: "One", fr: "Un" }, kind: "table1", rows: ["n", "m"] }];
  const second = { ...QUERY, measures: [{ id: "m", count: true }] };
  const definition = put("report.json", { id: "r", title: { en: "R", fr: "Rapport" }, queries: [QUERY, second], layout });
  const args = [
    "report",
    definition,
    "--dataset",
    join(folder, "dataset.json"),
    "--coordinator",
    "http://localhost:1",
    "--token",
    "t",
    "--lang",
    "fr",
  ];
  const result = await command(
    [...args, "--format", "markdown"],
    [RELEASE, { ...RELEASE, results: [{ measure: "m", stratum: {}, count: 7 }] }],
  );
  expect(result).toMatchObject({ exit: "done", asked: [QUERY, second] });
  expect(result.out).toContain("# Rapport\n\n## Un\n");
});

test("where no query of a report was answered, no empty report is printed", async () => {
  const layout = [{ title: { en: "One", fr: "Un" }, kind: "table1", rows: ["n"] }];
  const definition = put("report.json", { id: "r", title: { en: "R", fr: "Rapport" }, queries: [QUERY], layout });
  const args = ["report", definition, "--dataset", join(folder, "dataset.json"), "--coordinator", "http://localhost:1", "--token", "t"];
  expect(await command(args, [new Stop("tooFewCentres", "no")])).toMatchObject({ exit: "tooFewCentres", out: "" });
});

test("a draft is on stdout, and what to look at on stderr without a value", async () => {
  const result = await command(["dataset", "infer", put("x.csv", "pid;fièvre;note\np1;oui;zebra1\np2;non;zebra2\n"), "--id", "fever"]);
  expect(result.exit).toBe("done");
  expect(JSON.parse(result.out)).toMatchObject({ id: "fever", key: "pid", variables: { fievre: { type: "boolean" } } });
  expect(result.err).toContain("note: ");
  expect(result.err).not.toContain("zebra");
});

test("agent preview prints what the agent says of its own numbers, and a refusal is an error", async () => {
  const asked: (readonly string[])[] = [];
  const agent: Services["agent"] = async (args) => {
    asked.push(args);
    return args.includes("--json") ? { code: 0, stdout: "{}\n", stderr: "" } : { code: 1, stdout: "", stderr: "no such query\n" };
  };
  const query = join(folder, "q.json");
  expect(await command(["agent", "preview", query, "--config", "/agent.json", "--json"], [], { agent })).toMatchObject({
    exit: "done",
    out: "{}\n",
  });
  expect(await command(["agent", "preview", query, "--config", "/agent.json"], [], { agent })).toMatchObject({
    exit: "error",
    out: "",
    err: "tutti: no such query\n",
  });
  expect(asked[1]).toEqual(["preview", "--config", "/agent.json", query]);
  expect(await command(["agent", "preview", query])).toMatchObject({ exit: "usage" });
});

test.each(["agent", "coordinator"] as const)(
  "%s doctor prints what was found, also when something is wrong, and then ends with 1",
  async (app) => {
    const asked: (readonly string[])[] = [];
    const ran =
      (code: number) =>
      async (args: readonly string[]): Promise<Ran> => {
        asked.push(args);
        return { code, stdout: "✗ node …\n", stderr: "" };
      };
    const line = [app, "doctor", "--config", "/config.json"];
    expect(await command(line, [], { [app]: ran(0) })).toMatchObject({ exit: "done", out: "✗ node …\n" });
    expect(await command([...line, "--json"], [], { [app]: ran(1) })).toMatchObject({ exit: "error", out: "✗ node …\n", err: "" });
    expect(asked).toEqual([
      ["doctor", "--config", "/config.json"],
      ["doctor", "--config", "/config.json", "--json"],
    ]);
    const silent = async (): Promise<Ran> => ({ code: 1, stdout: "", stderr: "no such file\n" });
    expect(await command(line, [], { [app]: silent })).toMatchObject({ exit: "error", err: "tutti: no such file\n" });
  },
);

test("where a query stands is one sentence, or JSON", async () => {
  const to = ["--coordinator", "http://127.0.0.1:1", "--token", "t"];
  expect(await command(["status", "abc", ...to])).toMatchObject({ exit: "done", out: "open: waiting for 2 centres to decide\n" });
  expect(JSON.parse((await command(["status", "abc", ...to, "--json"])).out)).toMatchObject({ id: "abc", deciding: 2 });
  const ended = { id: "abc", state: "refused", deciding: null, detail: "2 centres refused", release: null, exit: "refused" } as const;
  const standing: Services["standing"] = async () => ended;
  expect(await command(["status", "abc", ...to], [], { standing })).toMatchObject({ exit: "refused", out: "refused: 2 centres refused\n" });
});
