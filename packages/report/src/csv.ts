import type { Meaning } from "./meaning.ts";
import type { Report } from "./report.ts";

const FIXED = ["section", "stratum", "label", "measure", "code", "n", "known", "percent", "low", "high"] as const;

/**
 * Writes a report as CSV (RFC 4180), one line a row and one number a column: decimal points in every language, per cent for rates and
 * intervals. A hidden count is written `<k`, a hidden statistic `hidden`. Texts that a spreadsheet would run as a formula are quoted away.
 */
export function csv(report: Report): string {
  const at = quantilesOf(report);
  const lines: string[][] = [[...FIXED, ...at.map((text) => `quantile_${text}`), "mean", "sd"]];
  for (const section of report.sections) {
    for (const group of section.groups) {
      const heading: string[] = [];
      for (const row of group.rows) {
        heading.length = row.indent;
        const label = [...heading, row.label].join(": ");
        heading[row.indent] = row.label;
        const numbers = new Map<string, string>();
        row.cells.forEach((cell, c) => fill(numbers, section.columns[c]!.id === "known" ? "known" : "n", cell.meaning));
        const stratum = Object.entries(group.stratum).map(([name, code]) => `${name}=${code}`);
        lines.push([
          section.title,
          stratum.join(" "),
          label,
          row.measure,
          row.code ?? "",
          ...["n", "known", "percent", "low", "high", ...at.map((text) => `quantile_${text}`), "mean", "sd"].map(
            (column) => numbers.get(column) ?? "",
          ),
        ]);
      }
    }
  }
  return lines.map((line) => `${line.map(field).join(",")}\r\n`).join("");
}

/** Puts what a cell means into the columns of its line. */
function fill(numbers: Map<string, string>, column: "n" | "known", meaning: Meaning): void {
  switch (meaning.is) {
    case "nothing":
      return;
    case "count":
      return void numbers.set(column, String(meaning.count));
    case "share":
      return void numbers.set("n", String(meaning.count)).set("percent", percent(meaning.rate));
    case "rate":
      return void numbers.set("percent", percent(meaning.rate));
    case "interval":
      return void numbers.set("low", percent(meaning.low)).set("high", percent(meaning.high));
    case "quantiles":
      for (const [text, value] of Object.entries(meaning.values))
        numbers.set(`quantile_${text}`, value === null ? "hidden" : String(value));
      return;
    case "mean":
      return void numbers.set("mean", String(meaning.mean)).set("sd", meaning.sd === null ? "hidden" : String(meaning.sd));
    case "hidden":
      if (meaning.what === "count") numbers.set(column, `<${meaning.below}`);
      else for (const name of meaning.of) numbers.set(name, "hidden");
  }
}

/** Every quantile of the report, in rising order. */
function quantilesOf(report: Report): readonly string[] {
  const names = new Set<string>();
  for (const { meaning } of report.sections.flatMap((s) => s.groups.flatMap((g) => g.rows.flatMap((r) => r.cells)))) {
    if (meaning.is === "quantiles") for (const text of Object.keys(meaning.values)) names.add(text);
    if (meaning.is === "hidden" && meaning.what === "statistic")
      for (const name of meaning.of) if (name.startsWith("quantile_")) names.add(name.slice("quantile_".length));
  }
  return [...names].toSorted((a, b) => Number(a) - Number(b));
}

/** One field: quoted where it must be, and never a formula in a spreadsheet. Plain numbers may begin with a minus. */
function field(value: string): string {
  const safe = /^[=+\-@\t\r\n|%＝＋－＠]/u.test(value) && !/^-?\d+(\.\d+)?(e-?\d+)?$/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) || safe !== value ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function percent(rate: number): string {
  return String(Number((rate * 100).toFixed(4)));
}
