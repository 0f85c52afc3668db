import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { contentHash, type Envelope, EnvelopeFault, envelopeSchema, fromHex, type Sha256, type SignatureScheme } from "@tutti/envelope";
import { isConsistent } from "@tutti/ledger";
import { type LogHead, openLogHead, provesEntry, type RosterChain, treeHeadOf } from "@tutti/protocol";
import type { AgentLog } from "./agent-log.ts";
import type { LogLink } from "./coordinator-link.ts";
import { faultFields } from "./fault-fields.ts";
import { writeDurably } from "./guard/durable-file.ts";
import { LinkFault } from "./link-fault.ts";
import { type LogEvidence, type LogFailure, logEvidenceSchema, troubleOf } from "./log-evidence.ts";
import { StartProblem } from "./start-problem.ts";

/** What a watch is made of. */
export interface LogWatchParts {
  /** The folder of the ledger. */
  readonly folder: string;
  /** The versions of the roster that are known here: the newest counts for what is shown, older ones for what was kept. */
  readonly rosters: Pick<RosterChain, "newest" | "versions">;
  readonly scheme: SignatureScheme;
  readonly sha256: Sha256;
  readonly link: LogLink;
  /** The release of a session as all have signed it; null where none is known. */
  readonly releaseOf: (session: string) => Envelope | null;
  readonly nowMs: () => number;
  readonly log: AgentLog;
}

/** A release that has to be in the log. */
interface Published {
  readonly session: string;
  /** Its content hash. */
  readonly release: string;
}

/** The log is looked at so often, at most: never while a query waits for it. */
const PAUSE_MS = 60_000;
/** And at least so often, also when nothing was published. */
const LONGEST_MS = 600_000;
const LINK_MS = 20_000;
/** Releases that wait for their check; the oldest make room. */
const MAX_EXPECTED = 1_000;
const RESTORE = "restore the newest copy of the whole folder of the ledger";
const HEAD_FILE = "log-head.json";
/** The file that is left for people. */
export const EVIDENCE_FILE = "log-evidence.json";

/**
 * Watches that the coordinator's log only grows, and that what this centre has signed is in it (RFC 9162 §8). The last head that held is kept in
 * `log-head.json`. When one does not hold, both are kept in `log-evidence.json`, and nothing is answered until a person has moved that file away.
 */
export class LogWatch {
  readonly #parts: LogWatchParts;
  #kept: Envelope | null;
  #trouble: string | null;
  /** By session: content hashes. */
  readonly #expected = new Map<string, string>();
  #lookedMs = -Infinity;

