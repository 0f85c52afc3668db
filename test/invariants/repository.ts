import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** The top folder of the repository. */
export const ROOT: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

const NOT_OURS = new Set(["node_modules", ".git", ".turbo", "dist", "coverage", ".demo"]);

/** Every file below a folder, by its path from the top; what is installed or built is left out. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name) || entry.isSymbolicLink()) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** The text of a file, by its path from the top. */
export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** The text of a source without its comments. */
export function codeOf(path: string): string {
  return textOf(path).replaceAll(/\/\*[^]*?\*\/|(?<!:)\/\/[^\n]*/g, "");
}

/** What a JSON file holds, by its path from the top. */
export function jsonOf<T>(path: string): T {
  return JSON.parse(textOf(path)) as T;
}

/** One package, app or test folder of the repository. */
export interface Workspace {
  /** `packages/query` */
  readonly folder: string;
  /** `@tutti/query` */
  readonly name: string;
  readonly dependencies: readonly string[];
  /** From the tag `level-n` of its turbo.json. */
  readonly level: number;
}

/** All workspaces. */
export function workspaces(): readonly Workspace[] {
  const folders = ["packages", "apps"].flatMap((top) => readdirSync(join(ROOT, top)).map((name) => join(top, name)));
  return [...folders, "platform", "test"]
    .filter((folder) => statSync(join(ROOT, folder)).isDirectory())
    .map((folder) => {
      const manifest = jsonOf<{ name: string; dependencies?: Record<string, string> }>(join(folder, "package.json"));
      const { tags } = jsonOf<{ tags: readonly string[] }>(join(folder, "turbo.json"));
      const level = Number(tags.find((tag) => tag.startsWith("level-"))?.slice("level-".length) ?? NaN);
      return { folder, name: manifest.name, dependencies: Object.keys(manifest.dependencies ?? {}), level };
    });
}

/** The TypeScript that runs, by its path from the top: no tests, and nothing that only tests use (`trial`). */
export function sources(folder: string): readonly string[] {
  return filesBelow(folder).filter(
    (path) => path.endsWith(".ts") && !/\.test\.ts$|\/trial\/|\/(?:trial[^/]*|vitest\.config)\.ts$/.test(path),
  );
}

/** What a file imports or exports again, as it is written. */
export function importsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:^|\s)(?:import|export)\b[^"';]*?from\s+"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)|^import\s+"([^"]+)"/gm)].map(
    ([, from, dynamic, bare]) => from ?? dynamic ?? bare!,
  );
}

/** A path from the top, of a file given relative to another. */
export function beside(path: string, other: string): string {
  return relative(ROOT, join(ROOT, dirname(path), other));
}
