import { canonical, contentHashSchema, digest, LABELS, partyNameSchema, toHex } from "@tutti/envelope";
import { z } from "zod";
import { after, type Head } from "./head.ts";

/** What an agent did about one question. */
export type Deed =
  /** It is about to reveal its shares: written first, so that nothing opens which no ledger knows. */
  | { readonly kind: "answered"; readonly body: Answered }
  /** It said no to an offer. */
  | { readonly kind: "refused"; readonly body: Refused }
  /** It holds the signed release. */
  | { readonly kind: "released"; readonly body: Released }
  /** The session stopped after this agent had accepted; whether anything opened shows in whether `answered` stands before it. */
  | { readonly kind: "abandoned"; readonly body: Abandoned };

interface Question {
  /** Content hash of the query. */
  readonly query: string;
  /** The party that asks. */
  readonly requester: string;
  /** Content hash of the offer: what was answered once is not answered again. */
  readonly offer: string;
  /** The session's id; the offer's hash when none was formed. */
  readonly session: string;
}

/** The body of `answered`. */
export interface Answered extends Question {
  /** The centres that hold patients of the answer, in roster order. */
  readonly participants: readonly string[];
  /** Content hash of the policy it ran under. */
  readonly policy: string;
  /** Content hash of the sets of this agent's patients behind what opens, where the agent keeps them for the guard. */
  readonly sets?: string | undefined;
}

/** The body of `refused`. */
export interface Refused extends Question {
  /** The reason as the protocol names it, such as `expired`. */
  readonly cause: string;
}

/** The body of `released`. */
export interface Released extends Question {
  /** Content hash of the release. */
  readonly release: string;
}

/** The body of `abandoned`. */
export interface Abandoned extends Refused {
  readonly participants: readonly string[];
}

/** One line of an agent's ledger. */
export type Entry = Deed & {
  /** 0, 1, 2, … */
  readonly index: number;
  /** The head before it: 64 hexadecimal digits. */
  readonly previous: string;
  /** By the agent's clock, UTC, to the millisecond: `2026-01-31T09:30:00.000Z`. It may go back when a clock is set; the index does not. */
  readonly time: string;
};

/** Participants of one session, at most. */
export const MAX_PARTICIPANTS = 2_048;

const question = {
  query: contentHashSchema,
  requester: partyNameSchema,
  offer: contentHashSchema,
  session: z.string().regex(/^[A-Za-z0-9:_-]{1,128}$/, "a session's id is 1 to 128 letters, digits, :, _ and -"),
};
const cause = z.string().regex(/^[a-z][A-Za-z-]{0,31}$/, "a cause is one of the protocol's words");
const participants = z.array(partyNameSchema).min(1).max(MAX_PARTICIPANTS);

const place = {
  index: z.int().min(0),
  previous: z.string().regex(/^[0-9a-f]{64}$/, "a head is 64 hexadecimal digits"),
  time: z.iso.datetime({ precision: 3 }),
};

/** The shape of an entry; unknown keys are refused. */
export const entrySchema: z.ZodType<Entry> = z.discriminatedUnion("kind", [
  z.strictObject({
    ...place,
    kind: z.literal("answered"),
    body: z.strictObject({ ...question, participants, policy: contentHashSchema, sets: contentHashSchema.optional() }),
  }),
  z.strictObject({ ...place, kind: z.literal("refused"), body: z.strictObject({ ...question, cause }) }),
  z.strictObject({ ...place, kind: z.literal("released"), body: z.strictObject({ ...question, release: contentHashSchema }) }),
  z.strictObject({ ...place, kind: z.literal("abandoned"), body: z.strictObject({ ...question, cause, participants }) }),
]);

/** The entry that follows a head. Throws a RangeError for a deed or a time that does not have the shape of one, so that all that is written can be read. */
export function append(head: Head, { kind, body }: Deed, time: string): Entry {
  const entry = entrySchema.safeParse({ index: head.index + 1, previous: head.hash, time, kind, body: withoutAbsent(body) });
  if (!entry.success) {
    throw new RangeError(`this can't be written in the ledger: ${entry.error.issues[0]?.path.join(".") || "it"} is not as an entry has it`);
  }
  return entry.data;
}

/** The digest of an entry, all of it: 64 hexadecimal digits. */
export function entryHash(entry: Entry): string {
  return toHex(digest(LABELS.ledgerEntry, canonical(entry)));
}

/** The head once this entry is written. */
export function headOf(entry: Entry): Head {
  return after({ index: entry.index - 1, hash: entry.previous }, entryHash(entry));
}

/** JSON has no undefined. */
function withoutAbsent(body: object): object {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}
