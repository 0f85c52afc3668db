import { type Envelope, EnvelopeFault, envelopeSchema, type SignatureScheme } from "@tutti/envelope";
import { z } from "zod";
import { openRoster, type PinnedRoster } from "./roster.ts";
import { type RosterChange, RosterFault, rosterStep } from "./roster-step.ts";

/** One version of a chain: as it is signed, as it opens, and what it changed; null for the first that is known. */
export interface RosterVersion {
  readonly envelope: Envelope;
  readonly roster: PinnedRoster;
  readonly changes: readonly RosterChange[] | null;
}

/** Versions in one chain, at most. */
export const MAX_VERSIONS = 10_000;

/** The shape of `roster.json`: all versions, oldest first; or one alone. */
export const rosterFileSchema: z.ZodType<Envelope | readonly Envelope[]> = z.union([
  envelopeSchema,
  z.array(envelopeSchema).min(1).max(MAX_VERSIONS),
]);

/** The versions of one network's roster that are known, without a gap; each follows from the one before. */
export class RosterChain {
  /** Oldest first; at least one. */
  readonly versions: readonly RosterVersion[];
  readonly #byHash: ReadonlyMap<string, PinnedRoster>;

  private constructor(versions: readonly RosterVersion[]) {
    this.versions = versions;
    this.#byHash = new Map(versions.map(({ roster }) => [roster.hash, roster]));
  }

  /**
   * Opens `roster.json`: one version, or a chain of them.
   * @throws EnvelopeFault when a version does not open
   * @throws RosterFault when one does not follow from the one before
   */
  static open(file: unknown, scheme: SignatureScheme): RosterChain {
    const parsed = rosterFileSchema.safeParse(file);
    if (!parsed.success) throw new EnvelopeFault("shape", "this is not a signed roster: use the roster.json that the network gave you");
    const [first, ...rest] = "payload" in parsed.data ? [parsed.data] : parsed.data;
    return new RosterChain([{ envelope: first!, roster: openRoster(first, scheme), changes: null }]).extended(rest, scheme);
  }

  /** The last version. */
  get newest(): PinnedRoster {
    return this.versions.at(-1)!.roster;
  }

  /** The signed versions, oldest first. */
  get envelopes(): readonly Envelope[] {
    return this.versions.map(({ envelope }) => envelope);
  }

  /** Whether it goes back to the first version. */
  get isWhole(): boolean {
    return this.versions[0]!.roster.version === 1;
  }

  /** The version of a content hash; null when it is not among these. */
  get(hash: string): PinnedRoster | null {
    return this.#byHash.get(hash) ?? null;
  }

  /** The versions after a number, oldest first. */
  after(version: number): readonly RosterVersion[] {
    return this.versions.filter(({ roster }) => roster.version > version);
  }

  /** The same chain up to a version. Throws a RangeError when it is not among these. */
  upTo(version: number): RosterChain {
    const kept = this.versions.filter(({ roster }) => roster.version <= version);
    if (kept.at(-1)?.roster.version !== version) throw new RangeError(`version ${version} of the roster is not known here`);
    return new RosterChain(kept);
  }

  /**
   * The chain with the versions that follow.
   * @throws EnvelopeFault when a version does not open
   * @throws RosterFault when one does not follow from the one before
   */
  extended(envelopes: readonly Envelope[], scheme: SignatureScheme): RosterChain {
    const versions = [...this.versions];
    for (const envelope of envelopes) {
      const roster = openRoster(envelope, scheme);
      versions.push({ envelope, roster, changes: rosterStep(versions.at(-1)!.roster, roster, scheme) });
    }
    return new RosterChain(versions);
  }

  /**
   * The longer of two chains that say the same where they overlap.
   * @throws RosterFault `order` when they are of different pasts, or have a gap between them
   */
  joined(other: RosterChain, scheme: SignatureScheme): RosterChain {
    const [older, younger] = this.versions[0]!.roster.version <= other.versions[0]!.roster.version ? [this, other] : [other, this];
    const parts = younger.versions.every(({ roster }) => roster.version > older.newest.version || older.get(roster.hash) !== null);
    if (!parts) throw new RosterFault("order", "there are two rosters of one version: keep yours, and ask the network's operator");
    return older.extended(
      younger.after(older.newest.version).map(({ envelope }) => envelope),
      scheme,
    );
  }
}
