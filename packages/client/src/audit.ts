import { contentHash, EnvelopeFault, fromHex, fromBase64, type Sha256, type SignatureScheme, toHex } from "@tutti/envelope";
import { type Entry, LedgerFault, MerkleTree, readLedger, runsThrough } from "@tutti/ledger";
import {
  acceptancesOf,
  entryLeaf,
  type HistoryItem,
  type LogEntry,
  type LogFile,
  type LogHead,
  OFFER,
  type Offer,
  openLogHead,
  openMessage,
  type PinnedRoster,
  policyOf,
  RosterChain,
  RosterFault,
  sessionIdOf,
  sessionName,
} from "@tutti/protocol";
import { type Check, Checklist } from "./checklist.ts";

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

/** What an audit looks at. */
export interface AuditCase {
  /** `roster.json`: all versions, from a source that one trusts. */
  readonly roster: unknown;
  /** The coordinator's log, whole; null where only centres are looked at. */
  readonly log: LogFile | null;
  readonly centres: readonly AuditedCentre[];
}

/** What an audit computes with. */
export interface AuditTools {
  readonly scheme: SignatureScheme;
  readonly sha256: Sha256;
}

/** The log, replayed. */
interface Replayed {
  readonly tree: MerkleTree;
  /** Envelopes by what they are about and their hash. */
  readonly known: ReadonlySet<string>;
}

/**
 * Replays what centres and coordinator have written, and holds it against each other: each ledger's chain, the log's tree and its signed heads,
 * each answered query with its outcome and its evidence. All must pass; a text that failed says what to do.
 */
export function audit({ roster, log, centres }: AuditCase, tools: AuditTools): readonly Check[] {
  const list = new Checklist();
  const rosters = rostersOf(roster, tools.scheme);
  if (
    !list.tick("roster: each version follows from the one before, and is signed; if not, get the newest file", rosters !== null) ||
    rosters === null
  )
    return list.checks;
  const replayed = log === null ? null : auditLog(list, log, rosters, tools);
  for (const centre of centres) new CentreAudit(list, centre, rosters, tools).run(replayed);
  return list.checks;
}

function auditLog(
  list: Checklist,
  { head: file, entries }: LogFile,
  rosters: RosterChain,
  { scheme, sha256 }: AuditTools,
): Replayed | null {
  const head = headOf(file, rosters, scheme);
  if (!list.tick("log: the coordinator signed its head", head !== null) || head === null) return null;
  const tree = new MerkleTree(sha256);
  for (const entry of entries) tree.append(entryLeaf(entry, sha256));
  list.tick(
    `log: ${entries.length} entries make the root that was signed; if not, it was altered: keep it, and ask the coordinator's operator`,
    entries.length === head.size && toHex(tree.root()) === head.root,
  );
  const named = new Set(rosters.versions.map(({ roster }) => roster.hash));
  const strange = entries.filter(({ kind, about }) => kind === "roster" && !named.has(about)).length;
  list.tick(
    `log: every version of the roster in it is in the file of rosters (${strange} are not); if not, get the newest file`,
    strange === 0,
  );
  return { tree, known: new Set(entries.map(keyOf)) };
}

/** One centre's files against themselves and the log. */
class CentreAudit {
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

  run(log: Replayed | null): void {
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
  #sessions(entries: readonly Entry[], log: Replayed | null): void {
    const { name, history } = this.#centre;
    let [broken, strange, beside, missing, own] = [0, 0, 0, 0, 0];
    const released = new Map(
      entries.flatMap((entry) => (entry.kind === "released" ? [[entry.body.session, entry.body.release] as const] : [])),
    );
    const answered = new Set(entries.flatMap((entry) => (entry.kind === "answered" ? [entry.body.session] : [])));
    // What is known last of a session counts: first its record, then its release.
    const sessions = new Map<string, Session>();
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

  #head({ tree }: Replayed): void {
    const { logHead } = this.#centre;
    if (logHead === null) return;
    const head = headOf(logHead, this.#rosters, this.#tools.scheme);
    if (!this.#tick("the head of the log that it kept is the coordinator's", head !== null) || head === null) return;
    this.#tick(
      `the log begins with the ${head.size} entries that it has seen; if not, two logs were shown: keep both, and answer nothing more`,
      head.size <= tree.size && toHex(tree.root(head.size)) === toHex(fromHex(head.root)),
    );
  }

  /** What an item says, as far as signatures hold; null when they don't. */
  #sessionOf(item: HistoryItem): Session | null {
    const { scheme, sha256 } = this.#tools;
    for (const { roster } of this.#rosters.versions) {
      try {
        return sessionOf(item, roster, scheme, sha256);
      } catch (fault) {
        if (!(fault instanceof EnvelopeFault)) throw fault;
      }
    }
    return null;
  }
}

/** A past session as an audit needs it. */
interface Session {
  readonly session: string;
  /** Content hash of its release; null when it came to none. */
  readonly release: string | null;
  readonly heads: ReadonlyMap<string, { readonly index: number; readonly hash: string }>;
  /** The entries that have to be in the log, as `keyOf` names them. */
  readonly inLog: readonly string[];
}

function sessionOf(item: HistoryItem, roster: PinnedRoster, scheme: SignatureScheme, sha256: Sha256): Session {
  const offer: Offer = openMessage(OFFER, item.offer, roster.coordinatorKey, scheme).value;
  if (offer.roster !== roster.hash) throw new EnvelopeFault("payload", "it is of another version of the roster");
  const offerHash = contentHash(offer, sha256);
  const acceptances = acceptancesOf(item.formation, offerHash, { roster, scheme });
  const session = sessionName(sessionIdOf(offerHash, policyOf(offer, acceptances), acceptances, sha256));
  const of = (about: string, envelope: unknown): string => keyOf({ about, envelope: contentHash(envelope, sha256) });
  return {
    session,
    release: item.release === null ? null : `sha256:${toHex(sha256(fromBase64(item.release.payload)))}`,
    heads: new Map(acceptances.map(({ centre, ledger }) => [centre, ledger])),
    inLog: [of(offerHash, item.offer), of(session, item.formation), ...(item.release === null ? [] : [of(session, item.release)])],
  };
}

function keyOf({ about, envelope }: Pick<LogEntry, "about" | "envelope">): string {
  return `${about} ${envelope}`;
}

function rostersOf(file: unknown, scheme: SignatureScheme): RosterChain | null {
  try {
    return RosterChain.open(file, scheme);
  } catch (fault) {
    if (fault instanceof EnvelopeFault || fault instanceof RosterFault) return null;
    throw fault;
  }
}

/** A head under any key that the coordinator has had; null for what it did not sign. */
function headOf(file: unknown, rosters: RosterChain, scheme: SignatureScheme): LogHead | null {
  for (const { roster } of rosters.versions.toReversed()) {
    try {
      return openLogHead(file, roster, scheme);
    } catch (fault) {
      if (!(fault instanceof EnvelopeFault)) throw fault;
    }
  }
  return null;
}
