import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ChildProblem, startChild } from "./child.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-child-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;
const start = (source: string) => {
  const program = join(folder, `program${++made}.mjs`);
  writeFileSync(program, source);
  const log = join(folder, `log${made}`);
  return { child: startChild(program, ["--config", "x"], log, process.env), log };
};
const STAY = "process.stdin.resume();";

test("the ready line comes, however it is cut into pieces", async () => {
  const { child } = start(
    `process.stdout.write('{"ready":true,'); setTimeout(() => process.stdout.write('"url":"u"}\\nmore'), 20); ${STAY}`,
  );
  expect(await child.ready).toEqual({ ready: true, url: "u" });
  await child.stop(2000);
});

test("a process that says why it can't is a problem with its words", async () => {
  const { child } = start(
    `console.log(JSON.stringify({ ready: false, problem: "column age: 2 values out of range" })); process.exitCode = 1;`,
  );
  await expect(child.ready).rejects.toEqual(new ChildProblem("column age: 2 values out of range"));
  await child.ended;
});

test("a process that ends without a word is a problem too, and its stderr is in the log", async () => {
  const { child, log } = start(`console.error("no such table"); process.exit(3)`);
  await expect(child.ready).rejects.toBeInstanceOf(ChildProblem);
  expect(readFileSync(log, "utf8")).toBe("no such table\n");
});

test("a process that does not care for SIGTERM is ended all the same", async () => {
  const { child } = start(`process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log('{"ready":true}');`);
  await child.ready;
  await child.stop(50);
  await child.ended;
});

test("stdin ends when the parent stops the process, before any signal has to", async () => {
  const { child, log } = start(
    `process.on("SIGTERM", () => {}); process.stdin.on("end", () => { console.error("parent gone"); process.exit(0); }); ${STAY} console.log('{"ready":true}');`,
  );
  await child.ready;
  await child.stop(10_000);
  expect(readFileSync(log, "utf8")).toBe("parent gone\n");
});
