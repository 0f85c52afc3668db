import { parseArgs } from "node:util";
import { command, commandNames } from "./commands.ts";
import { ConfigFault, readConfig } from "./config.ts";
import { faultFields, type Log } from "./log.ts";

/** Says on the first line of stdout that the coordinator is ready, or why it is not. */
function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function configPath(): string {
  try {
    const { config } = parseArgs({ options: { config: { type: "string" } } }).values;
    if (config !== undefined) return config;
  } catch {
    // An unknown option.
  }
  throw new ConfigFault(`usage: node src/main.ts --config coordinator.json; or, to look and end: ${commandNames()}`);
}

/** Runs a command, whose output is for the one who asks; false when the arguments name none. */
async function commanded(): Promise<boolean> {
  try {
    const printed = await command(process.argv.slice(2));
    if (printed === null) return false;
    process.stdout.write(printed.text);
    if (printed.note !== undefined) process.stderr.write(`${printed.note}\n`);
    process.exitCode = printed.code;
  } catch (fault) {
    if (!(fault instanceof ConfigFault)) throw fault;
    process.stderr.write(`${fault.message}\n`);
    process.exitCode = 1;
  }
  return true;
}

async function run(): Promise<void> {
  // Commands do without what a coordinator runs on: its web server and its log.
  const [{ pino }, { startService }] = await Promise.all([import("pino"), import("./service.ts")]);
  const log: Log = pino({ name: "coordinator" }, pino.destination(2));
  const config = readConfig(configPath());
  const service = await startService(config, log);
  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    log.info({}, "asked to end");
    await service.stop();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
  // By custom a service reads its files again; what has none to read ends with its terminal.
  process.on("SIGHUP", config.tls === undefined ? stop : () => service.reload());
  if (config.exitWithParent) process.stdin.on("end", stop).on("error", stop).resume();
  say({ ready: true, url: service.url, ...(service.metricsUrl === null ? {} : { metricsUrl: service.metricsUrl }) });
  log.info({ url: service.url }, "ready");
}

try {
  if (!(await commanded())) await run();
} catch (error) {
  const known = error instanceof ConfigFault;
  say({ ready: false, problem: known ? error.message : "a mistake in this program keeps it from starting: see its log" });
  if (!known) process.stderr.write(`${JSON.stringify(faultFields(error))}\n`);
  process.exitCode = 1;
}
