import { userInfo } from "node:os";
import { contentHash } from "@tutti/envelope";
import type { ConsentStage } from "@tutti/ledger";
import { random } from "@tutti/platform";
import { type Offer, OFFER } from "@tutti/protocol";
import type { Query } from "@tutti/query";
import type { AgentConfig } from "../config.ts";
import { type Preview, previewOf, previewText } from "../preview.ts";
import { StartProblem } from "../start-problem.ts";
import { ConsentFolder } from "./consent-folder.ts";
import { DENIAL_REASONS, type DenialReason, type Order, personSchema, type QueueItem } from "./queue-item.ts";

/** One line of the queue. Times are milliseconds since 1970. */
export interface QueueLine {
  readonly id: string;
  /** Whether people are asked before the query runs, or before this centre's shares leave. */
  readonly stage: ConsentStage;
  readonly requester: string;
  readonly dataset: string;
  readonly purpose: string;
  readonly askedAtMs: number;
  readonly untilMs: number;
  readonly because: readonly string[];
  /** What somebody has decided, while the agent has not taken it yet; null when nobody has. */
  readonly decided: { readonly decision: "approved" | "denied"; readonly by: string } | null;
}

/** What waits for people at this centre. */
export interface Queue {
  readonly centre: string;
  /** Who has stopped the agent, and when; null while it answers. */
  readonly stopped: Order | null;
  readonly waiting: readonly QueueLine[];
}

/** One question in full: what is asked, and what this centre would contribute, which is its own and leaves it only as shares. */
export interface ShownQuestion extends QueueLine {
  readonly query: Query;
  readonly invited: readonly string[];
  /** Who takes part, once a session is formed. */
  readonly participants: readonly string[] | null;
  readonly preview: Preview;
}

/** What came of a command, for people and programs. */
export interface Done {
  readonly id: string | null;
  readonly done: "approved" | "denied" | "stopped" | "resumed";
  readonly by: string;
}

/** What waits at the moment; works also while the agent is down. */
export function queueOf(config: AgentConfig, nowMs: number): Queue {
  const folder = new ConsentFolder(config.ledger);
  const waiting = folder.items().filter(({ untilMs }) => untilMs > nowMs);
  return { centre: config.centre, stopped: folder.stoppedBy(), waiting: waiting.map((item) => lineOf(item, folder)) };
}

/** One question, and what this centre would contribute. StartProblem when there is none of that id, or the data can't be read. */
export async function shownOf(config: AgentConfig, id: string, nowMs: number): Promise<ShownQuestion> {
  const folder = new ConsentFolder(config.ledger);
  const item = itemOf(folder, id, nowMs);
  const { query, invited } = offerOf(item);
  return {
    ...lineOf(item, folder),
    query,
    invited,
    participants: item.session?.participants ?? null,
    preview: item.session?.preview ?? (await previewOf(config, query, "the query that is asked")),
  };
}

/** Lets a query run, or shares leave. StartProblem when somebody was first. */
export function approve(config: AgentConfig, id: string, by: string | undefined, nowMs: number): Promise<Done> {
  return decided(config, id, "approved", undefined, by, nowMs);
}

/** Says no. The reason is for this centre's ledger: the others hear of a denial what they hear of a rule. StartProblem as for `approve`. */
export function deny(config: AgentConfig, id: string, reason: string | undefined, by: string | undefined, nowMs: number): Promise<Done> {
  const why = DENIAL_REASONS.find((one) => one === reason);
  if (why === undefined) throw new StartProblem(`say why, for this centre's own ledger: --reason ${DENIAL_REASONS.join(" | ")}`);
  return decided(config, id, "denied", why, by, nowMs);
}

/** Stops the agent: from now on it answers nothing, and says nothing more in the sessions that it is in. StartProblem when it is stopped. */
export async function stop(config: AgentConfig, given: string | undefined, nowMs: number): Promise<Done> {
  const folder = new ConsentFolder(config.ledger);
  const by = personOf(given);
  if (!(await folder.stop({ by, atMs: nowMs }, random)))
    throw new StartProblem(`it is stopped already, by ${folder.stoppedBy()?.by ?? "somebody"}: "tutti agent resume" lets it go on`);
  return { id: null, done: "stopped", by };
}

/** Lets the agent go on. StartProblem when it is not stopped. */
export async function resume(config: AgentConfig, given: string | undefined, nowMs: number): Promise<Done> {
  const by = personOf(given);
  if (!(await new ConsentFolder(config.ledger).resume({ by, atMs: nowMs }, random)))
    throw new StartProblem("it is not stopped: there is nothing to resume");
  return { id: null, done: "resumed", by };
}

