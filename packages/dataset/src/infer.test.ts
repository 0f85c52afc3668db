import * as fc from "fast-check";
import { expect, test } from "vitest";
import { gridOf } from "./grid.ts";
import { infer, InferError, type Table } from "./infer.ts";

/** A table from lines of text with cells apart by `;`. */
function table(...lines: readonly string[]): Table {
  const [header = [], ...rows] = lines.map((line) => line.split(";"));
  return { header, rows };
}

/** One table with an id and one more column. */
function column(header: string, values: readonly string[]): Table {
  return { header: ["id", header], rows: values.map((value, i) => [`p${i}`, value]) };
}

function notesOf(name: string, ...tables: readonly Table[]): string {
  return infer("draft", tables)
    .notes.filter((note) => note.column === name)
    .map((note) => note.message)
    .join("\n");
}

const variableOf = (name: string, ...tables: readonly Table[]) => infer("draft", tables).dataset.variables[name];

test("the key is the first column that is filled and unique within every file", () => {
  const { dataset } = infer("draft", [table("site;no;age", "x;1;4", "x;2;4"), table("no;site;age", "1;y;3", "2;y;5")]);
  expect(dataset.key).toBe("no");
  expect(Object.keys(dataset.variables)).toEqual(["site", "age"]);
  expect(infer("draft", [table("initials;no", ";1", "ab;2")]).dataset.key).toBe("no");
});

test.each([
  [["1", "0", "0"], ["1"], ["0"]],
  [["oui", "Non", "NON"], ["oui"], ["NON", "Non"]],
  [["Y", "N"], ["Y"], ["N"]],
  [["O", "N"], ["O"], ["N"]],
  [["true", "false", "NF", ""], ["true"], ["false"]],
  [
    ["1", "0", "oui", "non"],
    ["1", "oui"],
    ["0", "non"],
  ],
  [["0", "0"], ["1"], ["0"]],
])("%j is yes or no", (values, yes, no) => {
  expect(variableOf("cough", column("cough", values))).toMatchObject({ type: "boolean", true: yes, false: no });
});

test("usual codes for not known become the missing forms that were seen", () => {
  expect(variableOf("cough", column("cough", ["1", "NF", "?", "nd", "0"]))).toMatchObject({ missing: ["", "NF", "?", "nd"] });
});

test("the same yes or no may be written otherwise in another file", () => {
  const tables = [table("id;cough", "1;oui", "2;non"), table("id;cough", "1;1", "2;0")];
  expect(variableOf("cough", ...tables)).toMatchObject({ true: ["1", "oui"], false: ["0", "non"] });
});

test.each([
  [["4,3", "0.8", "14"], { from: 0, to: 20, step: 0.1 }],
  [["-2.46", "2,16"], { from: -5, to: 5, step: 0.01 }],
  [["1996", "2012"], { from: 1900, to: 2100, step: 1 }],
  [["98900", "152150"], { from: 0, to: 200_000, step: 50 }],
])("%j is a number on a grid whose ends tell nothing of the lowest and highest", (values, grid) => {
  expect(variableOf("value", column("value", values))).toMatchObject({ type: "number", grid, cuts: [] });
});

test("a drafted grid holds every number it was drafted from", () => {
  const numbers = fc.array(fc.integer({ min: -900, max: 4000 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(numbers, fc.nat(3), (units, decimals) => {
      const values = [...units.map((unit) => (unit / 10 ** decimals).toFixed(decimals)), "7777"];
      const variable = variableOf("value", column("value", values));
      if (variable === undefined) return;
      if (variable.type !== "number") throw new Error("not a number");
      const { indexOf } = gridOf(variable.grid);
      expect(values.filter((value) => indexOf(Number(value)) === null)).toEqual([]);
    }),
  );
});

test("few different texts are codes, and the ones seen fewer than 5 times are flagged without being named", () => {
  const values = [...Array<string>(6).fill("F"), ...Array<string>(4).fill("M")];
  expect(variableOf("sex", column("sex", values))).toMatchObject({ type: "category", codes: { F: {}, M: {} } });
  expect(notesOf("sex", column("sex", values))).toMatch(/^1 of its codes are seen fewer than 5 times/);
  expect(notesOf("sex", column("sex", [...values, "M"]))).toBe("");
});

test("how often a code is seen is counted over all files together", () => {
  const one = column("sex", ["F", "F", "F", "M", "M", "M"]);
  expect(notesOf("sex", one)).toMatch(/^2 of its codes/);
  expect(notesOf("sex", one, one)).toBe("");
});

test.each([
  ["dates", ["2011-05-02", "2012-06-01", "2012-06-01", "2012-06-01"], /dates/],
  ["free text", ["seen in Lyon", "a cousin too", "none", "lost"], /too many/],
  ["nothing", ["", "NF"], /no known value/],
  ["long text", Array<string>(9).fill("x".repeat(60)), /too long/],
  ["numbers too fine for a grid", ["0.0001", "1.2345"], /no grid/],
  ["a number of four hundred digits", ["1", "6".repeat(400)], /no grid/],
])("%s are left out with a note", (_, values, why) => {
  expect(variableOf("rest", column("rest", values))).toBeUndefined();
  expect(notesOf("rest", column("rest", values))).toMatch(why);
});

test("no note holds a value of the data", () => {
  const secret = "zebra-42";
  const { notes } = infer("draft", [column("a", [secret, secret, "x", "x"]), column("b", [secret, "u", "v"])]);
  expect(notes.length).toBeGreaterThan(2);
  expect(JSON.stringify(notes)).not.toContain(secret);
});

test("a header becomes a name, and a column that is not in every file is noted", () => {
  const tables = [table("\uFEFFid;Âge (a)", "1;4", "2;3"), table("id", "1", "2")];
  expect(Object.keys(infer("draft", tables).dataset.variables)).toEqual(["age_a"]);
  expect(notesOf("age_a", ...tables)).toMatch(/rename the column[^]*1 of 2 files/);
});

test("few different whole numbers are noted, since they may be codes", () => {
  expect(notesOf("stage", column("stage", ["1", "2", "3"]))).toMatch(/make it a category/);
});

test.each([
  ["no key", "draft", [table("id;age", "1;4", "1;4")], /no column is filled and different/],
  ["no rows", "draft", [table("id;age")], /no file has a row/],
  ["a bad id", "My data", [table("id", "1")], /choose another id/],
])("%s is refused with what to do next", (_, id, tables, message) => {
  expect(() => infer(id, tables)).toThrow(InferError);
  expect(() => infer(id, tables)).toThrow(message);
});
