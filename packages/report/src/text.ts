import type { Cell } from "./meaning.ts";
import type { Report, Section } from "./report.ts";

/** `colour`: whether escape sequences may be used. `width`: columns that the footnotes are broken at, 100 when left out. */
export interface TextOptions {
  readonly colour?: boolean;
  readonly width?: number;
}

/** Writes a report for a terminal: aligned columns, footnotes below. */
export function text(report: Report, options: TextOptions = {}): string {
  const paint = options.colour === true ? ansi : plain;
  const notes = report.notes.flatMap(({ mark, text: note }) => wrap(mark === "" ? note : `${mark} ${note}`, options.width ?? 100));
  const parts = [paint.bold(report.title), ...report.sections.map((section) => table(section, paint)), notes.map(paint.dim).join("\n")];
  return `${parts.join("\n\n")}\n`;
}

interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
}
const plain: Paint = { bold: (s) => s, dim: (s) => s };
const ansi: Paint = { bold: (s) => `\u001B[1m${s}\u001B[22m`, dim: (s) => `\u001B[2m${s}\u001B[22m` };

function table(section: Section, paint: Paint): string {
  const lines = section.groups.flatMap((group) => [
    ...(group.label === null ? [] : [{ label: group.label, cells: [] as readonly Cell[], heading: true }]),
    ...group.rows.map((row) => ({
      label: indented(row.indent + (group.label === null ? 0 : 1), row.label),
      cells: row.cells,
      heading: false,
    })),
  ]);
  const first = Math.max(...lines.map((line) => columnsOf(line.label)), columnsOf(section.title));
  const widths = section.columns.map((column, c) =>
    Math.max(columnsOf(column.title), ...lines.map((line) => columnsOf(line.cells[c]?.text ?? ""))),
  );
  // A mark stands in a place of its own behind the number, so that numbers stay aligned.
  const marks = section.columns.map((_, c) => Math.max(0, ...lines.map((line) => columnsOf(line.cells[c]?.mark ?? ""))));
  const head = section.columns.map((column, c) => `${column.title.padStart(widths[c]!)}${" ".repeat(marks[c]!)}`);
  const body = lines.map((line) => {
    const cells = section.columns.map((_, c) => {
      const cell = line.cells[c];
      const shown = padStart(cell?.text ?? "", widths[c]!) + padEnd(cell?.mark ?? "", marks[c]!);
      return cell?.meaning.is === "hidden" ? paint.dim(shown) : shown;
    });
    const label = padEnd(line.label, first);
    return [line.heading ? paint.bold(label) : label, ...cells].join("  ").trimEnd();
  });
  const title = paint.bold([padEnd(section.title, first), ...head].join("  ").trimEnd());
  const rule = paint.dim("─".repeat(first + widths.reduce((sum, w, c) => sum + 2 + w + marks[c]!, 0)));
  return [title, rule, ...body].join("\n");
}

function indented(levels: number, label: string): string {
  return "  ".repeat(levels) + label;
}

/** Columns that a text takes: letters with their accents count once. */
function columnsOf(value: string): number {
  return [...value.normalize("NFC")].length;
}

function padEnd(value: string, width: number): string {
  return value + " ".repeat(Math.max(0, width - columnsOf(value)));
}

function padStart(value: string, width: number): string {
  return " ".repeat(Math.max(0, width - columnsOf(value))) + value;
}

function wrap(value: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  // Only plain spaces break: a no-break space stays with its number.
  for (const word of value.split(" ")) {
    if (line !== "" && columnsOf(line) + 1 + columnsOf(word) > width) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
