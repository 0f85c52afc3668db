import { parseArgs } from "node:util";
import { killCampaign } from "./kills.ts";
import { removeSandboxes } from "./sandbox-folder.ts";

// Kills, halts and cuts off real processes at every stage of their sessions, and counts what came of it.

const { values } = parseArgs({ options: { kills: { type: "string", default: "100" }, seed: { type: "string", default: "1" } } });
const beganMs = performance.now();
const { kills, halts, cuts, stages, outcomes, violations } = await killCampaign(Number(values.kills), Number(values.seed), (line) =>
  process.stderr.write(`${line}\n`),
);
removeSandboxes();
const count = (entries: ReadonlyMap<string, number>): string => [...entries].map(([name, n]) => `${name} ${n}`).join(", ");
process.stdout.write(`${kills} kills, ${halts} halts, ${cuts} cuts of a connection in ${Math.round((performance.now() - beganMs) / 1_000)} s
at the stage: ${count(stages)}
queries ended: ${count(outcomes)}
violations: ${violations.length}
${violations.map((one) => `  ${one}\n`).join("")}`);
process.exitCode = violations.length === 0 ? 0 : 1;
