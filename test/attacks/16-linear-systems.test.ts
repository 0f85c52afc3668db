import { datasetSchema } from "@tutti/dataset";
import { check } from "@tutti/query";
import { dataset } from "@tutti/query/trial";
import { expect, test } from "vitest";
import { EVERYTHING, smallNetwork } from "../world/small-network.ts";

// One-hot vectors, columns made by the client, products of columns, then sums of them: with these, every value is a linear system away.

const girls = { variable: "sex", is: "F" };
const ATTEMPTS: Readonly<Record<string, object>> = {
  "a weight for each patient": { measures: [{ id: "x", mean: "age", weights: [1, 0, 0, 0] }] },
  "one patient by the key": { where: { variable: "patient_id", is: "p1" }, measures: [{ id: "n", count: true }] },
  "one patient by the row": { where: { row: 1 }, measures: [{ id: "n", count: true }] },
  "an expression": { measures: [{ id: "x", mean: "age * anca" }] },
  "a column of one's own": { columns: { x: "age * 2" }, measures: [{ id: "n", count: true }] },
  "a sum of a product": { measures: [{ id: "x", sum: ["age", "weight"] }] },
  SQL: { where: "1 = 1; select * from patients", measures: [{ id: "n", count: true }] },
  "a variable that is SQL": { where: { variable: "sex' or '1'='1", is: "F" }, measures: [{ id: "n", count: true }] },
  "a code that is SQL": { where: { variable: "sex", is: "F' or '1'='1" }, measures: [{ id: "n", count: true }] },
  "a mean of yes and no": { measures: [{ id: "x", mean: "dyspnea" }] },
  "a model": { measures: [{ id: "x", regression: { outcome: "dyspnea", on: ["age"] } }] },
  "more variables in by": { by: ["sex", "anca", "age"], measures: [{ id: "n", count: true }] },
  "a sample": { sample: 0.5, where: girls, measures: [{ id: "n", count: true }] },
};

test.each(Object.entries(ATTEMPTS))("%s can't be said, and every centre refuses it", (_, attempt) => {
  const query = { dataset: "small@1", purpose: "", ...attempt };
  expect(check(query, dataset).ok).toBe(false);
  const world = smallNetwork();
  const { refusals, exchanges } = world.ask(EVERYTHING, { offer: (offer) => ({ ...offer, query: query as never }) });
  expect([...refusals.values()].every((reason) => reason === "altered" || reason === "query")).toBe(true);
  expect({ refused: refusals.size, exchanges }).toEqual({ refused: 7, exchanges: 0 });
});

test("nor can a dictionary make the key a variable, which would make the second of these possible", () => {
  const key = { ...dataset.variables["sex"], codes: { p1: { en: "x", fr: "x" } } };
  expect(datasetSchema.safeParse({ ...dataset, variables: { ...dataset.variables, patient_id: key } }).success).toBe(false);
  // It is the dictionary that keeps it out: with the key under another name the query can be said.
  const other = { ...dataset, variables: { ...dataset.variables, number: key } };
  expect(
    check({ dataset: "small@1", where: { variable: "number", is: "p1" }, measures: [{ id: "n", count: true }] }, other as never).ok,
  ).toBe(true);
});
