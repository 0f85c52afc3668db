export { hashesAfter, runsThrough, verifyChain } from "./chain.ts";
export { append, entryHash, entrySchema, headOf, MAX_PARTICIPANTS } from "./entry.ts";
export type {
  Abandoned,
  Answered,
  ConsentStage,
  Decided,
  Deed,
  Entry,
  Held,
  OfferDeed,
  Ordered,
  PinnedVersion,
  Refused,
  Released,
} from "./entry.ts";
export { LedgerFault } from "./fault.ts";
export { after, GENESIS, headSchema, isContinuation } from "./head.ts";
export type { Head } from "./head.ts";
export { decodeLine, encodeLine, readLedger } from "./line.ts";
export type { Ledger } from "./line.ts";
export { isConsistent, isIncluded, MAX_PROOF_HASHES } from "./merkle-proof.ts";
export type { TreeHead } from "./merkle-proof.ts";
export { leafHash, MerkleTree, nodeHash } from "./merkle-tree.ts";
