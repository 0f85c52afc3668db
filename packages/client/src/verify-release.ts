import { type Policy, type Release, releaseSchema, type ReleaseResult, rounded } from "@tutti/disclosure";
import {
  canonicalText,
  contentHash,
  type Envelope,
  EnvelopeFault,
  envelopeSchema,
  fromBase64,
  fromUtf8,
  type SignatureScheme,
  openEnvelope,
  payloadTypeOf,
  LABELS,
} from "@tutti/envelope";
import type { PinnedRoster } from "@tutti/protocol";
import { querySchema } from "@tutti/query";
import { type Check, Checklist } from "./checklist.ts";
import { rostersOf } from "./roster-file.ts";
import { verifyReceipt } from "./verify-receipt.ts";

/** What a release may be held against beside the roster, as it is read from files. */
export interface Evidence {
  /** `query.json`: what somebody believes was asked. */
  readonly query?: unknown;
  /** `receipt.json`: where the release comes from. */
  readonly receipt?: unknown;
}

/**
 * What makes a release one of a network, one thing after another; it is good when all have passed. It needs nothing but the files.
 * @param file a release as it is printed (the signed fields and `envelope`), or its bare envelope
 * @param rosterFile `roster.json`, from a source that one trusts: the version that the release names, or a chain with it
 */
export function verifyRelease(file: unknown, rosterFile: unknown, scheme: SignatureScheme, evidence: Evidence = {}): readonly Check[] {
  const list = new Checklist();
  const { envelope, printed } = parts(file);
  if (!list.tick("it holds a signed envelope", envelope !== null) || envelope === null) return list.checks;
  list.tick("the envelope says that it holds a release", envelope.payloadType === payloadTypeOf(LABELS.release));
  const rosters = rostersOf(rosterFile, scheme);
  if (!list.tick("the roster is signed by its own coordinator", rosters !== null) || rosters === null) return list.checks;
  const named = rosterNamed(envelope);
  const roster = named === null ? rosters.newest : rosters.get(named);
  if (!list.tick(rosterText(roster), roster !== null) || roster === null) return list.checks;

  const release = releaseOf(envelope, roster, scheme);
  const signers = envelope.signatures.map(({ keyid }) => keyid);
  const centres = signers.filter((name) => roster.centreKeys.has(name));
  const known = new Set([roster.coordinator.name, ...centres]);
  list.tick(
    "everybody who signed is of the roster, and signed once",
    signers.every((name) => known.has(name)) && new Set(signers).size === signers.length,
  );
  if (!list.tick("every signature holds over these very bytes", release !== null) || release === null) return list.checks;
  list.tick(`the coordinator ${roster.coordinator.name} signed`, signers.includes(roster.coordinator.name));

  const { policy } = release;
  const { invited, contributed, finished } = release.centres;
  list.tick(`${centres.length} centres signed; the policy asks for ${policy.minimumCentres}`, centres.length >= policy.minimumCentres);
  list.tick(
    `${invited} centres were invited, ${contributed} contributed, ${finished} finished; as many as signed`,
    invited <= roster.centres.length &&
      contributed <= invited &&
      finished <= invited &&
      contributed >= policy.minimumCentres &&
      centres.length <= finished,
  );
  list.tick(policyText(policy), true);
  if (printed !== null) list.tick("the printed fields are the signed ones", sameJson(printed, release));
  const { rounding } = policy;
  if (rounding !== undefined)
    list.tick(
      `numbers of patients are multiples of ${rounding}`,
      release.results.every((row) => numbersOf(row).every((number) => number % rounding === 0)),
    );
  list.tick(
    `no number below ${policy.threshold} is open, nor one that could be worked out`,
    release.results.every((row) => respects(row, policy)),
  );
  if (evidence.query !== undefined)
    list.tick(`the query is the one that was answered, ${release.query}`, queryHash(evidence.query) === release.query);
  if (evidence.receipt !== undefined) verifyReceipt(list, evidence.receipt, { release, envelope, centres }, { rosters, roster }, scheme);
  return list.checks;
}

