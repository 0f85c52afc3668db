import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Dataset, datasetSchema } from "@tutti/dataset";
import { check, plan, type Plan, type Query } from "@tutti/query";
import { interpret } from "@tutti/sql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DataProblem } from "./data-problem.ts";
import { PassingNumbers } from "../guard/patient-numbers.ts";
import { openSource, type SourceConfig } from "./source.ts";

const label = { en: "x", fr: "x" };
const small: Dataset = datasetSchema.parse({
  id: "small",
  version: 1,
  title: label,
  key: "id",
  tables: { visits: { key: "id", date: "on" } },
  variables: {
    cough: { type: "boolean", label, true: ["1", "oui"], false: ["0", "non"], missing: ["", "NF"] },
    stage: { type: "category", label, codes: { "é,b": label, 'c"d': label, "=1+1": label } },
    age: { type: "number", label, grid: { from: 0, to: 18, step: 0.1 }, cuts: [2], missing: ["", "NF"] },
    visit: { type: "boolean", label, table: "visits" },
  },
});

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tutti-source-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function written(content: string | Uint8Array, name = "patients.csv"): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const planned = (query: Partial<Query>): Plan => {
  const checked = check({ dataset: "small@1", ...query }, small);
  if (!checked.ok) throw new TypeError(checked.problems.map(({ message }) => message).join());
  return plan(checked.query, small);
};
const everything = planned({
  by: ["stage"],
  measures: [
    { id: "n", count: true },
    { id: "cough", proportion: "cough" },
    { id: "age", quantiles: "age", at: [0.5] },
    { id: "mean", mean: "age" },
  ],
});

/** Opens a text as a file and contributes to a plan of everything. */
async function read(content: string | Uint8Array, more: Partial<SourceConfig> = {}) {
  const source = await openSource({ dataset: small, data: await written(content), ...more });
  const contribution = await source.contribute(everything);
  await source.close();
  return { contribution, summary: source.summary };
}

