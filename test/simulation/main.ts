import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { Counted } from "./campaign.ts";

// Simulates sessions in networks in which things go wrong, and counts how they ended. Each network is made from a seed, and is the same each time.

/** Sessions after which people are told how far it has come. */
const TELL_EVERY = 1_000;

const { values } = parseArgs({
  options: {
    sessions: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    workers: { type: "string", default: String(Math.min(2, availableParallelism())) },
  },
});
const [sessions, seed, workers] = [values.sessions, values.seed, values.workers].map(Number) as [number, number, number];
if (![sessions, seed, workers].every((value) => Number.isSafeInteger(value) && value > 0)) {
  process.stderr.write("--sessions, --seed and --workers are whole numbers above 0\n");
  process.exit(2);
}

const beganMs = performance.now();
const total = {
  sessions: 0,
  networks: 0,
  faults: 0,
  outcomes: new Map<string, number>(),
  operations: new Map<string, number>(),
  violations: 0,
};
let next = seed;

await Promise.all(Array.from({ length: workers }, work));

const count = (entries: ReadonlyMap<string, number>): string =>
  [...entries]
    .toSorted((a, b) => b[1] - a[1])
    .map(([name, n]) => `${name} ${n}`)
    .join(", ");
process.stdout.write(
  `${total.sessions} sessions in ${total.networks} networks from seed ${seed}, ${Math.round((performance.now() - beganMs) / 1_000)} s
released: ${total.outcomes.get("released") ?? 0} of ${total.sessions}; ended: ${count(total.outcomes)}
what came to act: ${total.faults} (${count(total.operations)})
violations: ${total.violations}
`,
);
process.exitCode = total.violations === 0 ? 0 : 1;

/** Has one thread simulate network after network, until there were enough sessions. */
async function work(): Promise<void> {
  const worker = new Worker(new URL("campaign.ts", import.meta.url));
  try {
    while (total.sessions < sessions) {
      // eslint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(next++);
      const [counted] = (await once(worker, "message")) as [Counted];
      add(counted);
    }
  } finally {
    await worker.terminate();
  }
}

function add({ scenario, outcomes, violations, acted }: Counted): void {
  total.networks++;
  const before = total.sessions;
  total.sessions += outcomes.length;
  if (Math.floor(total.sessions / TELL_EVERY) > Math.floor(before / TELL_EVERY))
    process.stderr.write(`${total.sessions} sessions, ${total.violations} violations, seeds below ${scenario.seed + 1}\n`);
  for (const outcome of outcomes) total.outcomes.set(outcome, (total.outcomes.get(outcome) ?? 0) + 1);
  for (const [op, times] of acted) {
    total.operations.set(op, (total.operations.get(op) ?? 0) + times);
    total.faults += times;
  }
  if (violations.length === 0) return;
  total.violations += violations.length;
  // For regressions.ts.
  process.stderr.write(`seed ${scenario.seed}: ${violations.map(({ what, detail }) => `${what}: ${detail}`).join("\n  ")}\n`);
  process.stderr.write(`${JSON.stringify({ seed: scenario.seed, operations: scenario.operations })}\n`);
}
