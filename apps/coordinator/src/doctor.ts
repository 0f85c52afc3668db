import { X509Certificate } from "node:crypto";
import { accessSync, constants, existsSync, statfsSync } from "node:fs";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { datasetName, datasetSchema } from "@tutti/dataset";
import { DEFAULT_POLICY, policySchema } from "@tutti/disclosure";
import { ENDPOINTS } from "@tutti/protocol";
import { type Config, ConfigFault, readChecked, readConfig, readTextFile } from "./config.ts";
import { DatabaseFault } from "./database.ts";
import { SCHEMA_VERSION } from "./migrations.ts";
import { readRosterFile } from "./roster-file.ts";
import { PostgresDatabase } from "./postgres-database.ts";
import { databaseUrl, loadIdentity, loadSchedule } from "./startup.ts";
import { readTls } from "./tls.ts";

/** What the coordinator's doctor looks at, in this order. */
export const COORDINATOR_CHECKS = [
  "node",
  "identity",
  "roster",
  "dictionaries",
  "policy",
  "tokens",
  "schedules",
  "certificate",
  "trace",
  "store",
  "process",
] as const;

/** What came of one check; `says` is what was found, or what is wrong and what to do about it. Neither holds a token or a secret. */
export interface Finding {
  readonly check: (typeof COORDINATOR_CHECKS)[number];
  /** Null when there is nothing to look at, or something before it is wrong. */
  readonly passed: boolean | null;
  readonly says: string;
}

/** Everything that the doctor found. */
export interface Diagnosis {
  /** Nothing is wrong. */
  readonly healthy: boolean;
  readonly checks: readonly Finding[];
}

const OLDEST_NODE = 24;
/** Less is too little for what a year of queries leaves. */
const LEAST_FREE_MB = 500;
const DAY_MS = 86_400_000;
/** A certificate that ends sooner should have been renewed. */
const LEAST_DAYS = 7;
const ANSWER_MS = 5_000;

/** There is nothing to look at; the message says why. */
class Nothing extends Error {}

/**
 * Looks at everything that a coordinator stands on. It may be run beside one, changes nothing, and prints neither tokens nor secrets. ConfigFault when
 * there is no configuration to begin with.
 */
export async function diagnose(configPath: string): Promise<Diagnosis> {
  const config = readConfig(configPath);
  const identity = () => loadIdentity(config);
  const newest = () => readRosterFile(config.roster, identity()).newest;
  const datasets = () => config.datasets.map((path) => readChecked(path, datasetSchema));
  const looks: Readonly<Record<Finding["check"], () => string | Promise<string>>> = {
    node: nodeText,
    identity: () => `${identity().name}; only its owner can read the file`,
    roster: () => {
      const { network, centres, hash } = newest();
      return `network ${network}, ${centres.length} centres; ${hash}`;
    },
    dictionaries: () => datasets().map(datasetName).join(", "),
    policy: () => {
      const { threshold, minimumCentres } = config.policy === undefined ? DEFAULT_POLICY : readChecked(config.policy, policySchema);
      const { length } = newest().centres;
      if (length < minimumCentres)
        throw new ConfigFault(`the roster has ${length} centres, and the policy asks for ${minimumCentres}: enrol more`);
      return `threshold ${threshold}, at least ${minimumCentres} centres`;
    },
    tokens: () => tokensText(config),
    schedules: () => {
      if (config.schedules.length === 0) throw new Nothing("there are none");
      const names = namesWithTokens(config);
      for (const { name, requester } of config.schedules)
        if (names?.has(requester) === false)
          throw new ConfigFault(`the schedule ${name}: ${requester} has no token that counts, so it asks nothing: make one`);
      return config.schedules.map((entry) => loadSchedule(entry, config, datasets()).name).join(", ");
    },
    certificate: () => certificateText(config),
    trace: () => {
      if (config.trace !== undefined)
        throw new ConfigFault("every byte is written down, tokens included: take trace out of the configuration");
      return "none is written";
    },
    store: () => storeText(config),
    process: () => processText(config),
  };
  const checks: Finding[] = [];
  for (const check of COORDINATOR_CHECKS) checks.push(await found(check, looks[check]));
  return { healthy: checks.every(({ passed }) => passed !== false), checks };
}

/** A diagnosis for people. */
export function diagnosisText({ healthy, checks }: Diagnosis): string {
  const lines = checks.map(({ check, passed, says }) => `${passed === null ? "·" : passed ? "✓" : "✗"} ${check.padEnd(14)} ${says}\n`);
  return `${lines.join("")}${healthy ? "" : "\nWhat is marked ✗ has to be put right; what is marked · needs no look.\n"}`;
}

async function found(check: Finding["check"], look: () => string | Promise<string>): Promise<Finding> {
  try {
    return { check, passed: true, says: await look() };
  } catch (error) {
    if (error instanceof Nothing) return { check, passed: null, says: error.message };
    const known = error instanceof ConfigFault;
    return { check, passed: false, says: known ? error.message : "this check failed by a mistake in the program: report it" };
  }
}

function nodeText(): string {
  if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE)
    throw new ConfigFault(`this is Node ${process.versions.node}: install Node ${OLDEST_NODE} or later`);
  return `Node ${process.versions.node}`;
}

