import {
  canonical,
  contentHash,
  contentHashSchema,
  type Envelope,
  EnvelopeFault,
  envelopeSchema,
  fromHex,
  LABELS,
  partyNameSchema,
  type Sha256,
  type SignatureScheme,
} from "@tutti/envelope";
import { isIncluded, leafHash, MAX_PROOF_HASHES, type TreeHead } from "@tutti/ledger";
import { z } from "zod";
import { type MessageKind, openMessage } from "./message.ts";
import type { PinnedRoster } from "./roster.ts";

/**
 * What the log is about: each kind is an envelope that the coordinator signed, or took from a centre and passed on.
 * - `roster`: the roster under which it works
 * - `offer`, `formation`: what it asked, and of whom
 * - `release`: what was published
 * - `record`, `stop`: what a centre said of a session that came to no release
 */
export const LOG_KINDS = ["roster", "offer", "formation", "release", "record", "stop"] as const;

/** One of the closed list. */
export type LogKind = (typeof LOG_KINDS)[number];

/**
 * One entry of the coordinator's log. It names an envelope by its hash, signatures included: who holds the envelope finds it, and the hash tells
 * nobody else what is in it, since nobody can guess a signature.
 */
export interface LogEntry {
  readonly format: typeof LABELS.logEntry;
  /** Milliseconds since 1970, by the coordinator's clock. */
  readonly atMs: number;
  readonly kind: LogKind;
  /** The content hash of a roster or an offer; otherwise the session's name, or its offer's hash when none was formed. */
  readonly about: string;
  /** The content hash of the envelope. */
  readonly envelope: string;
}

const aboutSchema = z.string().regex(/^(?:sha256:)?[0-9a-f]{64}$/, "an entry is about a content hash or a session's name");

/** The shape of an entry; unknown keys are refused. */
export const logEntrySchema: z.ZodType<LogEntry> = z.strictObject({
  format: z.literal(LABELS.logEntry),
  atMs: z.int().min(0),
  kind: z.enum(LOG_KINDS),
  about: aboutSchema,
  envelope: contentHashSchema,
});

/** The entry of an envelope. */
export function logEntry(kind: LogKind, about: string, envelope: Envelope, atMs: number, hash?: Sha256): LogEntry {
  return { format: LABELS.logEntry, atMs, kind, about, envelope: contentHash(envelope, hash) };
}

/** The hash of an entry as a leaf of the log's tree: over its canonical JSON. */
export function entryLeaf(entry: LogEntry, hash?: Sha256): Uint8Array {
  return leafHash(canonical(entry), hash);
}

/** How far the coordinator's log goes, in one hash that stands for all of it. */
export interface LogHead {
  readonly network: string;
  /** Number of entries. */
  readonly size: number;
  /** The root of their tree (RFC 9162 §2.1.1), 64 hexadecimal digits. */
  readonly root: string;
  /** When it was signed: milliseconds since 1970. */
  readonly atMs: number;
}

const hex32 = z.string().regex(/^[0-9a-f]{64}$/, "a hash is 64 hexadecimal digits");
const headSchema: z.ZodType<LogHead> = z.strictObject({
  network: partyNameSchema,
  size: z.int().min(0),
  root: hex32,
  atMs: z.int().min(0),
});

/** The signed head. Two of them that contradict each other prove that their coordinator showed two pasts. */
export const LOG_HEAD: MessageKind<LogHead> = { label: LABELS.logHead, schema: headSchema };

/** Opens a head that this network's coordinator signed. Throws an EnvelopeFault for anything else. */
export function openLogHead(envelope: unknown, roster: Pick<PinnedRoster, "network" | "coordinatorKey">, scheme: SignatureScheme): LogHead {
  const { value } = openMessage(LOG_HEAD, envelope, roster.coordinatorKey, scheme);
  if (value.network !== roster.network) throw new EnvelopeFault("payload", "this is the head of another network's log");
  return value;
}

/** A head as proofs are held against it. */
export function treeHeadOf({ size, root }: Pick<LogHead, "size" | "root">): TreeHead {
  return { size, root: fromHex(root) };
}

/** A proof on the wire: hashes in hexadecimal, lowest first. */
export const proofSchema: z.ZodType<readonly string[]> = z.array(hex32).max(MAX_PROOF_HASHES);

/** That an entry is in the log. */
export interface Inclusion {
  /** Its place, from 0. */
  readonly index: number;
  readonly entry: LogEntry;
  readonly proof: readonly string[];
}

/** The shape of an inclusion. */
export const inclusionSchema: z.ZodType<Inclusion> = z.strictObject({ index: z.int().min(0), entry: logEntrySchema, proof: proofSchema });

/** Whether this is a proof that a log of this head holds an entry of that kind, about that, of the envelope with this hash. */
export function provesEntry(
  { index, entry, proof }: Inclusion,
  wanted: Pick<LogEntry, "kind" | "about" | "envelope">,
  head: Pick<LogHead, "size" | "root">,
  hash?: Sha256,
): boolean {
  return (
    entry.kind === wanted.kind &&
    entry.about === wanted.about &&
    entry.envelope === wanted.envelope &&
    isIncluded(entryLeaf(entry, hash), index, treeHeadOf(head), proof.map(fromHex), hash)
  );
}

/** Entries that one answer holds, at most. */
export const LOG_PAGE = 1_000;

/** The whole log, as it is handed to an auditor. */
export interface LogFile {
  readonly head: Envelope;
  readonly entries: readonly LogEntry[];
}

/** The shape of `log.json`. */
export const logFileSchema: z.ZodType<LogFile> = z.strictObject({ head: envelopeSchema, entries: z.array(logEntrySchema) });

/** What shows where a release comes from: who was asked what, who took part, and that the coordinator's log holds it. */
export interface Receipt {
  readonly offer: Envelope;
  readonly formation: Envelope;
  /** The log's signed head, and the release's entry under it. */
  readonly head: Envelope;
  readonly inclusion: Inclusion;
}

/** The shape of `receipt.json`. */
export const receiptSchema: z.ZodType<Receipt> = z.strictObject({
  offer: envelopeSchema,
  formation: envelopeSchema,
  head: envelopeSchema,
  inclusion: inclusionSchema,
});
