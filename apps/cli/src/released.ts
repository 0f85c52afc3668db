import type { Release } from "@tutti/disclosure";
import type { Envelope } from "@tutti/envelope";
import { type Exit, Stop } from "./exit.ts";

/** A release on stdout and in files: the fields of what was signed, and the envelope with the signatures. */
export type Released = Release & { readonly envelope: Envelope };

/** Whether an answer is a release, not the reason why there is none. */
export function isReleased(answer: Released | Stop): answer is Released {
  return !(answer instanceof Stop);
}

/** True when a release opens no number at all. */
export function opensNothing(release: Release): boolean {
  return release.results.every((result) =>
    Object.entries(result).every(([field, value]) => field === "measure" || field === "stratum" || field === "hidden" || isHidden(value)),
  );
}

/** How a command ends that got these answers; a failure counts before a release that opens nothing. */
export function exitOf(answers: readonly (Release | Stop)[]): Exit {
  const failed = answers.find((answer) => answer instanceof Stop);
  if (failed !== undefined) return failed.exit;
  const releases = answers.filter((answer): answer is Release => !(answer instanceof Stop));
  return releases.length > 0 && releases.every(opensNothing) ? "everythingHidden" : "done";
}

function isHidden(value: unknown): boolean {
  if (value === null) return true;
  return typeof value === "object" && Object.values(value).every((inner) => inner === null);
}
