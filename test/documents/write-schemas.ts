import { mkdirSync, writeFileSync } from "node:fs";
import { jsonSchemas } from "./schemas.ts";

// Writes docs/schema/*.json; `npm run schemas`.
const folder = new URL("../../docs/schema/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, text] of jsonSchemas()) {
  writeFileSync(new URL(`${name}.schema.json`, folder), text);
  process.stderr.write(`docs/schema/${name}.schema.json\n`);
}
