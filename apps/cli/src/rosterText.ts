import { fingerprint } from "@tutti/envelope";
import type { PinnedRoster, RosterChange } from "@tutti/protocol";

const WORDS: Readonly<Record<RosterChange["what"], string>> = {
  added: "joins",
  removed: "leaves",
  rotated: "has a new key, for which the old one has signed",
  replaced: "HAS A NEW KEY, AND THE OLD ONE WAS LOST: compare its fingerprint on the phone",
  revoked: "leaves, and its key counts for nothing any more",
};

/** What a version changes, for people. */
export function rosterChanges(version: number, changes: readonly RosterChange[]): string {
  const lines = changes.map(({ what, name, fingerprint: digits }) => `  ${name} ${WORDS[what]}\n    ${digits}\n`);
  return `Version ${version} of the roster:\n${lines.length === 0 ? "  nobody changes\n" : lines.join("")}`;
}

/** Who is in a version, for people. */
export function rosterTable({ network, version, coordinator, centres }: PinnedRoster): string {
  const width = Math.max(...[coordinator, ...centres].map(({ name }) => [...name].length));
  const row = (party: { readonly name: string; readonly publicKey: string }): string =>
    `  ${party.name}${" ".repeat(width - [...party.name].length)}  ${fingerprint(party)}\n`;
  return `${network}, version ${version}: ${centres.length} centres\n${centres.map(row).join("")}Coordinator:\n${row(coordinator)}`;
}
