/** The agent can't start. Its message tells the centre's engineer or data manager what to do, and holds no secret and no content of a row. */
export class StartProblem extends Error {
  override readonly name = "StartProblem";
}