async function problem(opening: Promise<unknown>): Promise<DataProblem> {
  const error = await opening.then(
    () => new Error("it was read"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DataProblem);
  return error as DataProblem;
}

const children = [
  { id: "p1", cough: true, stage: "é,b", age: 4.3 },
  { id: "p2", cough: false, stage: 'c"d', age: null },
  { id: "p3", cough: null, stage: null, age: 18 },
];
const expected = interpret(everything, small, children);

describe("as hospitals write it", () => {
  const plain = 'id,cough,stage,age\np1,1,"é,b",4.3\np2,0,"c""d",NF\np3,,,18\n';
  test.each<[string, string | Uint8Array]>([
    ["commas", plain],
    ["semicolons and decimal commas", 'id;cough;stage;age\np1;1;é,b;4,3\np2;0;"c""d";NF\np3;;;18\n'],
    ["tabs", 'id\tcough\tstage\tage\np1\t1\té,b\t4.3\np2\t0\t"c""d"\tNF\np3\t\t\t18\n'],
    ["bars", 'id|cough|stage|age\np1|1|é,b|4.3\np2|0|"c""d"|NF\np3|||18\n'],
    ["a mark at the start and CRLF", `\uFEFF${plain.replaceAll("\n", "\r\n")}`],
    ["CR alone", plain.replaceAll("\n", "\r")],
    ["no end of line at the end", plain.trimEnd()],
    ["empty lines", plain.replaceAll("\n", "\n\n")],
    ["windows-1252", Buffer.from(plain, "latin1")],
    ["UTF-16 of a spreadsheet", Buffer.from(`\uFEFF${plain}`, "utf16le")],
    ["everything in quotes", '"id","cough","stage","age"\n"p1","1","é,b","4,3"\n"p2","0","c""d","NF"\n"p3","","","18"\n'],
    ["other columns, in another order", 'age,name,id,stage,cough,note\n4.3,x,p1,"é,b",1,"two\nlines"\nNF,y,p2,"c""d",0,\n18,z,p3,,,=1+1\n'],
    ["zeros at the end, a plus sign, space around", 'id, cough ,stage,age\np1, 1,"é,b",4.300\n p2 ,non,"c""d", NF \np3,,,+18.0\n'],
  ])("%s", async (_, content) => {
    const { contribution, summary } = await read(content);
    expect(contribution).toEqual(expected);
    expect(summary.rows).toBe(3);
    expect(summary.variables).toEqual({
      cough: { known: 2, missing: 1 },
      stage: { known: 2, missing: 1 },
      age: { known: 2, missing: 1 },
    });
  });

  test("columns that the dictionary does not have are named, and not read", async () => {
    expect((await read("id,name,cough,stage,age,note\np,x,1,,2,y\n")).summary.ignored).toEqual(["name", "note"]);
  });

  test("a centre with no patients yet contributes zeros", async () => {
    const { contribution, summary } = await read("id,cough,stage,age\n");
    expect(summary.rows).toBe(0);
    expect(contribution).toEqual(interpret(everything, small, []));
  });
});

describe("what is refused, by where and what to do, and never by what it holds", () => {
  const header = "id,cough,stage,age\n";
  test.each<[string, string | Uint8Array, string, RegExp]>([
    ["an empty file", "", "file", /empty/],
    ["only line ends", "\n\n\n", "file", /empty/],
    ["no key", "cough,stage,age\n1,,2\n", "column", /no column "id"/],
    ["no column of a variable", "id,cough\n", "column", /no column "stage", "age"/],
    ["a column twice", "id,cough,stage,age,age\n", "column", /more than one column "age"/],
    ["a key that is empty", `${header}zebra,1,,2\n ,0,,3\n`, "values", /"id" has no value.*line 3/],
    ["a key twice", `${header}zebra,1,,2\np,0,,3\nzebra,0,,3\n`, "values", /"id".*earlier line.*line 4/],
    ["a code of nobody", `${header}p,1,zebra,2\n`, "values", /"stage".*none of the dictionary/],
    ["a formula", `${header}p,"=HYPERLINK(""http://zebra"")",,2\n`, "values", /"cough".*none of the dictionary/],
    ["SQL", `${header}p,1,'); DROP TABLE patients; --zebra,2\n`, "values", /"stage".*none of the dictionary/],
    ["not a number", `${header}p,1,,zebra\n`, "values", /"age".*not a plain number/],
    ["a unit", `${header}p,1,,4.3 years zebra\n`, "values", /"age".*not a plain number/],
    ["perhaps a thousand", `${header}p,1,,"1,250"\n`, "values", /"age".*thousands/],
    ["not finite", `${header}p,1,,Infinity\n`, "values", /"age".*not a plain number/],
    ["beyond the range", `${header}p,1,,18.1\n`, "values", /"age".*outside.*line 2/],
    ["below the range", `${header}p,1,,-0.1\n`, "values", /"age".*outside/],
    ["between two steps", `${header}p,1,,4.35\n`, "values", /"age".*between the steps/],
    ["a short line", `${header}p,1,,4.3\nzebra,1\n`, "layout", /line 3 has 2 fields and the first line has 4/],
    ["a decimal comma between commas", `${header}p,1,,4,3\n`, "layout", /line 2 has 5 fields/],
    ["a quote that does not close", `${header}p,1,"zebra,4.3\n`, "layout", /line 2 has a quote/],
    ["text after a quote", `${header}p,1,"é"zebra,4.3\n`, "layout", /line 2 has a quote/],
    ["a hundred thousand columns", `${header.trim()},${"zebra,".repeat(100_000)}\n`, "layout", /more than 10000 fields/],
    ["a huge field", `${header}${"zebra".repeat(500_000)},1,,4\n`, "layout", /line 2 has more than/],
    ["a header without an end", "zebra".repeat(500_000), "layout", /too long to be column names/],
    ["bytes of something else", Uint8Array.from({ length: 5_000 }, (_, i) => (i * 37) % 256), "column", /no column "id"/],
  ])("%s", async (_, content, code, message) => {
    const refused = await problem(read(content));
    expect(refused.code).toBe(code);
    expect(refused.message).toMatch(message);
    expect(refused.message).not.toMatch(/zebra/i);
  });

  test("all that is wrong is told at once, with how often and the first lines", async () => {
    const rows = Array.from({ length: 10 }, (_, i) => `p${i},maybe,,${i === 4 ? "x" : 99}`).join("\n");
    const { message } = await problem(read(`${header}${rows}\n`));
    expect(message).toContain('"cough" has a value that is none of the dictionary\'s: ');
    expect(message).toContain("(10 lines, the first 2, 3, 4)");
    expect(message).toContain("(9 lines, the first 2, 3, 4)");
    expect(message).toContain("(line 6)");
  });

  test("a missing value that the dictionary has no way to write", async () => {
    const strict = datasetSchema.parse({ ...small, variables: { cough: { type: "boolean", label, missing: [] } } });
    const { message } = await problem(read("id,cough\np,\n", { dataset: strict }));
    expect(message).toMatch(/"cough" has no value, and the dictionary has no way/);
  });

  test.each([
    ["nothing there", "nowhere.csv", /no such file/],
    ["a folder", ".", /not a file/],
  ])("%s", async (_, name, message) => {
    expect((await problem(openSource({ dataset: small, data: join(folder, name) }))).message).toMatch(message);
  });

  test("a kind of file that is not read", async () => {
    const data = await written("PK", "patients.xlsx");
    expect((await problem(openSource({ dataset: small, data }))).message).toMatch(/neither \.csv/);
  });
});

describe("members", () => {
  const sets = new Map([
    ["cough", { anyOf: [{ variable: "cough", in: [true] }], upTo: null }],
    ["all", { anyOf: [{ all: [] }], upTo: null }],
    ["young", { anyOf: [{ all: [] }], upTo: { variable: "age", index: 43 } }],
  ]);
  const bits = (bitmap: Uint32Array | undefined): readonly number[] =>
    [...Array(64).keys()].filter((n) => (bitmap![n >>> 5] ?? 0) & (1 << (n & 31)));

  test("are told by the patients' numbers, the same whatever the order of the rows", async () => {
    const numbers = new PassingNumbers();
    for (let i = 0; i < 40; i++) numbers.numberOf(`other ${i}`);
    const rows = ["p1,1,,4.3", "p2,0,,4.4", "p3,1,,", "p4,,,0"];
    for (const order of [rows, rows.toReversed()]) {
      const data = await written(`id,cough,stage,age\n${order.join("\n")}\n`);
      const source = await openSource({ dataset: small, data, numbers });
      const members = await source.members(sets);
      expect([...members.keys()].map((name) => [name, bits(members.get(name))])).toEqual([
        ["cough", [40, 42]],
        ["all", [40, 41, 42, 43]],
        ["young", [40, 43]],
      ]);
      await source.close();
    }
  });

  test("are as many as there are patients, over many pieces of the answer", async () => {
    const data = await written(`id,cough,stage,age\n${Array.from({ length: 10_000 }, (_, i) => `p${i},${i % 2},,${i % 18}`).join("\n")}\n`);
    const source = await openSource({ dataset: small, data });
    const members = await source.members(sets);
    expect([...members.values()].map((bitmap) => bits(bitmap).length)).toEqual([32, 64, 20]);
    expect(
      members
        .get("all")!
        .slice(0, 312)
        .every((word) => word === 0xffff_ffff),
    ).toBe(true);
    await source.close();
  });
});

describe("a source", () => {
  const patients = "id,cough,stage,age\np,1,,4.3\n";

  test("answers plans that come at once, one after the other", async () => {
    const source = await openSource({ dataset: small, data: await written(patients) });
    const answers = await Promise.all(Array.from({ length: 5 }, () => source.contribute(everything)));
    for (const answer of answers) expect(answer).toEqual(interpret(everything, small, [{ cough: true, age: 4.3 }]));
    await source.close();
    await expect(source.contribute(everything)).rejects.toThrow(/closed/);
  });

  test("keeps answering when more kinds of plans were asked than it remembers", async () => {
    const source = await openSource({ dataset: small, data: await written(patients) });
    for (let i = 1; i < 80; i++) {
      const where = { any: Array.from({ length: 1 + (i % 40) }, () => ({ variable: "cough", is: i % 2 === 0 })) };
      const asked = planned({ where: { all: [where, { variable: "age", below: 2 }] }, measures: [{ id: "n", count: true }] });
      expect(await source.contribute(asked)).toEqual(interpret(asked, small, [{ cough: true, age: 4.3 }]));
    }
    await source.close();
  });

  test("keeps a plan compiled while it is one of the last that were asked", async () => {
    const source = await openSource({ dataset: small, data: await written(patients) });
    let readings = 0;
    const { inputs } = everything;
    const watched = Object.defineProperty({ ...everything }, "inputs", { get: () => (readings++, inputs) });
    await source.contribute(watched);
    const once = readings;
    for (let i = 0; i < 63; i++) await source.contribute({ ...everything });
    await source.contribute(watched);
    expect(readings).toBe(once);
    for (let i = 0; i < 64; i++) await source.contribute({ ...everything });
    await source.contribute(watched);
    expect(readings).toBe(2 * once);
    await source.close();
  });

  test("refuses a plan of another version", async () => {
    const source = await openSource({ dataset: small, data: await written(patients) });
    await expect(source.contribute({ ...everything, dataset: "small@2" })).rejects.toThrow(RangeError);
    await source.close();
  });

  test("stops a plan that takes too long", async () => {
    const hurried = await openSource({ dataset: small, data: await written(patients), timeoutMs: 0 });
    await expect(hurried.contribute(everything)).rejects.toThrow(/took too long/);
    await hurried.close();
  });
});
