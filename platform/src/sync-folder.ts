import { closeSync, fsyncSync, openSync } from "node:fs";

/** Makes the names in a folder as durable as the contents of their files, before it returns. */
export function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
