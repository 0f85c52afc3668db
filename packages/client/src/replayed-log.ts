import { EnvelopeFault, type SignatureScheme, toHex } from "@tutti/envelope";
import { MerkleTree } from "@tutti/ledger";
import { entryLeaf, type LogEntry, type LogFile, type LogHead, openLogHead, type RosterChain } from "@tutti/protocol";
import type { AuditTools } from "./audit-tools.ts";
import type { Checklist } from "./checklist.ts";

/** The log, replayed. */
export interface ReplayedLog {
  readonly tree: MerkleTree;
  /** Envelopes by what they are about and their hash, as `keyOf` names them. */
  readonly known: ReadonlySet<string>;
}

/** Holds the coordinator's log against its signed head, and against the rosters; null when the head is not the coordinator's. */
export function replayLog(
  list: Checklist,
  { head: file, entries }: LogFile,
  rosters: RosterChain,
  { scheme, sha256 }: AuditTools,
): ReplayedLog | null {
  const head = headOf(file, rosters, scheme);
  if (!list.tick("log: the coordinator signed its head; if not, get the log from the coordinator itself", head !== null) || head === null)
    return null;
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

/** An entry of the log by what it is about and the hash of its envelope. */
export function keyOf({ about, envelope }: Pick<LogEntry, "about" | "envelope">): string {
  return `${about} ${envelope}`;
}

/** A head under any key that the coordinator has had; null for what it did not sign. */
export function headOf(file: unknown, rosters: RosterChain, scheme: SignatureScheme): LogHead | null {
  for (const { roster } of rosters.versions.toReversed()) {
    try {
      return openLogHead(file, roster, scheme);
    } catch (fault) {
      if (!(fault instanceof EnvelopeFault)) throw fault;
    }
  }
  return null;
}
