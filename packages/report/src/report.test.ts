import { datasetSchema } from "@tutti/dataset";
import { DEFAULT_POLICY, type Release } from "@tutti/disclosure";
import { expect, test } from "vitest";
import { csv } from "./csv.ts";
import type { Measure, ReportDefinition, Section } from "@tutti/query";
import { markdown } from "./markdown.ts";
import { report } from "./report.ts";
import { text } from "./text.ts";

const dataset = datasetSchema.parse({
  id: "iph",
  version: 1,
  title: { en: "IPH", fr: "HPI" },
  key: "patient_id",
  variables: {
    sex: {
      type: "category",
      label: { en: "Sex", fr: "Sexe" },
      codes: { F: { en: "Girls", fr: "Filles" }, M: { en: "Boys", fr: "Garçons" } },
    },
    dyspnea: { type: "boolean", label: { en: "Dyspnea", fr: "Dyspnée" } },
    coeliac: { type: "boolean", label: { en: "=Coeliac | Ig", fr: "Ig cœliaques" } },
    age: { type: "number", label: { en: "Age", fr: "Âge" }, unit: "a", grid: { from: 0, to: 18, step: 0.1 } },
    z: { type: "number", label: { en: "BMI z", fr: "IMC z" }, grid: { from: -5, to: 5, step: 0.01 } },
  },
});
const policy = DEFAULT_POLICY;
const centres = { invited: 12, contributed: 12, finished: 12 };
const made = (results: Release["results"], changes: Partial<Release> = {}): Release => ({
  dataset: "iph@1",
  query: `sha256:${"0".repeat(64)}`,
  roster: `sha256:${"0".repeat(64)}`,
  policy,
  centres,
  strength: "malicious",
  results,
  ...changes,
});
const ask = (kind: Section["kind"], measures: readonly Measure[]): ReportDefinition => ({
  id: "r",
  title: { en: "Report", fr: "Rapport" },
  queries: [{ dataset: "iph@1", purpose: "", measures }],
  layout: [{ title: { en: "Table 1", fr: "Tableau 1" }, kind, rows: measures.map(({ id }) => id) }],
});
/** The written cells of a report of one section, line by line: label, cells with their marks. */
const lines = (definition: ReportDefinition, release: Release, language: "en" | "fr" = "en") =>
  report([release], definition, dataset, language).sections[0]!.groups.flatMap((group) =>
    group.rows.map((row) => [row.label, ...row.cells.map((cell) => cell.text + cell.mark)]),
  );

test.each([
  ["a count", { id: "m", count: true }, { count: 25 }, [["Patients", "25", "", ""]]],
  ["a hidden count", { id: "m", count: true }, { count: null }, [["Patients", "<5ᵃ", "", ""]]],
  [
    "a proportion",
    { id: "m", proportion: "dyspnea" },
    { known: 25, positive: 17, rate: 0.68 },
    [["Dyspnea", "17 (68.0%)", "25", "48.4–82.8"]],
  ],
  ["a hidden proportion", { id: "m", proportion: "dyspnea" }, { known: 14, positive: null, rate: null }, [["Dyspnea", "<5ᵃ", "14", ""]]],
  ["everything hidden", { id: "m", proportion: "dyspnea" }, { known: null, positive: null, rate: null }, [["Dyspnea", "<5ᵃ", "<5ᵃ", ""]]],
  ["nobody known", { id: "m", proportion: "dyspnea" }, { known: 0, positive: 0, rate: null }, [["Dyspnea", "0", "0", ""]]],
  [
    "a distribution",
    { id: "m", distribution: "sex" },
    { known: 25, counts: { F: 20, M: 5 } },
    [
      ["Sex", "", "25", ""],
      ["Girls", "20 (80.0%)", "", "60.9–91.1"],
      ["Boys", "5 (20.0%)", "", "8.9–39.1"],
    ],
  ],
  [
    "a median with quartiles",
    { id: "m", quantiles: "age", at: [0.5] },
    { known: 25, quantiles: { "0.25": 2, "0.5": 4.35, "0.75": 7.3 } },
    [["Age (years), median [Q1–Q3]", "4.35 [2.0–7.3]", "25", ""]],
  ],
  [
    "a hidden quartile",
    { id: "m", quantiles: "age", at: [0.5] },
    { known: 12, quantiles: { "0.25": null, "0.5": 4.3, "0.75": null } },
    [["Age (years), median [Q1–Q3]", "4.3 [—]ᵃ", "12", ""]],
  ],
  [
    "hidden quantiles",
    { id: "m", quantiles: "age", at: [0.5] },
    { known: 7, quantiles: { "0.5": null } },
    [["Age (years), median", "—ᵃ", "7", ""]],
  ],
  [
    "other quantiles",
    { id: "m", quantiles: "age", at: [0.5] },
    { known: 90, quantiles: { "0.1": 1.2, "0.9": 11 } },
    [["Age (years), 10th percentile · 90th percentile", "1.2 · 11.0", "90", ""]],
  ],
  [
    "negative values",
    { id: "m", quantiles: "z", at: [0.5] },
    { known: 25, quantiles: { "0.25": -1.2, "0.5": -0.6, "0.75": 0.1 } },
    [["BMI z, median [Q1–Q3]", "−0.60 [−1.20 to 0.10]", "25", ""]],
  ],
  ["a mean", { id: "m", mean: "age" }, { known: 25, mean: 7.4, sd: 2.6 }, [["Age (years), mean (SD)", "7.4 (2.6)", "25", ""]]],
  ["a hidden mean", { id: "m", mean: "age" }, { known: null, mean: null, sd: null }, [["Age (years), mean (SD)", "—ᵃ", "<5ᵇ", ""]]],
] as const)("Table 1 writes %s", (_, measure, result, rows) => {
  const answer = { measure: "m", stratum: {}, ...result } as Release["results"][number];
  expect(lines(ask("table1", [measure]), made([answer])).toSorted()).toEqual(rows.map((row) => [...row]).toSorted());
});

