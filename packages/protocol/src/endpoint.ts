import { type Dataset, datasetSchema } from "@tutti/dataset";
import { type Policy, policySchema, type Preview, previewSchema } from "@tutti/disclosure";
import { type Envelope, envelopeSchema } from "@tutti/envelope";
import { z } from "zod";
import { type HistoryItem, historyItemSchema } from "./history.ts";
import {
  type Inclusion,
  inclusionSchema,
  LOG_PAGE,
  type LogEntry,
  logEntrySchema,
  proofSchema,
  type Receipt,
  receiptSchema,
} from "./public-log.ts";
import { type QueryState, queryStateSchema } from "./progress.ts";
import type { Role } from "./role.ts";
import { MAX_VERSIONS } from "./roster-chain.ts";
import { type ScheduleState, scheduleStateSchema } from "./schedule.ts";

/** Who may call an endpoint: anybody, a centre by its signature on the request, or the holder of a token in one of these roles. */
export type Caller = "anybody" | "centre" | readonly Role[];

/** A body: JSON of a shape, application/octet-stream, or none. */
export type Body<T> = z.ZodType<T> | "octets" | null;

/** One endpoint of the coordinator. `:name` in a path is one segment. */
export interface Endpoint<Request = unknown, Response = unknown> {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly caller: Caller;
  readonly request: Body<Request>;
  readonly response: Body<Response>;
}

/** Everything that the coordinator answers. */
export interface Endpoints {
  readonly health: Endpoint<never, { readonly status: "ok" }>;
  /** Whether it can work: its store answers, and it is not stopping; else the problem `not-ready` or `stopping`. */
  readonly ready: Endpoint<never, { readonly status: "ready" }>;
  /** The newest version of the roster. */
  readonly roster: Endpoint<never, Envelope>;
  /** The versions of the roster after the number `:after`, oldest first; after 0, all. */
  readonly rosters: Endpoint<never, { readonly versions: readonly Envelope[] }>;
  readonly policy: Endpoint<never, Policy>;
  readonly datasets: Endpoint<never, readonly Dataset[]>;
  /** Asks a query; its body is query.json. Answers 201 with its id. */
  readonly ask: Endpoint<unknown, { readonly id: string }>;
  /** What a query would mean and cost; its body is query.json. Nothing is asked, and no centre hears of it. */
  readonly preview: Endpoint<unknown, Preview>;
  /** Where a query stands, of researchers their own; `?seen=N` waits until there are more than N events, or it has ended, at most `WAIT_MS`. */
  readonly state: Endpoint<never, QueryState>;
  /** The schedules that ask in this researcher's name; for other roles, all. */
  readonly schedules: Endpoint<never, readonly ScheduleState[]>;
  /** What shows where the release of a requester's own query comes from; `not-found` while there is none. */
  readonly receipt: Endpoint<never, Receipt>;
  /** The signed head of the coordinator's log. */
  readonly logHead: Endpoint<never, Envelope>;
  /** Entries of the log from `?from=` on, at most `LOG_PAGE`. */
  readonly logEntries: Endpoint<never, { readonly entries: readonly LogEntry[] }>;
  /** That the log of `?size=` entries has one `?about=` something, of the `?envelope=` with this hash; `not-found` when it has none. */
  readonly logInclusion: Endpoint<never, Inclusion>;
  /** That the log of `?size=` entries begins with the one of `?from=`. */
  readonly logConsistency: Endpoint<never, { readonly proof: readonly string[] }>;
  /** Waits for offers to this centre that it has not answered yet. */
  readonly offers: Endpoint<Readonly<Record<never, never>>, { readonly offers: readonly Envelope[] }>;
  /**
   * Answers an offer (`:offer` is the hexadecimal part of its hash) with a signed acceptance or refusal. After a refusal the answer is
   * `{ formation: null }`; after an acceptance it waits for the formation, and null means not yet: post the same answer again; `ended` when
   * there will be none.
   */
  readonly answer: Endpoint<{ readonly answer: Envelope }, { readonly formation: Envelope | null }>;
  /**
   * Posts a bundle, and waits for the delivery; 202 without a body means not yet: post the same bundle again. The same bundle again gets the
   * same delivery. `too-late` when the exchange went on without it.
   */
  readonly exchange: Endpoint;
  /**
   * Hands in the release as this participant signed it, and waits for the one that all have signed: null when that takes longer than one
   * request may wait; ask again with the same. `ended` when it comes to none.
   */
  readonly release: Endpoint<{ readonly release: Envelope }, { readonly release: Envelope | null }>;
  /**
   * Tells each other of past sessions on a dataset: the centre says what it knows (`marks`) and hands in records of sessions that came to no
   * release; the coordinator answers with what the centre does not know.
   */
  readonly history: Endpoint<
    { readonly dataset: string; readonly marks: readonly string[]; readonly records: readonly HistoryItem[] },
    { readonly items: readonly HistoryItem[] }
  >;
  /** Hands in a signed stop; `:session` is the session's name, or the hexadecimal part of the offer's hash when none was formed. */
  readonly stop: Endpoint<{ readonly stop: Envelope }, Readonly<Record<never, never>>>;
}

