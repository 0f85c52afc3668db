import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "./median.ts";
import type { BenchRow } from "./row.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** `npm run demo -- --once`, installed and warm: from the shell back to the shell. */
export function demoBench(): BenchRow[] {
  const times = [0, 1, 2, 3].map(() => {
    const from = performance.now();
    const { status } = spawnSync("npm", ["run", "--silent", "demo", "--", "--once", "--quiet"], { cwd: ROOT, stdio: "ignore" });
    if (status !== 0) throw new Error("the demo did not end well: run it by hand to see why");
    return (performance.now() - from) / 1000;
  });
  return [{ name: "npm run demo -- --once, warm", value: median(times.slice(1)), unit: "s", reference: "", ratio: null, target: "≤ 15 s" }];
}
