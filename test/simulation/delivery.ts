/** The bundles in a delivery, at their senders' places; empty ones of those that are gone. None of what is no delivery. */
export function itemsOf(delivery: Uint8Array): Uint8Array[] {
  if (delivery.length < 2) return [];
  const view = new DataView(delivery.buffer, delivery.byteOffset, delivery.byteLength);
  const count = view.getUint16(0);
  const items: Uint8Array[] = [];
  for (let at = 2; items.length < count;) {
    if (at + 4 > delivery.length) return [];
    const length = view.getUint32(at);
    items.push(delivery.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return items;
}

/** The same delivery as if one participant had said nothing. */
export function withoutItem(delivery: Uint8Array, from: number): Uint8Array {
  const pieces = itemsOf(delivery).flatMap((item, place) => {
    const said = place === from ? new Uint8Array(0) : item;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(said.length);
    return [length, said];
  });
  return pieces.length === 0 ? delivery : new Uint8Array(Buffer.concat([delivery.subarray(0, 2), ...pieces]));
}
