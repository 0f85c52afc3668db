import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIdentity, formatIdentity, publicIdentity, readPassphrase, sealIdentity } from "@tutti/envelope";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { random } from "./random.ts";
import { readIdentity, SecretFileFault } from "./secret-file.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-secret-"));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => vi.unstubAllEnvs());

const necker = createIdentity("necker", random);
const put = (name: string, text: string, mode = 0o600): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};

test("an identity is read from a file that only its owner may read", () => {
  expect(publicIdentity(readIdentity(put("identity.json", formatIdentity(necker))))).toEqual(publicIdentity(necker));
});

test.each([0o644, 0o640, 0o601])("a file of mode %o is refused, and told how to close it", (mode) => {
  const path = put("open.json", formatIdentity(necker), mode);
  expect(() => readIdentity(path)).toThrow(SecretFileFault);
  expect(() => readIdentity(path)).toThrow(`chmod 600 ${path}`);
});

test("what systemd hands over counts, whatever its mode", () => {
  vi.stubEnv("CREDENTIALS_DIRECTORY", folder);
  expect(readIdentity(put("credential.json", formatIdentity(necker), 0o440)).name).toBe("necker");
});

test("one under a passphrase opens with the file that holds it, and with no other", () => {
  const path = put("sealed.json", sealIdentity(necker, readPassphrase("correct horse battery"), random));
  expect(publicIdentity(readIdentity(path, put("right", "correct horse battery\n")))).toEqual(publicIdentity(necker));
  expect(() => readIdentity(path, put("wrong", "incorrect horse battery\n"))).toThrow("does not open");
  expect(() => readIdentity(path)).toThrow("passphraseFile");
  expect(() => readIdentity(path, put("loose", "correct horse battery\n", 0o644))).toThrow("chmod 600");
});

test("a file that is not there is told by its path", () => {
  expect(() => readIdentity(join(folder, "none.json"))).toThrow(/none\.json can't be read/);
});