test("tested and positive are columns of their own, in French with a decimal comma", () => {
  const definition = ask("tested-positive", [
    { id: "anca", proportion: "dyspnea" },
    { id: "gbm", proportion: "coeliac" },
  ]);
  const release = made([
    { measure: "anca", stratum: {}, known: 15, positive: 6, rate: 0.4 },
    { measure: "gbm", stratum: {}, known: 9, positive: null, rate: null },
  ]);
  expect(lines(definition, release, "fr")).toEqual([
    ["Dyspnée", "15", "6", "40,0", "19,8–64,3"],
    ["Ig cœliaques", "9", "<5ᵃ", "", ""],
  ]);
});

test("a section of quantiles has no interval, and takes its rows from any query of the report in the order of the layout", () => {
  const at = [0.25, 0.5, 0.75];
  const definition: ReportDefinition = {
    id: "r",
    title: { en: "Report", fr: "Rapport" },
    queries: [
      { dataset: "iph@1", purpose: "", measures: [{ id: "age", quantiles: "age", at }] },
      { dataset: "iph@1", purpose: "", measures: [{ id: "z", quantiles: "z", at }] },
      { dataset: "iph@1", purpose: "", measures: [{ id: "lost", count: true }] },
    ],
    layout: [{ title: { en: "Medians", fr: "Médianes" }, kind: "quantiles", rows: ["z", "lost", "age"] }],
  };
  const quartiles = { "0.25": 1, "0.5": 2, "0.75": 3 };
  const laidOut = report(
    [
      made([{ measure: "age", stratum: {}, known: 25, quantiles: quartiles }]),
      made([{ measure: "z", stratum: {}, known: 24, quantiles: quartiles }]),
      null,
    ],
    definition,
    dataset,
    "en",
  );
  const [section] = laidOut.sections;
  expect(section!.columns.map((column) => column.title)).toEqual(["Median [Q1–Q3]", "Known"]);
  expect(section!.groups[0]!.rows.map((row) => [row.measure, ...row.cells.map((cell) => cell.text)])).toEqual([
    ["z", "2.00 [1.00–3.00]", "24"],
    ["age", "2.0 [1.0–3.0]", "25"],
  ]);
});

test("strata are groups, named by label and code", () => {
  const release = made([
    { measure: "n", stratum: { sex: "F" }, count: 20 },
    { measure: "n", stratum: { sex: "M" }, count: 5 },
  ]);
  const { groups } = report([release], ask("table1", [{ id: "n", count: true }]), dataset, "fr").sections[0]!;
  expect(groups.map((group) => group.label)).toEqual(["Sexe: Filles", "Sexe: Garçons"]);
});

