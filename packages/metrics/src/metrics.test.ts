import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Metrics } from "./metrics.ts";

describe("the text", () => {
  test("has a family's help and type, then its series, as the exposition format asks", () => {
    const metrics = new Metrics();
    const queries = metrics.counter("tutti_queries_total", "Queries that have ended.", { outcome: ["released", "refused"] });
    queries.add({ outcome: "released" });
    queries.add({ outcome: "released" }, 2);
    metrics.gauge("tutti_present", "Centres that wait for offers.", {}).set({}, 12);
    metrics.read("gauge", "tutti_memory_bytes", "Memory.", () => 1e6);
    expect(metrics.text()).toBe(
      [
        "# HELP tutti_queries_total Queries that have ended.",
        "# TYPE tutti_queries_total counter",
        'tutti_queries_total{outcome="released"} 3',
        'tutti_queries_total{outcome="refused"} 0',
        'tutti_queries_total{outcome="other"} 0',
        "# HELP tutti_present Centres that wait for offers.",
        "# TYPE tutti_present gauge",
        "tutti_present 12",
        "# HELP tutti_memory_bytes Memory.",
        "# TYPE tutti_memory_bytes gauge",
        "tutti_memory_bytes 1000000",
        "",
      ].join("\n"),
    );
  });

  test("of a histogram has cumulative buckets, the last of which counts all, and their sum", () => {
    const metrics = new Metrics();
    const took = metrics.histogram("took_seconds", "Time.", { what: ["a"] }, [0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 7]) took.observe({ what: "a" }, value);
    expect(metrics.text()).toContain(
      [
        'took_seconds_bucket{what="a",le="0.1"} 2',
        'took_seconds_bucket{what="a",le="1"} 3',
        'took_seconds_bucket{what="a",le="+Inf"} 4',
        'took_seconds_sum{what="a"} 7.65',
        'took_seconds_count{what="a"} 4',
      ].join("\n"),
    );
  });

  test("escapes what a label may hold", () => {
    const metrics = new Metrics();
    metrics.counter("a_total", "A.", { centre: ['St "Anna"\\\n'] });
    expect(metrics.text()).toContain('a_total{centre="St \\"Anna\\"\\\\\\n"} 0\n');
  });
});

test("whatever is counted, there are no more series than the lists of labels have", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.string())), (pairs) => {
      const metrics = new Metrics();
      const counter = metrics.counter("a_total", "A.", { x: ["1", "2"], y: ["1"] });
      for (const [x, y] of pairs) counter.add({ x, y });
      const lines = metrics.text().trim().split("\n").slice(2);
      expect(lines).toHaveLength(6);
      expect(lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0)).toBe(pairs.length);
    }),
  );
});

test("a name stands once, and is one that Prometheus takes", () => {
  const metrics = new Metrics();
  metrics.counter("a_total", "A.", {});
  expect(() => metrics.counter("a_total", "A.", {})).toThrow(RangeError);
  expect(() => metrics.gauge("a-b", "A.", {})).toThrow(RangeError);
});