function tokensText(config: Config): string {
  const { tokens } = config;
  const expired = tokens.filter(({ expiresAtMs = Infinity }) => expiresAtMs <= Date.now()).map(({ name }) => name);
  const count = `${tokens.length} in the configuration, ${keptNames(config.store)?.length ?? "unknown how many"} in the store that count`;
  return expired.length === 0 ? count : `${count}; expired: ${expired.join(", ")}`;
}

/** Null where it can't be known from here. */
function namesWithTokens({ tokens, store }: Config): ReadonlySet<string> | null {
  const kept = keptNames(store);
  if (kept === null) return null;
  const counting = tokens.filter(({ expiresAtMs = Infinity }) => expiresAtMs > Date.now());
  return new Set([...counting.map(({ name }) => name), ...kept]);
}

/** Whose tokens of the store count; none where the file can't be read, which another check says, and null where the store is no file. */
function keptNames(path: string | undefined): readonly string[] | null {
  if (path === undefined) return null;
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    const counting = "SELECT name FROM token WHERE revoked_at_ms IS NULL AND (expires_at_ms IS NULL OR expires_at_ms > ?)";
    const rows = database.prepare(counting).all(Date.now());
    database.close();
    return rows.map((row) => String(row["name"]));
  } catch {
    return [];
  }
}

function certificateText({ tls, trustedProxies }: Config): string {
  if (tls === undefined)
    throw new Nothing(trustedProxies.length > 0 ? "the proxy ends TLS: look at its certificate there" : "only this machine can reach it");
  readTls(tls);
  const { validToDate } = new X509Certificate(readTextFile(tls.certificate));
  const days = Math.floor((validToDate.getTime() - Date.now()) / DAY_MS);
  if (days < LEAST_DAYS) throw new ConfigFault(`${tls.certificate} is valid for ${Math.max(0, days)} more days: renew it`);
  return `goes with its key, and is valid for ${days} more days`;
}

async function storeText(config: Config): Promise<string> {
  const url = databaseUrl(config);
  return url === null ? fileText(config.store!) : databaseText(url);
}

async function databaseText(url: string): Promise<string> {
  try {
    const database = await PostgresDatabase.open(url);
    await database.close();
  } catch (fault) {
    throw fault instanceof DatabaseFault ? new ConfigFault(fault.message) : fault;
  }
  return "the database answers, and its schema is up to date";
}

function fileText(path: string): string {
  if (path === ":memory:") throw new ConfigFault("the store is in memory, and lost with the process: give the path of a file");
  const made = existsSync(path);
  const folder = dirname(path);
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    if (made) accessSync(path, constants.R_OK | constants.W_OK);
  } catch {
    throw new ConfigFault(`${path} can't be written: let file and folder belong to the coordinator's user`);
  }
  const { bavail, bsize } = statfsSync(folder);
  const freeMb = Math.floor((bavail * bsize) / 1_000_000);
  if (freeMb < LEAST_FREE_MB) throw new ConfigFault(`the disk of ${folder} has ${freeMb} MB left: free some`);
  return `${path} ${made ? contentText(path) : "will be made"}, ${freeMb} MB are free`;
}

function contentText(path: string): string {
  let version: number;
  let sound: boolean;
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
    sound = database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"] === "ok";
    database.close();
  } catch {
    throw new ConfigFault(`${path} is not a store that can be opened: restore the newest backup`);
  }
  if (!sound) throw new ConfigFault(`${path} is damaged: restore the newest backup`);
  if (version > SCHEMA_VERSION) throw new ConfigFault(`${path} was written by a later version of the coordinator: run that version`);
  return version < SCHEMA_VERSION ? "is sound, and of an earlier version: the next start migrates it" : "is sound";
}

/** Asks the coordinator that may be running whether it is ready. */
async function processText({ listen: { host, port }, tls }: Config): Promise<string> {
  if (port === 0) throw new Nothing("it takes a free port, which only its first line tells");
  const at = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  const status = await statusAt(at, port, tls !== undefined);
  if (status === null) throw new Nothing(`nobody listens at ${at}, port ${port}: no coordinator runs with this configuration`);
  if (status === 200) return `a coordinator runs at ${at}, port ${port}, and is ready`;
  if (status === 503)
    throw new ConfigFault(`the coordinator at ${at}, port ${port} is not ready: look at its log, the disk, the database server`);
  throw new ConfigFault(`another program answers at ${at}, port ${port}: choose another port`);
}

/** The status of the answer at an address; null without one, 0 for one that is not HTTP. */
function statusAt(host: string, port: number, secure: boolean): Promise<number | null> {
  const options = { host, port, path: ENDPOINTS.ready.path, timeout: ANSWER_MS };
  return new Promise((resolve) => {
    const asked = secure
      ? // Whether its certificate is good is another check; here it is asked whether it lives.
        requestHttps({ ...options, rejectUnauthorized: false })
      : requestHttp(options);
    asked.on("response", (response) => {
      resolve(response.resume().statusCode ?? 0);
    });
    asked.on("timeout", () => asked.destroy());
    asked.on("error", (error) => resolve("code" in error && error.code === "ECONNREFUSED" ? null : 0));
    asked.end();
  });
}