/** The content hash of a query's file; null for what is no query. */
function queryHash(file: unknown): string | null {
  const query = querySchema.safeParse(file).data;
  return query === undefined ? null : contentHash(query);
}

function rosterText(roster: PinnedRoster | null): string {
  if (roster === null) return "the release names a version of the roster that is in the file";
  const { version, network, centres, hash } = roster;
  return `the release names version ${version} of the roster of ${network}, ${centres.length} centres, ${hash}`;
}

/** The rule in words. That an exception gives its reason is a matter of the release's form. */
function policyText({ threshold, zeros, tail, minimumCentres, profile, exception }: Policy): string {
  const rule = `threshold ${threshold}, zeros ${zeros === "show" ? "shown" : "hidden"}, tail ${tail}, at least ${minimumCentres} centres`;
  const loose = exception === undefined ? "" : `; looser than its profile, because: ${exception.reason}`;
  return `the rule was: ${profile === undefined ? "" : `profile ${profile}, `}${rule}${loose}`;
}

/** The envelope in a file, and the fields that are printed beside it. */
function parts(file: unknown): { readonly envelope: Envelope | null; readonly printed: unknown } {
  if (typeof file === "object" && file !== null && "envelope" in file) {
    const { envelope, ...printed } = file;
    return { envelope: envelopeSchema.safeParse(envelope).data ?? null, printed };
  }
  return { envelope: envelopeSchema.safeParse(file).data ?? null, printed: null };
}

/** The roster that a release names, before its signatures have held: it is under that roster's keys that they must. Null when it names none. */
function rosterNamed({ payload }: Envelope): string | null {
  try {
    const value: unknown = JSON.parse(fromUtf8(fromBase64(payload)));
    return typeof value === "object" && value !== null && "roster" in value && typeof value.roster === "string" ? value.roster : null;
  } catch {
    return null;
  }
}

/** What is signed, by whomever of the roster; null when a signature does not hold or the payload is no release. */
function releaseOf(envelope: Envelope, { coordinatorKey, centreKeys }: PinnedRoster, scheme: SignatureScheme): Release | null {
  try {
    const { value } = openEnvelope(envelope, LABELS.release, new Map([...coordinatorKey, ...centreKeys]), scheme);
    return releaseSchema.safeParse(value).data ?? null;
  } catch (fault) {
    if (fault instanceof EnvelopeFault) return null;
    throw fault;
  }
}

function sameJson(a: unknown, b: unknown): boolean {
  try {
    return canonicalText(a) === canonicalText(b);
  } catch {
    return false;
  }
}

/** The open numbers of patients of a row. */
function numbersOf(row: ReleaseResult): readonly number[] {
  const all =
    "count" in row
      ? [row.count]
      : [row.known, "positive" in row ? row.positive : null, ...("counts" in row ? Object.values(row.counts) : [])];
  return all.filter((number) => number !== null);
}

/** Whether the numbers of a row that are open, and what follows from them, keep to the rule; rounded ones are held against the rounded bound. */
function respects(row: ReleaseResult, policy: Policy): boolean {
  const least = (count: number): number => rounded(count, policy.rounding ?? 1);
  const large = (count: number): boolean => count >= least(policy.threshold) || (count === 0 && policy.zeros === "show");
  if (!numbersOf(row).every(large)) return false;
  if ("count" in row) return true;
  const { known } = row;
  if ("positive" in row) {
    const { positive, rate } = row;
    if (positive === null || known === null) return rate === null;
    return large(known - positive) && (rate === null || Math.abs(rate * known - positive) < 1e-6);
  }
  // One hidden part beside an open total could be worked out.
  if ("counts" in row) return known === null || Object.values(row.counts).filter((count) => count === null).length !== 1;
  if ("quantiles" in row) {
    return Object.entries(row.quantiles).every(([q, value]) => {
      const shorter = Math.min(Number(q), 1 - Number(q));
      return value === null || (known !== null && known >= least(Math.ceil(policy.tail / shorter - 1e-9)));
    });
  }
  return row.mean === null || known !== null;
}
