import { parseArgs } from "node:util";
import { LiveNetwork } from "../live/live-network.ts";
import { liveCentres, removeSandboxes, writeSandbox } from "../live/sandbox-folder.ts";
import { heapMbAfterGc } from "./heap.ts";
import { childrenOf, residentMb } from "./processes.ts";
import { QUESTIONS } from "./questions.ts";
import { lineThrough, type Point } from "./slope.ts";

// What 1,000 sessions leave in memory: `npm run endurance`, or with --questions again|different, --sessions, --centres, --patients, --every, --json.
// Real processes. One agent is let alone, and its resident memory read every ten sessions: it goes up and down by twenty megabytes between two collections,
// so that the line through a few points would say nothing. Of another agent and of the coordinator heaps are measured after a forced collection, through
// the inspector, which makes their resident memory smaller than it would be. Told are the lines through the points; exit code 1 when the first agent's is
// not flat.

const { values: options } = parseArgs({
  options: {
    sessions: { type: "string", default: "1000" },
    questions: { type: "string", default: "again" },
    centres: { type: "string", default: "4" },
    patients: { type: "string", default: "30" },
    every: { type: "string", default: "100" },
    json: { type: "boolean", default: false },
  },
});
const [sessions, every] = [Number(options.sessions), Number(options.every)];
if (options.questions !== "again" && options.questions !== "different") {
  process.stderr.write("endurance: --questions is again or different\n");
  process.exit(2);
}
const question = QUESTIONS[options.questions];
/** Code that is compiled and buffers that grow once are no leak: what comes before counts for nothing. */
const SETTLED = Math.min(300, sessions / 4);
const RESIDENT_EVERY = 10;
/** An agent's memory is flat when the line through its resident memory rises by less. */
const FLAT_MB_PER_1000 = 10;
const INSPECTOR_PORT = 9_329;

process.env["NODE_OPTIONS"] = `--inspect-port=${INSPECTOR_PORT}`;
const network = await LiveNetwork.start(writeSandbox(liveCentres(Number(options.centres), Number(options.patients), 9)));
process.env["NODE_OPTIONS"] = "";
/** Sessions that may fail, one of a hundred, as on a machine that was suspended for a minute; each is told of, and asked again. */
let mayFail = Math.ceil(sessions / 100);
async function released(session: number): Promise<void> {
  for (;;) {
    const ended = await network.ask(question(session)).then(
      ({ state, detail }) => (state === "released" ? null : `ended as ${state}: ${detail ?? ""}`),
      (fault: unknown) => String(fault),
    );
    if (ended === null) return;
    process.stderr.write(`session ${session + 1} ${ended}\n`);
    if (mayFail-- === 0) throw new Error("too many sessions failed");
  }
}

try {
  const agents = childrenOf(network.pid, "agent");
  const [agent, inspected] = [agents[0]!, agents.at(-1)!];
  const [coordinator] = childrenOf(network.pid, "coordinator");
  const points: Record<"agentHeap" | "agentResident" | "coordinatorHeap" | "coordinatorResident", Point[]> = {
    agentHeap: [],
    agentResident: [],
    coordinatorHeap: [],
    coordinatorResident: [],
  };
  for (let done = 0; done <= sessions; done++) {
    if (done % RESIDENT_EVERY === 0) points.agentResident.push({ sessions: done, mb: residentMb(agent) });
    if (done % every === 0) {
      points.agentHeap.push({ sessions: done, mb: await heapMbAfterGc(inspected, INSPECTOR_PORT) });
      points.coordinatorHeap.push({ sessions: done, mb: await heapMbAfterGc(coordinator!, INSPECTOR_PORT) });
      points.coordinatorResident.push({ sessions: done, mb: residentMb(coordinator!) });
      if (!options.json)
        process.stderr.write(
          `${done} sessions: ${Object.entries(points)
            .map(([name, all]) => `${name} ${all.at(-1)!.mb.toFixed(1)} MB`)
            .join(", ")}\n`,
        );
    }
    if (done === sessions) break;
    await released(done);
  }
  const rises = Object.entries(points).map(([name, all]) => {
    const settled = all.filter((point) => point.sessions >= SETTLED);
    return { name, points: settled.length, mostMb: Math.max(...settled.map(({ mb }) => mb)), ...lineThrough(settled) };
  });
  for (const rise of rises)
    process.stdout.write(
      options.json
        ? `${JSON.stringify(rise)}\n`
        : `${rise.name}: the line through ${rise.points} points from session ${SETTLED} on goes from ${rise.fromMb.toFixed(1)} to ${rise.toMb.toFixed(1)} MB, ${rise.risePer1000Mb.toFixed(1)} MB per 1,000 sessions; at most ${rise.mostMb.toFixed(1)} MB\n`,
    );
  const { risePer1000Mb } = rises.find(({ name }) => name === "agentResident")!;
  if (!(risePer1000Mb < FLAT_MB_PER_1000)) {
    process.stderr.write(`endurance: an agent's resident memory rises by more than ${FLAT_MB_PER_1000} MB per 1,000 sessions\n`);
    process.exitCode = 1;
  }
} finally {
  await network.stop();
  removeSandboxes();
}