test("footnotes name the rule: k, zeros, totals, the tail, the centres; passive with three", () => {
  const definition = ask("table1", [
    { id: "n", count: true },
    { id: "age", quantiles: "age", at: [0.5] },
  ]);
  const results: Release["results"] = [
    { measure: "n", stratum: {}, count: null },
    { measure: "age", stratum: {}, known: 9, quantiles: { "0.5": null } },
  ];
  const notes = (changes: Partial<Release>) =>
    report([made(results, changes)], definition, dataset, "en")
      .notes.map((note) => note.mark + note.text)
      .join("\n");
  const usual = notes({});
  expect(usual).toMatch(/^ᵃHidden: fewer than 5 patients .* nobody included.* a total included/);
  expect(usual).toMatch(/^ᵇNot shown: .* at least 5 patients .* at least 5 expected on each side/m);
  expect(usual).toContain("12 invited, 12 contributed, 12 finished");
  expect(usual).not.toContain("Three centres");
  expect(usual).toContain("or that would tell what earlier releases did not");
  const other = notes({ policy: { ...policy, threshold: 11, zeros: "show", tail: 3 }, strength: "passive" });
  expect(other).toMatch(/^ᵃHidden: 1 to 10 patients .* nobody or a total included/);
  expect(other).toContain("at least 3 expected");
  expect(other).toContain("Three centres");
});

const count = ask("table1", [{ id: "n", count: true }]);
const patients: Release["results"] = [{ measure: "n", stratum: {}, count: 25 }];
const remarksOf = (releases: readonly Release[], definition: ReportDefinition, language: "en" | "fr" = "en") =>
  report(releases, definition, dataset, language).notes.flatMap((note) => (note.mark === "" ? [note.text] : []));

