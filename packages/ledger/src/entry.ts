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
  | { readonly kind: "abandoned"; readonly body: Abandoned }
  /** Its people are asked. */
  | { readonly kind: "held"; readonly body: Held }
  /** They have decided, or their time is over. */
  | { readonly kind: "decided"; readonly body: Decided }
  /** Somebody has stopped it, or has let it go on: in between it answers nothing. */
  | { readonly kind: "stopped" | "resumed"; readonly body: Ordered }
  /** A version of the roster counts from here on. */
  | { readonly kind: "pinned"; readonly body: PinnedVersion };

/** What an agent did about an offer. */
export type OfferDeed = Exclude<Deed, { readonly kind: "stopped" | "resumed" | "pinned" }>;

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
  /** Content hash of the question, where people have agreed to it: their consent is used up. */
  readonly question?: string | undefined;
}

/** The body of `refused`. */
export interface Refused extends Question {
  /** The reason as the protocol names it, such as `expired`. */
  readonly cause: string;
  /** For `rule`: which of the centre's standing rules say so. */
  readonly because?: readonly string[] | undefined;
}

/** The body of `released`. */
export interface Released extends Question {
  /** Content hash of the release. */
  readonly release: string;
  /** As in `answered`. */
  readonly question?: string | undefined;
}

/** The body of `abandoned`. */
export interface Abandoned extends Omit<Refused, "because"> {
  readonly participants: readonly string[];
}

/** What people are asked about: that a query runs, or that this agent's shares leave in a session that is formed. */
export type ConsentStage = "run" | "shares";

/** The body of `held`. */
export interface Held extends Question {
  readonly stage: ConsentStage;
  /** Content hash of the question. */
  readonly question: string;
  /** Until when they may decide: UTC, to the millisecond. */
  readonly until: string;
  /** Which of the centre's standing rules ask for it. */
  readonly because: readonly string[];
}

/** The body of `decided`. */
export interface Decided extends Question {
  readonly stage: ConsentStage;
  readonly question: string;
  readonly until: string;
  /** `lapsed`: nobody has decided in time. */
  readonly decision: "approved" | "denied" | "lapsed";
  /** Who has decided, as they said or as the operating system knows them; when, by the clock of their command; and, of a denial, why. */
  readonly by?: string | undefined;
  readonly at?: string | undefined;
  readonly why?: string | undefined;
}

/** The body of `stopped` and `resumed`. */
export interface Ordered {
  readonly by: string;
  /** When, by the clock of their command. */
  readonly at: string;
}

/** The body of `pinned`. */
export interface PinnedVersion {
  /** Content hash of the roster, and its version. */
  readonly roster: string;
  readonly version: number;
  /** Who said yes to it, and when, by the clock of their command; absent when it came with the configuration. */
  readonly by?: string | undefined;
  readonly at?: string | undefined;
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
const person = z.string().regex(/^[^\p{Cc}]{1,100}$/u, "a person's name is up to 100 characters of plain text");
const because = z
  .array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "a rule's name is up to 40 small letters, digits and hyphens"))
  .max(1_010);
const stage = z.enum(["run", "shares"]);
const moment = z.iso.datetime({ precision: 3 });
const participants = z.array(partyNameSchema).min(1).max(MAX_PARTICIPANTS);

const agreed = { question: contentHashSchema.optional() };

const place = {
  index: z.int().min(0),
  previous: z.string().regex(/^[0-9a-f]{64}$/, "a head is 64 hexadecimal digits"),
  time: moment,
};

/** The shape of an entry; unknown keys are refused. */
export const entrySchema: z.ZodType<Entry> = z.discriminatedUnion("kind", [
  z.strictObject({
    ...place,
    kind: z.literal("answered"),
    body: z.strictObject({ ...question, participants, policy: contentHashSchema, sets: contentHashSchema.optional(), ...agreed }),
  }),
  z.strictObject({ ...place, kind: z.literal("refused"), body: z.strictObject({ ...question, cause, because: because.optional() }) }),
  z.strictObject({ ...place, kind: z.literal("released"), body: z.strictObject({ ...question, release: contentHashSchema, ...agreed }) }),
  z.strictObject({ ...place, kind: z.literal("abandoned"), body: z.strictObject({ ...question, cause, participants }) }),
  z.strictObject({
    ...place,
    kind: z.literal("held"),
    body: z.strictObject({ ...question, stage, question: contentHashSchema, until: moment, because }),
  }),
  z.strictObject({
    ...place,
    kind: z.literal("decided"),
    body: z.strictObject({
      ...question,
      stage,
      question: contentHashSchema,
      until: moment,
      decision: z.enum(["approved", "denied", "lapsed"]),
      by: person.optional(),
      at: moment.optional(),
      why: cause.optional(),
    }),
  }),
  z.strictObject({ ...place, kind: z.enum(["stopped", "resumed"]), body: z.strictObject({ by: person, at: moment }) }),
  z.strictObject({
    ...place,
    kind: z.literal("pinned"),
    body: z.strictObject({ roster: contentHashSchema, version: z.int().min(1), by: person.optional(), at: moment.optional() }),
  }),
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
