import { mkdirSync, writeFileSync } from "node:fs";
import { demoReport } from "./demo-report.ts";
import { terminalPicture } from "./terminal-picture.ts";

// Writes docs/images/demo.svg; `npm run picture`.
const folder = new URL("../../docs/images/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL("demo.svg", folder), terminalPicture("npm run demo", demoReport()));
process.stderr.write("docs/images/demo.svg\n");
