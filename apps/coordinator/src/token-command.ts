import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { datasetSchema } from "@tutti/dataset";
import { partyNameSchema } from "@tutti/envelope";
import { ENDPOINTS, type EndpointName, type Role, ROLES } from "@tutti/protocol";
import { nearest } from "@tutti/query";
import type { Printed } from "./commands.ts";
import { type Config, ConfigFault, readChecked, readConfig } from "./config.ts";
import type { KeptToken } from "./kept-tokens.ts";
import { openDatabase } from "./startup.ts";
import { Store } from "./store.ts";
import { TOKEN_USAGE } from "./token-usage.ts";
import { hashOf } from "./tokens.ts";

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 90;
/** By this, programs that look for secrets in files know one. */
const PREFIX = "tutti_";
const OPTIONS = {
  config: { type: "string" },
  json: { type: "boolean", default: false },
  name: { type: "string" },
  role: { type: "string", default: "researcher" },
  dataset: { type: "string", multiple: true },
  action: { type: "string", multiple: true },
  expires: { type: "string", default: `${DEFAULT_DAYS}d` },
} as const;

/**
 * Makes, lists and revokes tokens in the coordinator's store, also while it runs: what is made or revoked counts at once. The token itself is
 * printed once and kept nowhere. Throws a ConfigFault that says what to do.
 */
export async function tokenCommand(args: readonly string[], nowMs: number): Promise<Printed> {
  const { values, positionals } = parsed(args);
  const [what, id, ...more] = positionals;
  if (values.config === undefined || more.length > 0 || (id === undefined) !== (what !== "revoke")) throw usage();
  const config = readConfig(values.config);
  if (config.store === ":memory:")
    throw new ConfigFault("the store is in memory: name a file by store, or write the token's hash into tokens");
  const store = new Store(await openDatabase(config));
  try {
    switch (what) {
      case "create": {
        const token = PREFIX + randomBytes(32).toString("base64url");
        const kept = {
          ...entryOf(values, config, nowMs),
          id: randomBytes(4).toString("hex"),
          hash: hashOf(token),
          createdAtMs: nowMs,
          revokedAtMs: null,
        };
        await store.tokens.add(kept);
        return { text: values.json ? jsonText({ ...shown(kept, nowMs), token }) : `${token}\n`, code: 0, note: noteOf(kept) };
      }
      case "list": {
        const all = await store.tokens.all();
        return { text: values.json ? jsonText(all.map((token) => shown(token, nowMs))) : tableOf(all, nowMs), code: 0 };
      }
      case "revoke":
        if (!(await store.tokens.revoke(id!, nowMs)))
          throw new ConfigFault(`there is no token ${id!.slice(0, 40)} that counts: token list shows all`);
        return { text: values.json ? jsonText({ id, revoked: true }) : "", code: 0, note: `the token ${id} counts no more` };
      default:
        throw usage();
    }
  } finally {
    await store.close();
  }
}

type Values = ReturnType<typeof parsed>["values"];

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch {
    throw usage();
  }
}

function usage(): ConfigFault {
  return new ConfigFault(`usage: ${TOKEN_USAGE}`);
}

function entryOf(values: Values, config: Config, nowMs: number): Pick<KeptToken, "name" | "role" | "datasets" | "actions" | "expiresAtMs"> {
  const { name, role, dataset: datasets, action: actions, expires } = values;
  if (!partyNameSchema.safeParse(name).success)
    throw new ConfigFault("--name is the holder's name, one line of 1 to 63 characters: every offer says it as that of the requester");
  demandOneOf("--role", role, ROLES);
  const ids = config.datasets.map((path) => readChecked(path, datasetSchema).id);
  for (const id of datasets ?? []) demandOneOf("--dataset", id, ids);
  if (datasets !== undefined && role !== "researcher")
    throw new ConfigFault("--dataset says what a researcher may ask about: other roles ask nothing, and see all");
  const allowed = endpointsOf(role as Role);
  for (const action of actions ?? []) demandOneOf("--action", action, allowed);
  return { name: name!, role: role as Role, datasets, actions: actions as EndpointName[] | undefined, expiresAtMs: endOf(expires, nowMs) };
}

/** The endpoints that a role may call with a token. */
function endpointsOf(role: Role): readonly EndpointName[] {
  return (Object.keys(ENDPOINTS) as EndpointName[]).filter((name) => {
    const { caller } = ENDPOINTS[name];
    return typeof caller !== "string" && caller.includes(role);
  });
}

function demandOneOf(option: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  const near = nearest(value, known);
  throw new ConfigFault(
    `${option} ${JSON.stringify(value.slice(0, 40))}: ${near === null ? `it is one of ${known.join(", ")}` : `do you mean ${near}?`}`,
  );
}

function endOf(text: string, nowMs: number): number | undefined {
  if (text === "never") return undefined;
  const days = /^(\d{1,4})d$/.exec(text)?.[1];
  const atMs =
    days !== undefined ? nowMs + Number(days) * DAY_MS : /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  if (!(atMs > nowMs)) throw new ConfigFault("--expires is a number of days as 90d, a day to come as 2027-01-31, or never");
  return atMs;
}

/** What is told of a token: its hash is of no use to anybody. */
function shown({ id, name, role, datasets, actions, createdAtMs, expiresAtMs, revokedAtMs }: KeptToken, nowMs: number): object {
  const state = revokedAtMs !== null ? "revoked" : (expiresAtMs ?? Infinity) <= nowMs ? "expired" : "counts";
  return {
    id,
    name,
    role,
    state,
    datasets: datasets ?? null,
    actions: actions ?? null,
    created: dayOf(createdAtMs),
    expires: expiresAtMs === undefined ? null : dayOf(expiresAtMs),
    revoked: revokedAtMs === null ? null : dayOf(revokedAtMs),
  };
}

function tableOf(all: readonly KeptToken[], nowMs: number): string {
  const head = ["id", "name", "role", "state", "datasets", "actions", "created", "expires"];
  const rows = all.map((token) => {
    const told = shown(token, nowMs) as Readonly<Record<string, string | readonly string[] | null>>;
    return head.map((key) => [told[key] ?? (key === "expires" ? "never" : "all")].flat().join(","));
  });
  const widths = head.map((key, i) => Math.max(key.length, ...rows.map((row) => row[i]!.length)));
  return [head, ...rows]
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

function noteOf({ id, name, role, expiresAtMs }: KeptToken): string {
  const end = expiresAtMs === undefined ? "it does not expire" : `it expires on ${dayOf(expiresAtMs)}`;
  return `the token of ${name} (${role}, id ${id}): it is shown this once; ${end}`;
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
