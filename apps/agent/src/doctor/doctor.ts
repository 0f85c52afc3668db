import { readConfig } from "../config.ts";
import { Examination, type Finding } from "./finding.ts";
import { memory } from "./memory.ts";
import { ownFiles } from "./own-files.ts";
import { reach } from "./reach.ts";

/** Everything that the doctor found. */
export interface Diagnosis {
  /** Nothing is wrong. */
  readonly healthy: boolean;
  readonly checks: readonly Finding[];
}

/**
 * Looks at everything that an agent stands on: its files, its memory, the way to its coordinator. It changes nothing but what a start would repair, answers
 * no offer, and prints no data. StartProblem when there is no configuration to begin with.
 */
export async function diagnose(configPath: string): Promise<Diagnosis> {
  const config = readConfig(configPath);
  const examination = new Examination();
  const own = await ownFiles(config, examination);
  await memory(config, own, examination);
  await reach(config, own, examination);
  const { findings } = examination;
  return { healthy: findings.every(({ passed }) => passed !== false), checks: findings };
}

/** A diagnosis for people. */
export function diagnosisText({ healthy, checks }: Diagnosis): string {
  const lines = checks.map(({ check, passed, says }) => `${passed === null ? "·" : passed ? "✓" : "✗"} ${check.padEnd(16)} ${says}\n`);
  return `${lines.join("")}${healthy ? "" : "\nWhat is marked ✗ has to be put right; what is marked · could not be looked at, or needs no look.\n"}`;
}
