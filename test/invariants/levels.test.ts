import { expect, test } from "vitest";
import { jsonOf, type Workspace, workspaces } from "./repository.ts";

// Invariant 2: imports go down the levels, and apps never import apps. `turbo boundaries` holds it for imports; here: that the tags and the
// rules say so, and that what package.json lists keeps to them.

const all = workspaces();
const byName = new Map(all.map((workspace) => [workspace.name, workspace]));
const { boundaries } = jsonOf<{ boundaries: { tags: Readonly<Record<string, { dependencies: { deny: readonly string[] } }>> } }>(
  "turbo.json",
);
const LEVELS = [0, 1, 2, 3, 4, 5];
/** Where one may lean on another of the same level: the client speaks the protocol. */
const WITHIN = new Set([3]);

/** Node's own cryptography stands beside the packages: its tag is denied to each of them. */
const NODE = "node";

test("every level denies the levels above, and all but one deny their own; packages deny what needs Node", () => {
  for (const level of LEVELS.slice(0, -1)) {
    const denied = LEVELS.filter((other) => other > level || (other === level && !WITHIN.has(level))).map((other) => `level-${other}`);
    expect(boundaries.tags[`level-${level}`]?.dependencies.deny).toEqual(level <= 3 ? [...denied, NODE] : denied);
  }
});

test.each(all)("$folder has a level that fits its place", ({ folder, level }) => {
  const [lowest, highest] =
    folder === "platform" ? [1, 1] : folder.startsWith("packages/") ? [0, 3] : folder.startsWith("apps/") ? [4, 4] : [5, 5];
  expect(level).toBeGreaterThanOrEqual(lowest);
  expect(level).toBeLessThanOrEqual(highest);
});

test.each(all)("$folder depends on lower levels only", ({ level, dependencies }) => {
  for (const name of dependencies) {
    const other = byName.get(name);
    if (other === undefined) continue;
    expect([name, other.level < level || (other.level === level && WITHIN.has(level))]).toEqual([name, true]);
  }
});

test("nothing depends on itself, whichever way one goes", () => {
  const visit = (workspace: Workspace, above: readonly string[]): void => {
    expect(above).not.toContain(workspace.name);
    for (const name of workspace.dependencies) {
      const other = byName.get(name);
      if (other !== undefined) visit(other, [...above, workspace.name]);
    }
  };
  for (const workspace of all) visit(workspace, []);
});
