import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { partyNameSchema } from "@tutti/envelope";
import { MAX_SHARES_MS } from "@tutti/protocol";
import { nearest } from "@tutti/query";
import { z } from "zod";
import { ENDPOINTS, type EndpointName, ROLES } from "@tutti/protocol";
import { DEFAULT_DEADLINES, type Deadlines } from "./deadlines.ts";
import { isNetwork } from "./peers.ts";
import { DEFAULT_LIMITS, type Limits, type Rate } from "./rate-limit.ts";
import type { ScheduleTimes } from "./schedule.ts";
import type { TokenEntry } from "./tokens.ts";

/** Paths of a certificate, with those that vouch for it below it, and of its key; both PEM. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

/** `coordinator.json`. Paths are relative to the file's own folder. */
export interface Config {
  readonly listen: { readonly host: string; readonly port: number };
  /** Certificate and key; plain HTTP when left out, for this machine or behind a reverse proxy. */
  readonly tls?: TlsFiles | undefined;
  /** Addresses and networks (`10.0.0.0/8`) of one's own reverse proxies, whose `X-Forwarded-For` counts. */
  readonly trustedProxies: readonly string[];
  /** Origins whose pages may call with a token (CORS). */
  readonly origins: readonly string[];
  readonly limits: Limits;
  /** Where metrics are told, and whether the coordinator is ready: an address of its own, for the operator; nowhere when left out. */
  readonly metrics?: MetricsEntry | undefined;
  /** The coordinator's own keys: `identity.json`. */
  readonly identity: string;
  /** The file with the identity's passphrase, where it is under one. */
  readonly passphraseFile?: string | undefined;
  /** `roster.json` */
  readonly roster: string;
  readonly datasets: readonly string[];
  /** `policy.json`; the default policy when left out. */
  readonly policy?: string | undefined;
  /** The file of the embedded database. */
  readonly store?: string | undefined;
  /** A file whose one line is the address of a PostgreSQL database, in place of `store`: for several replicas. */
  readonly database?: string | undefined;
  readonly tokens: readonly TokenEntry[];
  readonly deadlines: Deadlines;
  /** Queries that are asked again and again. */
  readonly schedules: readonly ScheduleEntry[];
  /** Where every byte that comes and goes is written, tokens included: for sandboxes. */
  readonly trace?: string | undefined;
  /** End when stdin ends. */
  readonly exitWithParent: boolean;
}

/** Where the operator's own programs ask; neither tokens nor TLS are there, so it is this machine or a network of one's own. */
export interface MetricsEntry {
  readonly host: string;
  readonly port: number;
}

/** One schedule as the configuration has it: `query` is the path of a `query.json`. */
export interface ScheduleEntry extends ScheduleTimes {
  readonly name: string;
  readonly query: string;
  /** The researcher, by the name of a token, in whose name it asks. */
  readonly requester: string;
  /** Ask once after a start when the last time was missed. */
  readonly catchUp: boolean;
}

/** The program can't start; the message says what to do. */
export class ConfigFault extends Error {
  override readonly name = "ConfigFault";
}

/** Twenty days: a timer runs for no more than 24. */
const MAX_DECIDE_MS = 1_728_000_000;

const path = z.string().min(1).max(4_096);
const ms = (most: number) => z.int().min(10).max(most);
const rate = (otherwise: Rate) =>
  z
    .strictObject({
      perMinute: z.number().min(1).max(10_000_000).default(otherwise.perMinute),
      burst: z.int().min(1).max(10_000_000).default(otherwise.burst),
    })
    .default(otherwise);
