import { AGENT_EVENTS } from "@tutti/agent";
import { COORDINATOR_EVENTS } from "@tutti/coordinator";
import { OUTCOMES, PROBLEMS, REFUSAL_REASONS, STOP_CAUSES } from "@tutti/protocol";
import { describe, expect, test } from "vitest";
import { textOf } from "../invariants/repository.ts";
import { saidTexts } from "./said-texts.ts";
import { tableBelow } from "./table-below.ts";

// The page for operators has every name that a program can say, with what to do about it.

const page = textOf("docs/operating.md");

/** How far an open query can have come. */
const STAGES = ["waiting", "offered", "formed"];

/** The names of a table, without their marks; each row says what to do in its last cell. */
function namesBelow(heading: string): readonly string[] {
  const rows = tableBelow(page, heading);
  for (const [name, ...cells] of rows) expect([name, cells.at(-1)]).toEqual([name, expect.stringMatching(/\w{3}/)]);
  return rows.map(([name]) => name!.replaceAll("`", ""));
}

test("outcomes", () => {
  expect(namesBelow("### How a query ended")).toEqual([...OUTCOMES]);
});

test("reasons of a refusal", () => {
  expect(namesBelow("### Refusals")).toEqual([...REFUSAL_REASONS]);
});

test("causes of a stop", () => {
  expect(namesBelow("### Stops")).toEqual([...STOP_CAUSES]);
});

test("problems, with their status", () => {
  expect(namesBelow("### Problems")).toEqual(Object.keys(PROBLEMS));
  expect(tableBelow(page, "### Problems").map(([, status]) => Number(status))).toEqual(Object.values(PROBLEMS).map(({ status }) => status));
});

test.each([
  ["### Log lines of an agent", AGENT_EVENTS],
  ["### Log lines of the coordinator", COORDINATOR_EVENTS],
])("%s, with their levels", (heading, events: Readonly<Record<string, string>>) => {
  expect(tableBelow(page, heading).map(([, level]) => level)).toEqual(Object.values(events));
  expect(namesBelow(heading)).toEqual(Object.keys(events));
});

test("what the agent's doctor looks at", () => {
  const [, list] = /const CHECKS = \[([^\]]*)\]/.exec(textOf("apps/agent/src/doctor/finding.ts"))!;
  expect(namesBelow("### The doctor")).toEqual([...list!.matchAll(/"([^"]+)"/g)].map(([, name]) => name));
});

test("what the coordinator's doctor looks at", () => {
  const [, list] = /const COORDINATOR_CHECKS = \[([^\]]*)\]/.exec(textOf("apps/coordinator/src/doctor.ts"))!;
  expect(namesBelow("### The coordinator's doctor")).toEqual([...list!.matchAll(/"([^"]+)"/g)].map(([, name]) => name));
});

test.each([
  ["### Metrics", "apps/agent/src/agent-metrics.ts"],
  ["### Metrics of the coordinator", "apps/coordinator/src/coordinator-metrics.ts"],
])("%s", (heading, path) => {
  const found = [...textOf(path).matchAll(/["`]((?:tutti|process)_[a-z_]+)(\$\{stage\})?["`]/g)];
  const names = found.flatMap(([, name, stage]) => (stage === undefined ? [name!] : STAGES.map((one) => `${name}${one}`)));
  expect(names.length).toBeGreaterThan(10);
  expect(namesBelow(heading).toSorted()).toEqual(names.toSorted());
});

test("fields of log lines", () => {
  const fields = ["apps/agent/src/agent-log.ts", "apps/coordinator/src/log.ts"].flatMap((path) => {
    const [, members] = /interface \w*Fields \{([^}]*)\}/.exec(textOf(path))!;
    return [...members!.matchAll(/readonly (\w+)\?:/g)].map(([, field]) => field!);
  });
  expect(
    tableBelow(page, "### Fields")
      .map(([field]) => field!.replaceAll("`", ""))
      .toSorted(),
  ).toEqual([...new Set(fields)].toSorted());
});

describe("through every failure", () => {
  const chapter = page.slice(page.indexOf("\n## Through every failure\n"), page.indexOf("\n## What a message means\n"));
  const parts = [...chapter.matchAll(/^### (.+)$/gm)].map(([heading]) => heading);
  const said = saidTexts();
  /** A sentence may be put together of others, at a colon and where something is put in. */
  const isSaid = (text: string): boolean => said.includes(text) || text.split(/…|: /).every((piece) => said.includes(piece.trim()));

  test.each(parts)("%s: each failure says what is said of it word for word, what to do, and what has tried it", (heading) => {
    const rows = tableBelow(page, heading);
    expect(rows.length).toBeGreaterThan(6);
    for (const [failure, sees, does, tried] of rows) {
      const quoted = [...sees!.matchAll(/`([^`]+)`/g)].map(([, text]) => text!);
      expect([failure, quoted.filter((text) => !isSaid(text))]).toEqual([failure, []]);
      expect([failure, does, tried]).toEqual([failure, expect.stringMatching(/\w{2}/), expect.stringMatching(/\]\(/)]);
    }
  });

  test("a sentence that no program says is seen", () => {
    expect(isSaid("this token was revoked: ask the network's operator for a new one")).toBe(true);
    for (const text of ["this token was revoked: ask somebody", "the store is tired", "… stopped the sessions"])
      expect(isSaid(text)).toBe(false);
  });

  test("deadlines are those of the coordinator's configuration", () => {
    const [, list] = /interface Deadlines \{([^}]*)\}/.exec(textOf("apps/coordinator/src/deadlines.ts"))!;
    expect(namesBelow("#### Deadlines").toSorted()).toEqual([...list!.matchAll(/readonly (\w+):/g)].map(([, name]) => name!).toSorted());
  });
});
