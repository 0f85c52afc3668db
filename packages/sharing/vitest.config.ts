import { defineConfig, type ViteUserConfig } from "vitest/config";

// Tests take seconds in all; the limit leaves room for a machine that is busy with others.
const config: ViteUserConfig = defineConfig({ test: { testTimeout: 60_000 } });
export default config;
