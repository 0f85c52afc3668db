import { IPH_REPORT, iphCohort } from "@tutti/cohort";
import { IPH } from "@tutti/dataset";
import { type Policy, PROFILES, type ReleaseResult } from "@tutti/disclosure";
import { inTheClear } from "../world/in-the-clear.ts";

/** Everything opens: what one person would read off all rows. */
const NO_RULE: Policy = { threshold: 1, zeros: "show", missing: "open", tail: 0, minimumCentres: 3 };
const COLUMNS: Readonly<Record<string, Policy>> = { counted: NO_RULE, ...PROFILES };
const HIDDEN = "·";

const query = IPH_REPORT.queries[0]!;

/**
 * What each profile lets out of the IPH tables, as two tables in Markdown: row by row beside what was counted, then in numbers. A first release, made in
 * the clear; journeys hold that a network makes the same.
 */
export function profileTables(): string {
  const answers = Object.values(COLUMNS).map(answer);
  const head = ["", ...Object.keys(COLUMNS).map((name) => (name in PROFILES ? `\`${name}\`` : name))];
  const rows = query.measures.map(({ id }, row) => [labelOf(id), ...answers.map((results) => told(results[row]!))]);
  const sums = [
    ["numbers of children", ...answers.map((results) => String(results.flatMap(countsOf).filter(isTold).length))],
    ["medians and quartiles", ...answers.map((results) => String(results.flatMap(quantilesOf).filter(isTold).length))],
  ];
  return [table(head, rows), table(head, sums)].join("\n\n");
}

const START = "<!-- tables: npm run profiles -->\n";
const END = "<!-- end of tables -->";

/** A page with these tables between its two comments. RangeError when it does not have them. */
export function withTables(page: string, tables: string): string {
  const [from, to] = [page.indexOf(START) + START.length, page.indexOf(END)];
  if (from < START.length || to < from) throw new RangeError("the page has no place for the tables");
  return `${page.slice(0, from)}\n${tables}\n\n${page.slice(to)}`;
}

function answer(policy: Policy): readonly ReleaseResult[] {
  const cohort = iphCohort();
  const everybody = cohort.flatMap(({ rows }) => rows);
  const centres = { invited: cohort.length, contributed: cohort.length, finished: cohort.length };
  return inTheClear(query, IPH, everybody, policy, centres).results;
}

function told(row: ReleaseResult): string {
  const shown = (value: number | null): string => (isTold(value) ? String(value) : HIDDEN);
  if ("counts" in row)
    return Object.entries(row.counts)
      .map(([code, count]) => `${code} ${shown(count)}`)
      .join(", ");
  if ("positive" in row) return `${shown(row.positive)} of ${shown(row.known)}`;
  if ("quantiles" in row) {
    const [low, median, high] = quantilesOf(row).map(shown);
    return `${median} [${low}–${high}]`;
  }
  return countsOf(row).map(shown).join(", ");
}

function countsOf(row: ReleaseResult): readonly (number | null)[] {
  if ("count" in row) return [row.count];
  if ("counts" in row) return [row.known, ...Object.values(row.counts)];
  return "positive" in row ? [row.known, row.positive] : [row.known];
}

/** From the lowest. */
function quantilesOf(row: ReleaseResult): readonly (number | null)[] {
  if (!("quantiles" in row)) return [];
  return Object.entries(row.quantiles)
    .toSorted(([one], [other]) => Number(one) - Number(other))
    .map(([, value]) => value);
}

function isTold(value: number | null): value is number {
  return value !== null;
}

function labelOf(id: string): string {
  const described = IPH.variables[id];
  return described === undefined ? "Children" : described.label.en;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? "---" : "--:"))), ...rows.map(line)].join("\n");
}
