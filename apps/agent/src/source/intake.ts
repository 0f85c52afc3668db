import { DuckDBDataChunk, type DuckDBAppender } from "@duckdb/node-api";
import { DUCKDB, PATIENT_NUMBER, PATIENTS, type PatientTable } from "@tutti/sql";
import type { PatientNumbers } from "../guard/patient-numbers.ts";
import { CellReader, type Code } from "./cell.ts";
import { Findings } from "./data-problem.ts";
import type { Database } from "./database.ts";
import type { Summary } from "./summary.ts";

const STAGED = "staged";
const CHUNK_ROWS = 2048;
/** Rows that are staged before they go into the patient table; a multiple of DuckDB's row groups. */
const STAGED_ROWS = 120 * CHUNK_ROWS;

/**
 * Takes patients in, cell by cell, and puts them into the patient table as whole numbers: no text of a file ever reaches the database.
 * Of wrong cells it keeps where they are, and `finish` throws the DataProblem that tells of them.
 */
export class Intake {
  readonly cells: readonly CellReader[];
  readonly findings: Findings = new Findings();
  readonly #database: Database;
  readonly #table: PatientTable;
  readonly #key: string;
  readonly #numbers: PatientNumbers;
  /** Bits of the patients whose rows have come. */
  #met: Uint32Array = new Uint32Array(1024);
  readonly #buffers: number[][];
  readonly #missing: number[];
  #appender: DuckDBAppender | undefined;
  #chunk: DuckDBDataChunk | undefined;
  #rows = 0;
  #buffered = 0;
  #staged = 0;

  /** @param numbers the patients' numbers: of an identifier nothing else is kept */
  constructor(database: Database, table: PatientTable, key: string, numbers: PatientNumbers) {
    this.#database = database;
    this.#table = table;
    this.#key = key;
    this.#numbers = numbers;
    this.cells = table.columns.map((column) => new CellReader(column));
    this.#buffers = [...table.columns.map(() => []), []];
    this.#missing = table.columns.map(() => 0);
  }

  async begin(): Promise<void> {
    await this.#database.run(this.#table.definition(PATIENTS, DUCKDB));
    await this.#stage();
  }

  /** The patient's identifier: its number is kept. */
  key(text: string, line: number): void {
    const key = text.trim();
    if (key === "") return this.findings.add(this.#key, "empty-key", line);
    const number = this.#numbers.numberOf(key);
    if (this.#meet(number)) this.findings.add(this.#key, "duplicate-key", line);
    this.#buffers.at(-1)![this.#buffered] = number;
  }

  /** A value, of the column at this place in the patient table. */
  value(place: number, code: Code, line: number): void {
    const { column } = this.cells[place]!;
    if (typeof code === "string") this.findings.add(column.name, code, line);
    else {
      if (code === column.size) this.#missing[place]!++;
      this.#buffers[place]![this.#buffered] = code;
    }
  }

  endRow(): void {
    this.#rows++;
    if (++this.#buffered === CHUNK_ROWS) this.#append();
  }

  /** Lets the database take over what has been staged; call it from time to time. */
  async settle(): Promise<void> {
    if (this.#staged < STAGED_ROWS) return;
    await this.#unstage();
    await this.#stage();
  }

  /** The rest of the rows. DataProblem when something was wrong with any. */
  async finish(ignored: readonly string[]): Promise<Summary> {
    if (this.findings.any) throw this.findings.problem();
    this.#append();
    await this.#unstage();
    const variables = this.#table.columns.map(({ name }, i) => {
      const missing = this.#missing[i]!;
      return [name, { known: this.#rows - missing, missing }] as const;
    });
    return { rows: this.#rows, variables: Object.fromEntries(variables), ignored };
  }

  /** Whether this patient's row has come before. */
  #meet(number: number): boolean {
    const word = number >>> 5;
    if (word >= this.#met.length) {
      const longer = new Uint32Array(Math.max(word + 1, 2 * this.#met.length));
      longer.set(this.#met);
      this.#met = longer;
    }
    const before = this.#met[word]!;
    this.#met[word] = before | (1 << (number & 31));
    return ((before >>> (number & 31)) & 1) === 1;
  }

  #append(): void {
    const rows = this.#buffered;
    this.#buffered = 0;
    if (rows === 0 || this.findings.any) return;
    const appender = this.#appender!;
    const chunk = (this.#chunk ??= DuckDBDataChunk.create(this.#buffers.map((_, i) => appender.columnType(i))));
    chunk.reset();
    chunk.rowCount = rows;
    this.#buffers.forEach((buffer, i) => chunk.setColumnValues(i, rows === CHUNK_ROWS ? buffer : buffer.slice(0, rows)));
    appender.appendDataChunk(chunk);
    this.#staged += rows;
  }

  async #stage(): Promise<void> {
    await this.#database.run(this.#table.definition(STAGED, DUCKDB));
    this.#appender = await this.#database.appender(STAGED);
  }

  /** In the staged table the position after the last value stands for NULL: a chunk without NULLs is several times faster to fill. The checkpoint
   * compresses what came in, to a tenth and less. */
  async #unstage(): Promise<void> {
    this.#appender?.closeSync();
    const columns = this.#table.columns.map(({ name, size }) => `NULLIF(${DUCKDB.identifier(name)}, ${size})`);
    columns.push(DUCKDB.identifier(PATIENT_NUMBER));
    await this.#database.run(`INSERT INTO ${PATIENTS} SELECT ${columns.join(", ")} FROM ${STAGED}; DROP TABLE ${STAGED}; CHECKPOINT`);
    this.#staged = 0;
  }
}
