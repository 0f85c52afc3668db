import { readFileSync, writeFileSync } from "node:fs";
import { profileTables, withTables } from "./profiles.ts";

// Writes the tables of docs/profiles.md; `npm run profiles`.
const page = new URL("../../docs/profiles.md", import.meta.url);
writeFileSync(page, withTables(readFileSync(page, "utf8"), profileTables()));
process.stderr.write("docs/profiles.md\n");