const reason = "an ultra-rare disease,\u001B[2J agreed by the steering committee";
test.each<readonly [string, Partial<Release>, RegExp, RegExp]>([
  [
    "the day of repeated numbers",
    { asOf: "2026-02-01" },
    /^These are the numbers of 2026-02-01: /,
    /^Ces nombres sont ceux du 2026-02-01\u00A0: /,
  ],
  [
    "a profile",
    { policy: { ...policy, profile: "france" } },
    /^The rules of disclosure are those of the profile france/,
    /^Les règles de divulgation sont celles du profil france/,
  ],
  [
    "an exception with its reason, and nothing of it that steers a terminal",
    { policy: { ...policy, profile: "france", exception: { reason } } },
    /looser than those of the profile france, for this reason: an ultra-rare disease, \[2J agreed/,
    /moins strictes que celles du profil france, pour cette raison\u00A0: an ultra-rare/,
  ],
  [
    "an exception from the network's own rules",
    { policy: { ...policy, exception: { reason } } },
    /looser than those of the profile network/,
    /celles du profil network/,
  ],
  ["rounding", { policy: { ...policy, rounding: 5 } }, /rounded to multiples of 5; /, /arrondis à des multiples de 5\u00A0; /],
  [
    "the own-part rule",
    { policy: { ...policy, ownPart: "hide" } },
    /a centre, taking its own patients off, .* fewer than 5/,
    /en retirant ses propres patients, .* moins de 5/,
  ],
])("a remark tells of %s", (_, changes, english, french) => {
  const plain = [remarksOf([made(patients)], count), remarksOf([made(patients)], count, "fr")];
  [english, french].forEach((words, i) => {
    const said = remarksOf([made(patients, changes)], count, (["en", "fr"] as const)[i]!);
    expect(said).toHaveLength(plain[i]!.length + 1);
    expect(said.filter((remark) => words.test(remark))).toHaveLength(1);
  });
});

test("where only some numbers are those of an earlier day, their rows are named", () => {
  const definition: ReportDefinition = {
    id: "r",
    title: { en: "Report", fr: "Rapport" },
    queries: [
      {
        dataset: "iph@1",
        purpose: "",
        measures: [
          { id: "n", count: true },
          { id: "d", proportion: "dyspnea" },
        ],
      },
      { dataset: "iph@1", purpose: "", measures: [{ id: "sex", distribution: "sex" }] },
    ],
    layout: [{ title: { en: "One", fr: "Un" }, kind: "table1", rows: ["n", "d", "sex"] }],
  };
  const old = made([...patients, { measure: "d", stratum: {}, known: 25, positive: 17, rate: 0.68 }], { asOf: "2026-02-01" });
  const fresh = made([{ measure: "sex", stratum: {}, known: 25, counts: { F: 20, M: 5 } }]);
  const days = (releases: readonly Release[]) => remarksOf(releases, definition).filter((remark) => remark.includes("2026-02-01"));
  expect(days([old, fresh])).toEqual([expect.stringMatching(/^Of Patients, Dyspnea these are the numbers of 2026-02-01: /)]);
  expect(days([old, { ...fresh, asOf: "2026-02-01" }])).toEqual([expect.stringMatching(/^These are the numbers/)]);
});

test("a report without anything hidden has no footnote about hiding", () => {
  const made25 = report([made([{ measure: "n", stratum: {}, count: 25 }])], ask("table1", [{ id: "n", count: true }]), dataset, "en");
  expect(made25.notes.filter((note) => note.mark !== "")).toEqual([]);
});

const mixed = report(
  [
    made([
      { measure: "n", stratum: {}, count: 25 },
      { measure: "sex", stratum: {}, known: 25, counts: { F: 20, M: 5 } },
      { measure: "coeliac", stratum: {}, known: 14, positive: null, rate: null },
      { measure: "z", stratum: {}, known: 25, quantiles: { "0.25": -1.2, "0.5": -0.6, "0.75": null } },
    ]),
  ],
  ask("table1", [
    { id: "n", count: true },
    { id: "sex", distribution: "sex" },
    { id: "coeliac", proportion: "coeliac" },
    { id: "z", quantiles: "z", at: [0.5] },
  ]),
  dataset,
  "en",
);

test("on a terminal columns are aligned on their right edge, and colour comes only when asked", () => {
  const shown = text(mixed);
  expect(shown).not.toContain("\u001B");
  expect(text(mixed, { colour: true })).toContain("\u001B[1m");
  const body = shown.split("\n").slice(4, 9);
  const right = body.filter((line) => line.includes("25")).map((line) => line.lastIndexOf("25"));
  expect(body[2]).toBe("  Girls                        20 (80.0%)             60.9–91.1");
  expect(right.slice(1).every((at, _, all) => at === all[0])).toBe(true);
});

test("Markdown escapes what the dictionary says, and the hidden sign", () => {
  const shown = markdown(mixed);
  expect(shown).toContain(String.raw`| =Coeliac \| Ig | &lt;5ᵃ | 14 |  |`);
  expect(shown).toContain("| &emsp;Girls | 20 (80.0%) |  | 60.9–91.1 |");
});

test("CSV has one number a field, and no formula", () => {
  expect(csv(mixed).split("\r\n")).toEqual([
    "section,stratum,label,measure,code,n,known,percent,low,high,quantile_0.25,quantile_0.5,quantile_0.75,mean,sd",
    "Table 1,,Patients,n,,25,,,,,,,,,",
    "Table 1,,Sex,sex,,,25,,,,,,,,",
    "Table 1,,Sex: Girls,sex,F,20,,80,60.869,91.1394,,,,,",
    "Table 1,,Sex: Boys,sex,M,5,,20,8.8606,39.131,,,,,",
    `Table 1,,"'=Coeliac | Ig",coeliac,,<5,14,,,,,,,,`,
    `Table 1,,"BMI z, median [Q1–Q3]",z,,,25,,,,-1.2,-0.6,hidden,,`,
    "",
  ]);
});

test.each([
  ["another number of releases", [], "iph@1"],
  ["another dataset", [{ measure: "n", stratum: {}, count: 1 }], "iph@2"],
  ["a measure that was not asked", [{ measure: "x", stratum: {}, count: 1 }], "iph@1"],
  ["another form", [{ measure: "n", stratum: {}, known: 1, mean: 1, sd: 1 }], "iph@1"],
] as const)("a release that does not answer the definition is refused: %s", (_, results, name) => {
  const releases = results.length === 0 ? [] : [made(results, { dataset: name })];
  expect(() => report(releases, ask("table1", [{ id: "n", count: true }]), dataset, "en")).toThrow(RangeError);
});
