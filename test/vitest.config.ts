import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig, type ViteUserConfig } from "vitest/config";

// Three workers for two cores, since much of it is waiting; whole networks run here, so a test may take its time on a busy machine.
// Hundreds of programs are started: what Node compiles of them is kept, as the command keeps it for those who use it. The files that a worker runs share
// what they import.
const config: ViteUserConfig = defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 3,
    isolate: false,
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "tutti-tests-compiled") },
  },
});
export default config;
