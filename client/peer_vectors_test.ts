/** What docs/peer_vectors.json says of envelopes and descriptions; docs/protocol.md quotes it. */

import { assert, assertEquals } from "@std/assert";
import { decodeDescription, encodeDescription } from "./description.ts";
import { Envelopes } from "./envelope.ts";
import { createPeerId } from "./peer_id.ts";
import { deriveRoomSecret } from "./room_secret.ts";
import { decodeSignals, encodeSignals } from "./signal.ts";
import vectors from "../docs/peer_vectors.json" with { type: "json" };

const protocol = await Deno.readTextFile(
  new URL("../docs/protocol.md", import.meta.url),
);

for (const { name, from, sentAt, signals, text } of vectors.envelopes) {
  Deno.test(`an envelope with ${name} opens to sender and signals`, async () => {
    const envelopes = new Envelopes({
      secret: await deriveRoomSecret(vectors.rooms[0]!),
      selfId: createPeerId(),
      nowMs: () => sentAt * 1000,
    });
    const opened = await envelopes.open(text);
    assert(opened.ok, opened.ok ? "" : opened.reason);
    assertEquals<string>(opened.from, from);
    assertEquals(encodeSignals(opened.signals).toHex(), signals);
  });
}

Deno.test("the description in one of them is the one beside it", () => {
  const { bytes, type } = vectors.description;
  const signals = decodeSignals(
    Uint8Array.fromHex(vectors.envelopes[1]!.signals),
  );
  const [announce, offer] = signals!;
  assertEquals(announce?.kind, "announce");
  assert(offer?.kind === "offer" && offer.kind === type && !offer.isRelayed);
  assertEquals(offer.description.toHex(), bytes);
  assertEquals(offer.attempt, 7);
});

Deno.test("a description has its bytes, and bytes their description", () => {
  const { bytes, sdp } = vectors.description;
  const text = sdp.map((line) => `${line}\r\n`).join("");
  const decoded = decodeDescription(Uint8Array.fromHex(bytes), "offer");
  assertEquals(decoded, { ok: true, value: text });
  assertEquals(encodeDescription(text).toHex(), bytes);
});

Deno.test("docs/protocol.md has an envelope and a description of these", () => {
  const quoted = protocol.replaceAll(/\s+/g, "");
  const { app, name, room, key } = vectors.rooms[0]!;
  assert(protocol.includes(`app \`${app}\` and name \`${name}\``));
  for (
    const part of [
      room,
      key,
      vectors.envelopes[0]!.text,
      vectors.description.bytes,
    ]
  ) {
    assert(quoted.includes(part), part);
  }
});
