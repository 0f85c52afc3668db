/** Why a protocol of the holders stopped. It never says a share or a value. */
export class SharingFault extends Error {
  /**
   * - `opening`: opened points do not lie on one polynomial of the promised degree
   * - `deal`: what somebody dealt is not what they promised
   * - `missing`: too few points, or too few dealers, are left
   * - `defect`: an impossible state; a mistake in this program
   */
  readonly kind: "opening" | "deal" | "missing" | "defect";
  /** The holders (`opening`) or dealers (`deal`) that are proven wrong, as indices; empty when the mathematics does not name them. */
  readonly blame: readonly number[];

  constructor(kind: SharingFault["kind"], message: string, blame: readonly number[] = []) {
    super(message);
    this.name = "SharingFault";
    this.kind = kind;
    this.blame = blame;
  }
}
