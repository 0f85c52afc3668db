import { demoBench } from "./demo.ts";
import { guardBench } from "./guard.ts";
import { networkBench } from "./network.ts";
import { patternBench } from "./pattern.ts";
import type { BenchRow } from "./row.ts";
import { sharingBench } from "./sharing.ts";
import { sourceBench } from "./source.ts";

// Prints every figure beside its reference from the same run: `npm run bench`, or `npm run bench -- network sharing` for some.

const BENCHES: Readonly<Record<string, () => BenchRow[] | Promise<BenchRow[]>>> = {
  sharing: sharingBench,
  pattern: patternBench,
  guard: guardBench,
  source: sourceBench,
  network: networkBench,
  demo: demoBench,
};

const wanted = process.argv.slice(2).filter((name) => !name.startsWith("--"));
const unknown = wanted.find((name) => !Object.hasOwn(BENCHES, name));
if (unknown !== undefined) {
  process.stderr.write(`bench: there is no benchmark "${unknown}"; there are ${Object.keys(BENCHES).join(", ")}\n`);
  process.exit(2);
}
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stderr.write(`bench: ${name} …\n`);
  for (const row of await bench()) {
    if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify(row)}\n`);
    else process.stdout.write(lines(row));
  }
}

function lines({ name, value, unit, reference, ratio, target }: BenchRow): string {
  const beside = reference === "" ? "" : `    beside ${reference}${ratio === null ? "" : `  (× ${ratio.toPrecision(3)})`}\n`;
  return `${name}\n    ${value.toPrecision(4)} ${unit}   target ${target}\n${beside}`;
}
