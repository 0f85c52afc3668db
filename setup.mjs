// Installs what the project needs, from the lock file, when it is not there yet.
// Plain JavaScript, so that it runs on any Node >= 20; everything after it runs on the
// Node that package.json pins.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const stampFile = join(root, "node_modules", ".tutti-setup");
const wanted = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .update(process.platform + process.arch)
  .digest("hex");

if (!existsSync(stampFile) || readFileSync(stampFile, "utf8") !== wanted) {
  process.stderr.write("tutti: installing what is missing, from package-lock.json (npm ci) …\n");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const done = spawnSync(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (done.status !== 0) {
    process.stderr.write(
      "tutti: npm ci did not finish; its own message is above. Check the network or the npm registry, then run the same command again.\n",
    );
    process.exit(1);
  }
  writeFileSync(stampFile, wanted);
  process.stderr.write("tutti: installed.\n");
}
