import { expect, test } from "vitest";
import { reportSchema } from "./report.ts";

const title = { en: "Table 1", fr: "Tableau 1" };
const asked = (...ids: readonly string[]) => ({ dataset: "small@1", measures: ids.map((id) => ({ id, count: true })) });
const report = (more: object) => ({ id: "iph", title, queries: [asked("n")], layout: [{ title, kind: "table1", rows: ["n"] }], ...more });

test("a report names measures of its queries", () => {
  expect(reportSchema.parse(report({}))).toMatchObject({ queries: [{ purpose: "" }] });
});

test.each([
  ["a row that no query has", { layout: [{ title, kind: "table1", rows: ["n", "m"] }] }, "layout.0.rows.1"],
  ["a measure in two queries", { queries: [asked("n"), asked("m", "n")] }, "queries.1.measures.1.id"],
  ["an unknown layout", { layout: [{ title, kind: "pie", rows: ["n"] }] }, "layout.0.kind"],
  ["a title in one language", { title: { en: "Table 1" } }, "title.fr"],
  ["an unknown key", { colour: "red" }, ""],
])("%s is refused", (_, more, path) => {
  expect(reportSchema.safeParse(report(more)).error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
});
