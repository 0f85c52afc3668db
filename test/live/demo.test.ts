import { expect, test } from "vitest";
import { tutti } from "./command.ts";

type Row = { readonly measure: string; readonly [field: string]: unknown };

test("the demo prints the paper's figures, and hides every small one", async () => {
  const { code, stdout } = await tutti("demo", "--once", "--json");
  expect(code).toBe(0);
  const releases = JSON.parse(stdout) as readonly {
    results: readonly Row[];
    centres: unknown;
    envelope: { signatures: readonly unknown[] };
  }[];
  for (const { centres, envelope } of releases) {
    expect(centres).toEqual({ invited: 12, contributed: 12, finished: 12 });
    expect(envelope.signatures).toHaveLength(13);
  }
  const rows = new Map(releases.flatMap(({ results }) => results.map((row) => [row.measure, row] as const)));
  expect(rows.get("n")).toMatchObject({ count: 25 });
  expect(rows.get("sex")).toMatchObject({ counts: { F: 20, M: 5 } });
  for (const [measure, positive] of Object.entries({
    hemoptysis: 11,
    dyspnea: 17,
    cough: 12,
    febrile_pneumonia: 11,
    anemia: 16,
    severe_anemia: 9,
  }))
    expect(rows.get(measure), measure).toMatchObject({ known: 25, positive });
  for (const [measure, median] of Object.entries({ age_dx: 4.3, hemoglobin: 7.2, bmi: 14.75 }))
    expect(rows.get(measure), measure).toMatchObject({ quantiles: { "0.5": median } });
  expect(rows.get("anca")).toMatchObject({ known: 15, positive: 6 });
  expect(rows.get("ana")).toMatchObject({ known: 11, positive: 5 });
  for (const [measure, known] of Object.entries({ coeliac_ig: 14, cows_milk_ige: 9, rheumatoid_factor: 10, anti_dsdna: 10, anti_gbm: 9 }))
    expect(rows.get(measure), measure).toMatchObject({ known, positive: null, rate: null, hidden: ["positive", "rate"] });
  for (const count of [...rows.values()].flatMap(({ count: n, known, positive }) => [n, known, positive]))
    if (typeof count === "number") expect(count).toBeGreaterThanOrEqual(5);
});
