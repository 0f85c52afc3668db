/**
 * The centre's file can't be used as it is. The message is for the centre's data manager: what is wrong, in which columns, in how many lines and
 * which are the first, and what to do. It holds no content of a row.
 */
export class DataProblem extends Error {
  override readonly name = "DataProblem";
  readonly code: ProblemCode;

  constructor(code: ProblemCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** `file`: can't be read, or is not such a file. `layout`: its lines and fields are not as they should be. `column`: a column is missing or twice. `values`: see the message. */
export type ProblemCode = "file" | "layout" | "column" | "values";

/** What can be wrong with the values of a column, and what to do about it. */
const WRONG = {
  "empty-key": "has no value: every patient needs an identifier",
  "duplicate-key": "has a value that an earlier line has too: a patient is one line, so merge them or correct the identifiers",
  code: "has a value that is none of the dictionary's: correct it, or write a missing value as the dictionary says",
  missing: "has no value, and the dictionary has no way to write that: fill it in",
  number: "has a value that is not a plain number: write digits with a decimal point or comma, without unit or thousands mark",
  range: "has a number outside the dictionary's range: correct it, or check its unit",
  grid: "has a number between the steps of the dictionary: round it to the dictionary's step before the export",
} as const;

/** One kind of wrong value. */
export type WrongValue = keyof typeof WRONG;

const COLUMNS_SHOWN = 8;
const LINES_SHOWN = 3;

/** Collects wrong values while a file is read; keeps line numbers, never values. */
export class Findings {
  readonly #found = new Map<string, { column: string; wrong: WrongValue; count: number; lines: number[] }>();

  get any(): boolean {
    return this.#found.size > 0;
  }

  add(column: string, wrong: WrongValue, line: number): void {
    const key = `${wrong} ${column}`;
    let finding = this.#found.get(key);
    if (finding === undefined) this.#found.set(key, (finding = { column, wrong, count: 0, lines: [] }));
    finding.count++;
    if (finding.lines.length < LINES_SHOWN) finding.lines.push(line);
  }

  /** The problem that tells of all, or of the first few columns. Lines are counted from 1, the header included. */
  problem(): DataProblem {
    const all = [...this.#found.values()];
    const told = all.slice(0, COLUMNS_SHOWN).map(({ column, wrong, count, lines }) => {
      const where = count === 1 ? `line ${lines[0]}` : `${count} lines, the first ${lines.join(", ")}`;
      return `"${column}" ${WRONG[wrong]} (${where})`;
    });
    if (all.length > COLUMNS_SHOWN) told.push(`and ${all.length - COLUMNS_SHOWN} more`);
    return new DataProblem("values", `the data don't fit the dictionary:\n- ${told.join("\n- ")}`);
  }
}
