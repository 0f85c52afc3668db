import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { createInterface } from "node:readline";
import { IPH } from "@tutti/dataset";
import { createIdentity, formatIdentity, publicIdentity } from "@tutti/envelope";
import { scheme } from "@tutti/platform";
import { firstRoster, ROSTER, signMessage } from "@tutti/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { filesBelow, jsonOf, ROOT, textOf } from "../invariants/repository.ts";

// What deploy/ says is carried out as far as it can be without a container engine or a running systemd: each Containerfile's instructions,
// in a folder of their own, with nothing beside the files that it copies; each unit, looked at by systemd's own checker.

const work = mkdtempSync(join(tmpdir(), "tutti-deploy-"));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** The instructions of a Containerfile, stage by stage. */
function stagesOf(path: string): readonly (readonly Instruction[])[] {
  const stages: Instruction[][] = [];
  for (const line of textOf(path).split("\n")) {
    const found = /^([A-Z]+) (.+)$/.exec(line);
    if (found === null) continue;
    if (found[1] === "FROM") stages.push([]);
    stages.at(-1)!.push({ name: found[1]!, rest: found[2]! });
  }
  return stages;
}

/** What an image is: the folder that stands for its root, and how its program starts. */
interface Image {
  readonly root: string;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
}

/** Follows the instructions that copy and install; the others only say how the image runs. */
function build(path: string): Image {
  const [first, last] = stagesOf(path);
  const root = join(work, basename(path));
  const workdir = first!.find(({ name }) => name === "WORKDIR")!.rest;
  const inside = join(root, workdir);
  mkdirSync(inside, { recursive: true });
  for (const { name, rest } of first!) {
    if (name === "COPY") {
      const words = rest.split(" ");
      const to = words.pop()!;
      for (const from of words)
        cpSync(join(ROOT, from), join(inside, to === "./" ? from : to), {
          recursive: true,
          filter: (file) => !relative(ROOT, file).split("/").includes("node_modules"),
        });
    }
    // As a shell would; what is on this machine already need not be fetched again.
    if (name === "RUN")
      execFileSync("sh", ["-c", rest], {
        cwd: inside,
        stdio: "pipe",
        env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env["PATH"]}`, npm_config_prefer_offline: "true" },
      });
  }
  expect(last!.filter(({ name }) => name === "COPY").map(({ rest }) => rest)).toEqual([`--from=installed ${workdir} ${workdir}`]);
  const listOf = (name: string) => JSON.parse(last!.find((one) => one.name === name)!.rest) as string[];
  return { root, entrypoint: listOf("ENTRYPOINT"), command: listOf("CMD") };
}

/** Starts the program of an image with a configuration; gives its first line. */
async function start({ root, entrypoint, command }: Image, config: string): Promise<Readonly<Record<string, unknown>>> {
  const [program, ...args] = entrypoint.map((word) => (word.startsWith("/") ? join(root, word) : word));
  expect([program, command[0]]).toEqual(["node", "--config"]);
  const child = spawn(process.execPath, [...args, "--config", config], {
    cwd: root,
    stdio: ["ignore", "pipe", "ignore"],
    env: { PATH: "/usr/bin:/bin" },
  });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return JSON.parse(line) as Readonly<Record<string, unknown>>;
}

describe("the Containerfiles", () => {
  const images = new Map<string, Image>();
  beforeAll(() => {
    for (const app of ["coordinator", "agent"]) images.set(app, build(`deploy/Containerfile.${app}`));
  }, 300_000);

  test("copy everything that coordinator and agent need to start, to reach each other, and to end; nothing is written beside the state", async () => {
    const state = join(work, "state");
    mkdirSync(state);
    const put = (name: string, value: unknown): string => {
      writeFileSync(join(state, name), typeof value === "string" ? value : JSON.stringify(value), { mode: 0o600 });
      return join(state, name);
    };
    const coordinator = createIdentity("coordinator", randomBytes);
    const centres = ["a", "b", "c"].map((name) => createIdentity(name, randomBytes));
    const roster = firstRoster({ network: "trial", coordinator: publicIdentity(coordinator), centres: centres.map(publicIdentity) });
    const dictionary = put("dataset.json", IPH);
    const { url, ...said } = await start(
      images.get("coordinator")!,
      put("coordinator.json", {
        listen: { port: 0 },
        identity: put("coordinator-identity.json", formatIdentity(coordinator)),
        roster: put("roster.json", signMessage(ROSTER, roster, coordinator, scheme)),
        datasets: [dictionary],
        store: join(state, "store.sqlite"),
        tokens: [{ name: "ann", hash: `sha256:${createHash("sha256").update("open").digest("hex")}` }],
      }),
    );
    expect(said).toEqual({ ready: true });
    const ready = await start(
      images.get("agent")!,
      put("agent.json", {
        centre: "a",
        coordinator: url,
        identity: put("identity.json", formatIdentity(centres[0]!)),
        roster: "roster.json",
        datasets: [{ dictionary, data: put("data.csv", `${[IPH.key, ...Object.keys(IPH.variables)].join(",")}\n`) }],
        ledger: "ledger",
      }),
    );
    expect(ready).toEqual({ ready: true });
    for (const child of children) child.kill("SIGTERM");
    const codes = await Promise.all(children.map(async (child) => child.exitCode ?? ((await once(child, "exit")) as [number])[0]));
    expect(codes).toEqual([0, 0]);
    for (const { root } of images.values()) expect(readdirSync(root)).toEqual(["opt"]);
  }, 120_000);

  test("leave out what only tests and developers need", () => {
    for (const { root } of images.values()) {
      const installed = readdirSync(join(root, "opt/tutti/node_modules"));
      for (const name of ["vitest", "turbo", "typescript", "node", "oxlint"]) expect(installed).not.toContain(name);
    }
  });

  test.each(["agent", "coordinator"])(
    "of the %s stand on the Node that the project pins, are not root, and hold no configuration",
    (app) => {
      const text = textOf(`deploy/Containerfile.${app}`);
      const { devDependencies } = jsonOf<{ devDependencies: Readonly<Record<string, string>> }>("package.json");
      for (const [, version] of text.matchAll(/^FROM \S+\/node:([\d.]+)-/gm)) expect(version).toBe(devDependencies["node"]);
      expect(text).toMatch(/^USER 10001:10001$/m);
      expect(text).toMatch(/^VOLUME \/var\/lib\/tutti$/m);
      expect(text.match(/^EXPOSE .*$/m)?.[0]).toBe(app === "agent" ? undefined : "EXPOSE 8443");
    },
  );
});

const checker = spawnSync("systemd-analyze", ["--version"]);
if (checker.error !== undefined) process.stderr.write("deploy: there is no systemd-analyze here, so the units are not looked at\n");

describe.skipIf(checker.error !== undefined)("the units", () => {
  const units = filesBelow("deploy").filter((path) => path.endsWith(".service"));

  test.each(units)("%s is one that systemd takes", (path) => {
    // The program is not installed on this machine: another that is there stands for it.
    const copy = join(work, basename(path));
    writeFileSync(copy, textOf(path).replace("/opt/tutti/node_modules/node/bin/node", process.execPath));
    const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", copy], { encoding: "utf8" });
    expect([status, `${stdout}${stderr}`.trim()]).toEqual([0, ""]);
  });

  test.each(units)("%s is closed down: systemd's own measure, of 100, is below 20", (path) => {
    const { status, stdout } = spawnSync(
      "systemd-analyze",
      ["security", "--offline=true", "--no-pager", "--threshold=20", join(ROOT, path)],
      { encoding: "utf8" },
    );
    expect([status, /Overall exposure level.*/.exec(stdout)?.[0]]).toEqual([0, expect.stringContaining("OK")]);
  });

  test.each(units)("%s starts a program and a configuration that there are", (path) => {
    const [, program, config] = /\/opt\/tutti\/(apps\/\S+) --config \/etc\/tutti-\w+\/(\w+\.json)$/m.exec(textOf(path))!;
    expect(filesBelow(dirname(program!))).toContain(program);
    expect(textOf(`${dirname(dirname(program!))}/README.md`)).toContain(config);
  });
});

test.each(["agent", "coordinator"])("unit and container start Node for the %s as the sandbox does", (service) => {
  // Only an agent asks for its heap to be collected.
  const ofSandbox = (/const SERVICE_FLAGS = \[([^\]]+)\]/.exec(textOf("apps/cli/src/child.ts"))![1]!.match(/--[\w=-]+/g) ?? []).filter(
    (option) => service === "agent" || option !== "--expose-gc",
  );
  const unit = /^ExecStart=\S+ (.+?) \/opt/m.exec(textOf(`deploy/tutti-${service}.service`))![1]!.split(" ");
  const container = /^ENTRYPOINT (.+)$/m.exec(textOf(`deploy/Containerfile.${service}`))![1]!;
  expect(ofSandbox.length).toBeGreaterThan(2);
  expect(unit).toEqual(ofSandbox);
  expect((JSON.parse(container) as string[]).filter((word) => word.startsWith("--"))).toEqual(ofSandbox);
  const environment = [.../const SERVICE_ENV = \{(.+)\}/.exec(textOf("apps/cli/src/child.ts"))![1]!.matchAll(/(\w+): "(\w+)"/g)];
  const assigned = environment.map(([, name, value]) => `${name}=${value}`);
  expect(assigned.length).toBeGreaterThan(1);
  expect(/^Environment=(.+)$/m.exec(textOf(`deploy/tutti-${service}.service`))![1]!.split(" ")).toEqual(assigned);
  expect(/^ENV (.+)$/m.exec(textOf(`deploy/Containerfile.${service}`))![1]!.split(" ")).toEqual(assigned);
});

test("no unit of an agent lets anything listen", () => {
  const unit = textOf("deploy/tutti-agent.service");
  expect(unit).toMatch(/^SocketBindDeny=any$/m);
  expect(unit).not.toContain("SocketBindAllow");
});
