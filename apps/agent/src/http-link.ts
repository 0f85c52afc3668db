import { setTimeout as sleep } from "node:timers/promises";
import {
  type Envelope,
  fromUtf8,
  type Identity,
  type Random,
  type Sha256,
  type SignatureScheme,
  signRequest,
  toUtf8,
} from "@tutti/envelope";
import {
  type Endpoint,
  ENDPOINTS,
  type HistoryItem,
  type Inclusion,
  MAX_BUNDLE_BYTES,
  pathOf,
  problemName,
  problemSchema,
  WAIT_MS,
} from "@tutti/protocol";
import type { CoordinatorLink, LogLink } from "./coordinator-link.ts";
import { type Caller, HttpCaller, type Reply } from "./http-caller.ts";
import { CLOCK_REMEDY, clockOffset } from "./clock-offset.ts";
import { LinkFault } from "./link-fault.ts";
import { retryDelayMs } from "./retry.ts";
import type { Route } from "./route.ts";
import { proxySaid, type Unreachable, whyUnreachable } from "./unreachable.ts";

/** What a link is made of. */
export interface HttpLinkParts {
  /** The coordinator's address, and its name in the roster: requests are signed for it. */
  readonly address: string;
  readonly coordinator: string;
  readonly identity: Identity;
  readonly scheme: SignatureScheme;
  readonly sha256: Sha256;
  readonly random: Random;
  readonly nowMs: () => number;
  /** Ends everything that is under way. */
  readonly signal: AbortSignal;
  /** The way to the coordinator; directly when left out. */
  readonly route?: Route | undefined;
  /** What sends the requests; connections of its own when left out. */
  readonly caller?: Caller | undefined;
  /** Waits, and rejects when the signal aborts; by this machine's clock when left out. */
  readonly sleep?: ((ms: number) => Promise<void>) | undefined;
}

type Segments = Readonly<Record<string, string>>;

const SIGNATURE_SECONDS = 60;
/** Beyond the longest wait of the coordinator. */
const SLACK_MS = 10_000;
/** A formation of a thousand centres is some megabytes. */
const MAX_JSON_BYTES = 16 * 1024 * 1024;
/** A centre that joins late is told thousands of sessions. */
const MAX_HISTORY_BYTES = 256 * 1024 * 1024;
const NOTHING = new Uint8Array(0);

/** The coordinator over HTTP: requests signed by RFC 9421, connections kept open, dialled from this side only. */
export class HttpLink implements CoordinatorLink, LogLink {
  readonly #parts: HttpLinkParts;
  readonly #caller: Caller;
  readonly #sleep: (ms: number) => Promise<void>;

  constructor(parts: HttpLinkParts) {
    this.#parts = parts;
    this.#caller = parts.caller ?? new HttpCaller(parts.address, parts.signal, parts.route);
    this.#sleep = parts.sleep ?? ((ms) => sleep(ms, undefined, { signal: parts.signal }));
  }

