import { expect, test } from "vitest";
import { faultFields } from "./index.ts";

class OwnFault extends Error {
  override readonly name = "OwnFault";
}

test("of a fault of one's own the sentence is told, of any other only its kind and where it happened", () => {
  expect(faultFields(new OwnFault("look at the disk"), [OwnFault])).toEqual({ fault: "OwnFault", problem: "look at the disk" });
  const fields = faultFields(new OwnFault("SECRET\n    at SECRET"), [RangeError]);
  expect(fields).toEqual({ fault: "OwnFault", places: expect.stringContaining("fault-fields.test.ts") as string });
  expect(fields.places).not.toContain("SECRET");
  expect(faultFields("SECRET", [OwnFault])).toEqual({ fault: "unknown" });
});

test("where the message can't be told from the places, no place is told", () => {
  const error = new Error("what it said first");
  void error.stack;
  error.message = "something else";
  expect(faultFields(error, [])).toEqual({ fault: "Error", places: "" });
});
