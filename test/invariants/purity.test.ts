import { expect, test } from "vitest";
import { beside, importsOf, jsonOf, sources, textOf, workspaces } from "./repository.ts";

// Invariant 1: packages do no I/O, know no time, draw no randomness. The compiler does not even know the names of Node and the browser
// there, and a lint rule forbids those that it knows (`lint.test.ts`); here: that no package gets out of either.

const packages = workspaces().filter(({ folder }) => folder.startsWith("packages/"));
/** What a package may use beside its own kind: computation only. */
const PURE = new Set(["zod", "@noble/hashes", "@noble/ciphers", "canonicalize", "tweetnacl"]);

test("the compiler gives packages neither Node nor a browser", () => {
  const { compilerOptions } = jsonOf<{ compilerOptions: { lib: readonly string[]; types: readonly string[] } }>("tsconfig.json");
  expect(compilerOptions).toMatchObject({ lib: ["es2024"], types: [] });
  expect(jsonOf("tsconfig.packages.json")).toEqual({ extends: "./tsconfig.json" });
});

test.each(packages)("$folder compiles under the rules of packages, and does not change them", ({ folder }) => {
  const { exclude = [], ...rest } = jsonOf<{ exclude?: readonly string[] }>(`${folder}/tsconfig.json`);
  expect(rest).toEqual({ extends: "../../tsconfig.packages.json", include: ["src"] });
  for (const path of exclude) expect(path).toMatch(/^src\/[\w-]+\.test\.ts$/);
});

test.each(packages)("$folder imports what computes, and nothing else", ({ folder, name, dependencies }) => {
  for (const path of sources(`${folder}/src`)) {
    for (const from of importsOf(textOf(path))) {
      if (from.startsWith(".")) expect(beside(path, from)).toMatch(new RegExp(`^${folder}/src/.+\\.ts$`));
      else {
        const [scope, rest] = from.split("/");
        const dependency = from.startsWith("@") ? `${scope}/${rest}` : scope!;
        expect([path, dependencies.includes(dependency)]).toEqual([path, true]);
        expect([path, dependency, dependency.startsWith("@tutti/") || PURE.has(dependency)]).toEqual([path, dependency, true]);
      }
    }
  }
  expect(name).toBe(`@tutti/${folder.slice("packages/".length)}`);
});

test("what needs Node is one folder of its own, which no package leans on", () => {
  const { tags } = jsonOf<{ tags: readonly string[] }>("platform/turbo.json");
  expect(tags).toContain("node");
  for (const { folder, dependencies } of packages) expect([folder, dependencies.includes("@tutti/platform")]).toEqual([folder, false]);
});

test("no source turns a check of the compiler or the linter off, but where a generator has nothing to yield", () => {
  const silenced = ["packages", "apps", "platform"].flatMap(sources).flatMap((path) => {
    return [...textOf(path).matchAll(/@ts-(?:ignore|expect-error|nocheck)|(?:eslint|oxlint)-disable\S*[^\n]*/g)].map(([found]) =>
      found.trim(),
    );
  });
  for (const comment of silenced) expect(comment).toBe("eslint-disable-next-line require-yield");
});
