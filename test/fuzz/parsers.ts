import { BUNDLED, CORE, datasetSchema, infer, InferError, IPH } from "@tutti/dataset";
import { policySchema, previewSchema, releaseSchema } from "@tutti/disclosure";
import {
  canonical,
  canonicalText,
  contentHash,
  createIdentity,
  type Envelope,
  EnvelopeFault,
  envelopeSchema,
  formatIdentity,
  fromBase64,
  fromBase64Url,
  fromHex,
  fromUtf8,
  HttpSignatureFault,
  openEnvelope,
  parseIdentity,
  publicIdentity,
  publicIdentitySchema,
  readCanonical,
  signRequest,
  toBase64,
  toBase64Url,
  toHex,
  toUtf8,
  verifyRequest,
} from "@tutti/envelope";
import { append, GENESIS, encodeLine, entrySchema, headSchema, LedgerFault, readLedger } from "@tutti/ledger";
import { scheme, sha256 } from "@tutti/platform";
import {
  ACCEPTANCE,
  decodeBundle,
  encodeBundle,
  firstRoster,
  FORMATION,
  historyItemSchema,
  type MessageKind,
  OFFER,
  openHistoryItem,
  openMessage,
  openRoster,
  problem,
  problemName,
  problemSchema,
  queryStateSchema,
  RECORD,
  REFUSAL,
  ROSTER,
  scheduleStateSchema,
  signMessage,
  STOP,
} from "@tutti/protocol";
import { check, LimitError, plan, reportSchema } from "@tutti/query";
import { verifyRelease } from "@tutti/client";
import { dataset } from "@tutti/query/trial";
import { identityOf } from "../world/centre.ts";
import { EVERYTHING, smallNetwork } from "../world/small-network.ts";
import type { Draw } from "./draw.ts";
import { mutatedBytes, mutatedJson, mutatedString, mutatedText, noise } from "./mutation.ts";
import { outcomeOf, type Target } from "./target.ts";

// Every reader of the packages. Examples come from a small network that has answered a query; signed ones are also changed and signed again, by
// those whose word counts: an adversary may hold any of the keys.

const NOW_SECONDS = 1_000;
const SEED = 7;
const world = smallNetwork({ seed: SEED });
const ended = world.ask(EVERYTHING);
const item = world.items[0]!;
const offer = openMessage(OFFER, item.offer, world.roster.coordinatorKey, scheme).value;
const formation = openMessage(FORMATION, item.formation, world.roster.coordinatorKey, scheme).value;
const acceptances = formation.acceptances.map((envelope) => openMessage(ACCEPTANCE, envelope, world.roster.centreKeys, scheme).value);
const release = [...ended.releases.values()][0]!;
const centre = createIdentity("Hôpital Necker", (bytes) => sha256(toUtf8("necker")).subarray(0, bytes));
const keys = new Map([...world.roster.coordinatorKey, ...world.roster.centreKeys]);
const roster = firstRoster({
  network: "world",
  coordinator: publicIdentity(world.coordinator),
  centres: world.names.map((name) => publicIdentity(identityOf(name, SEED))),
});
const rosterFile = signMessage(ROSTER, roster, world.coordinator, scheme);
const policy = { threshold: 5, zeros: "hide", missing: "open", tail: 5, minimumCentres: 3, profile: "network" };
const report = {
  id: "report",
  title: { en: "Report", fr: "Rapport" },
  queries: [EVERYTHING],
  layout: [{ title: { en: "One", fr: "Un" }, kind: "table1", rows: EVERYTHING.measures.map(({ id }) => id) }],
};
const state = {
  id: "7",
  state: "released",
  events: [{ atMs: 1, what: "signed", centre: "a" }],
  seen: 1,
  release: item.release,
  detail: null,
};
const schedule = {
  name: "weekly",
  cron: "0 6 * * 1",
  timezone: "Europe/Paris",
  lastRun: { dueAtMs: 1, outcome: "released", query: "7" },
  nextRunAtMs: 2,
};
const preview = { cells: 3, pairs: 1, rows: [{ measure: "n", stratum: { sex: "F" }, risk: "near", earlier: ["2026-02-01"] }] };
const refusal = { centre: "a", offer: contentHash(offer), reason: "busy" };
const stop = { session: "ab".repeat(32), centre: "a", cause: "late", blame: [] };
const record = { session: "ab".repeat(32), centre: "a", cells: [0, 2, 5] };
const QUERIES: readonly unknown[] = [
  EVERYTHING,
  { ...EVERYTHING, by: ["sex"], where: { all: [{ variable: "sex", in: ["F", "M"] }, { not: { variable: "age", atLeast: 1 } }] } },
  {
    ...EVERYTHING,
    measures: [{ id: "s", distribution: "sex" }],
    where: {
      any: [
        { variable: "anca", known: true },
        { variable: "age", below: 2.5 },
      ],
    },
  },
];

