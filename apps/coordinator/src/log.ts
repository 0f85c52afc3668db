import { EnvelopeFault } from "@tutti/envelope";
import { faultFields as fieldsOf, type FaultFields } from "@tutti/platform";
import { RosterFault } from "@tutti/protocol";
import { ConfigFault } from "./config.ts";
import { DatabaseFault } from "./database.ts";

/**
 * Every line that the coordinator logs, by its `msg`, with its level: one closed list, so that an alarm can match a line whole. What each means, and
 * what to do about it, is in docs/operating.md.
 */
export const COORDINATOR_EVENTS = {
  ready: "info",
  "asked to end": "info",
  asked: "info",
  offered: "info",
  held: "info",
  formed: "info",
  "taken up": "info",
  resumed: "info",
  ended: "info",
  refused: "warn",
  stopped: "warn",
  "the roster has changed": "info",
  "the roster was not taken": "error",
  "the coordinator has new keys: start it anew": "warn",
  "too few centres in the roster": "warn",
  "a past session was not taken": "warn",
  "a scheduled query was missed": "warn",
  "a scheduled query was skipped": "warn",
  "a scheduled query could not be asked": "warn",
  "the scheduler says": "info",
  "the scheduler warns": "warn",
  "the scheduler failed": "error",
  "the certificate was read again": "info",
  "the old certificate stays": "warn",
  "the store can't be written": "error",
  "the store does not answer": "error",
  "a mistake in this program": "error",
} as const;

/** The events of one level. */
export type CoordinatorEvent<Level> = {
  [E in keyof typeof COORDINATOR_EVENTS]: (typeof COORDINATOR_EVENTS)[E] extends Level ? E : never;
}[keyof typeof COORDINATOR_EVENTS];

/** What a line is about: names, hashes, causes, durations. A closed list too: no field is there for a body, a token, or a key. */
export interface LogFields {
  /** The query's id, by which the lines of the coordinator and of all centres belong together. */
  readonly query?: string;
  /** `sha256:…` of the offer. */
  readonly offer?: string;
  /** The session's name. */
  readonly session?: string;
  readonly requester?: string;
  readonly centre?: string;
  /** How many centres take part. */
  readonly participants?: number;
  /** Why a centre refused. */
  readonly reason?: string;
  /** Why a session stopped, and whom its participant proves wrong. */
  readonly cause?: string;
  readonly blame?: readonly string[];
  /** A version of the roster, and its content hash. */
  readonly version?: number;
  readonly roster?: string;
  readonly outcome?: string;
  readonly tookMs?: number;
  readonly schedule?: string;
  readonly dueAtMs?: number;
  readonly catchUp?: boolean;
  readonly url?: string;
  /** The number of a mistake in this program, as its problem told it. */
  readonly defect?: string;
  /** A sentence of this program, or of the scheduler. */
  readonly problem?: string;
  /** The kind of an error. */
  readonly fault?: string;
  /** Where in the program: of an error that is none of this program's, never its message. */
  readonly places?: string;
}

/** What the coordinator tells its operator: never a body, a token, a key. */
export interface Log {
  info(about: LogFields, event: CoordinatorEvent<"info">): void;
  warn(about: LogFields, event: CoordinatorEvent<"warn">): void;
  error(about: LogFields, event: CoordinatorEvent<"error">): void;
}

/** The faults of this program whose messages are written for people, and hold nothing secret. */
const OURS = [EnvelopeFault, ConfigFault, DatabaseFault, RosterFault] as const;

/** What may be logged of a failure. */
export function faultFields(error: unknown): FaultFields {
  return fieldsOf(error, OURS);
}
