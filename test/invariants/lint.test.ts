import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "./repository.ts";

// Invariants 1 and 3 lean on rules of the linter. Here each is broken once, in a copy of the repository's shape.

const RELEASE = 'import { release } from "@tutti/disclosure";\nexport const make: unknown = release;';

/** What a package may not use, and the rule that says so. */
const FORBIDDEN: readonly (readonly [what: string, text: string, rule: string])[] = [
  ["a module of Node", 'import { join } from "node:path";\nexport const a: string = join("a");', "import(no-nodejs-modules)"],
  ["the clock", "export const now: number = Date.now();", "eslint(no-restricted-properties)"],
  ["chance", "export const chance: number = Math.random();", "eslint(no-restricted-properties)"],
  ["a timer", "setTimeout(() => undefined, 1);", "eslint(no-restricted-globals)"],
  ["the network", 'void fetch("https://example.org");', "eslint(no-restricted-globals)"],
  ["the process", "export const id: number = process.pid;", "eslint(no-restricted-globals)"],
  ["a console", 'console.log("a");', "eslint(no-console)"],
  ["what makes a release", RELEASE, "eslint(no-restricted-imports)"],
  ["totals", 'import { Totals } from "@tutti/disclosure";\nexport const totals: unknown = Totals;', "eslint(no-restricted-imports)"],
  ["the library of keys", 'import nacl from "tweetnacl";\nexport const keys: unknown = nacl;', "eslint(no-restricted-imports)"],
  ["any", "export const a: any = 1;", "typescript(no-explicit-any)"],
  ["a default export", "export default 1;", "import(no-default-export)"],
];
/** Where nobody makes a release. */
const OUTSIDE = ["apps/coordinator/src/a.ts", "apps/cli/src/a.ts", "packages/report/src/a.ts", "packages/protocol/src/a.ts"];
const TYPES = "apps/agent/src/types.ts";
const SESSION = "packages/protocol/src/session.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-lint-"));
const broken = new Map<string, Set<string>>();
const pathOf = (what: string): string => `packages/query/src/${what.replaceAll(" ", "-")}.ts`;

beforeAll(() => {
  copyFileSync(join(ROOT, ".oxlintrc.json"), join(folder, ".oxlintrc.json"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  for (const [what, text] of FORBIDDEN) write(pathOf(what), text);
  for (const path of [...OUTSIDE, SESSION]) write(path, RELEASE);
  write(TYPES, 'import type { Release } from "@tutti/disclosure";\nexport type R = Release;');
  const linter = join(ROOT, "node_modules/oxlint/bin/oxlint");
  const { stdout } = spawnSync(process.execPath, [linter, "--format=json", "packages", "apps"], { cwd: folder, encoding: "utf8" });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: readonly { code: string; severity: string; filename: string }[] };
  for (const { code, severity, filename } of diagnostics) if (severity === "error") broken.get(filename.replaceAll("\\", "/"))!.add(code);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), `${text}\n`);
  broken.set(path, new Set());
}

test.each(FORBIDDEN)("a package may not use %s", (what, _, rule) => {
  expect([...broken.get(pathOf(what))!]).toContain(rule);
});

test.each(OUTSIDE)("%s may not make a release", (path) => {
  expect([...broken.get(path)!]).toEqual(["eslint(no-restricted-imports)"]);
});

test("the type of a release is everybody's, and a session may make one", () => {
  expect([...broken.get(TYPES)!, ...broken.get(SESSION)!]).toEqual([]);
});
