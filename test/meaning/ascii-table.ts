import type { Dataset } from "@tutti/dataset";
import type { Patient } from "@tutti/sql";

/**
 * Reads patients from a table that people can read: a line of variables, then one line a patient, cells parted by `|`.
 * `yes` and `no`, codes, numbers; `-` is not known.
 */
export function patientsOf(text: string, dataset: Dataset): readonly Patient[] {
  const [header = "", ...rows] = text.trim().split("\n");
  const names = cells(header);
  return rows.map((row) => Object.fromEntries(cells(row).map((cell, i) => [names[i]!, valueOf(cell, names[i]!, dataset)])));
}

function cells(line: string): readonly string[] {
  return line.split("|").map((cell) => cell.trim());
}

function valueOf(cell: string, name: string, dataset: Dataset): Patient[string] {
  const variable = dataset.variables[name];
  if (variable === undefined) throw new TypeError(`no variable ${name}`);
  if (cell === "-") return null;
  return variable.type === "boolean" ? cell === "yes" : variable.type === "number" ? Number(cell) : cell;
}
