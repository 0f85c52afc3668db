import { type Dataset, datasetName } from "@tutti/dataset";
import { type EarlierRelease, type Release, setsOfCells, setsOfRelease } from "@tutti/disclosure";
import {
  contentHash,
  digest,
  type Envelope,
  EnvelopeFault,
  envelopeSchema,
  fromBase64,
  fromUtf8,
  LABELS,
  openEnvelope,
  partyNameSchema,
  type Sha256,
  type SignatureScheme,
  toHex,
  toUtf8,
} from "@tutti/envelope";
import type { Head } from "@tutti/ledger";
import { LIMITS, type Plan } from "@tutti/query";
import { z } from "zod";
import type { Acceptance } from "./answer.ts";
import { dictionaryHash } from "./dictionary.ts";
import { type MessageKind, openMessage } from "./message.ts";
import { OFFER, type Offer } from "./offer.ts";
import { acceptancesOf, policyOf, sessionIdOf, sessionName } from "./participation.ts";
import { planOnce } from "./plan-cache.ts";
import { RELEASE } from "./released.ts";
import type { PinnedRoster } from "./roster.ts";
import type { RosterChain } from "./roster-chain.ts";

/** A participant says what it has revealed in a session that came to no release. */
export interface Record {
  readonly session: string;
  readonly centre: string;
  /** The cells that opened, as indices, rising. */
  readonly cells: readonly number[];
}

const recordSchema: z.ZodType<Record> = z.strictObject({
  session: z.string().regex(/^[0-9a-f]{64}$/),
  centre: partyNameSchema,
  cells: z.array(z.int().min(0).max(LIMITS.cells)).max(LIMITS.cells),
});

/** The signed record. */
export const RECORD: MessageKind<Record> = { label: LABELS.record, schema: recordSchema };

/** One past session with its evidence: who was asked what, who took part, and what was told: a release, or a record of what may have been. */
export interface HistoryItem {
  readonly offer: Envelope;
  readonly formation: Envelope;
  /** The co-signed release; null when the session came to none. */
  readonly release: Envelope | null;
  /** A participant's signed record; null when there is a release. */
  readonly record: Envelope | null;
}

/** The shape of an item; what it says counts once `openHistoryItem` has opened it. */
export const historyItemSchema: z.ZodType<HistoryItem> = z.strictObject({
  offer: envelopeSchema,
  formation: envelopeSchema,
  release: envelopeSchema.nullable(),
  record: envelopeSchema.nullable(),
});

/** What a history needs of a past session to know it again. */
export interface KnownSession extends Pick<EarlierRelease, "session" | "atMs"> {
  /** `id@version` */
  readonly dataset: string;
  /** What all must agree on about it: the session and what it told. */
  readonly mark: string;
  /** How many sets a record tells of; null for a release, which tells more than any record. */
  readonly recorded: number | null;
  /** The ledger's head of each participant when it accepted. */
  readonly heads: ReadonlyMap<string, Head>;
}

/** A past session as the guard and the next session need it. */
export interface PastSession extends EarlierRelease, KnownSession {}

/** What items are held against. */
export interface HistoryCheck {
  /** The versions of the roster that count here, by content hash: each session ran under one of them. */
  readonly rosters: Pick<RosterChain, "get">;
  readonly datasets: readonly Dataset[];
  readonly scheme: SignatureScheme;
  readonly sha256: Sha256;
}

/**
 * Opens an item: the coordinator signed offer and formation, the participants their acceptances, and either coordinator and participants the
 * release, or a participant the record.
 * @throws EnvelopeFault for anything else, also when the dictionary is not one of these
 */
export function openHistoryItem(item: HistoryItem, check: HistoryCheck): PastSession {
  const { datasets, scheme, sha256 } = check;
  const roster = rosterOf(item.offer, check);
  const { value: offer } = openMessage(OFFER, item.offer, roster.coordinatorKey, scheme);
  const dataset = datasets.find((one) => datasetName(one) === offer.query.dataset);
  if (dataset === undefined || dictionaryHash(dataset) !== offer.dataset) throw wrong("it is about a dictionary that is not here");
  const acceptances = acceptancesOf(item.formation, contentHash(offer), { roster, scheme });
  const session = sessionName(sessionIdOf(contentHash(offer), policyOf(offer, acceptances), acceptances, sha256));
  const planned = planOnce(offer.query, dataset);
  if (planned === null) throw wrong("its query does not fit the dictionary");
  if (item.release !== null)
    return pastSession(session, offer, acceptances, planned, { release: releaseOf(item.release, offer, acceptances, roster, scheme) });
  const { value: record, by } = openMessage(RECORD, item.record, roster.centreKeys, scheme);
  if (record.session !== session || by !== record.centre || acceptances.every(({ centre }) => centre !== by))
    throw wrong("its record is of another session");
  if (record.cells.some((cell) => cell >= planned.cells.length)) throw wrong("its record names cells that the query does not have");
  return pastSession(session, offer, acceptances, planned, { cells: record.cells });
}

/** A past session, from parts that have been checked. Throws a RangeError when the release is not of this plan. */
export function pastSession(
  session: string,
  offer: Offer,
  acceptances: readonly Acceptance[],
  planned: Plan,
  told: { readonly release: Release } | { readonly cells: readonly number[] },
): PastSession {
  const released = "release" in told;
  const sets = released ? setsOfRelease(planned, told.release) : setsOfCells(planned, told.cells);
  return {
    session,
    dataset: offer.query.dataset,
    query: contentHash(offer.query),
    participants: acceptances.map(({ centre }) => centre),
    atMs: offer.issuedAtMs,
    plan: planned,
    policy: policyOf(offer, acceptances),
    sets,
    release: released ? told.release : null,
    recorded: released ? null : sets.length,
    mark: `${session} ${released ? "released" : "recorded"} ${contentHash(released ? told.release : told.cells)}`,
    heads: new Map(acceptances.map(({ centre, ledger }) => [centre, ledger])),
  };
}

