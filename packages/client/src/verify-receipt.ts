import type { Release } from "@tutti/disclosure";
import { contentHash, type Envelope, EnvelopeFault, sha256, type SignatureScheme } from "@tutti/envelope";
import {
  type Acceptance,
  acceptancesOf,
  OFFER,
  type Offer,
  openMessage,
  type PinnedRoster,
  policyOf,
  provesEntry,
  type Receipt,
  receiptSchema,
  type RosterChain,
  sessionIdOf,
  sessionName,
} from "@tutti/protocol";
import type { Checklist } from "./checklist.ts";
import { headOf } from "./replayed-log.ts";

/** A release that was opened, and who signed it. */
export interface Signed {
  readonly release: Release;
  readonly envelope: Envelope;
  /** Names of the centres. */
  readonly centres: readonly string[];
}

/** The version of the roster that a release names, and all that are known. */
export interface SignedUnder {
  readonly rosters: RosterChain;
  readonly roster: PinnedRoster;
}

/** Ticks off where a release comes from: what was asked, who took part, how far each ledger went, and that the coordinator's log holds it. */
export function verifyReceipt(
  list: Checklist,
  file: unknown,
  signed: Signed,
  { rosters, roster }: SignedUnder,
  scheme: SignatureScheme,
): void {
  const receipt = receiptSchema.safeParse(file).data ?? null;
  if (!list.tick("the receipt has the form of one", receipt !== null) || receipt === null) return;
  const offer = opened(() => openMessage(OFFER, receipt.offer, roster.coordinatorKey, scheme).value);
  if (!list.tick("the coordinator signed what was asked", offer !== null) || offer === null) return;
  list.tick(
    `${offer.requester} asked it of ${offer.invited.length} centres on ${timeOf(offer.issuedAtMs)}, under this version of the roster`,
    offer.network === roster.network && offer.roster === roster.hash,
  );
  list.tick("it asked the query that the release answers", contentHash(offer.query) === signed.release.query);

  const acceptances = opened(() => acceptancesOf(receipt.formation, contentHash(offer), { roster, scheme }));
  if (!list.tick("each participant signed that it takes part", acceptances !== null) || acceptances === null) return;
  const named = acceptances.map(({ centre }) => centre);
  list.tick(
    `all who signed the release are among the ${named.length} who took part, and all of these were asked`,
    signed.centres.every((centre) => named.includes(centre)) && named.every((centre) => offer.invited.includes(centre)),
  );
  const policy = policyOf(offer, acceptances);
  list.tick(
    "the policy is the strictest of the network's and the participants'",
    contentHash(policy) === contentHash(signed.release.policy),
  );
  for (const { centre, ledger } of acceptances)
    list.tick(`${centre} took part with a ledger of ${ledger.index + 1} entries, head ${short(ledger.hash)}`, true);
  verifyEntry(list, receipt, sessionOf(offer, acceptances), signed, rosters, scheme);
}

function verifyEntry(
  list: Checklist,
  { head: file, inclusion }: Receipt,
  session: string,
  { envelope }: Signed,
  rosters: RosterChain,
  scheme: SignatureScheme,
): void {
  // It is signed when the receipt is fetched: perhaps by later keys than the release.
  const head = headOf(file, rosters, scheme);
  if (!list.tick("the coordinator signed the head of its log", head !== null) || head === null) return;
  list.tick(
    `the log of ${head.size} entries, root ${short(head.root)}, holds the release of session ${short(session)} at entry ${inclusion.index}, written on ${timeOf(inclusion.entry.atMs)}`,
    provesEntry(inclusion, { kind: "release", about: session, envelope: contentHash(envelope) }, head),
  );
}

/** The session's name, as all participants worked it out. */
function sessionOf(offer: Offer, acceptances: readonly Acceptance[]): string {
  return sessionName(sessionIdOf(contentHash(offer), policyOf(offer, acceptances), acceptances, sha256));
}

function opened<T>(open: () => T): T | null {
  try {
    return open();
  } catch (fault) {
    if (fault instanceof EnvelopeFault) return null;
    throw fault;
  }
}

/** Twelve digits are enough to compare by eye. */
function short(hash: string): string {
  return hash.slice(0, 12);
}

function timeOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 16).replace("T", " ");
}
