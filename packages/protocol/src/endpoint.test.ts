import { expect, test } from "vitest";
import { ENDPOINTS, pathOf } from "./endpoint.ts";
import { problem, problemName, PROBLEMS, type ProblemName, problemSchema } from "./problem.ts";

test("segments are filled in, and can't add any", () => {
  expect(pathOf(ENDPOINTS.exchange, { session: "ab", exchange: "3" })).toBe("/v1/sessions/ab/exchanges/3");
  expect(pathOf(ENDPOINTS.state, { query: "../roster?x" })).toBe("/v1/queries/..%2Froster%3Fx");
});

test("no two endpoints have the same method and path", () => {
  const all = Object.values(ENDPOINTS).map(({ method, path }: { method: string; path: string }) => `${method} ${path}`);
  expect(new Set(all).size).toBe(all.length);
});

test.each(Object.keys(PROBLEMS) as ProblemName[])("the problem %s is known again on the other side", (name) => {
  const told = problemSchema.parse(JSON.parse(JSON.stringify(problem(name, "do this", "late"))));
  expect(problemName(told)).toBe(name);
  expect(told).toMatchObject({ status: PROBLEMS[name].status, detail: "do this", outcome: "late" });
});

test("another's problem is nobody's name", () => {
  expect(problemName({ type: "about:blank" })).toBeNull();
  expect(problemName({ type: "https://tutti.dev/problems/constructor" })).toBeNull();
});
