import { type FSWatcher, watch } from "node:fs";
import { contentHash, type Envelope } from "@tutti/envelope";
import type { Decided } from "@tutti/ledger";
import { decide, type Offer, type PastAnswer, questionHash, type RuleDecision, type StandingRules } from "@tutti/protocol";
import type { AgentLog } from "../agent-log.ts";
import { faultFields } from "../fault-fields.ts";
import type { Ledger } from "../ledger-file.ts";
import type { ConsentFolder } from "./consent-folder.ts";
import { type AskedQuestion, consentId } from "./decisions.ts";
import type { QueueItem } from "./queue-item.ts";

/** The folder by which people and agent speak, as far as the agent has to do with it. */
export type DeskFolder = Pick<
  ConsentFolder,
  "path" | "isStopped" | "items" | "decisions" | "put" | "remove" | "stoppedBy" | "resumptions" | "forget"
>;

/** What a desk is made of. */
export interface DeskParts {
  readonly rules: StandingRules;
  readonly folder: DeskFolder;
  readonly ledger: Pick<Ledger, "append" | "decisions" | "lately">;
  readonly nowMs: () => number;
  readonly log: AgentLog;
}

/** The folder tells of changes; where its file system does not, it is looked at this often. */
const LOOK_MS = 1_000;
/** Questions that wait at a time. */
export const MAX_QUEUED = 1_000;

const ANSWER: RuleDecision = { decision: "answer", because: [] };

/** Where standing rules and people decide what this centre answers. The ledger has every decision before anything is said of it. */
export class ConsentDesk {
  readonly #parts: DeskParts;
  readonly #waiting = new Map<string, PromiseWithResolvers<boolean>>();
  #halt = new AbortController();
  #watcher: FSWatcher | null = null;
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> = Promise.resolve();
  #onDecided: (asked: AskedQuestion) => void = () => {};

  constructor(parts: DeskParts) {
    this.#parts = parts;
    if (parts.folder.isStopped) this.#halt.abort();
  }

  /** Whether the centre has stopped: nothing is answered, and nothing more is said in a session. */
  get isStopped(): boolean {
    return this.#parts.folder.isStopped;
  }

