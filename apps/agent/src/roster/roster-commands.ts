import { fingerprint } from "@tutti/envelope";
import { type PinnedRoster, type RosterChange, rosterFingerprint } from "@tutti/protocol";
import type { AgentConfig } from "../config.ts";
import { personOf } from "../consent/queue-commands.ts";
import { rosterFileOf } from "../config-files.ts";
import { StartProblem } from "../start-problem.ts";
import { pinnedIn } from "./pinned-roster.ts";
import { RosterFolder } from "./roster-folder.ts";

/** What `tutti agent roster` shows. */
export interface RosterView {
  readonly network: string;
  readonly pinned: {
    readonly version: number;
    readonly roster: string;
    readonly fingerprint: string;
    readonly centres: readonly { readonly name: string; readonly fingerprint: string }[];
  };
  /** Newer versions that the coordinator told, and what each changes; none of them counts here yet. */
  readonly pending: readonly {
    readonly version: number;
    readonly roster: string;
    readonly fingerprint: string;
    readonly changes: readonly RosterChange[];
  }[];
}

/** The roster that counts at this centre, and what waits for a person. StartProblem. */
export function rosterView(config: AgentConfig): RosterView {
  const { chain, pending } = pinnedIn(rosterFileOf(config), new RosterFolder(config.ledger));
  const { network, centres } = chain.newest;
  return {
    network,
    pinned: { ...named(chain.newest), centres: centres.map((centre) => ({ name: centre.name, fingerprint: fingerprint(centre) })) },
    pending: pending.map(({ roster, changes }) => ({ ...named(roster), changes: changes ?? [] })),
  };
}

/** The view for people. */
export function rosterText({ network, pinned, pending }: RosterView): string {
  const lines = [`${network}: version ${pinned.version} of the roster counts here; its fingerprint is ${pinned.fingerprint}`];
  const width = Math.max(0, ...pinned.centres.map(({ name }) => name.length));
  for (const { name, fingerprint: digits } of pinned.centres) lines.push(`  ${name.padEnd(width)}  ${digits}`);
  if (pending.length === 0) lines.push("Nothing waits.");
  for (const { version, fingerprint: digits, changes } of pending) {
    lines.push("", `Version ${version} waits for a person of this centre; its fingerprint is ${digits}`);
    if (changes.length === 0) lines.push("  nobody changes");
    for (const change of changes) lines.push(`  ${WORDS[change.what](change.name)}`, `    ${change.fingerprint}`);
  }
  const last = pending.at(-1);
  if (last !== undefined)
    lines.push(
      "",
      `If this is what was agreed: tutti agent roster accept --version ${last.version} --config agent.json. Until then, offers under it are refused.`,
    );
  return `${lines.join("\n")}\n`;
}

const WORDS: Readonly<Record<RosterChange["what"], (name: string) => string>> = {
  added: (name) => `${name} joins`,
  removed: (name) => `${name} leaves`,
  rotated: (name) => `${name} has a new key, for which its old one has signed`,
  replaced: (name) => `${name} HAS A NEW KEY, AND THE OLD ONE WAS LOST: compare its fingerprint on the phone`,
  revoked: (name) => `${name} leaves, and its key counts for nothing any more`,
};

/** What was done. */
export interface RosterAccepted {
  readonly version: number;
  readonly roster: string;
  readonly by: string;
}

/** Says a person's yes to a version that waits, and to all before it. The agent takes it up at its next turn, or when it is started. StartProblem. */
export async function acceptRoster(
  config: AgentConfig,
  version: string | undefined,
  by: string | undefined,
  nowMs: number,
): Promise<RosterAccepted> {
  const folder = new RosterFolder(config.ledger);
  const { chain, pending } = pinnedIn(rosterFileOf(config), folder);
  if (version === undefined) throw new StartProblem("say which version: --version N, as tutti agent roster shows it");
  const wanted = pending.find(({ roster }) => String(roster.version) === version);
  if (wanted === undefined) throw new StartProblem(nothingToAccept(version, chain.newest.version, pending.at(-1)?.roster.version ?? null));
  const said = { version: wanted.roster.version, roster: wanted.roster.hash, by: personOf(by) };
  await folder.sayYes({ ...said, atMs: nowMs });
  return said;
}

/** What was done, for people. */
export function acceptedText({ version, by }: RosterAccepted): string {
  return `Version ${version} of the roster counts here from the agent's next turn on, by ${by}. It is written in the ledger.\n`;
}

function nothingToAccept(version: string, pinned: number, newest: number | null): string {
  if (newest === null)
    return `nothing waits: version ${pinned} counts, and the agent knows of no newer one. It hears of one when it starts, and when it is asked something under it`;
  return `version ${version} does not wait: ${pinned} counts, and the newest that waits is ${newest}`;
}

function named(roster: PinnedRoster): { readonly version: number; readonly roster: string; readonly fingerprint: string } {
  return { version: roster.version, roster: roster.hash, fingerprint: rosterFingerprint(roster) };
}
