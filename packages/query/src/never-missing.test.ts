import type { Dataset } from "@tutti/dataset";
import { expect, test } from "vitest";
import { canonical, plan, type Query } from "./index.ts";
import { dataset, variables } from "./trial.ts";

/** The trial dictionary, in which nobody's sex and ANCA can be missing. */
const complete: Dataset = {
  ...dataset,
  variables: { ...variables, sex: { ...variables["sex"]!, missing: [] }, anca: { ...variables["anca"]!, missing: [] } },
};
const query: Query = {
  dataset: "small@1",
  purpose: "",
  by: ["anca"],
  measures: [
    { id: "n", count: true },
    { id: "sex", distribution: "sex" },
  ],
};

test("where a value can't be missing, those with a known value are all", () => {
  const { cells, results } = plan(query, complete);
  const sex = results.find(({ kind, stratum }) => kind === "distribution" && Object.keys(stratum).length === 0);
  expect(sex).toMatchObject({ known: 0 });
  expect(cells[0]).toMatchObject({ key: "all", role: "patients" });
  for (const { key, role } of cells) expect(role === "missing" ? key : "none").toBe("none");
});

test("everybody is known, and nobody is not", () => {
  expect(canonical({ variable: "sex", known: true }, complete)).toBe("all");
  expect(canonical({ variable: "sex", known: false }, complete)).toBe("none");
  expect(canonical({ variable: "sex", in: ["F", "M"] }, complete)).toBe("all");
  expect(canonical({ variable: "sex", in: ["F", "M"] }, dataset)).not.toBe("all");
});
