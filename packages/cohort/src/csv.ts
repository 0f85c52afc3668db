import { type Dataset, gridOf, type Variable } from "@tutti/dataset";
import type { Row } from "./centre.ts";
import type { CsvStyle } from "./csv-style.ts";

/**
 * A centre's patients as a hospital exports them: the key and the dataset's variables, headers as the dictionary names them.
 * RangeError when a value is not of the dictionary, or is not known where the dictionary has no way to write that.
 */
export function asCsv(centre: { readonly rows: Iterable<Row> }, dataset: Dataset, style: CsvStyle): string {
  return [...csvLines(centre.rows, dataset, style)].join("");
}

/** The same, line by line, each with its line end and the first with the BOM: for files that are too long for one text. */
export function* csvLines(rows: Iterable<Row>, dataset: Dataset, style: CsvStyle): Generator<string, void> {
  const fields = Object.entries(dataset.variables).map(([name, variable]) => ({ name, write: writer(name, variable, style) }));
  yield `${style.bom ? "\uFEFF" : ""}${[dataset.key, ...fields.map(({ name }) => name)].join(style.separator)}${style.newline}`;
  for (const row of rows) {
    let line = quoted(String(row[dataset.key] ?? ""), style);
    for (const { name, write } of fields) line += style.separator + write(row[name] ?? null);
    yield line + style.newline;
  }
}

type Write = (value: Row[string]) => string;

function writer(name: string, variable: Variable, style: CsvStyle): Write {
  const missing = variable.missing.includes(style.missing) ? style.missing : variable.missing[0];
  const notKnown = missing === undefined ? null : quoted(missing, style);
  const write = knownWriter(variable, style);
  return (value) => {
    const text = value === null ? notKnown : write(value);
    if (text === null) throw new RangeError(`a value of the variable "${name}" can't be written as its dictionary says`);
    return text;
  };
}

function knownWriter(variable: Variable, style: CsvStyle): (value: boolean | string | number) => string | null {
  switch (variable.type) {
    case "boolean": {
      const form = (forms: readonly string[]) => quoted(forms[style.yesNoForm] ?? forms[0]!, style);
      const [yes, no] = [form(variable.true), form(variable.false)];
      return (value) => (value === true ? yes : value === false ? no : null);
    }
    case "category":
      return (value) => (typeof value === "string" && Object.hasOwn(variable.codes, value) ? quoted(value, style) : null);
    case "number": {
      const { indexOf, valueAt } = gridOf(variable.grid);
      return (value) => {
        const index = typeof value === "number" ? indexOf(value) : null;
        return index === null ? null : quoted(plain(valueAt(index)).replace(".", style.decimal), style);
      };
    }
  }
}

/** A number without an exponent; grids have at most 9 decimals. */
function plain(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(9).replace(/\.?0+$/, "") : text;
}

function quoted(text: string, { separator }: CsvStyle): string {
  return text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
