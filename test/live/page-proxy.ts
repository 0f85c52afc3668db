import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { textOf } from "../invariants/repository.ts";
import type { Certified } from "../transport/certificates.ts";
import { freePort } from "./free-port.ts";

/** Programs that the page for operators has a block for, each with the argument that has it tell its version. */
const VERSION = { nginx: "-v", caddy: "version" } as const;
export type ProxyProgram = keyof typeof VERSION;
export const PROXY_PROGRAMS = Object.keys(VERSION) as readonly ProxyProgram[];

const PAGE = "docs/operating.md";
const HEADING = "### The coordinator behind a reverse proxy";

export function isInstalled(program: ProxyProgram): boolean {
  return spawnSync(program, [VERSION[program]]).error === undefined;
}

/** The section's one block of a language, with this machine's names in place of the page's. An Error for a name that is not there. */
export function blockOf(language: string, here: Readonly<Record<string, string>>): string {
  const [, section] = textOf(PAGE).split(`${HEADING}\n`);
  const [found, another] = section!.split("\n#")[0]!.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, "gm"));
  if (found === undefined || another !== undefined) throw new Error(`${PAGE}, ${HEADING}: there is not one block of ${language}`);
  return Object.entries(here).reduce((text, [there, is]) => {
    if (!text.includes(there)) throw new Error(`the block of ${language} has no ${there}`);
    return text.replaceAll(there, is);
  }, found[1]!);
}

/** A reverse proxy of the page, as a process of this machine alone. */
export class PageProxy {
  readonly program: ProxyProgram;
  readonly url: string;
  readonly #folder: string;
  readonly #child: ChildProcess;
  #said = "";

  private constructor(program: ProxyProgram, port: number, folder: string, args: readonly string[]) {
    this.program = program;
    this.url = `https://localhost:${port}`;
    this.#folder = folder;
    // What they keep for themselves goes into the folder, and nothing into the user's.
    const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    this.#child = spawn(program, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) stream.on("data", (chunk) => (this.#said += chunk));
  }

  /** Starts it before a coordinator at a port of this machine; resolves when connections are taken. */
  static async start(program: ProxyProgram, coordinatorPort: number, { certificate, key }: Certified): Promise<PageProxy> {
    const folder = mkdtempSync(join(tmpdir(), `tutti-${program}-`));
    const port = await freePort();
    const put = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    const here = {
      "127.0.0.1:8443": `127.0.0.1:${coordinatorPort}`,
      "/etc/tutti-proxy/server.pem": put("server.pem", certificate),
      "/etc/tutti-proxy/server.key": put("server.key", key),
    };
    const config = put("config", program === "nginx" ? nginxConfig(port, here) : caddyConfig(port, here));
    const args = program === "nginx" ? ["-p", folder, "-e", "stderr", "-c", config] : ["run", "--adapter", "caddyfile", "--config", config];
    const proxy = new PageProxy(program, port, folder, args);
    await proxy.#listening(port);
    return proxy;
  }

  async stop(): Promise<void> {
    if (!this.#isGone()) {
      const gone = once(this.#child, "exit");
      this.#child.kill("SIGTERM");
      await gone;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #isGone(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  async #listening(port: number): Promise<void> {
    for (;;) {
      if (this.#isGone()) throw new Error(`${this.program} did not start:\n${this.#said}`);
      const socket = connect(port, "127.0.0.1");
      const came = await once(socket, "connect").then(
        () => true,
        () => false,
      );
      socket.destroy();
      if (came) return;
      await sleep(20);
    }
  }
}

/** The page's server, and around it what a distribution's own file has, for one folder and in the foreground. */
function nginxConfig(port: number, here: Readonly<Record<string, string>>): string {
  const block = blockOf("nginx", { ...here, "listen 443": `listen 127.0.0.1:${port}`, "tutti.example": "localhost" });
  const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${name};`).join("\n");
  // Started as root it would give itself another user, who may not look into the folder.
  return `user ${userInfo().username};\ndaemon off;\npid pid;\nevents {}\nhttp {\naccess_log off;\n${folders}\n${block}}\n`;
}

/** The page's site, for this machine alone; its certificate is there, so that none has to be fetched. */
function caddyConfig(port: number, here: Readonly<Record<string, string>>): string {
  const block = blockOf("caddy", { ...here, "tutti.example": `https://localhost:${port}` });
  return `{\nadmin off\ndefault_bind 127.0.0.1\nauto_https disable_redirects\n}\n${block}`;
}