/** A schema, as far as it is used here. */
interface Schema {
  safeParse(value: unknown): { readonly success: boolean; readonly data?: unknown };
}

/** A reader of JSON text by a schema: what it takes has to go through JSON and back unchanged in its eyes. */
function schemaTarget(name: string, schema: Schema, examples: readonly unknown[], share = 4): Target {
  return {
    name,
    share,
    make: (draw) => mutatedText(draw, draw.of(examples)),
    run: (text) => {
      const value = jsonOf(text as string);
      if (value === undefined) return "no JSON";
      const parsed = schema.safeParse(value);
      if (!parsed.success) return "refused";
      const again = schema.safeParse(JSON.parse(JSON.stringify(parsed.data)));
      if (!again.success) throw new Error("what was taken is not taken again");
      return "taken";
    },
  };
}

/** A signed message, as it came or signed again after a change. */
function messageTarget<T>(name: string, kind: MessageKind<T>, example: unknown, share = 5): Target {
  const signers = [world.coordinator, ...["a", "b"].map((one) => identityOf(one, SEED))];
  return {
    name,
    share,
    make: (draw) => signedOr(draw, kind.label, example, signers),
    run: (text) => {
      const value = jsonOf(text as string);
      return value === undefined ? "no JSON" : outcomeOf(() => openMessage(kind, value, keys, scheme), EnvelopeFault);
    },
  };
}

/** JSON of an envelope: one in three with its payload changed and signed, else with the envelope changed. */
function signedOr(draw: Draw, label: Parameters<typeof openEnvelope>[1], example: unknown, signers: readonly (typeof centre)[]): string {
  if (!draw.once(3)) return mutatedText(draw, signMessage({ label } as never, example as never, signers[0]!, scheme));
  try {
    return JSON.stringify(signMessage({ label } as never, mutatedJson(draw, example) as never, draw.of(signers), scheme));
  } catch {
    return "null"; // What canonical JSON can't write can't be signed either.
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function codecTarget(name: string, examples: readonly string[], read: (text: string) => unknown, write: (value: never) => string): Target {
  return {
    name,
    share: 5,
    make: (draw) => (draw.once(3) ? fromLatin1(noise(draw)) : mutatedString(draw, draw.of(examples))),
    run: (text) =>
      outcomeOf(() => {
        const value = read(text as string);
        if (write(value as never) !== text) throw new Error("two texts for one value");
      }, RangeError),
  };
}

function fromLatin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.subarray(0, 5_000));
}

const bundle = encodeBundle(new Uint8Array(32), 2, 1, toUtf8("all"), [toUtf8("one"), new Uint8Array(0), toUtf8("three")], sha256).bytes;
const ledger = (() => {
  const body = {
    query: contentHash(offer.query),
    requester: "r",
    offer: contentHash(offer),
    session: contentHash(offer),
    participants: ["a", "b"],
    policy: contentHash(policy),
  };
  const first = append(GENESIS, { kind: "answered", body }, "2026-01-01T00:00:00.000Z");
  return toUtf8(encodeLine(first));
})();
const identityText = formatIdentity(centre);
const request = { method: "POST", target: "/v1/sessions/ab/exchanges/3?x=1", body: toUtf8("{}") };
const signing = { audience: "coordinator", nowSeconds: NOW_SECONDS, ttlSeconds: 60, nonce: new Uint8Array(16) };
const CSV = ["patient_id", "sex", "age", "seen"];