  async roster(deadlineMs: number): Promise<Envelope> {
    return jsonOf(ENDPOINTS.roster, await this.#persist(ENDPOINTS.roster, {}, NOTHING, deadlineMs));
  }

  async rosters(after: number, deadlineMs: number): Promise<readonly Envelope[]> {
    const segments = { after: String(after) };
    return jsonOf(ENDPOINTS.rosters, await this.#persist(ENDPOINTS.rosters, segments, NOTHING, deadlineMs)).versions;
  }

  async offers(sent?: () => void): Promise<readonly Envelope[]> {
    const { offers } = jsonOf(ENDPOINTS.offers, await this.#once(ENDPOINTS.offers, {}, toUtf8("{}"), WAIT_MS + SLACK_MS, sent));
    return offers;
  }

  async refuse(offerHash: string, refusal: Envelope, deadlineMs: number): Promise<void> {
    await this.#persist(ENDPOINTS.answer, { offer: hexOf(offerHash) }, bodyOf({ answer: refusal }), deadlineMs);
  }

  async consent(offerHash: string, consent: Envelope, deadlineMs: number): Promise<void> {
    await this.#persist(ENDPOINTS.answer, { offer: hexOf(offerHash) }, bodyOf({ answer: consent }), deadlineMs);
  }

  async accept(offerHash: string, acceptance: Envelope, deadlineMs: number, halt?: AbortSignal): Promise<Envelope> {
    const body = bodyOf({ answer: acceptance });
    return this.#untilSaid(ENDPOINTS.answer, { offer: hexOf(offerHash) }, body, deadlineMs, formationIn, halt);
  }

  async exchange(session: string, exchange: number, bundle: Uint8Array, deadlineMs: number, halt?: AbortSignal): Promise<Uint8Array> {
    const segments = { session, exchange: String(exchange) };
    return this.#persist(ENDPOINTS.exchange, segments, bundle, deadlineMs, (delivery) => delivery.length > 0, halt);
  }

  async release(session: string, release: Envelope, deadlineMs: number): Promise<Envelope> {
    return this.#untilSaid(ENDPOINTS.release, { session }, bodyOf({ release }), deadlineMs, releaseIn);
  }

  async history(
    dataset: string,
    marks: readonly string[],
    records: readonly HistoryItem[],
    deadlineMs: number,
  ): Promise<readonly HistoryItem[]> {
    const body = bodyOf({ dataset, marks, records });
    return jsonOf(ENDPOINTS.history, await this.#persist(ENDPOINTS.history, {}, body, deadlineMs)).items;
  }

  async stop(session: string, stop: Envelope, deadlineMs: number): Promise<void> {
    await this.#persist(ENDPOINTS.stop, { session: hexOf(session) }, bodyOf({ stop }), deadlineMs);
  }

  logHead(deadlineMs: number): Promise<Envelope> {
    return this.#read(ENDPOINTS.logHead, {}, deadlineMs);
  }

  logInclusion(about: string, envelope: string, size: number, deadlineMs: number): Promise<Inclusion> {
    return this.#read(ENDPOINTS.logInclusion, { about, envelope, size: String(size) }, deadlineMs);
  }

  async logConsistency(earlier: number, size: number, deadlineMs: number): Promise<readonly string[]> {
    return (await this.#read(ENDPOINTS.logConsistency, { from: String(earlier), size: String(size) }, deadlineMs)).proof;
  }

  /** Reads what an endpoint says, with what is asked for behind the question mark. */
  async #read<T>(endpoint: Endpoint<never, T>, search: Readonly<Record<string, string>>, deadlineMs: number): Promise<T> {
    const said = new URLSearchParams(search).toString();
    const asked = said === "" ? endpoint : { ...endpoint, path: `${endpoint.path}?${said}` };
    return jsonOf(endpoint, await this.#persist(asked, {}, NOTHING, deadlineMs));
  }

  /** Asks until the answer is more than *not yet*. */
  async #untilSaid(
    endpoint: Endpoint,
    segments: Segments,
    body: Uint8Array,
    deadlineMs: number,
    take: (reply: Uint8Array) => Envelope | null,
    halt?: AbortSignal,
  ): Promise<Envelope> {
    let said: Envelope | null = null;
    const final = (reply: Uint8Array): boolean => (said = take(reply)) !== null;
    await this.#persist(endpoint, segments, body, deadlineMs, final, halt);
    return said!;
  }

  /** Asks until there is an answer that is the last word; each time with the same body and a new signature. */
  async #persist(
    endpoint: Endpoint,
    segments: Segments,
    body: Uint8Array,
    deadlineMs: number,
    final: (reply: Uint8Array) => boolean = () => true,
    halt?: AbortSignal,
  ): Promise<Uint8Array> {
    const { nowMs, random, signal } = this.#parts;
    let last: LinkFault | null = null;
    for (let failures = 0; ; failures++) {
      const leftMs = deadlineMs - nowMs();
      if (leftMs <= 0 || halt?.aborted === true) throw last ?? new LinkFault("unreachable", "the coordinator did not answer in time");
      let askedNotToMs = 0;
      try {
        const reply = await this.#once(endpoint, segments, body, Math.min(leftMs, WAIT_MS + SLACK_MS));
        if (final(reply)) return reply;
        failures = 0;
      } catch (fault) {
        if (!(fault instanceof LinkFault) || !RETRIED.has(fault.kind) || signal.aborted) throw fault;
        last = fault;
        askedNotToMs = fault.retryAfterMs;
      }
      const pauseMs = Math.max(askedNotToMs, retryDelayMs(failures, random));
      await this.#sleep(Math.min(pauseMs, Math.max(0, deadlineMs - nowMs())));
    }
  }

  async #once(endpoint: Endpoint, segments: Segments, body: Uint8Array, timeoutMs: number, sent?: () => void): Promise<Uint8Array> {
    const { method, caller, request, response } = endpoint;
    const target = pathOf(endpoint, segments);
    const headers = {
      ...(request === null ? {} : { "content-type": request === "octets" ? "application/octet-stream" : "application/json" }),
      ...(caller === "centre" ? this.#signature(method, target, body) : {}),
    };
    const maxBytes = response === "octets" ? MAX_BUNDLE_BYTES : endpoint === ENDPOINTS.history ? MAX_HISTORY_BYTES : MAX_JSON_BYTES;
    let reply: Reply;
    try {
      reply = await this.#caller.call({ method, target, headers, body, timeoutMs, maxBytes }, sent);
    } catch (error) {
      throw noAnswer(whyUnreachable(error));
    }
    if (reply.status >= 200 && reply.status < 300) return reply.body;
    throw faultOf(reply, this.#parts.nowMs());
  }

  #signature(method: string, target: string, body: Uint8Array): Record<string, string> {
    const { identity, scheme, sha256, random, nowMs, coordinator } = this.#parts;
    const signing = {
      audience: coordinator,
      nowSeconds: Math.floor(nowMs() / 1_000),
      ttlSeconds: SIGNATURE_SECONDS,
      nonce: random(16),
      sha256,
    };
    return { ...signRequest({ method, target, body }, identity, signing, scheme) };
  }
}

/** What may be over the next time. */
const RETRIED: ReadonlySet<LinkFault["kind"]> = new Set(["unreachable", "too-many", "too-fast", "not-ready"]);

/** The coordinator's problem; answers that are not its own come from something on the way, which may be over soon. */
function faultOf({ status, retryAfterMs, dateMs, body }: Reply, nowMs: number): LinkFault {
  const { data: problem } = problemSchema.safeParse(parsed(body));
  const name = problem === undefined ? null : problemName(problem);
  if (name === "not-signed" && dateMs !== null && !clockOffset(dateMs, nowMs).isTolerated)
    return new LinkFault(name, `this machine's clock is ${clockOffset(dateMs, nowMs).words}, and ${CLOCK_REMEDY}`);
  if (problem !== undefined && name !== null)
    return new LinkFault(name, problem.detail ?? problem.title, problem.outcome ?? null, retryAfterMs);
  if (status === 407) return noAnswer(proxySaid(status));
  return status >= 500
    ? new LinkFault("unreachable", `something between here and the coordinator answered with status ${status}`)
    : new LinkFault("unlike", `status ${status} came without a problem of the protocol: is this the coordinator's address?`);
}

function noAnswer({ message, blocked }: Unreachable): LinkFault {
  return new LinkFault(blocked ? "blocked" : "unreachable", `the coordinator can't be reached: ${message}`);
}

function jsonOf<T>({ response }: Pick<Endpoint<never, T>, "response">, bytes: Uint8Array): T {
  if (response === null || response === "octets") throw new LinkFault("unlike", "no JSON is expected here");
  const answer = response.safeParse(parsed(bytes));
  if (!answer.success) throw new LinkFault("unlike", "the coordinator's answer is not of the protocol: are both ends of one version?");
  return answer.data;
}

function formationIn(reply: Uint8Array): Envelope | null {
  return jsonOf(ENDPOINTS.answer, reply).formation;
}

function releaseIn(reply: Uint8Array): Envelope | null {
  return jsonOf(ENDPOINTS.release, reply).release;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch {
    return null;
  }
}

function bodyOf(value: unknown): Uint8Array {
  return toUtf8(JSON.stringify(value));
}

/** A hash in an address is its hexadecimal part. */
function hexOf(hash: string): string {
  return hash.replace(/^sha256:/, "");
}
