import { setTimeout as sleep } from "node:timers/promises";
import { type Client, ClientFault, createClient, type ClientFaultKind } from "@tutti/client";
import { type Preview, releaseSchema } from "@tutti/disclosure";
import { fromBase64, fromUtf8, type Envelope } from "@tutti/envelope";
import { type LogFile, type Outcome, type ProgressEvent, type QueryState, RESULT_EXCHANGE } from "@tutti/protocol";
import { type Exit, Stop } from "./exit.ts";
import type { Released } from "./released.ts";
import type { Access, Asking, Standing } from "./services.ts";

/** Asks one query and waits for its release, telling people how far it is. Stop with the right exit when none comes. */
export async function ask(
  query: unknown,
  access: Access,
  { timeoutMs, signal: interrupted, progress, onReceipt }: Asking,
): Promise<Released> {
  const story = new Story();
  const state: QueryState = await connected(access, interrupted, async (client, signal) => {
    const id = await client.ask(query, signal);
    const waited = client.wait(id, { timeoutMs, signal, onEvent: (event) => progress.step(story.tell(event)) });
    const ended = await waited.catch((fault: unknown) => {
      const { waiting } = story;
      if (waiting === null || !(fault instanceof ClientFault) || fault.kind !== "timed-out") throw fault;
      throw new Stop("timedOut", `the query goes on without this command, ${waiting}. Look later: tutti status ${id}`);
    });
    if (ended.release !== null && onReceipt !== undefined) onReceipt(await client.receipt(id));
    return ended;
  });
  if (state.state === "released" && state.release !== null) return releasedOf(state.release);
  throw new Stop(
    EXITS[state.state === "open" ? "stopped" : state.state],
    state.detail ?? "the query ended without a release; ask the network's operator",
  );
}

/** Where a query stands that was asked before. */
export async function askStanding(id: string, access: Access, interrupted: AbortSignal): Promise<Standing> {
  const { state, deciding = null, detail, release } = await connected(access, interrupted, (client, signal) => client.state(id, signal));
  const released = release === null ? null : releasedOf(release);
  return { id, state, deciding, detail, release: released, exit: state === "open" || released !== null ? "done" : EXITS[state] };
}

/** What a query would mean and cost a network; nothing is asked. Stop with the right exit when there is no answer. */
export function askPreview(query: unknown, access: Access, interrupted: AbortSignal): Promise<Preview> {
  return connected(access, interrupted, (client, signal) => client.preview(query, signal));
}

/** The coordinator's log, whole: anybody may read it. Stop with the right exit when it can't be had. */
export function askLog(url: string, interrupted: AbortSignal): Promise<LogFile> {
  return connected({ url, token: "" }, interrupted, (client) => client.log());
}

/** Talks to a coordinator, and leaves nothing on its way. */
async function connected<T>(
  { url, token }: Access,
  interrupted: AbortSignal,
  talk: (client: Client, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  // Whatever is still on its way when there is an answer would keep the process awake.
  const over = new AbortController();
  const signal = AbortSignal.any([interrupted, over.signal]);
  const client = createClient({
    url,
    token,
    fetch: (address, init) => fetch(address, { ...init, signal }),
    nowMs: () => Date.now(),
    sleep: (ms) => sleep(ms, undefined, { ref: false }),
  });
  try {
    return await talk(client, signal);
  } catch (fault) {
    if (interrupted.aborted) throw new Stop("interrupted", "interrupted");
    throw fault instanceof ClientFault ? new Stop(exitOfFault(fault.kind), fault.message) : fault;
  } finally {
    over.abort();
  }
}

const EXITS: Readonly<Record<Outcome, Exit>> = {
  released: "error",
  refused: "refused",
  tooFewCentres: "tooFewCentres",
  timedOut: "timedOut",
  stopped: "error",
};

function exitOfFault(kind: ClientFaultKind): Exit {
  if (kind === "query-invalid") return "usage";
  if (kind === "not-allowed") return "refused";
  return kind === "timed-out" ? "timedOut" : "error";
}

/** A release as this command prints it: the signed fields, and the envelope. Whether it holds is what `tutti verify` is for. */
function releasedOf(envelope: Envelope): Released {
  const release = releaseSchema.safeParse(JSON.parse(fromUtf8(fromBase64(envelope.payload))));
  if (!release.success) throw new Stop("error", "the release does not have the form of this version: update tutti, then ask again");
  return { ...release.data, envelope };
}

/** Turns events into lines for people: who and what, never how many patients. */
class Story {
  /** Who takes part and was not lost. */
  readonly #accepted = new Set<string>();
  /** Where people have not decided yet. */
  readonly #held = new Set<string>();
  #posted = 0;
  #signed = 0;
  #exchange = -1;

  tell({ what, centre = "a centre", exchange = 0 }: ProgressEvent): string {
    switch (what) {
      case "offered":
        this.#accepted.clear();
        return "offered to all centres";
      case "held":
        this.#held.add(centre);
        return this.waiting ?? "the people at all centres have decided";
      case "consented":
        this.#held.delete(centre);
        return this.waiting ?? "the people at all centres have decided";
      case "accepted":
        this.#held.delete(centre);
        this.#accepted.add(centre);
        return `${centre} takes part (${this.#accepted.size})`;
      case "refused":
        this.#held.delete(centre);
        return `${centre} does not take part`;
      case "formed":
        return `the session is formed: ${this.#accepted.size} centres`;
      case "posted":
        this.#held.delete(centre);
        if (exchange !== this.#exchange) [this.#exchange, this.#posted] = [exchange, 0];
        return `${nameOf(exchange)}: ${centre} has posted (${++this.#posted} of ${this.#accepted.size})`;
      case "exchanged":
        return `${nameOf(exchange)}: passed on`;
      case "gone":
        this.#accepted.delete(centre);
        return `${nameOf(exchange)}: ${centre} fell silent`;
      case "signed":
        return `${centre} has signed (${++this.#signed} of ${this.#accepted.size})`;
      case "ended":
        return "ended";
    }
  }

  /** What it waits for, while it waits for people at centres: which rule of theirs asks for it is not told. */
  get waiting(): string | null {
    const { size } = this.#held;
    return size === 0 ? null : `waiting for ${size === 1 ? "1 centre" : `${size} centres`} to decide`;
  }
}

function nameOf(exchange: number): string {
  return exchange === RESULT_EXCHANGE ? "result exchange" : `exchange ${exchange + 1}`;
}
