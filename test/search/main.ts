import { ATTACKERS } from "./attackers.ts";
import { type Campaign, campaign, NETWORKS } from "./campaign.ts";
import type { Searched } from "./evolution.ts";

// Searches for sequences of queries that give a patient away: node test/search/main.ts --seconds 600 --seed 1 [--show]

const option = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const seconds = option("seconds", 60);
const seed = option("seed", 1);
if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
  process.stderr.write("search: --seconds is a number above 0, --seed a whole number\n");
  process.exit(2);
}

const SEQUENCES = 150;
const SHADOWS = 100;
const share = (seconds * 1_000) / (Object.keys(ATTACKERS).length * 2);

process.stdout.write(`seed ${seed}, ${seconds} s, ${SEQUENCES} sequences a scene, k = 5\n\n`);
process.stdout.write(
  "| attacker | rule | scenes | sequences | cells below k recovered | advantage over guessing |\n| --- | --- | -: | -: | -: | -: |\n",
);
for (const [name, attacker] of Object.entries(ATTACKERS))
  for (const [rule, defences] of Object.entries(NETWORKS)) {
    const until = performance.now() + share;
    const found: Campaign[] = [];
    do found.push(campaign(seed + 1_000 * found.length, defences, attacker, { scenes: 2, sequences: SEQUENCES, shadows: SHADOWS }));
    while (performance.now() < until);
    const sum = (of: (one: Campaign) => number): number => found.reduce((all, one) => all + of(one), 0);
    const scenes = sum((one) => one.scenes);
    const recovered = found.flatMap((one) => one.recovered);
    const cells = [
      name,
      rule === "network" ? "ours" : "threshold only",
      scenes,
      sum((one) => one.tried),
      `${recovered.length} (${Math.round((100 * recovered.length) / scenes)} %)`,
      (sum((one) => one.advantage * one.scenes) / scenes).toFixed(2),
    ];
    process.stdout.write(`| ${cells.join(" | ")} |\n`);
    if (process.argv.includes("--show") && rule === "network") for (const one of recovered) process.stderr.write(`${told(one)}\n`);
  }

function told({ best, scene }: Searched): string {
  const targets = best.exact.map(({ name, truth }) => `${name} = ${truth}`).join(", ");
  return JSON.stringify({ targets, chosen: scene.chosen, place: scene.chosenPlace, sequence: best.sequence });
}
