import { audit, verifyRelease } from "@tutti/client";
import { ask, askLog, askPreview, askStanding } from "./asking.ts";
import { runChild } from "./child.ts";
import { processConsole } from "./console.ts";
import { scheme, sha256 } from "@tutti/platform";
import { EXIT } from "./exit.ts";
import { PROGRAMS, startNetwork } from "./network.ts";
import { run } from "./program.ts";
import { prompt } from "./prompt.ts";

const interrupt = new AbortController();
const interrupted = () => {
  // The second time, somebody is in a hurry; the network's processes notice that this one is gone.
  if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
  interrupt.abort();
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupted);
if (process.channel !== undefined) {
  // Started by the launcher on an older Node: when it is gone, so is the one who asked.
  process.on("disconnect", interrupted);
  process.channel?.unref();
}

const exit = await run(process.argv.slice(2), {
  console: processConsole(process.env),
  env: process.env,
  interrupted: interrupt.signal,
  prompt,
  agent: (args, signal) => runChild(PROGRAMS.agent, args, signal),
  coordinator: (args, signal) => runChild(PROGRAMS.coordinator, args, signal),
  startNetwork: (plan, progress, signal) => startNetwork(plan, PROGRAMS, progress, signal),
  ask,
  standing: askStanding,
  preview: askPreview,
  checklist: (release, roster, evidence) => verifyRelease(release, roster, scheme, evidence),
  log: askLog,
  audit: (files) => audit(files, { scheme, sha256 }),
});
process.exitCode = EXIT[exit];
