/** One number of the benchmark, beside the same work done another way in the same run. */
export interface BenchRow {
  /** What was measured, and how large it was. */
  name: string;
  /** The median of several runs. */
  value: number;
  /** The unit of `value`, for example `ms`. */
  unit: string;
  /** What it is compared with. */
  reference: string;
  /** `value` divided by the reference's median; null where there is none. */
  ratio: number | null;
  /** What `value` or `ratio` should reach. */
  target: string;
}
