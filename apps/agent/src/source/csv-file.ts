import type { Dataset } from "@tutti/dataset";
import type { PatientTable } from "@tutti/sql";
import { DataProblem } from "./data-problem.ts";
import { recognised, select, type Selection } from "./header.ts";
import type { Intake } from "./intake.ts";
import type { TextRecord } from "./record.ts";
import { RecordScanner } from "./record-scanner.ts";
import type { Summary } from "./summary.ts";
import { encodingOf, textOf } from "./text-file.ts";

const SEPARATORS = [",", ";", "\t", "|"] as const;

const MAX_HEADER_CHARACTERS = 1_000_000;
const NO_HEADER = "the first line is too long to be column names: export the file as CSV, one patient a line";

/** Reads a delimited text file as hospitals export it. DataProblem when it does not fit the dataset. */
export async function readCsv(path: string, dataset: Dataset, table: PatientTable, intake: Intake): Promise<Summary> {
  const reading = new Reading(dataset, table, intake);
  for await (const text of textOf(path, await encodingOf(path))) {
    reading.push(text, false);
    await intake.settle();
  }
  reading.push("", true);
  return intake.finish(reading.ignored);
}

class Reading {
  readonly #dataset: Dataset;
  readonly #table: PatientTable;
  readonly #intake: Intake;
  #first = "";
  #scanner: RecordScanner | undefined;
  #selection: Selection | undefined;

  constructor(dataset: Dataset, table: PatientTable, intake: Intake) {
    this.#dataset = dataset;
    this.#table = table;
    this.#intake = intake;
  }

  get ignored(): readonly string[] {
    if (this.#selection === undefined)
      throw new DataProblem("file", "the file is empty: export it with a line of column names, even for no patients");
    return this.#selection.ignored;
  }

  /** The next piece of text; `last` is the end of the file. Pieces wait until the first line is whole. */
  push(text: string, last: boolean): void {
    if (this.#scanner !== undefined) return this.#records(this.#scanner, text, last);
    this.#first += text;
    const end = this.#first.search(/[\r\n]/);
    if ((end < 0 ? this.#first.length : end) > MAX_HEADER_CHARACTERS) throw new DataProblem("layout", NO_HEADER);
    if (end < 0 && !last) return;
    this.#scanner = new RecordScanner(separatorOf(end < 0 ? this.#first : this.#first.slice(0, end), this.#dataset));
    this.#records(this.#scanner, this.#first, last);
    this.#first = "";
  }

  #records(scanner: RecordScanner, text: string, last: boolean): void {
    for (const record of scanner.push(text, last))
      if (this.#selection === undefined) this.#selection = select(fieldsOf(record), this.#dataset, this.#table);
      else take(record, this.#selection, this.#intake);
  }
}

/** The separator that makes the header one of this dataset. */
function separatorOf(header: string, dataset: Dataset): string {
  let best: { readonly separator: string; readonly names: number } = { separator: SEPARATORS[0], names: 0 };
  for (const separator of SEPARATORS) {
    const names = recognised(namesIn(header, separator), dataset);
    if (names > best.names) best = { separator, names };
  }
  return best.separator;
}

/** The column names that a separator makes; none where quotes and the separator do not fit each other. */
function namesIn(header: string, separator: string): readonly string[] {
  try {
    const [record] = new RecordScanner(separator).push(header, true);
    return record === undefined ? [] : fieldsOf(record);
  } catch (error) {
    if (error instanceof DataProblem) return [];
    throw error;
  }
}

function fieldsOf(record: TextRecord): readonly string[] {
  return Array.from({ length: record.fields }, (_, i) => record.value(i));
}

function take(record: TextRecord, { key, places, width }: Selection, intake: Intake): void {
  const { line, text, starts, ends, fields } = record;
  if (fields !== width) {
    const message = `line ${line} has ${fields} fields and the first line has ${width}: check the separator and the quotes, and that the decimal mark is not the separator`;
    throw new DataProblem("layout", message);
  }
  intake.key(record.value(key), line);
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!;
    const cell = intake.cells[i]!;
    const start = starts[place]!;
    const single = ends[place] === start + 1 ? cell.single(text.charCodeAt(start)) : undefined;
    intake.value(i, single ?? cell.text(record.value(place)), line);
  }
  intake.endRow();
}