/** The queue for people. */
export function queueText({ centre, stopped, waiting }: Queue): string {
  const head =
    stopped === null ? "" : `${centre} IS STOPPED, by ${stopped.by}, ${timeOf(stopped.atMs)}: nothing is answered. tutti agent resume\n\n`;
  if (waiting.length === 0) return `${head}Nothing waits for a decision at ${centre}.\n`;
  const lines = waiting.map((line) => `${summaryOf(line)}\n`);
  const count = waiting.length === 1 ? "1 question waits" : `${waiting.length} questions wait`;
  return `${head}${count} for a decision at ${centre}. Look: tutti agent queue show ID; then approve ID, or deny ID --reason WHY.\n\n${lines.join("\n")}`;
}

/** One question for people. */
export function shownText(shown: ShownQuestion): string {
  const { query, invited, participants, preview } = shown;
  const who =
    participants === null
      ? `Invited: ${invited.join(", ")}`
      : `The session is formed, and waits for you. It is of ${participants.join(", ")}`;
  const asked = JSON.stringify(query, null, 2).replaceAll("\n", "\n  ");
  return `${summaryOf(shown)}\n  ${who}\n\n  ${asked}\n\n${previewText(preview)}`;
}

/** What was done, for people. */
export function doneText({ id, done, by }: Done): string {
  if (done === "stopped") return `Stopped, by ${by}. It answers nothing, and has left the sessions that it was in.\n`;
  if (done === "resumed") return `It answers again, by ${by}.\n`;
  return `${id!.slice(0, SHORT)} is ${done}, by ${by}. The agent takes it at once, or when it is started.\n`;
}

/** Digits of an id that people are shown. */
const SHORT = 12;
const LEAST = 6;

function summaryOf({ id, stage, requester, dataset, purpose, askedAtMs, untilMs, because, decided: by }: QueueLine): string {
  const what = stage === "run" ? "may this query run?" : "may this centre's shares leave?";
  const state = by === null ? "" : `\n  ${by.decision} by ${by.by}; the agent has not taken it yet`;
  return `${id.slice(0, SHORT)}  ${what}
  ${requester} asks of ${dataset}: ${purpose === "" ? "no purpose was given" : purpose}
  asked ${timeOf(askedAtMs)}, until ${timeOf(untilMs)}; because of ${because.join(", ")}${state}`;
}

function lineOf(item: QueueItem, folder: ConsentFolder): QueueLine {
  const { id, stage, askedAtMs, untilMs, because } = item;
  const { requester, query } = offerOf(item);
  const decision = folder.decisionOf(id);
  return {
    id,
    stage,
    requester,
    dataset: query.dataset,
    purpose: query.purpose,
    askedAtMs,
    untilMs,
    because,
    decided: decision === null ? null : { decision: decision.decision, by: decision.by },
  };
}

async function decided(
  config: AgentConfig,
  given: string,
  decision: "approved" | "denied",
  why: DenialReason | undefined,
  person: string | undefined,
  nowMs: number,
): Promise<Done> {
  const folder = new ConsentFolder(config.ledger);
  const by = personOf(person);
  const { id } = itemOf(folder, given, nowMs);
  const written = await folder.decide({ id, decision, by, atMs: nowMs, ...(why === undefined ? {} : { why }) }, random);
  if (!written) {
    const first = folder.decisionOf(id);
    throw new StartProblem(`${id.slice(0, SHORT)} is decided already${first === null ? "" : `: ${first.decision}, by ${first.by}`}`);
  }
  return { id, done: decision, by };
}

/** The one item whose id begins so. */
function itemOf(folder: ConsentFolder, given: string, nowMs: number): QueueItem {
  const found = given.length < LEAST ? [] : folder.items().filter(({ id }) => id.startsWith(given.toLowerCase()));
  const [item, another] = found;
  if (item === undefined) throw new StartProblem(`nothing of the id ${given.slice(0, 64)} waits here: "tutti agent queue" lists what does`);
  if (another !== undefined) throw new StartProblem(`more than one id begins with ${given.slice(0, 64)}: give more digits`);
  if (item.untilMs <= nowMs) throw new StartProblem(`the time to decide ${item.id.slice(0, SHORT)} is over, since ${timeOf(item.untilMs)}`);
  return item;
}

/** What is asked. The agent has opened the envelope before it put it there; a file that was changed since is none. */
function offerOf({ offer, offerHash }: QueueItem): Offer {
  const parsed = OFFER.schema.safeParse(JSON.parse(Buffer.from(offer.payload, "base64").toString("utf8")));
  if (parsed.success && contentHash(parsed.data) === offerHash) return parsed.data;
  throw new StartProblem("a question in the agent's folder was changed: stop the agent, and see who can write there");
}

/** Who decides: as they say, or as the operating system knows them. */
export function personOf(given: string | undefined): string {
  const person = personSchema.safeParse(given ?? process.env["SUDO_USER"] ?? userInfo().username);
  if (person.success) return person.data;
  throw new StartProblem(`--by: ${person.error.issues[0]!.message}`);
}

function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
