/**
 * Every label under which something is hashed, signed, sealed or drawn. Each says what it is for and holds the protocol's version, so bytes
 * made for one purpose, or for one version, never count for another. No two are alike, and none is used for two kinds of content.
 */
export const LABELS = {
  /** Signed artefacts. */
  offer: "tutti/1/offer",
  acceptance: "tutti/1/acceptance",
  refusal: "tutti/1/refusal",
  consent: "tutti/1/consent",
  formation: "tutti/1/formation",
  epochKey: "tutti/1/epoch-key",
  bundle: "tutti/1/bundle",
  release: "tutti/1/release",
  roster: "tutti/1/roster",
  rotation: "tutti/1/rotation",
  policy: "tutti/1/policy",
  dataset: "tutti/1/dataset",
  query: "tutti/1/query",
  stop: "tutti/1/stop",
  record: "tutti/1/record",
  /** Hashes that bind a session together. */
  session: "tutti/1/session",
  transcript: "tutti/1/transcript",
  participants: "tutti/1/participants",
  plan: "tutti/1/plan",
  guard: "tutti/1/guard",
  history: "tutti/1/history",
  historyLine: "tutti/1/history-line",
  challenge: "tutti/1/challenge",
  committee: "tutti/1/committee",
  committeeTicket: "tutti/1/committee-ticket",
  /** The ledger. */
  ledgerEntry: "tutti/1/ledger-entry",
  ledgerHead: "tutti/1/ledger-head",
  /** The coordinator's log. */
  logEntry: "tutti/1/log-entry",
  logHead: "tutti/1/log-head",
  /** Keys, and how people read them. */
  sessionKey: "tutti/1/session-key",
  groupKey: "tutti/1/group-key",
  patientKey: "tutti/1/patient-key",
  identity: "tutti/1/identity",
  sealedIdentity: "tutti/1/sealed-identity",
  sealedFile: "tutti/1/sealed-file",
  publicLine: "tutti/1/public-line",
  fingerprint: "tutti/1/fingerprint",
  rosterFingerprint: "tutti/1/roster-fingerprint",
  /** HTTP between agents and coordinator. */
  httpRequest: "tutti/1/http-request",
  httpNonce: "tutti/1/http-nonce",
} as const;

/** One of the labels. */
export type Label = (typeof LABELS)[keyof typeof LABELS];
