import type { Cell } from "./meaning.ts";
import type { Report, Section } from "./report.ts";

/** Writes a report as Markdown with pipe tables; labels from the dictionary are escaped. */
export function markdown(report: Report): string {
  const notes = report.notes.map(({ mark, text }) => (mark === "" ? escape(text) : `${mark} ${escape(text)}`));
  return `${[`# ${escape(report.title)}`, ...report.sections.map(table), ...notes].join("\n\n")}\n`;
}

function table(section: Section): string {
  const empty = section.columns.map(() => "");
  const body = section.groups.flatMap((group) => [
    ...(group.label === null ? [] : [line([`**${escape(group.label)}**`, ...empty])]),
    ...group.rows.map((row) => line([`${"&emsp;".repeat(row.indent)}${escape(row.label)}`, ...row.cells.map(written)])),
  ]);
  const head = line(["", ...section.columns.map((column) => escape(column.title))]);
  return [`## ${escape(section.title)}`, "", head, line([":---", ...section.columns.map(() => "---:")]), ...body].join("\n");
}

function written(cell: Cell): string {
  return escape(cell.text) + cell.mark;
}

/** Makes a text mean itself in Markdown and in the HTML it becomes. */
function escape(value: string): string {
  return value
    .replaceAll(/[\r\n]+/g, " ")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/[\\`*_[\]|#~]/g, (character) => `\\${character}`);
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
