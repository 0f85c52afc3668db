import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { partyNameSchema } from "@tutti/envelope";
import { nearest } from "@tutti/query";
import { z } from "zod";
import type { ProxyEntry } from "./route.ts";
import { StartProblem } from "./start-problem.ts";

/** Where the data of one dataset lie. */
export interface DatasetFiles {
  /** `dataset.json` */
  readonly dictionary: string;
  /** One CSV or Parquet file. */
  readonly data: string;
}

/** What an agent is told by its file; secrets are paths, and paths are absolute. */
export interface AgentConfig {
  /** This centre's name in the roster. */
  readonly centre: string;
  /** The coordinator's address, without a path. */
  readonly coordinator: string;
  /** The proxy that this machine has to go through. */
  readonly proxy?: ProxyEntry | undefined;
  /** The certificate of an authority that counts beside those that Node knows (PEM). */
  readonly certificateAuthority?: string | undefined;
  /** `identity.json`, this centre's secret. */
  readonly identity: string;
  /** The file with the identity's passphrase, where it is under one. */
  readonly passphraseFile?: string | undefined;
  /** `roster.json`, pinned. */
  readonly roster: string;
  readonly datasets: readonly DatasetFiles[];
  /** The centre's own `policy.json`; the default policy when left out. */
  readonly policy?: string | undefined;
  /** The centre's standing rules, `rules.json`; it answers when left out. */
  readonly rules?: string | undefined;
  /** The folder of the ledger. */
  readonly ledger: string;
  /** The file for metrics, read by the text collector of Prometheus's node exporter; none are written when left out. */
  readonly metrics?: string | undefined;
  readonly logLevel: "debug" | "info" | "warn" | "error";
  /** Whether the agent ends when its standard input does. */
  readonly exitWithParent: boolean;
}

const path = z.string().min(1).max(4_096);

const filesShape = { dictionary: path, data: path };
const proxyShape = {
  url: z
    .string()
    .max(300)
    .refine(isProxyAddress, "write the proxy's address as http://host:port; its user goes into user, its password into a file"),
  user: z.string().min(1).max(300).optional(),
  passwordFile: path.optional(),
};
const configShape = {
  centre: partyNameSchema,
  coordinator: z
    .string()
    .max(300)
    .refine(isCoordinatorAddress, "write the coordinator's address as https://host or https://host:port; http only for this machine"),
  proxy: z
    .strictObject(proxyShape)
    .refine(({ user, passwordFile }) => (user === undefined) === (passwordFile === undefined), "give user and passwordFile, or neither")
    .optional(),
  certificateAuthority: path.optional(),
  identity: path,
  passphraseFile: path.optional(),
  roster: path,
  datasets: z.array(z.strictObject(filesShape)).min(1).max(100),
  policy: path.optional(),
  rules: path.optional(),
  ledger: path,
  metrics: path.refine((file) => file.endsWith(".prom"), "the collector reads files that end with .prom").optional(),
  logLevel: z.enum(["debug", "info", "warn", "error"]).default("info"),
  exitWithParent: z.boolean().default(false),
};
const configSchema: z.ZodType<AgentConfig> = z.strictObject(configShape);

/** Reads the configuration; relative paths start at its folder. StartProblem that names the key, and the nearest known one to an unknown. */
export function readConfig(file: string): AgentConfig {
  const parsed = configSchema.safeParse(jsonOf(file));
  if (!parsed.success) throw new StartProblem(`${file}: ${wording(parsed.error.issues[0])}`);
  const at = (relative: string) => resolve(dirname(file), relative);
  const { datasets, passphraseFile, policy, rules, proxy, certificateAuthority, metrics, ...rest } = parsed.data;
  return Object.freeze({
    ...rest,
    identity: at(rest.identity),
    roster: at(rest.roster),
    ledger: at(rest.ledger),
    datasets: Object.freeze(datasets.map(({ dictionary, data }) => Object.freeze({ dictionary: at(dictionary), data: at(data) }))),
    ...(passphraseFile === undefined ? {} : { passphraseFile: at(passphraseFile) }),
    ...(policy === undefined ? {} : { policy: at(policy) }),
    ...(rules === undefined ? {} : { rules: at(rules) }),
    ...(metrics === undefined ? {} : { metrics: at(metrics) }),
    ...(proxy === undefined ? {} : { proxy: Object.freeze(proxyWith(proxy, at)) }),
    ...(certificateAuthority === undefined ? {} : { certificateAuthority: at(certificateAuthority) }),
  });
}

function proxyWith({ passwordFile, ...rest }: ProxyEntry, at: (relative: string) => string): ProxyEntry {
  return passwordFile === undefined ? rest : { ...rest, passwordFile: at(passwordFile) };
}

function jsonOf(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new StartProblem(`${file} can't be read: give the path of the agent's configuration with --config`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new StartProblem(`${file} is not JSON: look for a missing comma or quote`);
  }
}

function wording(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return "this is not a configuration";
  const at = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    const known = Object.keys(at === "" ? configShape : at === "proxy" ? proxyShape : filesShape);
    const meant = nearest(key, known);
    const hint = meant === null ? `the keys are ${known.join(", ")}` : `did you mean ${JSON.stringify(meant)}?`;
    return `unknown key ${JSON.stringify(key.slice(0, 40))}${at === "" ? "" : ` in ${at}`}: ${hint}`;
  }
  return `${at === "" ? "the configuration" : at}: ${issue.message}`;
}

function isCoordinatorAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search, hash, username, password } = new URL(text);
  const bare = pathname === "/" && search === "" && hash === "" && username === "" && password === "";
  const here = hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
  return bare && (protocol === "https:" || (protocol === "http:" && here));
}

function isProxyAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && pathname === "/" && search === "" && hash === "" && username === "" && password === "";
}
