import { dataset } from "@tutti/query/trial";
import type { Query } from "@tutti/query";
import {
  contentHash,
  createIdentity,
  type Envelope,
  fromBase64,
  fromUtf8,
  type Identity,
  portableAead,
  publicIdentity,
  sha256,
  toHex,
  toUtf8,
  tweetnaclScheme as scheme,
} from "@tutti/envelope";
import { append, type Deed, type Entry, encodeLine, GENESIS, headOf, MerkleTree } from "@tutti/ledger";
import {
  ACCEPTANCE,
  entryLeaf,
  FORMATION,
  History,
  type HistoryItem,
  LOG_HEAD,
  type LogEntry,
  logEntry,
  type LogFile,
  OFFER,
  type Offer,
  openRoster,
  openMessage,
  Party,
  type PinnedRoster,
  type Receipt,
  ROSTER,
  rotated,
  rotationTo,
  sessionIdOf,
  sessionName,
  signMessage,
} from "@tutti/protocol";
import { DEFAULT_POLICY } from "@tutti/disclosure";
import type { AuditedCentre } from "./centre-audit.ts";
import { CENTRES, COORDINATOR, RELEASE, ROSTER_FILE, signed } from "./trial.ts";

// What a network leaves that has answered twice, before and after its coordinator got new keys. For tests only.

const NEXT_COORDINATOR: Identity = createIdentity("coordinator", (bytes) => sha256(toUtf8("its next keys")).subarray(0, bytes));
const first = openRoster(ROSTER_FILE, scheme);
/** All versions of the roster. */
export const ROSTERS: readonly Envelope[] = [
  ROSTER_FILE,
  signMessage(
    ROSTER,
    rotated(first, publicIdentity(NEXT_COORDINATOR), rotationTo(COORDINATOR, NEXT_COORDINATOR, scheme)),
    NEXT_COORDINATOR,
    scheme,
  ),
];
const QUERY: Query = { dataset: "small@1", purpose: "audits", measures: [{ id: "n", count: true }] };

/** One query that was released. */
export interface Answered {
  readonly session: string;
  readonly item: HistoryItem;
  readonly release: Envelope;
}

const ledgers = new Map<string, Entry[]>(CENTRES.map(({ name }) => [name, []]));
const headIn = (name: string) => {
  const last = ledgers.get(name)!.at(-1);
  return last === undefined ? GENESIS : headOf(last);
};

function write(name: string, deed: Deed): void {
  ledgers.get(name)!.push(append(headIn(name), deed, "2026-01-01T00:00:00.000Z"));
}

function answered(number: number, roster: PinnedRoster, coordinator: Identity): Answered {
  const offer: Offer = {
    network: roster.network,
    id: String(number).padStart(32, "0"),
    query: QUERY,
    dataset: contentHash(dataset),
    roster: roster.hash,
    history: new History().hash(QUERY.dataset),
    requester: "ann",
    policy: DEFAULT_POLICY,
    invited: CENTRES.map(({ name }) => name),
    issuedAtMs: 1_000,
    expiresAtMs: 100_000,
    answerMs: 1_000,
    exchangeMs: 1_000,
  };
  const signedOffer = signMessage(OFFER, offer, coordinator, scheme);
  const acceptances = CENTRES.map((identity, i) => {
    const party = new Party({
      identity,
      roster,
      policy: DEFAULT_POLICY,
      datasets: [dataset],
      scheme,
      sha256,
      aead: portableAead,
      random: (bytes) => sha256(toUtf8(`${number} ${i}`)).subarray(0, bytes),
      history: new History(),
      ledgerHead: () => headIn(identity.name),
      answered: () => false,
    });
    return party.consider(signedOffer, 2_000).envelope;
  });
  const formation = signMessage(FORMATION, { offer: contentHash(offer), acceptances }, coordinator, scheme);
  const opened = acceptances.map((one) => openMessage(ACCEPTANCE, one, roster.centreKeys, scheme).value);
  const session = sessionName(sessionIdOf(contentHash(offer), DEFAULT_POLICY, opened, sha256));
  const told = { ...RELEASE, query: contentHash(QUERY), roster: roster.hash };
  const release = signed(told, [...CENTRES, coordinator]);
  for (const { name } of CENTRES) {
    const about = { query: contentHash(QUERY), requester: "ann", offer: contentHash(offer), session };
    write(name, { kind: "answered", body: { ...about, participants: offer.invited, policy: contentHash(DEFAULT_POLICY) } });
    write(name, { kind: "released", body: { ...about, release: contentHash(told) } });
  }
  return { session, item: { offer: signedOffer, formation, release, record: null }, release };
}

const second = openRoster(ROSTERS[1], scheme);
/** One session under the coordinator's first keys, one under its next. */
export const SESSIONS: readonly [Answered, Answered] = [answered(1, first, COORDINATOR), answered(2, second, NEXT_COORDINATOR)];

const logged = (kind: LogEntry["kind"], about: string, envelope: Envelope): LogEntry => logEntry(kind, about, envelope, 1_000, sha256);
const entriesOf = ({ session, item, release }: Answered): readonly LogEntry[] => [
  logged("offer", contentHash(payloadOf(item.offer)), item.offer),
  logged("formation", session, item.formation),
  logged("release", session, release),
];
const ENTRIES: readonly LogEntry[] = [
  logged("roster", first.hash, ROSTERS[0]!),
  ...entriesOf(SESSIONS[0]),
  logged("roster", second.hash, ROSTERS[1]!),
  ...entriesOf(SESSIONS[1]),
];

/** A log of these entries, under a head that the coordinator really signs. */
export function logOf(entries: readonly LogEntry[], by: Identity = NEXT_COORDINATOR): LogFile {
  const tree = treeOf(entries);
  const head = { network: first.network, size: tree.size, root: toHex(tree.root()), atMs: 2_000 };
  return { head: signMessage(LOG_HEAD, head, by, scheme), entries };
}

/** The log as it is. */
export const LOG: LogFile = logOf(ENTRIES);

function treeOf(entries: readonly LogEntry[]): MerkleTree {
  const tree = new MerkleTree(sha256);
  for (const entry of entries) tree.append(entryLeaf(entry, sha256));
  return tree;
}

/** The receipt of a session's release, fetched at the end. */
export function receiptOf({ session, item, release }: Answered): Receipt {
  const index = ENTRIES.findIndex(({ about, envelope }) => about === session && envelope === contentHash(release));
  const proof = treeOf(ENTRIES).inclusion(index, ENTRIES.length).map(toHex);
  return { offer: item.offer, formation: item.formation, head: LOG.head, inclusion: { index, entry: ENTRIES[index]!, proof } };
}

/** A ledger's file. */
export function fileOf(entries: readonly Entry[]): Uint8Array {
  return toUtf8(entries.map(encodeLine).join(""));
}

/** The entries of a centre's ledger. */
export function entriesIn(name: string): readonly Entry[] {
  return ledgers.get(name)!;
}

/** A centre's files; the head that it has kept is from before the coordinator got new keys. */
export function filesOf(name: string): AuditedCentre {
  const { head } = logOf(ENTRIES.slice(0, 4), COORDINATOR);
  return { name, ledger: fileOf(entriesIn(name)), history: SESSIONS.map(({ item }) => item), logHead: head };
}

/** What a signed message says. */
export function payloadOf({ payload }: Envelope): unknown {
  return JSON.parse(fromUtf8(fromBase64(payload)));
}
