export { ACCEPTANCE, CONSENT, REFUSAL, REFUSAL_REASONS } from "./answer.ts";
export type { Acceptance, Consent, Refusal, RefusalReason } from "./answer.ts";
export { decodeBundle, encodeBundle, encodeDelivery, MAX_BUNDLE_BYTES } from "./bundle.ts";
export type { Bundle } from "./bundle.ts";
export { Channel, RESULT_EXCHANGE } from "./channel.ts";
export { COMMITTEE_SIZE, committeeOf } from "./committee.ts";
export { compute } from "./computation.ts";
export type { Numbers } from "./computation.ts";
export { dictionaryHash } from "./dictionary.ts";
export { ENDPOINTS, pathOf, WAIT_MS } from "./endpoint.ts";
export type { Body, Caller, Endpoint, EndpointName, Endpoints } from "./endpoint.ts";
export { CLOCK_SKEW_MS, EPOCH_MS, EpochKeys } from "./epoch-key.ts";
export { FORMATION } from "./formation.ts";
export type { Formation } from "./formation.ts";
export { History, historyItemSchema, openHistoryItem, pastSession, RECORD } from "./history.ts";
export type { HistoryCheck, HistoryItem, KnownSession, PastSession, Record } from "./history.ts";
export { openMessage, signMessage } from "./message.ts";
export type { Keys, MessageKind, Said } from "./message.ts";
export { MAX_SHARES_MS, OFFER, questionHash } from "./offer.ts";
export type { ConsentTime, Offer } from "./offer.ts";
export { acceptancesOf, participate, peopleTime, policyOf, sessionIdOf, sessionName } from "./participation.ts";
export type { Accepted, Guard, Participation } from "./participation.ts";
export { Party } from "./party.ts";
export type { Answer, PartySetting } from "./party.ts";
export { planOnce } from "./plan-cache.ts";
export { problem, problemName, PROBLEMS, problemSchema } from "./problem.ts";
export type { Problem, ProblemKind, ProblemName } from "./problem.ts";
export {
  entryLeaf,
  inclusionSchema,
  LOG_HEAD,
  LOG_KINDS,
  LOG_PAGE,
  logEntry,
  logEntrySchema,
  logFileSchema,
  openLogHead,
  provesEntry,
  receiptSchema,
  treeHeadOf,
} from "./public-log.ts";
export type { Inclusion, LogEntry, LogFile, LogHead, LogKind, Receipt } from "./public-log.ts";
export { OUTCOMES, queryStateSchema } from "./progress.ts";
export type { Outcome, ProgressEvent, QueryState } from "./progress.ts";
export { mayFollow } from "./reformation.ts";
export type { LeftSession } from "./reformation.ts";
export { RELEASE } from "./released.ts";
export { formatPublicLine, parsePublicLine, publicLineSchema } from "./public-line.ts";
export type { PublicLine } from "./public-line.ts";
export { firstRoster, MAX_CENTRES, openRoster, ROSTER, rosterFingerprint } from "./roster.ts";
export type { PinnedRoster, Roster } from "./roster.ts";
export { MAX_VERSIONS, RosterChain, rosterFileSchema } from "./roster-chain.ts";
export type { RosterVersion } from "./roster-chain.ts";
export { enrolled, removed, replaced, revoked, rotated } from "./roster-change.ts";
export { RosterFault, rosterStep } from "./roster-step.ts";
export type { RosterChange } from "./roster-step.ts";
export { ROTATION, rotationTo } from "./rotation.ts";
export type { Rotation } from "./rotation.ts";
export { RoundMail } from "./round-mail.ts";
export { ROLES } from "./role.ts";
export type { Role } from "./role.ts";
export { decide } from "./rule-decision.ts";
export type { PastAnswer, RuledQuestion, RuleDecision } from "./rule-decision.ts";
export { scheduleStateSchema } from "./schedule.ts";
export type { RunOutcome, ScheduleRun, ScheduleState } from "./schedule.ts";
export { Session } from "./session.ts";
export type { SessionParts, Step } from "./session.ts";
export { DECISIONS, standingRulesSchema } from "./standing-rules.ts";
export type { Decision, Limit, Limits, StandingRule, StandingRules } from "./standing-rules.ts";
export { SessionStop, STOP, STOP_CAUSES } from "./stop.ts";
export type { Stop, StopCause } from "./stop.ts";
