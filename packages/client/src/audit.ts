import type { LogFile } from "@tutti/protocol";
import type { AuditTools } from "./audit-tools.ts";
import { type AuditedCentre, CentreAudit } from "./centre-audit.ts";
import { type Check, Checklist } from "./checklist.ts";
import { replayLog } from "./replayed-log.ts";
import { rostersOf } from "./roster-file.ts";

/** What an audit looks at. */
export interface AuditCase {
  /** `roster.json`: all versions, from a source that one trusts. */
  readonly roster: unknown;
  /** The coordinator's log, whole; null where only centres are looked at. */
  readonly log: LogFile | null;
  readonly centres: readonly AuditedCentre[];
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
  const replayed = log === null ? null : replayLog(list, log, rosters, tools);
  for (const centre of centres) new CentreAudit(list, centre, rosters, tools).run(replayed);
  return list.checks;
}
