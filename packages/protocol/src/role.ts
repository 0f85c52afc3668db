/**
 * What the holder of a token is to the network.
 * - `researcher`: asks queries, and sees what became of their own
 * - `coordinator`: keeps the service running, and sees what became of all queries; asks none
 * - `auditor`: sees what became of all queries; asks none
 */
export type Role = "researcher" | "coordinator" | "auditor";

/** All roles. */
export const ROLES: readonly Role[] = ["researcher", "coordinator", "auditor"];
