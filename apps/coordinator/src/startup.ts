import { randomBytes } from "node:crypto";
import { type Dataset, datasetName, datasetSchema } from "@tutti/dataset";
import { DEFAULT_POLICY, policySchema } from "@tutti/disclosure";
import type { Identity } from "@tutti/envelope";
import type { AppSetting } from "./app.ts";
import { askedQuery } from "./asked-query.ts";
import { systemClock } from "./clock.ts";
import { type Config, ConfigFault, readChecked, readJsonFile, readTextFile, type ScheduleEntry } from "./config.ts";
import { readIdentity, scheme, SecretFileFault, sha256 } from "@tutti/platform";
import type { Log } from "./log.ts";
import { ProblemFault } from "./problem-fault.ts";
import { readRosterFile } from "./roster-file.ts";
import { Rosters } from "./rosters.ts";
import { problemOfTimes, type Schedule } from "./schedule.ts";
import { type Database, DatabaseFault } from "./database.ts";
import { PostgresDatabase } from "./postgres-database.ts";
import { PostgresTerms } from "./postgres-terms.ts";
import { onlyTerm, type Terms } from "./seat.ts";
import { SqliteDatabase } from "./sqlite-database.ts";
import { Store } from "./store.ts";

/** Reads everything that the configuration names but the store. Throws a ConfigFault that says what to do. */
export function loadSetting(config: Config, log: Log): Omit<AppSetting, "store"> {
  const identity = loadIdentity(config);
  const rosters = new Rosters(readRosterFile(config.roster, identity));
  const datasets = config.datasets.map((path) => readChecked(path, datasetSchema));
  const names = datasets.map(datasetName);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new ConfigFault(`two of the datasets are ${twice}: keep one`);
  const policy = config.policy === undefined ? DEFAULT_POLICY : readChecked(config.policy, policySchema);
  if (rosters.newest.centres.length < policy.minimumCentres)
    log.warn({ participants: rosters.newest.centres.length }, "too few centres in the roster");
  return {
    identity,
    rosters,
    policy,
    datasets,
    deadlines: config.deadlines,
    limits: config.limits,
    trustedProxies: config.trustedProxies,
    origins: config.origins,
    schedules: config.schedules.map((entry) => loadSchedule(entry, config, datasets)),
    tokens: config.tokens,
    scheme,
    sha256,
    random: randomBytes,
    clock: systemClock,
    log,
  };
}

/** Checks one schedule. ConfigFault. */
export function loadSchedule(entry: ScheduleEntry, { schedules }: Pick<Config, "schedules">, datasets: readonly Dataset[]): Schedule {
  const { name, query: path } = entry;
  const wrong = (what: string) => new ConfigFault(`the schedule ${name}: ${what}`);
  if (schedules.find((one) => one.name === name) !== entry) throw wrong("another one has this name: give each its own");
  const problem = problemOfTimes(entry);
  if (problem !== null) throw wrong(problem);
  try {
    return { ...entry, query: askedQuery(readJsonFile(path), datasets).query };
  } catch (fault) {
    throw fault instanceof ProblemFault ? wrong(`${path} does not fit: ${fault.message}`) : fault;
  }
}

/** The coordinator's own keys. ConfigFault. */
export function loadIdentity({ identity, passphraseFile }: Config): Identity {
  try {
    return readIdentity(identity, passphraseFile);
  } catch (fault) {
    throw fault instanceof SecretFileFault ? new ConfigFault(fault.message) : fault;
  }
}

/** The store and who leads on it. */
export interface Opened {
  readonly terms: Terms;
  close(): Promise<void>;
}

/** Opens the store that the configuration names. Throws a ConfigFault. */
export async function openTerms(config: Config, log: Log): Promise<Opened> {
  try {
    const url = databaseUrl(config);
    if (url === null) {
      const database = new SqliteDatabase(config.store!);
      return { terms: onlyTerm(new Store(database)), close: () => database.close() };
    }
    const database = await PostgresDatabase.open(url);
    return { terms: new PostgresTerms({ url, database, clock: systemClock, log, random: randomBytes }), close: () => database.close() };
  } catch (fault) {
    throw fault instanceof DatabaseFault ? new ConfigFault(fault.message) : fault;
  }
}

/** Opens the database that the configuration names, beside a coordinator that may be running. Throws a ConfigFault. */
export async function openDatabase(config: Config): Promise<Database> {
  try {
    const url = databaseUrl(config);
    return url === null ? new SqliteDatabase(config.store!) : await PostgresDatabase.open(url);
  } catch (fault) {
    throw fault instanceof DatabaseFault ? new ConfigFault(fault.message) : fault;
  }
}

/**
 * The address of the PostgreSQL database that stands in the file of `database`, or, where neither store nor database is named, in `DATABASE_URL`; null
 * for the file of `store`. Throws a ConfigFault.
 */
export function databaseUrl({ store, database }: Config, environment: NodeJS.ProcessEnv = process.env): string | null {
  if (store !== undefined && database !== undefined)
    throw new ConfigFault("store and database are both named: keep store for one coordinator, database for several replicas");
  if (store !== undefined) return null;
  const url = database === undefined ? environment["DATABASE_URL"] : readTextFile(database).trim();
  if (url === undefined || url === "")
    throw new ConfigFault(
      "no store is named: give store the path of a file, or database the path of a file with the address of a database",
    );
  return url;
}
