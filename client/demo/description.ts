/** Session descriptions short enough for a post of 1,024 bytes. */

/** A description as text: deflated, base64. TCP candidates are left out; UDP ones suffice here. */
export async function packDescription(sdp: string): Promise<string> {
  const lines = sdp.split("\r\n")
    .filter((line) => !/^a=candidate:\S+ \d+ tcp /i.test(line));
  const packed = await pipe(
    new TextEncoder().encode(lines.join("\r\n")),
    new CompressionStream("deflate-raw"),
  );
  return btoa(String.fromCharCode(...packed));
}

/** A description is never longer than this; what unpacks to more is an attack. */
const MAX_DESCRIPTION_BYTES = 64 * 1024;

/** Reads what {@linkcode packDescription} made. Rejects what it cannot have made. */
export async function unpackDescription(text: string): Promise<string> {
  const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const sdp = await pipe(packed, new DecompressionStream("deflate-raw"));
  return new TextDecoder().decode(sdp);
}

async function pipe(
  bytes: Uint8Array<ArrayBuffer>,
  transform: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(transform).getReader();
  const whole = new Uint8Array(MAX_DESCRIPTION_BYTES);
  let length = 0;
  while (true) {
    const { done, value } = await reader.read();
    if (done) return whole.subarray(0, length);
    if (length + value.length > whole.length) {
      await reader.cancel();
      throw new RangeError("A session description is too long");
    }
    whole.set(value, length);
    length += value.length;
  }
}
