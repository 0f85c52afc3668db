import type { Dataset } from "@tutti/dataset";
import type { Policy, Preview } from "@tutti/disclosure";
import { type Envelope, fromBase64, fromUtf8 } from "@tutti/envelope";
import {
  type Endpoint,
  ENDPOINTS,
  LOG_HEAD,
  type LogEntry,
  type LogFile,
  pathOf,
  problemName,
  problemSchema,
  type ProgressEvent,
  type QueryState,
  type Receipt,
  WAIT_MS,
} from "@tutti/protocol";
import { ClientFault } from "./client-fault.ts";
import type { Abort, Transport, TransportInit } from "./transport.ts";

/** What a client is made of. */
export interface ClientSetting extends Transport {
  /** The coordinator's address; a path in it leads all requests. */
  readonly url: string;
  /** The researcher's token. */
  readonly token: string;
  readonly nowMs: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/** How long to wait for a query, and whom to tell. */
export interface Waiting {
  readonly timeoutMs: number;
  readonly onEvent?: ((event: ProgressEvent) => void) | undefined;
  readonly signal?: Abort | undefined;
}

/** A researcher's way to a coordinator. Every method rejects with a ClientFault, and with nothing else. */
export interface Client {
  /** Asks a query and gives its id. It is sent once: asking twice is asking two queries. */
  ask(query: unknown, signal?: Abort): Promise<string>;
  /** What a query would mean and cost, from what is public alone; nothing is asked. */
  preview(query: unknown, signal?: Abort): Promise<Preview>;
  /** Where a query stands, with everything that happened to it. */
  state(id: string, signal?: Abort): Promise<QueryState>;
  /** Waits until a query has ended. */
  wait(id: string, waiting: Waiting): Promise<QueryState>;
  /** Where the release of an own query comes from. */
  receipt(id: string): Promise<Receipt>;
  /** The coordinator's log, whole, as far as its head was signed when it was asked for. Whether it holds is what an audit is for. */
  log(): Promise<LogFile>;
  /** The network's roster, signed. */
  roster(): Promise<Envelope>;
  /** The network's rule of disclosure. */
  policy(): Promise<Policy>;
  /** The dictionaries that can be asked about. */
  datasets(): Promise<readonly Dataset[]>;
}

/** A request that only reads is repeated after these pauses when nobody answers. */
const PAUSES_MS = [100, 200, 400, 800, 1_600] as const;
/** How often the coordinator's wish for a pause is met; a pause is this long at most. */
const PAUSES_ASKED_FOR = 20;
const LONGEST_PAUSE_MS = 60_000;
/** What may be over soon: nothing came back, or the coordinator is about to be there again. */
const PASSING: ReadonlySet<ClientFault["kind"]> = new Set(["unreachable", "stopping", "not-ready"]);
/** Beyond the coordinator's longest wait. */
const SLACK_MS = 10_000;

/** An endpoint with this answer. */
type Answering<T> = Endpoint<never, T> | Endpoint<unknown, T>;

interface Sending {
  readonly segments?: Readonly<Record<string, string>>;
  readonly search?: string;
  readonly body?: unknown;
  readonly signal?: Abort | undefined;
}

/** A client of one coordinator. */
export function createClient(setting: ClientSetting): Client {
  const { url, token, nowMs, sleep } = setting;
  const base = url.replace(/\/+$/, "");

  /** One request; what was not taken for being too fast is sent again after the pause that is asked for. */
  async function once<T>(endpoint: Answering<T>, sending: Sending): Promise<T> {
    for (let pauses = 0; ; pauses++) {
      try {
        return await sent(endpoint, sending);
      } catch (fault) {
        if (!(fault instanceof ClientFault) || fault.kind !== "too-fast" || pauses === PAUSES_ASKED_FOR) throw fault;
        await sleep(Math.min(fault.retryAfterMs, LONGEST_PAUSE_MS));
      }
      if (sending.signal?.aborted === true) throw new ClientFault("aborted", "the request was given up");
    }
  }

  async function sent<T>(endpoint: Answering<T>, { segments, search = "", body, signal }: Sending): Promise<T> {
    const { method, caller, response } = endpoint;
    const headers = {
      ...(Array.isArray(caller) ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    const init = {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    };
    const answer = answered(setting, `${base}${pathOf(endpoint, segments)}${search}`, init);
    const reply = await Promise.race([answer, sleep(WAIT_MS + SLACK_MS)]).catch(() => undefined);
    if (signal?.aborted === true) throw new ClientFault("aborted", "the request was given up");
    if (reply === undefined) throw new ClientFault("unreachable", "the coordinator does not answer: check its address and the network");
    if (reply.status < 200 || reply.status > 299) throw faultOf(reply);
    if (response === null || response === "octets") throw unlike();
    const parsed = response.safeParse(json(reply.text));
    if (!parsed.success) throw unlike();
    return parsed.data;
  }

  async function read<T>(endpoint: Answering<T>, sending: Sending = {}): Promise<T> {
    for (const pauseMs of PAUSES_MS) {
      try {
        return await once(endpoint, sending);
      } catch (fault) {
        if (!(fault instanceof ClientFault) || !PASSING.has(fault.kind)) throw fault;
      }
      await sleep(pauseMs);
    }
    return once(endpoint, sending);
  }

  async function wait(id: string, { timeoutMs, onEvent, signal }: Waiting): Promise<QueryState> {
    const untilMs = nowMs() + timeoutMs;
    for (let seen = 0; ;) {
      const leftMs = untilMs - nowMs();
      const asked = read(ENDPOINTS.state, { segments: { query: id }, search: `?seen=${seen}`, signal });
      asked.catch(() => {});
      const state = leftMs > 0 ? await Promise.race([asked, sleep(leftMs)]) : undefined;
      if (state === undefined)
        throw new ClientFault("timed-out", "the query was not answered in time: give it longer, or ask the network's operator");
      for (const event of state.events) onEvent?.(event);
      seen = state.seen;
      if (state.state !== "open") return state;
    }
  }

  async function log(): Promise<LogFile> {
    const head = await read(ENDPOINTS.logHead);
    const { success, data } = LOG_HEAD.schema.safeParse(payloadOf(head));
    if (!success) throw unlike();
    const entries: LogEntry[] = [];
    while (entries.length < data.size) {
      const page = (await read(ENDPOINTS.logEntries, { search: `?from=${entries.length}` })).entries;
      if (page.length === 0) throw unlike();
      entries.push(...page);
    }
    return { head, entries: entries.slice(0, data.size) };
  }

  return {
    ask: async (query, signal) => (await once(ENDPOINTS.ask, { body: query, signal })).id,
    preview: (query, signal) => read(ENDPOINTS.preview, { body: query, signal }),
    state: (id, signal) => read(ENDPOINTS.state, { segments: { query: id }, signal }),
    wait,
    receipt: (id) => read(ENDPOINTS.receipt, { segments: { query: id } }),
    log,
    roster: () => read(ENDPOINTS.roster),
    policy: () => read(ENDPOINTS.policy),
    datasets: () => read(ENDPOINTS.datasets),
  };
}

interface Reply {
  readonly status: number;
  /** `Retry-After`, in milliseconds. */
  readonly retryAfterMs: number;
  readonly text: string;
}

async function answered(transport: Transport, url: string, init: TransportInit): Promise<Reply> {
  const reply = await transport.fetch(url, init);
  const seconds = reply.headers.get("retry-after") ?? "";
  return { status: reply.status, retryAfterMs: /^\d{1,5}$/.test(seconds) ? Number(seconds) * 1_000 : 0, text: await reply.text() };
}

/** The coordinator's problem in its own words; anything else on the way is not a coordinator. */
function faultOf({ status, retryAfterMs, text }: Reply): ClientFault {
  const parsed = problemSchema.safeParse(json(text));
  const name = parsed.success ? problemName(parsed.data) : null;
  if (parsed.success && name !== null) return new ClientFault(name, parsed.data.detail ?? parsed.data.title, retryAfterMs);
  if (status >= 500)
    return new ClientFault("unreachable", `something on the way to the coordinator answers with status ${status}: try again later`);
  return unlike();
}

function unlike(): ClientFault {
  return new ClientFault("unlike", "what answers at this address is not a coordinator of this version: check the address");
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is signed, before anybody has checked it. */
function payloadOf({ payload }: Envelope): unknown {
  try {
    return JSON.parse(fromUtf8(fromBase64(payload)));
  } catch {
    return undefined;
  }
}