/** Every reader of the packages, and their examples. */
export const PARSERS: readonly Target[] = [
  codecTarget("base64", [toBase64(new Uint8Array(40)), "AQID", ""], fromBase64, toBase64),
  codecTarget("base64url", [toBase64Url(new Uint8Array(41)), "AQI", ""], fromBase64Url, toBase64Url),
  codecTarget("hex", [toHex(new Uint8Array(20)), ""], fromHex, toHex),
  {
    name: "UTF-8",
    share: 3,
    make: (draw) => (draw.once(2) ? noise(draw) : mutatedBytes(draw, toUtf8("Hôpital Necker 🧬 é"))),
    run: (bytes) =>
      outcomeOf(() => {
        if (toHex(toUtf8(fromUtf8(bytes as Uint8Array))) !== toHex(bytes as Uint8Array)) throw new Error("other bytes");
      }, RangeError),
  },
  {
    name: "canonical JSON",
    share: 6,
    make: (draw) =>
      draw.once(3)
        ? toUtf8(mutatedText(draw, offer).toWellFormed())
        : mutatedBytes(draw, canonical(draw.of<unknown>([offer, refusal, 1, "é"]))),
    run: (bytes) =>
      outcomeOf(() => {
        if (canonicalText(readCanonical(bytes as Uint8Array)) !== fromUtf8(bytes as Uint8Array)) throw new Error("two texts for one value");
      }, RangeError),
  },
  schemaTarget("envelope: shape", envelopeSchema, [rosterFile, item.release]),
  {
    name: "envelope: DSSE",
    share: 6,
    make: (draw) => mutatedText(draw, draw.of([item.release, item.offer, rosterFile])),
    run: (text) => outcomeOf(() => openEnvelope(jsonOf(text as string), draw3(text as string), keys, scheme), EnvelopeFault),
  },
  {
    name: "identity.json",
    share: 2,
    make: (draw) => (draw.once(2) ? mutatedText(draw, JSON.parse(identityText)) : mutatedString(draw, identityText)),
    run: (text) => outcomeOf(() => parseIdentity(text as string), RangeError),
  },
  schemaTarget("public identity", publicIdentitySchema, [{ name: centre.name, publicKey: toBase64(centre.publicKey) }], 2),
  {
    name: "HTTP signature",
    share: 8,
    make: (draw) => {
      const fields = { ...signRequest(request, centre, signing, scheme) } as Record<string, string>;
      const whole = { method: request.method, target: request.target, body: "{}", fields };
      if (draw.once(3)) return mutatedJson(draw, whole);
      const name = draw.of(Object.keys(fields));
      return { ...whole, fields: { ...fields, [name]: mutatedString(draw, fields[name]!) } };
    },
    run: (made) => {
      const { method, target, body, fields } = (made ?? {}) as { method?: unknown; target?: unknown; body?: unknown; fields?: unknown };
      const map = new Map(Object.entries(Object(fields) as object).map(([name, value]) => [name, textOf(value)]));
      const sent = { method: textOf(method), target: textOf(target), body: toUtf8(textOf(body).toWellFormed()), headers: map };
      const checked = { audience: "coordinator", nowSeconds: NOW_SECONDS, skewSeconds: 5 };
      return outcomeOf(() => {
        verifyRequest(sent, (name) => (name === centre.name ? centre.publicKey : null), checked, scheme);
        const same = sent.method === request.method && sent.target === request.target && textOf(body) === "{}";
        if (!same) throw new Error("an altered request was taken");
      }, HttpSignatureFault);
    },
  },
  {
    name: "bundle",
    share: 6,
    make: (draw) => (draw.once(5) ? noise(draw) : mutatedBytes(draw, bundle)),
    run: (bytes) => outcomeOf(() => decodeBundle(bytes as Uint8Array, 3), RangeError),
  },
  messageTarget("offer", OFFER, offer),
  messageTarget("acceptance", ACCEPTANCE, acceptances[0]),
  messageTarget("refusal", REFUSAL, refusal),
  messageTarget("formation", FORMATION, formation, 2),
  messageTarget("record", RECORD, record),
  messageTarget("stop", STOP, stop),
  {
    name: "roster",
    share: 4,
    make: (draw) => signedOr(draw, ROSTER.label, roster, [world.coordinator]),
    run: (text) => outcomeOf(() => openRoster(jsonOf(text as string), scheme), EnvelopeFault),
  },
  schemaTarget("history item: shape", historyItemSchema, [item], 2),
  {
    name: "history item",
    share: 1,
    make: (draw) => {
      const part = draw.of(["offer", "formation", "record"] as const);
      const [label, value, by] = {
        offer: [OFFER.label, offer, world.coordinator] as const,
        formation: [FORMATION.label, formation, world.coordinator] as const,
        record: [RECORD.label, record, identityOf("a", SEED)] as const,
      }[part];
      const changed = jsonOf(signedOr(draw, label, value, [by]));
      return JSON.stringify({ ...item, [part]: changed, ...(part === "record" ? { release: null } : {}) });
    },
    run: (text) => {
      const parsed = historyItemSchema.safeParse(jsonOf(text as string));
      if (!parsed.success) return "refused";
      const checked = { rosters: world.rosters, datasets: [dataset], scheme, sha256 };
      return outcomeOf(() => openHistoryItem(parsed.data, checked), EnvelopeFault);
    },
  },
  {
    name: "a centre considers",
    share: 5,
    make: (draw) => signedOr(draw, OFFER.label, { ...offer, id: toHex(draw.bytes(16)) }, [world.coordinator]),
    run: (text) => {
      const { reason, envelope } = world.centres.get("b")!.consider(jsonOf(text as string) as Envelope, world.nowMs);
      openEnvelope(envelope, reason === null ? ACCEPTANCE.label : REFUSAL.label, world.roster.centreKeys, scheme);
      return reason ?? "accepted";
    },
  },
  {
    name: "ledger",
    share: 5,
    make: (draw) => (draw.once(4) ? noise(draw) : mutatedBytes(draw, ledger)),
    run: (bytes) => outcomeOf(() => readLedger(bytes as Uint8Array), LedgerFault),
  },
  schemaTarget("ledger entry", entrySchema, [JSON.parse(fromUtf8(ledger))], 2),
  schemaTarget("ledger head", headSchema, [GENESIS], 1),
  schemaTarget("dataset.json", datasetSchema, [dataset, CORE, ...Object.values(BUNDLED), IPH], 2),
  schemaTarget("policy.json", policySchema, [policy]),
  schemaTarget("report.json", reportSchema, [report]),
  schemaTarget("release.json", releaseSchema, [release]),
  schemaTarget("query state", queryStateSchema, [state], 2),
  schemaTarget("schedule state", scheduleStateSchema, [schedule], 2),
  schemaTarget("preview", previewSchema, [preview], 2),
  {
    name: "problem",
    share: 2,
    make: (draw) => mutatedText(draw, problem("ended", "do this", "late")),
    run: (text) => {
      const parsed = problemSchema.safeParse(jsonOf(text as string));
      return parsed.success ? (problemName(parsed.data) ?? "another's") : "refused";
    },
  },
  {
    name: "query.json",
    share: 10,
    make: (draw) => mutatedText(draw, draw.of(QUERIES)),
    run: (text) => {
      const checked = check(jsonOf(text as string), dataset);
      if (!checked.ok) return "refused";
      return outcomeOf(() => plan(checked.query, dataset), LimitError);
    },
  },
  {
    name: "tutti verify",
    share: 2,
    make: (draw) => {
      const example = draw.of([item.release, { ...release, envelope: item.release }, rosterFile]);
      return draw.once(20) ? JSON.stringify(example) : mutatedText(draw, example);
    },
    run: (text) => {
      const value = jsonOf(text as string);
      const good = (release: unknown, by: unknown) => verifyRelease(release, by, scheme).every(({ passed }) => passed);
      return good(value, rosterFile) || good(item.release, value) ? "good" : "not good";
    },
  },
  {
    name: "dataset infer",
    share: 2,
    make: (draw) => {
      const rows = Array.from({ length: draw.below(8) }, (_, i) => [
        String(i),
        draw.of(["F", "M", ""]),
        String(draw.below(90)),
        "2026-01-31",
      ]);
      return { header: CSV, rows: mutatedJson(draw, rows) } as object;
    },
    run: (made) => {
      const { header, rows } = made as { header: readonly string[]; rows: unknown };
      if (!Array.isArray(rows) || !rows.every((row) => Array.isArray(row) && row.every((cell) => typeof cell === "string")))
        return "no table";
      return outcomeOf(() => {
        const drafted = infer("draft", [{ header, rows }]);
        if (!datasetSchema.safeParse(drafted.dataset).success) throw new Error("a draft that is no dictionary");
      }, InferError);
    },
  },
];

/** A label that depends on the input, so that the same input is read the same way again. */
function draw3(text: string): Parameters<typeof openEnvelope>[1] {
  return [OFFER.label, ROSTER.label, "tutti/1/release" as const][text.length % 3]!;
}

/** A text of any value. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
