import { contentHash, EnvelopeFault, fromBase64, toHex } from "@tutti/envelope";
import {
  acceptancesOf,
  type HistoryItem,
  OFFER,
  type Offer,
  openMessage,
  type PinnedRoster,
  policyOf,
  type RosterChain,
  sessionIdOf,
  sessionName,
} from "@tutti/protocol";
import type { AuditTools } from "./audit-tools.ts";
import { keyOf } from "./replayed-log.ts";

/** A past session as an audit needs it. */
export interface AuditedSession {
  readonly session: string;
  /** Content hash of its release; null when it came to none. */
  readonly release: string | null;
  readonly heads: ReadonlyMap<string, { readonly index: number; readonly hash: string }>;
  /** The entries that have to be in the log, as `keyOf` names them. */
  readonly inLog: readonly string[];
}

/** What an item says, as far as signatures hold under a version of the roster; null when they don't under any. */
export function auditedSession(item: HistoryItem, rosters: RosterChain, tools: AuditTools): AuditedSession | null {
  for (const { roster } of rosters.versions) {
    try {
      return under(roster, item, tools);
    } catch (fault) {
      if (!(fault instanceof EnvelopeFault)) throw fault;
    }
  }
  return null;
}

function under(roster: PinnedRoster, item: HistoryItem, { scheme, sha256 }: AuditTools): AuditedSession {
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
