#!/usr/bin/env node
// The tutti command. Plain JavaScript, so that any Node >= 20 can start it: the sources are TypeScript and run on
// Node >= 24, which the project brings along when the system's is older.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import * as nodeModule from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const main = new URL("./src/main.ts", import.meta.url);
// Compiled code is kept between runs, and shared with the agents and the coordinator that this command starts.
process.env.NODE_COMPILE_CACHE ||= join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "tutti", "compiled");

if (Number(process.versions.node.split(".")[0]) >= 24) {
  nodeModule.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  await import(main.href);
} else {
  const node = ["node", "node.exe"]
    .map((name) => fileURLToPath(new URL(`../../node_modules/node/bin/${name}`, import.meta.url)))
    .find((path) => existsSync(path));
  if (node === undefined) {
    process.stderr.write(
      `tutti: this is Node ${process.versions.node}, and Node 24 or later is needed. Run "npm install" in the project: it brings one along.\n`,
    );
    process.exit(1);
  }
  // The channel tells the child when this process is gone, even if it was killed.
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", fileURLToPath(main), ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  // Ctrl-C reaches the child too: let it stop its network, then end as it ends.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`tutti: cannot start ${node}: ${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 143)));
}
