/**
 * Every line that the agent logs, by its `msg`, with its level: one closed list, so that an alarm can match a line whole. What each means, and what to
 * do about it, is in docs/operating.md.
 */
export const AGENT_EVENTS = {
  ready: "info",
  "asked to end": "info",
  "asked for offers": "debug",
  "reached again": "debug",
  accepted: "info",
  formed: "info",
  exchanged: "debug",
  ended: "info",
  held: "warn",
  "held before shares leave": "warn",
  decided: "warn",
  "people stopped it: nothing is answered": "warn",
  "people let it answer again": "warn",
  "a newer roster waits for a person": "warn",
  "another version of the roster counts": "warn",
  "a roster was refused": "error",
  "the coordinator's roster could not be asked for": "warn",
  "this centre's key is not in the roster that counts": "error",
  "a person's yes to a roster could not be taken up": "error",
  refused: "warn",
  "no offers could be asked for": "warn",
  "the coordinator could not be asked about earlier sessions": "warn",
  "the coordinator was reminded of earlier sessions": "warn",
  "an earlier session was not taken into the history": "warn",
  "the coordinator's log could not be looked at": "warn",
  "the refusal was not taken": "warn",
  "what people decided was not taken": "warn",
  "the stop was not taken": "warn",
  "the release could not be written in the ledger": "warn",
  "the release that all have signed did not come": "warn",
  "the stop could not be written in the ledger": "warn",
  "the refusal could not be written in the ledger": "error",
  "an offer could not be answered": "error",
  "what is dealt could not be kept": "error",
  "the data could not be read": "error",
  "what people are asked could not be kept": "error",
  "what people decided could not be dealt with": "error",
  "nothing is answered any more": "error",
  "the coordinator's log does not hold": "error",
} as const;

/** The events of one level. */
export type AgentEvent<Level> = {
  [E in keyof typeof AGENT_EVENTS]: (typeof AGENT_EVENTS)[E] extends Level ? E : never;
}[keyof typeof AGENT_EVENTS];

/** What a line is about: names, hashes, causes, durations. A closed list too: no field is there for data, a key, or a value. */
export interface AgentFields {
  /** The query's id at the coordinator, by which the lines of all centres and of the coordinator belong together. */
  readonly query?: string;
  /** `sha256:…` of the offer, as the ledger has it. */
  readonly offer?: string;
  /** The session's name. */
  readonly session?: string;
  readonly requester?: string;
  /** Why an offer was refused. */
  readonly reason?: string | null;
  /** The id by which people decide, and what they decided. */
  readonly consent?: string;
  readonly decision?: string;
  /** How a session ended here: `released`, `shutdown`, or the cause of its stop. */
  readonly ending?: string;
  readonly tookMs?: number;
  readonly exchange?: number;
  /** A version of the roster, and its content hash. */
  readonly version?: number;
  readonly roster?: string;
  /** How often it failed in a row. */
  readonly failures?: number;
  /** A sentence of this program that says what to do. */
  readonly problem?: string;
  /** The kind of an error. */
  readonly fault?: string;
  /** Where in the program: of an error that is none of this program's, never its message. */
  readonly places?: string;
}

/** Where the agent tells its engineer what it does; never data, a key, or a value. */
export interface AgentLog {
  debug(about: AgentFields, event: AgentEvent<"debug">): void;
  info(about: AgentFields, event: AgentEvent<"info">): void;
  warn(about: AgentFields, event: AgentEvent<"warn">): void;
  error(about: AgentFields, event: AgentEvent<"error">): void;
}
