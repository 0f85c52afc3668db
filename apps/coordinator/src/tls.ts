import { unwatchFile, watchFile } from "node:fs";
import type { Server } from "node:https";
import { createSecureContext } from "node:tls";
import { ConfigFault, readTextFile, type TlsFiles } from "./config.ts";
import { faultFields, type Log } from "./log.ts";

/** What a server is given. */
export interface TlsOptions {
  readonly cert: string;
  readonly key: string;
  readonly minVersion: "TLSv1.2";
}

/** How often the files are looked at: whoever renews a certificate need tell nobody. */
const LOOK_MS = 60_000;

/** Reads both files. Throws a ConfigFault when they can't be read, or don't belong together. */
export function readTls({ certificate, key }: TlsFiles): TlsOptions {
  const options = { cert: readTextFile(certificate), key: readTextFile(key), minVersion: "TLSv1.2" } as const;
  try {
    createSecureContext(options);
  } catch {
    throw new ConfigFault(`${certificate} and ${key} are not a certificate and its key in PEM: use the two that belong together`);
  }
  return options;
}

/** Serves with what the files hold from now on: when they change, and when it is called. What does not fit is logged, and the old pair stays. */
export class TlsReload {
  readonly #files: TlsFiles;
  readonly #server: Server;
  readonly #log: Log;

  constructor(files: TlsFiles, server: Server, log: Log) {
    this.#files = files;
    this.#server = server;
    this.#log = log;
    for (const path of [files.certificate, files.key])
      watchFile(path, { interval: LOOK_MS, persistent: false }, () => this.reload()).unref();
  }

  /** Reads both files again. Connections that are open keep what they have. */
  reload(): void {
    try {
      this.#server.setSecureContext(readTls(this.#files));
      this.#log.info({}, "the certificate was read again");
    } catch (fault) {
      // While one of the two files is new already and the other is not yet, they don't fit.
      this.#log.warn(faultFields(fault), "the old certificate stays");
    }
  }

  stop(): void {
    for (const path of [this.#files.certificate, this.#files.key]) unwatchFile(path);
  }
}
