import type { Database } from "@tutti/coordinator";
import type { Life } from "./centre.ts";
import type { Faults } from "./faults.ts";
import type { Of } from "./operation.ts";

/** The coordinator's database as one life of it has it: it dies before a write or after one, and then nothing it asks is ever answered. */
export function mortalDatabase(
  database: Database,
  life: Life,
  faults: Pick<Faults, "storeWrites">,
  die: (killed: Of<"killStore">) => void,
): Database {
  const never = <T>(): Promise<T> => new Promise(() => {});
  const write = async <T>(run: () => Promise<T>): Promise<T> => {
    if (life.isOver) return never();
    const fault = faults.storeWrites();
    if (fault === null) return run();
    if (fault.done) await run();
    die(fault);
    return never();
  };
  return {
    rows: (sql, ...values) => {
      const read = () => database.rows(sql, ...values);
      if (life.isOver) return never();
      return /^\s*SELECT/i.test(sql) ? read() : write(read);
    },
    write: (...statements) => write(() => database.write(...statements)),
    close: async () => {},
  };
}
