import type { Measured } from "./measurement.ts";

const percent = (share: number, digits = 0): string => (Number.isNaN(share) ? "–" : `${(100 * share).toFixed(digits)} %`);

/** The measurements as a Markdown table, one row a size and rule. */
export function table(measurements: readonly Measured[]): string {
  const rows = measurements.map((one) => [
    one.patients.toLocaleString("en"),
    one.rule,
    percent(one.right),
    percent(one.wrong),
    percent(one.hidden),
    percent(one.sumError, 1),
    percent(one.quantilesTold),
    percent(one.quantileError, 1),
  ]);
  const head = [
    "patients",
    "rule",
    "cells told, right",
    "told, too low",
    "hidden",
    "error of what is told",
    "quantiles told",
    "their error",
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(["-:", "---", ...head.slice(2).map(() => "-:")]), ...rows.map(line)].join("\n");
}