/** What is known of one dataset's past. */
interface DatasetPast<Past> {
  /** Oldest first. */
  readonly sessions: Past[];
  /** The sessions as they were told last; null since something was added. */
  told: readonly Past[] | null;
  /** Of all marks, in 32 bytes; null where it has to be worked out anew. */
  hash: Uint8Array | null;
}

/** The hash of no sessions. */
const NOTHING = digest(LABELS.history);

/** The past sessions that a party knows; all parties of a session know the same, or there is none. Of each it holds what it was given, and no more. */
export class History<Past extends KnownSession = PastSession> {
  readonly #pasts = new Map<string, DatasetPast<Past>>();
  /** By centre. */
  readonly #heads = new Map<string, Head>();

  /** Adds a session, or what more is known of one; false when nothing new is. */
  add(past: Past): boolean {
    const known = this.#pastOf(past.dataset);
    const { sessions, hash } = known;
    const at = placeOf(past, sessions);
    const before = sessions[at]?.session === past.session ? sessions[at]! : null;
    if (before !== null && !tellsMore(past, before)) return false;
    known.hash = at === sessions.length && hash !== null ? follow(hash, past) : null;
    sessions.splice(at, before === null ? 0 : 1, past);
    known.told = null;
    for (const [centre, head] of past.heads) {
      const last = this.#heads.get(centre);
      if (last === undefined || head.index > last.index) this.#heads.set(centre, head);
    }
    return true;
  }

  /** Whether `add` would add a session: so that it can be kept first. */
  wouldAdd(past: KnownSession): boolean {
    const { sessions } = this.#pastOf(past.dataset);
    const before = sessions[placeOf(past, sessions)];
    return before?.session !== past.session || tellsMore(past, before);
  }

  /** The sessions on a dataset, oldest first. */
  of(dataset: string): readonly Past[] {
    const past = this.#pastOf(dataset);
    return (past.told ??= [...past.sessions]);
  }

  /** How many there are. */
  count(dataset: string): number {
    return this.#pasts.get(dataset)?.sessions.length ?? 0;
  }

  /** All sessions, of every dataset. */
  all(): readonly Past[] {
    return [...this.#pasts.values()].flatMap(({ sessions }) => sessions);
  }

  /** What all must agree on about a dataset's past, in one hash. */
  hash(dataset: string): string {
    const past = this.#pastOf(dataset);
    past.hash ??= past.sessions.reduce(follow, NOTHING);
    return `sha256:${toHex(past.hash)}`;
  }

  /** The newest head of its ledger that a centre has shown in the sessions that are known; null when it has shown none. */
  lastHead(centre: string): Head | null {
    return this.#heads.get(centre) ?? null;
  }

  /** The sessions of a dataset that are not among these marks. */
  beyond(dataset: string, marks: ReadonlySet<string>): readonly Past[] {
    return this.#pastOf(dataset).sessions.filter(({ mark }) => !marks.has(mark));
  }

  #pastOf(dataset: string): DatasetPast<Past> {
    let past = this.#pasts.get(dataset);
    if (past === undefined) this.#pasts.set(dataset, (past = { sessions: [], told: null, hash: NOTHING }));
    return past;
  }
}

/** The hash of a past and one session more. */
function follow(hash: Uint8Array, { mark }: KnownSession): Uint8Array {
  return digest(LABELS.history, hash, toUtf8(mark));
}

/** Where a session stands, or would, among those that are known: by time, then by session. */
function placeOf({ atMs, session }: KnownSession, sessions: readonly KnownSession[]): number {
  let [from, to] = [0, sessions.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    const one = sessions[middle]!;
    if (one.atMs < atMs || (one.atMs === atMs && one.session < session)) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** A release tells more than a record, and of two records the one of more cells. */
function tellsMore(one: KnownSession, other: KnownSession): boolean {
  if (one.recorded === null || other.recorded === null) return one.recorded === null && other.recorded !== null;
  return one.recorded > other.recorded || (one.recorded === other.recorded && one.mark > other.mark);
}

/** The roster that an offer names, from its payload alone: it is the offer's once the signature has held under that very roster. */
function rosterOf({ payload }: Envelope, { rosters }: HistoryCheck): PinnedRoster {
  let named: unknown;
  try {
    named = JSON.parse(fromUtf8(fromBase64(payload)));
  } catch {
    throw wrong("its offer can't be read");
  }
  const hash = typeof named === "object" && named !== null && "roster" in named ? named.roster : null;
  const roster = typeof hash === "string" ? rosters.get(hash) : null;
  if (roster === null) throw wrong("it is of a roster that is not known here");
  return roster;
}

function releaseOf(
  envelope: Envelope,
  offer: Offer,
  acceptances: readonly Acceptance[],
  roster: PinnedRoster,
  scheme: SignatureScheme,
): Release {
  const keys = new Map([...roster.coordinatorKey, ...roster.centreKeys]);
  const { value, signedBy } = openEnvelope(envelope, RELEASE.label, keys, scheme);
  const participants = acceptances.filter(({ centre }) => signedBy.includes(centre));
  const parsed = RELEASE.schema.safeParse(value);
  if (!parsed.success || parsed.data.query !== contentHash(offer.query)) throw wrong("its release is of another query");
  if (!signedBy.includes(roster.coordinator.name) || participants.length < parsed.data.policy.minimumCentres)
    throw wrong("too few have signed its release");
  return parsed.data;
}

function wrong(what: string): EnvelopeFault {
  return new EnvelopeFault("payload", `a past session can't be taken into the history: ${what}`);
}
