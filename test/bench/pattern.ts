import { DEFAULT_POLICY } from "@tutti/disclosure";
import { audit } from "../disclosure/audit.ts";
import { decide, openedBy, primariesOf } from "../disclosure/generated.ts";
import { countsOf, patientsOf, planned } from "../disclosure/tables.ts";
import { median } from "./median.ts";
import type { BenchRow } from "./row.ts";

const RUNS = 5;
const SIZES = [200, 1_000, 5_000];

/** A table of 20 × 10 with its margins: the plan, which cells hide, and the audit of every cell that must. */
export function patternBench(): BenchRow[] {
  return SIZES.map((size) => {
    const patients = patientsOf(7, size);
    let hidden = 0;
    const times = Array.from({ length: RUNS }, () => {
      const beginning = performance.now();
      const plan = planned({
        by: ["region"],
        measures: [
          { id: "n", count: true },
          { id: "stage", distribution: "stage" },
        ],
      });
      const planningMs = performance.now() - beginning;
      const counts = countsOf(plan, patients);
      const from = performance.now();
      const [one] = decide([plan], () => counts, DEFAULT_POLICY);
      const table = { ...one!, name: "20 × 10" };
      const found = audit(table.system, openedBy(table, table.hidden), primariesOf(table));
      if (found.some(({ low, high }) => low > 0 || high < DEFAULT_POLICY.threshold - 1))
        throw new Error("the audit found a cell that is pinned");
      hidden = table.hidden.filter((hides, cell) => hides && table.system.cells[cell]!.shown).length;
      return planningMs + performance.now() - from;
    });
    return {
      name: `planning, pattern and audit of a table of 20 × 10 with margins, ${size} patients, ${hidden} cells hidden`,
      value: median(times),
      unit: "ms",
      reference: "",
      ratio: null,
      target: "at most 1,000 ms",
    };
  });
}
