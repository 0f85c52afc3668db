import type { Dataset } from "@tutti/dataset";
import { preview, type Preview, type PreviewRow, type Risk } from "@tutti/disclosure";
import { plan, type Query } from "@tutti/query";
import { writeJson } from "./answers.ts";
import type { Console } from "./console.ts";
import type { LayoutOptions } from "./options.ts";

/** What a query would mean to a network that has released nothing yet. */
export function offlinePreview(query: Query, dataset: Dataset): Preview {
  return preview(plan(query, dataset), [], dataset);
}

/** Writes previews on stdout, one below the other; several as JSON are an array. `offline`: they know no earlier release. */
export function writePreviews(
  console: Console,
  previews: readonly Preview[],
  { json, format }: Pick<LayoutOptions, "json" | "format">,
  from: "network" | "offline",
): void {
  if (json === true || format === "json") return writeJson(console, previews.length === 1 ? previews[0] : previews);
  const offline = from === "offline" ? "Nobody was asked, and no earlier release is known here: give --coordinator to count them.\n" : "";
  console.out(previews.map((said) => `${text(said)}${offline}`).join("\n"));
}

const HEAD = ["Measure", "Stratum", "Risk", "Earlier releases"];
const RISKS: Readonly<Record<Risk, string>> = {
  same: "the same as before, or new if enough has changed",
  near: "near what was told: hides if too few patients differ",
  new: "new",
};

function text({ cells, pairs, rows }: Preview): string {
  const lines = [HEAD, ...rows.map(lineOf)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => [...line[column]!].length)));
  const table = lines.map(
    (line) =>
      `${line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd()}\n`,
  );
  const tested = `${counted(cells, "number")} would be tested against the threshold, ${counted(pairs, "pair")} against earlier releases.\n`;
  return `${table.join("")}\n${tested}`;
}

function lineOf({ measure, stratum, risk, earlier }: PreviewRow): readonly string[] {
  const parts = Object.entries(stratum).map(([variable, value]) => `${variable} = ${value}`);
  return [measure, parts.join(", ") || "all patients", RISKS[risk], earlier.join(", ") || "–"];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
