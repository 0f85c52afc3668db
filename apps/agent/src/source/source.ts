import { open, realpath, stat } from "node:fs/promises";
import { extname } from "node:path";
import { type Dataset, datasetName } from "@tutti/dataset";
import { type Bitmap, Recent } from "@tutti/disclosure";
import type { Contribution, PatientSet, Plan } from "@tutti/query";
import { type Answer, compile, type Compiled, type CompiledMembers, compileMembers, DUCKDB, type GridBit, PatientTable } from "@tutti/sql";
import { PassingNumbers, type PatientNumbers } from "../guard/patient-numbers.ts";
import { readCsv } from "./csv-file.ts";
import { DataProblem } from "./data-problem.ts";
import { Database, type Resources } from "./database.ts";
import { Intake } from "./intake.ts";
import { readParquet } from "./parquet-file.ts";
import type { Summary } from "./summary.ts";
import { SourceError } from "./source-error.ts";

/** Where a centre's data lie, and what reading and asking them may use. */
export interface SourceConfig {
  readonly dataset: Dataset;
  /** The path of one file: .csv, .tsv, .txt or .parquet. */
  readonly data: string;
  /** Numbers that nobody keeps if absent. */
  readonly numbers?: PatientNumbers | undefined;
  /** 512 if absent. */
  readonly memoryLimitMb?: number | undefined;
  /** 1 for a small file, 2 for a large one, if absent. */
  readonly threads?: number | undefined;
  /** How long one plan may take; 30 000 if absent. */
  readonly timeoutMs?: number | undefined;
}

/** A centre's patients, as far as a plan can ask of them. */
export interface Source {
  readonly summary: Summary;
  /** What this centre contributes to a plan; plans are answered one after the other. RangeError when the plan is of another dataset, SourceError when it takes too long or fails. */
  contribute(plan: Plan): Promise<Contribution>;
  /** This centre's patients in each of the sets, by their numbers; asked in turn with plans. RangeError or SourceError as for a plan. */
  members(sets: ReadonlyMap<string, PatientSet | GridBit>): Promise<ReadonlyMap<string, Bitmap>>;
  close(): Promise<void>;
}

const LARGE_FILE_BYTES = 8_000_000;
/** Plans that are kept compiled, those asked last. */
const COMPILED = 64;

/**
 * Reads a centre's file, checks every value against the dataset, and closes the database that holds it to everything outside. Variables of
 * repeated tables are not read. A file with a header and no patients is fine. DataProblem when something has to be corrected.
 */
export async function openSource(config: SourceConfig): Promise<Source> {
  const { dataset, timeoutMs = 30_000 } = config;
  const { path, bytes } = await locate(config.data);
  const resources: Resources = {
    memoryLimitMb: config.memoryLimitMb ?? 512,
    threads: config.threads ?? (bytes > LARGE_FILE_BYTES ? 2 : 1),
  };
  const table = new PatientTable(dataset);
  const database = await Database.open(resources);
  try {
    const intake = new Intake(database, table, dataset.key, config.numbers ?? new PassingNumbers());
    await intake.begin();
    const summary =
      kindOf(path) === "parquet" ? await readParquet(path, dataset, table, intake, resources) : await readCsv(path, dataset, table, intake);
    return new DuckDbSource(database, dataset, summary, timeoutMs);
  } catch (error) {
    database.close();
    throw told(error);
  }
}

class DuckDbSource implements Source {
  readonly summary: Summary;
  readonly #database: Database;
  readonly #dataset: Dataset;
  readonly #timeoutMs: number;
  /** A recurring report is compiled once. Not for as long as its plan is known: what is compiled weighs ten times as much. */
  readonly #compiled = new Recent<Plan, Compiled>(COMPILED);
  readonly #compiledMembers = new Recent<ReadonlyMap<string, PatientSet | GridBit>, CompiledMembers>(COMPILED);
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(database: Database, dataset: Dataset, summary: Summary, timeoutMs: number) {
    this.#database = database;
    this.#dataset = dataset;
    this.summary = summary;
    this.#timeoutMs = timeoutMs;
  }

  contribute(plan: Plan): Promise<Contribution> {
    return this.#inTurn(() => this.#answer(plan));
  }

  members(sets: ReadonlyMap<string, PatientSet | GridBit>): Promise<ReadonlyMap<string, Bitmap>> {
    return this.#inTurn(async () => {
      let compiled = this.#compiledMembers.get(sets);
      if (compiled === undefined)
        this.#compiledMembers.set(sets, (compiled = compileMembers([...sets.values()], this.#dataset, DUCKDB)), 1);
      const { statement, reader } = compiled;
      const reading = reader();
      await this.#database.scan(statement, this.#timeoutMs, (rows) => reading.take(rows));
      const bitmaps = reading.bitmaps();
      return new Map([...sets.keys()].map((name, i) => [name, bitmaps[i]!]));
    });
  }

  async close(): Promise<void> {
    const before = this.#turn;
    this.#turn = Promise.resolve();
    if (this.#closed) return;
    this.#closed = true;
    await before;
    this.#database.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(() => {
      if (this.#closed) throw new SourceError("the data source is closed: open it again");
      return work();
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #answer(plan: Plan): Promise<Contribution> {
    if (plan.dataset !== datasetName(this.#dataset))
      throw new RangeError("the plan is of another dataset, or of another version of this one");
    const deadline = performance.now() + this.#timeoutMs;
    let compiled = this.#compiled.get(plan);
    if (compiled === undefined) this.#compiled.set(plan, (compiled = compile(plan, this.#dataset, DUCKDB)), 1);
    const { statements, read } = compiled;
    const answers: Answer[] = [];
    for (const statement of statements) answers.push(await this.#database.answer(statement, deadline - performance.now()));
    return read(answers);
  }
}

/** What may be told of a failed load: of other errors than ours the message may hold values. */
function told(error: unknown): Error {
  if (error instanceof DataProblem || error instanceof SourceError) return error;
  const failedToRead = error instanceof Error && "syscall" in error;
  return failedToRead
    ? new DataProblem("file", "the file could not be read to its end: check the disk, and that nothing else is writing it")
    : new SourceError("the database could not take the data in: allow it more memory");
}

async function locate(data: string): Promise<{ readonly path: string; readonly bytes: number }> {
  const found = await realpath(data).then(
    async (path) => ({ path, status: await stat(path) }),
    () => null,
  );
  if (found === null) throw new DataProblem("file", "there is no such file: check the path of the data in the agent's configuration");
  if (!found.status.isFile()) throw new DataProblem("file", "the path of the data is not a file: give the path of one CSV or Parquet file");
  const handle = await open(found.path).catch(() => null);
  if (handle === null) throw new DataProblem("file", "the file can't be opened: let the agent's user read it");
  await handle.close();
  if (kindOf(found.path) === null)
    throw new DataProblem("file", "the file is neither .csv, .tsv, .txt nor .parquet: export it as one of these");
  return { path: found.path, bytes: found.status.size };
}

function kindOf(path: string): "text" | "parquet" | null {
  const extension = extname(path).toLowerCase();
  if (extension === ".parquet") return "parquet";
  return [".csv", ".tsv", ".txt"].includes(extension) ? "text" : null;
}
