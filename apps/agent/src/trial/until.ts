/** Waits until something is so; fails after two seconds. */
export async function until(holds: () => boolean): Promise<void> {
  for (let waitedMs = 0; !holds(); waitedMs += 2) {
    if (waitedMs > 2_000) throw new Error("what the test waits for does not come");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