  private constructor(parts: LogWatchParts, kept: Envelope | null, evidence: LogEvidence | null) {
    this.#parts = parts;
    this.#kept = kept;
    this.#trouble = evidence === null ? null : troubleOf(evidence.failure, join(parts.folder, EVIDENCE_FILE));
    if (this.#trouble !== null) parts.log.error({ problem: this.#trouble }, "the coordinator's log does not hold");
  }

  /** Reads what was kept. Throws a StartProblem for a file that can't be read. */
  static open(parts: LogWatchParts): LogWatch {
    const evidence = read(join(parts.folder, EVIDENCE_FILE), (value) => logEvidenceSchema.safeParse(value).data);
    const kept = read(join(parts.folder, HEAD_FILE), (value) => envelopeSchema.safeParse(value).data);
    return new LogWatch(parts, kept, evidence);
  }

  /** Why nothing may be answered until somebody has seen to it; null while something may. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** When the last head that held was signed; null before the first. Releases from before it need not be looked for. */
  get keptAtMs(): number | null {
    return this.#last()?.atMs ?? null;
  }

  /** Says that a release was published: the next look finds it in the log, or raises the alarm. */
  expect(session: string, release: Envelope): void {
    if (this.#expected.size >= MAX_EXPECTED) this.#expected.delete(this.#expected.keys().next().value!);
    this.#expected.set(session, contentHash(release, this.#parts.sha256));
  }

  /** Looks at once, and then now and then, until the signal aborts. */
  async run(signal: AbortSignal, sleep: (ms: number) => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      const dueMs = this.#lookedMs + LONGEST_MS;
      if (this.#trouble === null && (this.#expected.size > 0 || this.#parts.nowMs() >= dueMs)) await this.look();
      await sleep(PAUSE_MS).catch(() => {});
    }
  }

  /** Looks at the log. A coordinator that can't be reached changes nothing; what was to be found is looked for again. */
  async look(): Promise<void> {
    const { log, nowMs } = this.#parts;
    this.#lookedMs = nowMs();
    try {
      await this.#look(nowMs() + LINK_MS);
    } catch (fault) {
      log.warn(faultFields(fault), "the coordinator's log could not be looked at");
    }
  }

  async #look(deadlineMs: number): Promise<void> {
    // What is published from here on may be beyond the head that is shown.
    const due = [...this.#expected];
    const shown = await this.#parts.link.logHead(deadlineMs);
    const head = this.#shown(shown);
    const kept = this.#last();
    if (kept !== null && head.size < kept.size) return this.#alarm("shorter", shown);
    if (kept !== null && !(await this.#continues(kept, head, deadlineMs))) return this.#alarm("rewritten", shown);
    for (const [session, release] of due) {
      if (!(await this.#holds({ session, release }, head, deadlineMs))) return this.#alarm("hidden", shown, { session, release });
      this.#expected.delete(session);
    }
    if (kept !== null && kept.size === head.size) return;
    await writeDurably(join(this.#parts.folder, HEAD_FILE), Buffer.from(`${JSON.stringify(shown)}\n`));
    this.#kept = shown;
  }

  async #continues(kept: LogHead, head: LogHead, deadlineMs: number): Promise<boolean> {
    if (kept.size === head.size) return kept.root === head.root;
    const proof = await orNone(this.#parts.link.logConsistency(kept.size, head.size, deadlineMs));
    return proof !== null && isConsistent(treeHeadOf(kept), treeHeadOf(head), proof.map(fromHex), this.#parts.sha256);
  }

  async #holds({ session, release }: Published, head: LogHead, deadlineMs: number): Promise<boolean> {
    const { link, sha256 } = this.#parts;
    const wanted = { kind: "release", about: session, envelope: release } as const;
    const found = await orNone(link.logInclusion(session, wanted.envelope, head.size, deadlineMs));
    return found !== null && provesEntry(found, wanted, head, sha256);
  }

  /** The trouble holds from here on, also where it can't be written down. */
  async #alarm(failure: LogFailure, shown: Envelope, missing: Published | null = null): Promise<void> {
    const path = join(this.#parts.folder, EVIDENCE_FILE);
    this.#trouble = troubleOf(failure, path);
    this.#parts.log.error({ problem: this.#trouble }, "the coordinator's log does not hold");
    const release = missing === null ? null : this.#parts.releaseOf(missing.session);
    const evidence: LogEvidence = {
      failure,
      kept: this.#kept,
      shown,
      missing: release === null ? null : { session: missing!.session, release },
    };
    await writeDurably(path, Buffer.from(`${JSON.stringify(evidence)}\n`));
    // It stands in the evidence: whoever moves that away begins anew with what the coordinator shows then.
    await rm(join(this.#parts.folder, HEAD_FILE), { force: true });
  }

  /** Throws an EnvelopeFault for a head that the coordinator did not sign: it proves nothing against anybody. */
  #shown(envelope: Envelope): LogHead {
    return openLogHead(envelope, this.#parts.rosters.newest, this.#parts.scheme);
  }

  /** The head that was kept, perhaps under an earlier key of the coordinator; it was checked when it was kept. */
  #last(): LogHead | null {
    const kept = this.#kept;
    if (kept === null) return null;
    for (const { roster } of this.#parts.rosters.versions.toReversed()) {
      try {
        return openLogHead(kept, roster, this.#parts.scheme);
      } catch (fault) {
        if (!(fault instanceof EnvelopeFault)) throw fault;
      }
    }
    throw new StartProblem(`${join(this.#parts.folder, HEAD_FILE)} is not signed by this network's coordinator: ${RESTORE}`);
  }
}

/** The coordinator says that there is no such thing: null. Whether it can be reached is another matter. */
async function orNone<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (fault) {
    if (fault instanceof LinkFault && (fault.kind === "not-found" || fault.kind === "not-understood")) return null;
    throw fault;
  }
}

function read<T>(path: string, parse: (value: unknown) => T | undefined): T | null {
  let value: T | undefined;
  try {
    value = parse(JSON.parse(readFileSync(path, "utf8")));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
  }
  if (value === undefined) throw new StartProblem(`${path} can't be read: ${RESTORE}`);
  return value;
}
