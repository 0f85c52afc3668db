import { hashOf, type TokenEntry } from "../tokens.ts";

/** Whoever has a token. */
export type Researcher = "ann" | "bob" | "elsewhere" | "looking" | "late" | "operator" | "auditor";

/** What each one's token is for. */
const MAY: Readonly<Record<Researcher, Omit<TokenEntry, "name" | "hash">>> = {
  ann: { role: "researcher" },
  bob: { role: "researcher" },
  /** For another dictionary than the one that is there. */
  elsewhere: { role: "researcher", datasets: ["iph"] },
  /** To look, not to ask. */
  looking: { role: "researcher", actions: ["state", "preview"] },
  late: { role: "researcher", expiresAtMs: Date.UTC(2026, 0, 2) },
  operator: { role: "coordinator" },
  auditor: { role: "auditor" },
};

/** The entries of all tokens, as a configuration has them. */
export const TOKENS: readonly TokenEntry[] = Object.entries(MAY).map(([name, entry]) => ({
  ...entry,
  name,
  hash: hashOf(tokenOf(name as Researcher)),
}));

/** The field by which somebody is let in. */
export function bearer(by: Researcher): Record<string, string> {
  return { authorization: `Bearer ${tokenOf(by)}` };
}

function tokenOf(name: Researcher): string {
  return `token-of-${name}`;
}
