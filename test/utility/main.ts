import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Measured, measured, SIZES } from "./measurement.ts";
import { picture } from "./picture.ts";
import { table } from "./table.ts";

// Measures what each rule lets out and how right it is: npm run utility [-- --seed 1]. Prints the table, and writes it and the plot into docs/.

const SEED = 1;
const at = process.argv.indexOf("--seed");
const seed = at < 0 ? SEED : Number(process.argv[at + 1]);
if (!Number.isSafeInteger(seed)) {
  process.stderr.write("utility: --seed is a whole number\n");
  process.exit(2);
}

const measurements: Measured[] = [];
for (const size of SIZES) {
  process.stderr.write(`utility: ${size.patients} patients …\n`);
  measurements.push(...measured(size, seed));
}
process.stdout.write(`${table(measurements)}\n`);

if (seed === SEED) {
  const docs = join(import.meta.dirname, "../../docs");
  const page = join(docs, "utility.md");
  const [before, after] = readFileSync(page, "utf8").split(/<!-- measured -->[^]*<!-- \/measured -->/);
  writeFileSync(page, `${before}<!-- measured -->\n\n${table(measurements)}\n\n<!-- /measured -->${after}`);
  writeFileSync(join(docs, "images/utility.svg"), picture(measurements));
}
