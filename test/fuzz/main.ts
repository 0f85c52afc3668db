import { parseArgs } from "node:util";
import { campaign, type Tally } from "./campaign.ts";
import { Watchdog } from "./watchdog.ts";
import { TARGETS } from "./targets.ts";

// npm run fuzz [-- --inputs N --seed S --target NAME --at I --memory MIB --hang SECONDS]: every reader is fed inputs that are almost right. Prints what
// became of them, and ends with 1 when there was anything that must not be: a crash, a rejection that nobody handled, an input that took more than
// five seconds twice, more memory than MIB. An input that does not end at all is named, and ends the run.

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    target: { type: "string" },
    at: { type: "string" },
    memory: { type: "string", default: "1024" },
    hang: { type: "string", default: "60" },
  },
});
const seed = Number(values.seed);
const targets = values.target === undefined ? TARGETS : TARGETS.filter(({ name }) => name.includes(values.target!));
if (targets.length === 0) {
  process.stderr.write(`no such target; there are: ${TARGETS.map(({ name }) => name).join(", ")}\n`);
  process.exit(2);
}
let peakBytes = 0;
const beganMs = performance.now();
const look = () => void (peakBytes = Math.max(peakBytes, process.memoryUsage.rss()));
const timer = setInterval(look, 50);

const tell = ({ target, inputs, outcomes, slowestMs, tookMs }: Tally) => {
  look();
  const said = [...outcomes].map(([outcome, count]) => `${outcome} ${count.toLocaleString("en")}`).join(", ");
  process.stdout.write(
    `${target.padEnd(26)} ${inputs.toLocaleString("en").padStart(9)}  ${(tookMs / 1_000).toFixed(1).padStart(6)} s  slowest ${slowestMs.toFixed(0).padStart(5)} ms  ${said}\n`,
  );
};
const from = values.at === undefined ? {} : { from: Number(values.at) };
const inputs = values.at === undefined ? Number(values.inputs) : 1;
const watchdog = new Watchdog(
  targets.map(({ name }) => name),
  seed,
  1_000 * Number(values.hang),
);
const tallies = await campaign({ targets, inputs, seed, ...from, told: tell, onInput: watchdog.onInput });
await watchdog.end();
clearInterval(timer);
look();
const crashes = tallies.flatMap((tally) => tally.crashes);
for (const { target, at, error, input } of crashes)
  process.stdout.write(`\nCRASH in ${target}: --seed ${seed} --target ${JSON.stringify(target)} --at ${at}\n${error}\n${input}\n`);
const count = tallies.reduce((sum, tally) => sum + tally.inputs, 0);
const crashed = tallies.reduce((sum, { outcomes }) => sum + (outcomes.get("CRASH") ?? 0), 0);
process.stdout.write(
  `\n${count.toLocaleString("en")} inputs of seed ${seed}, ${crashed} crashes or unhandled rejections, ${(peakBytes / 2 ** 20).toFixed(0)} MiB at most, ${((performance.now() - beganMs) / 1_000).toFixed(0)} s\n`,
);
const peakMib = peakBytes / 2 ** 20;
if (peakMib > Number(values.memory)) process.stdout.write(`that is more than ${values.memory} MiB\n`);
process.exit(crashed === 0 && peakMib <= Number(values.memory) ? 0 : 1);
