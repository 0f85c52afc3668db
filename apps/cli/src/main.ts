import { runChild } from "./child.ts";
import { processConsole } from "./console.ts";
import { EXIT } from "./exit.ts";
import { PROGRAMS } from "./programs.ts";
import { run } from "./program.ts";

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

// What a command does not need is not loaded.
const asking = () => import("./asking.ts");
const client = () => import("@tutti/client");
const platform = () => import("@tutti/platform");

const exit = await run(process.argv.slice(2), {
  console: processConsole(process.env),
  env: process.env,
  interrupted: interrupt.signal,
  prompt: async (...given) => (await import("./prompt.ts")).prompt(...given),
  agent: (args, signal) => runChild(PROGRAMS.agent, args, signal),
  coordinator: (args, signal) => runChild(PROGRAMS.coordinator, args, signal),
  startNetwork: async (plan, progress, signal) => (await import("./network.ts")).startNetwork(plan, PROGRAMS, progress, signal),
  ask: async (...given) => (await asking()).ask(...given),
  standing: async (...given) => (await asking()).askStanding(...given),
  preview: async (...given) => (await asking()).askPreview(...given),
  checklist: async (release, roster, evidence) => (await client()).verifyRelease(release, roster, (await platform()).scheme, evidence),
  log: async (...given) => (await asking()).askLog(...given),
  audit: async (files) => (await client()).audit(files, await platform()),
});
process.exitCode = EXIT[exit];