/** The name of an endpoint; a token may be for some of them only. */
export type EndpointName = keyof Endpoints;

const ASKERS: readonly Role[] = ["researcher"];
const READERS: readonly Role[] = ["researcher", "coordinator", "auditor"];

/** Past sessions of one dataset that a request can name. */
const MAX_MARKS = 100_000;

const empty = z.strictObject({});

/**
 * The table that both ends use. Problems are `application/problem+json`. Requests of centres are signed (RFC 9421). Those that wait answer when
 * there is something to say, or after `WAIT_MS`.
 */
export const ENDPOINTS: Endpoints = {
  health: { method: "GET", path: "/healthz", caller: "anybody", request: null, response: z.strictObject({ status: z.literal("ok") }) },
  ready: { method: "GET", path: "/readyz", caller: "anybody", request: null, response: z.strictObject({ status: z.literal("ready") }) },
  roster: { method: "GET", path: "/v1/roster", caller: "anybody", request: null, response: envelopeSchema },
  rosters: {
    method: "GET",
    path: "/v1/rosters/:after",
    caller: "anybody",
    request: null,
    response: z.strictObject({ versions: z.array(envelopeSchema).max(MAX_VERSIONS) }),
  },
  policy: { method: "GET", path: "/v1/policy", caller: "anybody", request: null, response: policySchema },
  datasets: { method: "GET", path: "/v1/datasets", caller: "anybody", request: null, response: z.array(datasetSchema) },
  ask: { method: "POST", path: "/v1/queries", caller: ASKERS, request: z.unknown(), response: z.strictObject({ id: z.string() }) },
  preview: { method: "POST", path: "/v1/previews", caller: ASKERS, request: z.unknown(), response: previewSchema },
  state: { method: "GET", path: "/v1/queries/:query", caller: READERS, request: null, response: queryStateSchema },
  schedules: { method: "GET", path: "/v1/schedules", caller: READERS, request: null, response: z.array(scheduleStateSchema) },
  receipt: { method: "GET", path: "/v1/queries/:query/receipt", caller: READERS, request: null, response: receiptSchema },
  logHead: { method: "GET", path: "/v1/log/head", caller: "anybody", request: null, response: envelopeSchema },
  logEntries: {
    method: "GET",
    path: "/v1/log/entries",
    caller: "anybody",
    request: null,
    response: z.strictObject({ entries: z.array(logEntrySchema).max(LOG_PAGE) }),
  },
  logInclusion: { method: "GET", path: "/v1/log/inclusion", caller: "anybody", request: null, response: inclusionSchema },
  logConsistency: {
    method: "GET",
    path: "/v1/log/consistency",
    caller: "anybody",
    request: null,
    response: z.strictObject({ proof: proofSchema }),
  },
  offers: {
    method: "POST",
    path: "/v1/offers",
    caller: "centre",
    request: empty,
    response: z.strictObject({ offers: z.array(envelopeSchema).max(100) }),
  },
  answer: {
    method: "POST",
    path: "/v1/offers/:offer/answers",
    caller: "centre",
    request: z.strictObject({ answer: envelopeSchema }),
    response: z.strictObject({ formation: envelopeSchema.nullable() }),
  },
  exchange: { method: "POST", path: "/v1/sessions/:session/exchanges/:exchange", caller: "centre", request: "octets", response: "octets" },
  release: {
    method: "POST",
    path: "/v1/sessions/:session/releases",
    caller: "centre",
    request: z.strictObject({ release: envelopeSchema }),
    response: z.strictObject({ release: envelopeSchema.nullable() }),
  },
  history: {
    method: "POST",
    path: "/v1/history",
    caller: "centre",
    request: z.strictObject({
      dataset: z.string().max(100),
      marks: z.array(z.string().max(200)).max(MAX_MARKS),
      records: z.array(historyItemSchema).max(100),
    }),
    response: z.strictObject({ items: z.array(historyItemSchema).max(MAX_MARKS) }),
  },
  stop: {
    method: "POST",
    path: "/v1/sessions/:session/stops",
    caller: "centre",
    request: z.strictObject({ stop: envelopeSchema }),
    response: empty,
  },
};

/** Longest wait of one request. */
export const WAIT_MS = 25_000;

/** The path of an endpoint with its segments filled in. */
export function pathOf(endpoint: Pick<Endpoint, "path">, segments: Readonly<Record<string, string>> = {}): string {
  return endpoint.path.replaceAll(/:([a-z]+)/g, (_, name: string) => encodeURIComponent(segments[name] ?? ""));
}
