import { type Column, isMissingForm, RARE_BELOW, type Reading, readColumn } from "./column.ts";
import { type Dataset, datasetSchema } from "./dataset.ts";

/** A parsed file: its header and its rows, as text. */
export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a person must look at before a draft is used. `column` is the column's name, or null for the whole; never a value of the data. */
export interface DraftNote {
  readonly column: string | null;
  readonly message: string;
}

/** A drafted dictionary, and what to look at. */
export interface Draft {
  readonly dataset: Dataset;
  readonly notes: readonly DraftNote[];
}

/** No dictionary can be drafted from these files; the message says what to change. */
export class InferError extends Error {
  override readonly name = "InferError";
}

const WHY: Record<Extract<Reading, { type: "none" }>["why"], string> = {
  empty: "left out: it holds no known value",
  dates: "left out: it holds dates; give an age, a year or a delay instead",
  "not-a-code": "left out: its values are too long to be codes",
  "too-many-values":
    "left out: its values are too many or too seldom repeated to be codes; free text and identifiers have no place in a dictionary",
  "no-grid": "left out: no grid of at most 10,000 points holds its numbers; round them",
};

/**
 * Drafts a dictionary from the parsed files of one or more centres. The draft is read from data, so a person reviews it before it is
 * signed: what is doubtful stands in `notes`. Codes become public; one seen fewer than 5 times in all files together is flagged.
 * InferError when the id is not a name, when no file has rows, or when no column identifies a patient.
 */
export function infer(id: string, tables: readonly Table[]): Draft {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(id))
    throw new InferError("a dataset's id is lower case letters, digits and _, and starts with a letter: choose another id");
  const filled = tables.filter((table) => table.rows.length > 0);
  if (filled.length === 0) throw new InferError("no file has a row of data: give at least one file with a header and one patient");
  const notes: DraftNote[] = [];
  const note = (column: string | null, message: string): void => void notes.push({ column, message });
  const named = filled.map((table) => namesOf(table, note));
  const key = keyOf(filled, named);
  note(key, "taken as the key: it names a patient inside a centre, and never leaves it");

  const variables: Record<string, unknown> = {};
  for (const name of new Set(named.flatMap((names) => [...names.keys()]))) {
    if (name === key) continue;
    const column = columnOf(name, filled, named);
    const absent = named.filter((names) => !names.has(name)).length;
    if (absent > 0) note(name, `stands in ${filled.length - absent} of ${filled.length} files: add it to the others, or take it out`);
    const variable = draft(column, note);
    if (variable !== null) variables[name] = variable;
  }
  return { dataset: datasetSchema.parse({ id, version: 1, title: { en: id, fr: id }, key, variables }), notes };
}

type Say = (column: string | null, message: string) => void;

/** The names of a table's columns and where they stand; a header that can't be a name, or stands twice, is left out. */
function namesOf(table: Table, note: Say): ReadonlyMap<string, number> {
  const names = new Map<string, number>();
  table.header.forEach((header, at) => {
    const name = nameOf(header);
    if (name === null) return note(null, `column ${at + 1} is left out: its header can't be made a name; rename it`);
    if (names.has(name)) return note(name, "stands twice in one file: only the first is read; rename the other");
    if (name !== clean(header))
      note(name, "is not written so in every file: rename the column in the files, since headers must equal the variables' names");
    names.set(name, at);
  });
  return names;
}

function clean(header: string): string {
  return header.replace(/^\uFEFF/, "").trim();
}

/** A header as a name: no accents, lower snake case; null when nothing of that kind is left. */
function nameOf(header: string): string | null {
  const name = clean(header)
    .normalize("NFD")
    .replace(/[\u0300-\u036F]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[_0-9]+|_+$/g, "")
    .slice(0, 63);
  return name === "" ? null : name;
}

function keyOf(tables: readonly Table[], named: readonly ReadonlyMap<string, number>[]): string {
  for (const name of named[0]!.keys()) {
    const unique = tables.every((table, i) => {
      const at = named[i]!.get(name);
      if (at === undefined) return false;
      const values = table.rows.map((row) => (row[at] ?? "").trim());
      return !values.some(isMissingForm) && new Set(values).size === values.length;
    });
    if (unique) return name;
  }
  throw new InferError(
    "no column is filled and different for every patient in all the files: add one that identifies a patient, under the same header",
  );
}

function columnOf(name: string, tables: readonly Table[], named: readonly ReadonlyMap<string, number>[]): Column {
  const seen = new Map<string, number>();
  let header = name;
  tables.forEach((table, i) => {
    const at = named[i]!.get(name);
    if (at === undefined) return;
    header = clean(table.header[at]!);
    for (const row of table.rows) {
      const value = (row[at] ?? "").trim();
      seen.set(value, (seen.get(value) ?? 0) + 1);
    }
  });
  return { name, header, seen };
}

function draft({ name, header, seen }: Column, note: Say): unknown {
  const known = new Map([...seen].filter(([value]) => !isMissingForm(value)));
  const reading = readColumn(known);
  const missing = [...new Set(["", ...[...seen.keys()].filter(isMissingForm)])];
  const common = { label: { en: header, fr: header }, missing };
  switch (reading.type) {
    case "none":
      note(name, WHY[reading.why]);
      return null;
    case "boolean":
      if (reading.oneForm) note(name, "only one of yes and no is seen: check how the other is written");
      return { type: "boolean", ...common, true: reading.true, false: reading.false };
    case "number":
      if (reading.fewWholeNumbers) note(name, "few different whole numbers: if they are codes, make it a category");
      return { type: "number", ...common, grid: reading.grid, cuts: [] };
    case "category":
      if (reading.rare > 0)
        note(
          name,
          `${reading.rare} of its codes are seen fewer than ${RARE_BELOW} times: codes become public, so keep only those that tell nothing of a person`,
        );
      return { type: "category", ...common, codes: Object.fromEntries(reading.codes.map((code) => [code, { en: code, fr: code }])) };
  }
}
