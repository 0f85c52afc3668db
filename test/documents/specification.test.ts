import { DEFAULT_POLICY, type Policy } from "@tutti/disclosure";
import { LABELS } from "@tutti/envelope";
import { ENDPOINTS, PROBLEMS, REFUSAL_REASONS, STOP_CAUSES } from "@tutti/protocol";
import { expect, test } from "vitest";
import { filesBelow, jsonOf, textOf } from "../invariants/repository.ts";
import { tableBelow } from "./table-below.ts";

// The tables of the specifications hold what the code holds: no more, no less, in the same words.

const http = textOf("docs/spec/http.md");
const protocol = textOf("docs/spec/protocol.md");
const disclosure = textOf("docs/spec/disclosure.md");
const threats = textOf("docs/threat-model.md");

test("endpoints", () => {
  const told = tableBelow(http, "## Endpoints").map(([request, caller]) => [request, caller]);
  expect(told).toEqual(Object.values(ENDPOINTS).map(({ method, path, caller }) => [`\`${method} ${path}\``, [caller].flat().join(", ")]));
});

test("problems", () => {
  const told = tableBelow(http, "## Problems").map(([name, status]) => [name, Number(status)]);
  expect(told).toEqual(Object.entries(PROBLEMS).map(([name, { status }]) => [`\`${name}\``, status]));
});

test("causes of a stop", () => {
  expect(tableBelow(protocol, "## Stops").map(([cause]) => cause)).toEqual(STOP_CAUSES.map((cause) => `\`${cause}\``));
});

test("reasons of a refusal", () => {
  expect(tableBelow(protocol, "### Refusals").map(([reason]) => reason)).toEqual(REFUSAL_REASONS.map((reason) => `\`${reason}\``));
});

test("labels are real ones", () => {
  const known: readonly string[] = Object.values(LABELS);
  for (const page of [http, protocol]) for (const [, label] of page.matchAll(/`(tutti\/1\/[a-z-]+)`/g)) expect(known).toContain(label);
});

test("the rules of a policy, with what holds where none is given", () => {
  const { properties } = jsonOf<{ properties: Readonly<Record<string, unknown>> }>("docs/schema/policy.schema.json");
  const rules = Object.keys(properties).filter((key) => key !== "profile" && key !== "exception");
  const said = tableBelow(disclosure, "## Policy").map(([rule, , otherwise]) => [
    rule!.replaceAll("`", ""),
    otherwise!.replaceAll("`", ""),
  ]);
  expect(said).toEqual(rules.map((rule) => [rule, String(DEFAULT_POLICY[rule as keyof Policy] ?? "none")]));
});

test("the threat model names every attack once, and every test of one", () => {
  const rows = tableBelow(threats, "## Attacks");
  expect(rows.map(([number]) => number)).toEqual(rows.map((_, i) => String(i + 1)));
  for (const [number, , , tests] of rows)
    expect([number, tests]).toEqual([number, expect.stringMatching(/\]\(\.\.\/.+\.test\.ts\)|not yet/)]);
  for (const path of filesBelow("test/attacks")) expect([path, threats.includes(`(../${path})`)]).toEqual([path, true]);
});