  /** Aborts when the centre stops; another one once it goes on. */
  get halt(): AbortSignal {
    if (this.#halt.signal.aborted && !this.isStopped) this.#halt = new AbortController();
    return this.#halt.signal;
  }

  get asksBeforeShares(): boolean {
    return this.#parts.rules.beforeShares === "hold";
  }

  /**
   * Begins to watch for what people decide.
   * @param onDecided told of each question that was decided before it ran, also of those of earlier days while their time is not over
   */
  open(onDecided: (asked: AskedQuestion) => void): void {
    const { folder, ledger, nowMs } = this.#parts;
    this.#onDecided = onDecided;
    for (const asked of ledger.decisions.all())
      if (asked.stage === "run" && (asked.state === "approved" || asked.state === "denied") && asked.untilMs > nowMs()) onDecided(asked);
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref();
    try {
      this.#watcher = watch(folder.path, { persistent: false }, () => this.look());
      this.#watcher.on("error", () => {});
    } catch {
      // It is looked at all the same.
    }
    this.look();
  }

  /** Ends; what is being written is waited for. */
  async close(): Promise<void> {
    this.#watcher?.close();
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#looking;
  }

  /** Looks at what people have left in the folder, one look after the other. */
  look(): Promise<void> {
    if (this.isStopped) this.#halt.abort();
    this.#looking = this.#looking
      .then(() => this.#look())
      .catch((fault: unknown) => this.#parts.log.error(faultFields(fault), "what people decided could not be dealt with"));
    return this.#looking;
  }

  /**
   * What the centre does with an offer that it could answer.
   * @param underWay answers that may not be in the ledger yet, by the hashes of their offers
   */
  decide(offer: Offer, underWay: ReadonlyMap<string, PastAnswer>, nowMs: number): RuleDecision {
    const { rules, ledger } = this.#parts;
    if (this.isStopped) return { decision: "refuse", because: ["stopped"] };
    const isUnruled = rules.rules.length === 0 && rules.limits === undefined && rules.otherwise === "answer";
    if (isUnruled && ledger.decisions.all().length === 0) return ANSWER;
    const ruled = decide(rules, offer, rules.limits === undefined ? [] : answers(ledger, underWay), nowMs);
    const asked = ledger.decisions.of("run", questionHash(offer));
    if (ruled.decision === "refuse" || asked === undefined) return ruled;
    if (asked.state === "asked") return { decision: "hold", because: ruled.because };
    if (asked.state === "approved" && nowMs < asked.untilMs) return ANSWER;
    return { decision: "refuse", because: [asked.state === "approved" ? "lapsed" : asked.state] };
  }

  /** The question's hash where people have agreed to it, for the entry that says it was answered; then their consent is used up. */
  agreedTo(offer: Offer): { readonly question?: string } {
    const { decisions } = this.#parts.ledger;
    if (decisions.all().length === 0) return {};
    const question = questionHash(offer);
    return decisions.of("run", question)?.state === "approved" ? { question } : {};
  }

  /** Asks people whether a query may run, once; rejects when it can't be written down. */
  async hold(envelope: Envelope, offer: Offer, offerHash: string, because: readonly string[]): Promise<void> {
    const item = this.#itemOf(envelope, offer, offerHash, "run", offer.consent!.untilMs, because);
    await this.#ask(item, offer);
  }

  /**
   * Asks people whether this centre's shares leave.
   * @returns whether they agree; false when they don't, when they have not by the deadline, and when the centre stops
   */
  async agrees(
    envelope: Envelope,
    offer: Offer,
    offerHash: string,
    session: NonNullable<QueueItem["session"]>,
    deadlineMs: number,
  ): Promise<boolean> {
    const { ledger, nowMs } = this.#parts;
    const known = ledger.decisions.of("shares", offerHash);
    if (known !== undefined && known.state !== "asked") return known.state === "approved" && !this.isStopped;
    const item = { ...this.#itemOf(envelope, offer, offerHash, "shares", deadlineMs, ["before-shares"]), session };
    const answer = Promise.withResolvers<boolean>();
    this.#waiting.set(item.id, answer);
    const timer = setTimeout(() => void this.look(), Math.max(0, deadlineMs - nowMs()) + 1);
    const { halt } = this;
    const onHalt = (): void => answer.resolve(false);
    halt.addEventListener("abort", onHalt, { once: true });
    try {
      await this.#ask(item, offer);
      if (this.isStopped) return false;
      return await answer.promise;
    } finally {
      clearTimeout(timer);
      halt.removeEventListener("abort", onHalt);
      this.#waiting.delete(item.id);
    }
  }

  #itemOf(
    offer: Envelope,
    said: Offer,
    offerHash: string,
    stage: QueueItem["stage"],
    untilMs: number,
    because: readonly string[],
  ): QueueItem {
    const question = questionHash(said);
    const id = consentId({ stage, question, offer: offerHash });
    return { id, stage, question, offerHash, offer, askedAtMs: this.#parts.nowMs(), untilMs, because };
  }

  async #ask(item: QueueItem, { query, requester, id }: Offer): Promise<void> {
    const { folder, ledger, log } = this.#parts;
    const { stage, question, offerHash, untilMs, because } = item;
    const hash = stage === "run" ? question : offerHash;
    if (ledger.decisions.of(stage, hash) === undefined) {
      if (folder.items().length >= MAX_QUEUED) throw new RangeError("too many questions wait for people: let them decide first");
      const until = new Date(untilMs).toISOString();
      const body = { query: contentHash(query), requester, offer: offerHash, session: offerHash, stage, question, until, because };
      await ledger.append({ kind: "held", body });
      log.warn({ query: id, offer: offerHash, requester, consent: item.id }, stage === "run" ? "held" : "held before shares leave");
    }
    await folder.put(item);
  }

  async #look(): Promise<void> {
    await this.#followOrders();
    const { folder, ledger, nowMs } = this.#parts;
    const decisions = new Map(folder.decisions().map((decision) => [decision.id, decision]));
    for (const item of folder.items()) {
      const { stage, question, offerHash, untilMs } = item;
      const known = ledger.decisions.of(stage, stage === "run" ? question : offerHash);
      // A crash came between the ledger and the item, in either order.
      if (known?.state !== "asked") {
        if (known !== undefined) this.#settle(known);
        await folder.remove(item.id);
        continue;
      }
      const person = decisions.get(item.id);
      if (person !== undefined) {
        const { decision, by, atMs, why } = person;
        await this.#write(item, { decision, by, at: new Date(atMs).toISOString(), ...(why === undefined ? {} : { why }) });
      } else if (untilMs <= nowMs()) await this.#write(item, { decision: "lapsed" });
    }
    for (const id of decisions.keys()) await folder.remove(id);
  }

  /** Writes down what was decided, then acts on it. */
  async #write(item: QueueItem, said: Pick<Decided, "decision" | "by" | "at" | "why">): Promise<void> {
    const { folder, ledger, log } = this.#parts;
    const { stage, question, offerHash, untilMs } = item;
    const { query, requester, id } = offerIn(item);
    const until = new Date(untilMs).toISOString();
    const body = { query: contentHash(query), requester, offer: offerHash, session: offerHash, stage, question, until, ...said };
    await ledger.append({ kind: "decided", body });
    log.warn({ query: id, offer: offerHash, consent: item.id, decision: said.decision }, "decided");
    const known = ledger.decisions.of(stage, stage === "run" ? question : offerHash);
    await folder.remove(item.id);
    if (known !== undefined) this.#settle(known);
  }

  #settle(asked: AskedQuestion): void {
    if (asked.stage === "shares") this.#waiting.get(consentId(asked))?.resolve(asked.state === "approved");
    else if (asked.state !== "spent") this.#onDecided(asked);
  }

  async #followOrders(): Promise<void> {
    const { folder, ledger, log } = this.#parts;
    for (const [file, { stopped, resumed }] of folder.resumptions()) {
      if (!ledger.decisions.stopped) await ledger.append({ kind: "stopped", body: orderOf(stopped) });
      await ledger.append({ kind: "resumed", body: orderOf(resumed) });
      await folder.forget(file);
      log.warn({}, "people let it answer again");
    }
    const order = folder.stoppedBy();
    if (order === null || ledger.decisions.stopped) return;
    log.warn({}, "people stopped it: nothing is answered");
    await ledger.append({ kind: "stopped", body: orderOf(order) });
  }
}

function orderOf({ by, atMs }: { readonly by: string; readonly atMs: number }): { readonly by: string; readonly at: string } {
  return { by, at: new Date(atMs).toISOString() };
}

/** What is asked, of an item whose envelope was opened when it was put there. */
function offerIn({ offer }: QueueItem): Offer {
  return JSON.parse(Buffer.from(offer.payload, "base64").toString("utf8")) as Offer;
}

/** All answers that limits count: those of the ledger, and those that are under way and not in it yet. */
function answers({ lately }: Pick<Ledger, "lately">, underWay: ReadonlyMap<string, PastAnswer>): readonly PastAnswer[] {
  const open = [...underWay].flatMap(([hash, answer]) => (lately.has(hash) ? [] : answer));
  return [...lately.all(), ...open];
}
