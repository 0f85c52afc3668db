import { expect, test } from "vitest";
import { z } from "zod";
import { datasetName, datasetSchema } from "./dataset.ts";

const label = { en: "A", fr: "A" };
const base = { id: "lung", version: 3, title: label, key: "patient_id" };
const age = { type: "number", label, unit: "a", grid: { from: 0, to: 18, step: 0.1 }, cuts: [2, 5, 10] };

function messages(dataset: unknown): readonly string[] {
  return datasetSchema.safeParse(dataset).error?.issues.map((issue) => issue.message) ?? [];
}

test("a dataset fills in how yes, no and not known are written", () => {
  const dataset = datasetSchema.parse({ ...base, variables: { cough: { type: "boolean", label }, age } });
  expect(dataset.variables["cough"]).toEqual({ type: "boolean", label, missing: [""], true: ["1"], false: ["0"] });
  expect(datasetName(dataset)).toBe("lung@3");
});

test.each([
  ["an unknown key", { ...base, variables: {}, colour: 1 }, /Unrecognized key/],
  ["a name with capitals", { ...base, variables: { Cough: { type: "boolean", label } } }, /Invalid key/],
  ["the key as a variable", { ...base, variables: { patient_id: { type: "boolean", label } } }, /never leaves the centre/],
  [
    "a table that is not there",
    { ...base, variables: { cough: { type: "boolean", label, table: "visits" } } },
    /table that the dataset does not have/,
  ],
  [
    "a table named like a built-in",
    { ...base, tables: {}, variables: { cough: { type: "boolean", label, table: "constructor" } } },
    /table that the dataset does not have/,
  ],
  ["one written form twice", { ...base, variables: { cough: { type: "boolean", label, true: ["1"], false: ["1"] } } }, /means one thing/],
  [
    "a code that is a missing value",
    { ...base, variables: { sex: { type: "category", label, codes: { NF: label }, missing: ["NF"] } } },
    /means one thing/,
  ],
  ["no codes", { ...base, variables: { sex: { type: "category", label, codes: {} } } }, /at least one code/],
  ["a term without a prefix", { ...base, terms: ["99931"], variables: {} }, /PREFIX:code/],
  ["a cut off the grid", { ...base, variables: { age: { ...age, cuts: [2.55] } } }, /not a point inside the grid/],
  ["a cut at the grid's foot", { ...base, variables: { age: { ...age, cuts: [0] } } }, /not a point inside the grid/],
  ["cuts that fall", { ...base, variables: { age: { ...age, cuts: [5, 2] } } }, /cuts must rise/],
])("%s is refused", (_, dataset, message) => {
  expect(messages(dataset).join("\n")).toMatch(message);
});

test("the schema can be published as JSON Schema, closed to unknown keys", () => {
  const schema = z.toJSONSchema(datasetSchema, { io: "input" });
  expect(schema).toMatchObject({ type: "object", additionalProperties: false, required: ["id", "version", "title", "key", "variables"] });
  expect(schema.properties?.["variables"]).toMatchObject({ additionalProperties: { oneOf: [{}, {}, {}] } });
});
