import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { IPH } from "@tutti/dataset";
import { PROFILES } from "@tutti/disclosure";
import { check } from "@tutti/query";
import { expect, test } from "vitest";
import { filesBelow, jsonOf, ROOT, sources, textOf, workspaces } from "../invariants/repository.ts";
import { demoReport } from "./demo-report.ts";
import { profileTables, withTables } from "./profiles.ts";
import { jsonSchemas } from "./schemas.ts";
import { terminalPicture } from "./terminal-picture.ts";

// What the documents say can be followed: links lead somewhere, commands exist, examples hold, and what is made from code is fresh.

const pages = filesBelow(".").filter((path) => path.endsWith(".md"));

test.each(pages)("%s: every link leads to a file, and to a heading that is there", (page) => {
  for (const link of linksOf(textOf(page))) {
    const [path, anchor] = link.split("#");
    const target = path === "" ? page : normalize(join(dirname(page), path!));
    expect([link, existsSync(join(ROOT, target))]).toEqual([link, true]);
    if (anchor !== undefined) expect([link, anchorsOf(textOf(target)).includes(anchor)]).toEqual([link, true]);
  }
});

test.each(pages)("%s: every path in the text is one that there is", (page) => {
  for (const [, path] of textOf(page).matchAll(/`((?:packages|apps|test|docs)\/[\w./-]+)`/g))
    expect([path, existsSync(join(ROOT, path!))]).toEqual([path, true]);
});

test.each(pages)("%s: every command is one that there is", (page) => {
  const { scripts } = jsonOf<{ scripts: Readonly<Record<string, string>> }>("package.json");
  const text = textOf(page);
  for (const [command, script] of text.matchAll(/\bnpm run ([a-z][a-z:-]*)/g))
    expect([command, Object.hasOwn(scripts, script!)]).toEqual([command, true]);
  for (const [command, name, next, rest] of text.matchAll(/^ *(?:\$ )?(?:npx )?tutti ([a-z]+)(?: ([a-z]+)\b(?![./|]))?([^\n]*)/gm)) {
    expect([command, commands().has(name!)]).toEqual([command, true]);
    if (GROUPS.has(name!) && next !== undefined) expect([command, commands().has(next)]).toEqual([command, true]);
    for (const [option] of rest!.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)) expect([command, options().has(option)]).toEqual([command, true]);
  }
});

test.each(pages)("%s: JSON can be read, and a query fits the dictionary that it names", (page) => {
  for (const [, block] of textOf(page).matchAll(/^```json\n([^]*?)^```/gm)) {
    const value = JSON.parse(block!) as { readonly measures?: unknown; readonly dataset?: unknown };
    if (value.measures !== undefined && value.dataset === "iph@1") expect(check(value, IPH)).toMatchObject({ ok: true });
  }
});

test("the schemas of the public files are those that the programs check with; if not, npm run schemas", () => {
  const published = filesBelow("docs/schema").map((path) => path.slice("docs/schema/".length));
  expect(published.toSorted()).toEqual([...jsonSchemas().keys()].map((name) => `${name}.schema.json`).toSorted());
  for (const [name, text] of jsonSchemas()) expect(textOf(`docs/schema/${name}.schema.json`)).toBe(text);
});

test("the picture of the demo is what it prints; if not, npm run picture", () => {
  expect(textOf("docs/images/demo.svg")).toBe(terminalPicture("npm run demo", demoReport()));
});

test("the tables of the profiles are what they let out; if not, npm run profiles", () => {
  const page = textOf("docs/profiles.md");
  expect(withTables(page, profileTables())).toBe(page);
});

test("the page of the profiles has each, with its rules", () => {
  const rules = Object.entries(PROFILES).map(([name, { threshold, zeros, tail, rounding }]) => {
    return `| \`${name}\` | ${threshold} | ${zeros} | ${tail} | ${rounding ?? ""} |`;
  });
  for (const rule of rules) expect(textOf("docs/profiles.md")).toContain(rule);
});

test("the map of the code names every package and app", () => {
  const map = textOf("ARCHITECTURE.md");
  for (const { folder } of workspaces()) expect(map).toContain(`\`${folder}\``);
});

test("the README's exit codes are the command's", () => {
  const codes = [...textOf("apps/cli/src/exit.ts").matchAll(/^ {2}\w+: (\d+),$/gm)].map(([, code]) => code);
  const said = [...textOf("README.md").matchAll(/^\| (\d+) \| /gm)].map(([, code]) => code);
  expect(codes.length).toBeGreaterThan(7);
  expect(said).toEqual(codes);
});

test("no file holds a path of somebody's machine", () => {
  const homes = new RegExp(["home", "Users", "work", "root"].map((top) => `(?<![\\w.@/])/${top}/[a-z]\\w*`).join("|"));
  const texts = filesBelow(".").filter((path) => /\.(?:md|ts|mjs|json|py|svg|yml)$/.test(path) && path !== "package-lock.json");
  for (const path of texts) expect([path, homes.exec(textOf(path))?.[0]]).toEqual([path, undefined]);
});

function linksOf(text: string): readonly string[] {
  const prose = text.replaceAll(/^```[^]*?^```/gm, "").replaceAll(/`[^`\n]*`/g, "");
  const found = [...prose.matchAll(/\]\(([^)\s]+)\)/g), ...prose.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link!);
  return found.filter((link) => !/^[a-z]+:/.test(link));
}

/** The anchors that a page's headings make, as GitHub writes them. */
function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Commands that have commands of their own. */
const GROUPS: ReadonlySet<string> = new Set(["agent", "centre", "coordinator", "dataset", "network", "token"]);

let known: ReadonlySet<string> | undefined;
let knownOptions: ReadonlySet<string> | undefined;

/** The subcommands of `tutti`. */
function commands(): ReadonlySet<string> {
  known ??= new Set(
    sources("apps/cli/src/commands").flatMap((path) =>
      [...textOf(path).matchAll(/(?:\.command|\badd|\bcommand)\(\s*"([a-z]+)"/g)].map(([, name]) => name!),
    ),
  );
  return known;
}

/** Their options. */
function options(): ReadonlySet<string> {
  knownOptions ??= new Set(
    sources("apps/cli/src").flatMap((path) => [...textOf(path).matchAll(/"(?:-\w, )?(--[a-z][a-z-]*)/g)].map(([, option]) => option!)),
  );
  return knownOptions;
}
