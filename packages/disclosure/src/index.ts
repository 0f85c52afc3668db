export { bitmapOf, differenceOf } from "./bitmap.ts";
export type { Bitmap } from "./bitmap.ts";
export { patientsTold, setsOfCells, setsOfRelease, stillStanding } from "./earlier-release.ts";
export type { EarlierRelease, ReleasedSet } from "./earlier-release.ts";
export {
  answerAgain,
  emptyIsNear,
  guarded,
  guardedCells,
  guardPairs,
  pairsLeft,
  pairsThatMatter,
  releasesOf,
  toldBefore,
} from "./guard.ts";
export type { Distance, GuardPair } from "./guard.ts";
export { meansToOpen } from "./mean-rows.ts";
export type { OpenMean } from "./mean-rows.ts";
export { differencesOf, setName, setsToKeep, setsUpTo } from "./membership.ts";
export type { Membership } from "./membership.ts";
export { openedCounts, openedQuantiles, openedSums } from "./opened.ts";
export type { Opened } from "./opened.ts";
export { pattern, protects } from "./pattern.ts";
export type { Pattern } from "./pattern.ts";
export { DEFAULT_POLICY, MAX_THRESHOLD, policySchema, strictest } from "./policy.ts";
export type { Policy, Rules } from "./policy.ts";
export { PROFILES } from "./profiles.ts";
export type { ProfileName } from "./profiles.ts";
export { preview, previewSchema } from "./preview.ts";
export type { Preview, PreviewRow, Risk } from "./preview.ts";
export { primary, smallValues } from "./primary.ts";
export { Recent } from "./recent.ts";
export { release, releaseAgain, releaseSchema } from "./release.ts";
export type { Release, ReleaseResult, Session } from "./release.ts";
export { cellsToOpen, meanShares, quantileRows, searchesOf, sumsOf } from "./reveal.ts";
export { rounded } from "./rounding.ts";
export type { Search } from "./reveal.ts";
export { decimalsBeyond, deviationOpens, mean, quantileOpens, quantileRanks, quantileValue, standardDeviation } from "./statistic.ts";
export { suppress } from "./suppression.ts";
export type { Standing } from "./suppression.ts";
export { systemOf } from "./system.ts";
export type { Earlier, SuppressionSystem, SystemCell } from "./system.ts";
export { Totals } from "./totals.ts";