const day = z.iso.date("write the day as 2027-01-31").transform((text) => Date.parse(`${text}T00:00:00Z`));
const endpointNames = Object.keys(ENDPOINTS) as EndpointName[];
const configShape = {
  listen: z.strictObject({ host: z.string().min(1).default("127.0.0.1"), port: z.int().min(0).max(65_535) }),
  tls: z.strictObject({ certificate: path, key: path }).optional(),
  trustedProxies: z.array(z.string().refine(isNetwork, "write an address, or a network as 10.0.0.0/8")).max(100).default([]),
  origins: z
    .array(z.string().refine(isOrigin, "write an origin as a browser does: https://portal.example, without a path"))
    .max(100)
    .default([]),
  limits: z
    .strictObject({
      address: rate(DEFAULT_LIMITS.address),
      centre: rate(DEFAULT_LIMITS.centre),
      asking: rate(DEFAULT_LIMITS.asking),
      reading: rate(DEFAULT_LIMITS.reading),
    })
    .default(DEFAULT_LIMITS),
  metrics: z.strictObject({ host: z.string().min(1).default("127.0.0.1"), port: z.int().min(0).max(65_535) }).optional(),
  identity: path,
  passphraseFile: path.optional(),
  roster: path,
  datasets: z.array(path).min(1),
  policy: path.optional(),
  store: path.optional(),
  database: path.optional(),
  tokens: z
    .array(
      z
        .strictObject({
          name: partyNameSchema,
          hash: z.string().regex(/^sha256:[0-9a-f]{64}$/, "a token's hash is sha256: and 64 digits"),
          role: z.enum(ROLES).default("researcher"),
          datasets: z.array(z.string().min(1).max(100)).min(1).optional(),
          actions: z.array(z.enum(endpointNames)).min(1).optional(),
          expires: day.optional(),
        })
        .transform(({ expires: expiresAtMs, ...entry }): TokenEntry => (expiresAtMs === undefined ? entry : { ...entry, expiresAtMs })),
    )
    .default([]),
  deadlines: z
    .strictObject({
      answerMs: ms(86_400_000).default(DEFAULT_DEADLINES.answerMs),
      exchangeMs: ms(600_000).default(DEFAULT_DEADLINES.exchangeMs),
      graceMs: ms(60_000).default(DEFAULT_DEADLINES.graceMs),
      queryMs: ms(86_400_000).default(DEFAULT_DEADLINES.queryMs),
      decideMs: ms(MAX_DECIDE_MS).default(DEFAULT_DEADLINES.decideMs),
      sharesMs: ms(MAX_SHARES_MS).default(DEFAULT_DEADLINES.sharesMs),
    })
    .default(DEFAULT_DEADLINES),
  schedules: z
    .array(
      z.strictObject({
        name: partyNameSchema,
        cron: z.string().min(1).max(200),
        timezone: z.string().min(1).max(100),
        query: path,
        requester: partyNameSchema,
        catchUp: z.boolean().default(false),
      }),
    )
    .max(1_000)
    .default([]),
  trace: path.optional(),
  exitWithParent: z.boolean().default(false),
};
const configSchema: z.ZodType<Config> = z
  .strictObject(configShape)
  .refine(
    ({ listen: { host }, tls, trustedProxies }) => tls !== undefined || trustedProxies.length > 0 || isThisMachine(host),
    "others can reach this address, and tokens would travel in the clear: give tls, or name the reverse proxy that ends it in trustedProxies",
  );

const KEYS: Readonly<Record<string, readonly string[]>> = {
  "": Object.keys(configShape),
  listen: ["host", "port"],
  metrics: ["host", "port"],
  tls: ["certificate", "key"],
  limits: Object.keys(DEFAULT_LIMITS),
  "limits.address": ["perMinute", "burst"],
  "limits.centre": ["perMinute", "burst"],
  "limits.asking": ["perMinute", "burst"],
  "limits.reading": ["perMinute", "burst"],
  tokens: ["name", "hash", "role", "datasets", "actions", "expires"],
  schedules: ["name", "cron", "timezone", "query", "requester", "catchUp"],
  deadlines: ["answerMs", "exchangeMs", "graceMs", "queryMs", "decideMs", "sharesMs"],
};

/** Reads the configuration, with absolute paths, frozen. Throws a ConfigFault. */
export function readConfig(file: string): Config {
  const checked = configSchema.safeParse(readJsonFile(file));
  if (!checked.success) throw new ConfigFault(`${file}: ${issueText(checked.error.issues[0]!)}`);
  const config = checked.data;
  const at = (one: string) => resolve(dirname(file), one);
  const optional = (one: string | undefined) => (one === undefined ? undefined : at(one));
  return Object.freeze({
    ...config,
    tls: config.tls === undefined ? undefined : { certificate: at(config.tls.certificate), key: at(config.tls.key) },
    identity: at(config.identity),
    passphraseFile: optional(config.passphraseFile),
    roster: at(config.roster),
    datasets: config.datasets.map(at),
    policy: optional(config.policy),
    store: config.store === ":memory:" ? config.store : optional(config.store),
    database: optional(config.database),
    schedules: config.schedules.map((schedule) => ({ ...schedule, query: at(schedule.query) })),
    trace: optional(config.trace),
  });
}

/** Reads a text file. Throws a ConfigFault that names it. */
export function readTextFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new ConfigFault(`${file} can't be read: check the path and its permissions`);
  }
}

/** Reads a JSON file. Throws a ConfigFault that names it. */
export function readJsonFile(file: string): unknown {
  const text = readTextFile(file);
  try {
    return JSON.parse(text);
  } catch {
    throw new ConfigFault(`${file} is not valid JSON`);
  }
}

/** Reads a JSON file of a shape. Throws a ConfigFault that names the place. */
export function readChecked<T>(file: string, schema: z.ZodType<T>): T {
  const checked = schema.safeParse(readJsonFile(file));
  if (checked.success) return checked.data;
  const { path: at, message } = checked.error.issues[0]!;
  throw new ConfigFault(`${file}: ${at.length === 0 ? "" : `at ${at.map(String).join(".")}: `}${message}`);
}

function issueText(issue: z.core.$ZodIssue): string {
  const at = issue.path.filter((step) => typeof step === "string").join(".");
  const where = issue.path.length === 0 ? "" : `at ${issue.path.map(String).join(".")}: `;
  if (issue.code !== "unrecognized_keys") return `${where}${issue.message}`;
  const [key] = issue.keys;
  const known = KEYS[at] ?? [];
  const near = nearest(key!, known);
  return `${where}there is no key ${JSON.stringify(key!.slice(0, 40))}; ${near === null ? `the keys are ${known.join(", ")}` : `do you mean ${near}?`}`;
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host);
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text;
}
