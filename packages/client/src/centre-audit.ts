import { fromHex, toHex } from "@tutti/envelope";
import { type Entry, LedgerFault, readLedger, runsThrough } from "@tutti/ledger";
import type { HistoryItem, RosterChain } from "@tutti/protocol";
import type { AuditTools } from "./audit-tools.ts";
import { type AuditedSession, auditedSession } from "./audited-session.ts";
import type { Checklist } from "./checklist.ts";
import { headOf, type ReplayedLog } from "./replayed-log.ts";

/** What one centre brings to an audit: files of its ledger's folder. */
export interface AuditedCentre {
  readonly name: string;
  /** `ledger.jsonl` */
  readonly ledger: Uint8Array;
  /** What it knows of past sessions: the items of `history.jsonl`. */
  readonly history: readonly HistoryItem[];
  /** The head of the coordinator's log that it kept: `log-head.json`; null where it has kept none. */
  readonly logHead: unknown;
}

/** One centre's files against themselves and the log. */
export class CentreAudit {
  readonly #list: Checklist;
  readonly #centre: AuditedCentre;
  readonly #rosters: RosterChain;
  readonly #tools: AuditTools;

  constructor(list: Checklist, centre: AuditedCentre, rosters: RosterChain, tools: AuditTools) {
    this.#list = list;
    this.#centre = centre;
    this.#rosters = rosters;
    this.#tools = tools;
  }

  run(log: ReplayedLog | null): void {
    const entries = this.#chain();
    if (entries === null) return;
    this.#outcomes(entries);
    this.#sessions(entries, log);
    if (log !== null) this.#head(log);
  }

  #tick(text: string, passed: boolean): boolean {
    return this.#list.tick(`${this.#centre.name}: ${text}`, passed);
  }

  #chain(): readonly Entry[] | null {
    try {
      const { entries, head } = readLedger(this.#centre.ledger);
      this.#tick(`the ledger is one chain of ${entries.length} entries, head ${head.hash.slice(0, 12)}`, true);
      return entries;
    } catch (fault) {
      if (!(fault instanceof LedgerFault)) throw fault;
      this.#tick(fault.message, false);
      return null;
    }
  }

  /** An answer is about to be revealed when it is written; what came of it follows. The last one may be under way. */
  #outcomes(entries: readonly Entry[]): void {
    const ended = new Set(entries.flatMap(({ kind, body }) => (kind === "released" || kind === "abandoned" ? [body.session] : [])));
    const told = new Set(this.#centre.history.map((item) => this.#sessionOf(item)?.session));
    const answered = entries.flatMap((entry) => (entry.kind === "answered" ? [entry.body.session] : []));
    const open = answered.filter((session) => !ended.has(session) && !told.has(session));
    this.#tick(
      `each of ${answered.length} answers has its outcome in the ledger or the history (${open.length} have not); if not, wait until no query runs, then look again`,
      open.length === 0,
    );
  }

  /** The history's sessions: signed, in the ledger as they were, and in the log. */
  #sessions(entries: readonly Entry[], log: ReplayedLog | null): void {
    const { name, history } = this.#centre;
    let [broken, strange, beside, missing, own] = [0, 0, 0, 0, 0];
    const released = new Map(
      entries.flatMap((entry) => (entry.kind === "released" ? [[entry.body.session, entry.body.release] as const] : [])),
    );
    const answered = new Set(entries.flatMap((entry) => (entry.kind === "answered" ? [entry.body.session] : [])));
    // What is known last of a session counts: first its record, then its release.
    const sessions = new Map<string, AuditedSession>();
    for (const item of history) {
      const past = this.#sessionOf(item);
      if (past === null) broken++;
      else sessions.set(past.session, past);
    }
    for (const past of sessions.values()) {
      if (log !== null) missing += past.inLog.filter((key) => !log.known.has(key)).length;
      const head = past.heads.get(name);
      if (head === undefined) continue;
      own++;
      if (!runsThrough(entries, head)) strange++;
      const noted = released.get(past.session);
      // One that was given again opens nothing, and is no answer.
      if ((noted === undefined && !answered.has(past.session)) || (noted !== undefined && past.release !== null && noted !== past.release))
        beside++;
    }
    this.#tick(
      `the evidence of ${sessions.size} past sessions is signed (${broken} are not); if not, restore the newest copy of the folder`,
      broken === 0,
    );
    this.#tick(
      `the ledger runs through the heads that were shown in ${own} sessions (${strange} it does not); if not, it was restored from an older copy or rewritten`,
      strange === 0,
    );
    this.#tick(
      `the ledger has each of these ${own} sessions, with the release that was published (${beside} it has not); if not, compare it with the other centres'`,
      beside === 0,
    );
    if (log !== null)
      this.#tick(
        `offers, formations and releases of ${sessions.size} sessions are in the log (${missing} are not); if not, the coordinator hides them: ask its operator, and answer nothing more`,
        missing === 0,
      );
  }

  #head({ tree }: ReplayedLog): void {
    const { logHead } = this.#centre;
    if (logHead === null) return;
    const head = headOf(logHead, this.#rosters, this.#tools.scheme);
    if (
      !this.#tick(
        "the head of the log that it kept is the coordinator's; if not, its folder was altered: restore the newest copy",
        head !== null,
      ) ||
      head === null
    )
      return;
    this.#tick(
      `the log begins with the ${head.size} entries that it has seen; if not, two logs were shown: keep both, and answer nothing more`,
      head.size <= tree.size && toHex(tree.root(head.size)) === toHex(fromHex(head.root)),
    );
  }

  #sessionOf(item: HistoryItem): AuditedSession | null {
    return auditedSession(item, this.#rosters, this.#tools);
  }
}
