import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { createDecipheriv, hkdfSync, pbkdf2Sync } from "node:crypto";
import { deriveRoomSecret, type RoomName } from "./room_secret.ts";
import vectors from "../docs/peer_vectors.json" with { type: "json" };

/** The same, by another library: room hash and key, both as hex. */
function deriveByNode({ app, name, password }: RoomName) {
  const place = Buffer.concat([app, name].flatMap((text) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(text));
    return [length, Buffer.from(text)];
  }));
  const secret = password === undefined
    ? place
    : pbkdf2Sync(password, place, 600_000, 32, "sha256");
  const outputs = hkdfSync("sha256", secret, "", "sigmesh/1 room", 64);
  const hex = Buffer.from(outputs).toString("hex");
  return { room: hex.slice(0, 64), key: hex.slice(64) };
}

/** What the key seals, opened by another library with these bytes as key. */
async function roundTrip(key: CryptoKey, hex: string): Promise<string> {
  const iv = new Uint8Array(12);
  const sealed = Buffer.from(
    await crypto.subtle.encrypt(
      { name: "AES-GCM", iv },
      key,
      Buffer.from("hello"),
    ),
  );
  const decipher = createDecipheriv("aes-256-gcm", Buffer.from(hex, "hex"), iv);
  decipher.setAuthTag(sealed.subarray(-16));
  return decipher.update(sealed.subarray(0, -16), undefined, "utf8") +
    decipher.final("utf8");
}

for (const { room, key, ...name } of vectors.rooms) {
  const { app, password = "none" } = name;
  Deno.test(`"${app}", "${name.name}", password ${password}: room and key are those of docs/peer_vectors.json`, async () => {
    assertEquals(deriveByNode(name), { room, key });
    const secret = await deriveRoomSecret(name);
    assertEquals<string>(secret.room, room);
    assertEquals(await roundTrip(await secret.key, key), "hello");
  });
}

Deno.test("a letter that moves from the app to the name makes another room", async () => {
  const one = await deriveRoomSecret({ app: "ab", name: "c" });
  const other = await deriveRoomSecret({ app: "a", name: "bc" });
  assertNotEquals(one.room, other.room);
});

Deno.test("an empty password is none, and accents may be composed either way", async () => {
  const one = await deriveRoomSecret({ app: "caf\u00e9", name: "a" });
  const other = { app: "cafe\u0301", name: "a", password: "" };
  assertEquals((await deriveRoomSecret(other)).room, one.room);
});

Deno.test("the key cannot be taken out", async () => {
  const secret = await deriveRoomSecret({ app: "chess", name: "table-7" });
  const key = await secret.key;
  await assertRejects(() => crypto.subtle.exportKey("raw", key));
});

Deno.test("a page that is neither https nor localhost is told so", async () => {
  const subtle = Object.getOwnPropertyDescriptor(Crypto.prototype, "subtle")!;
  Object.defineProperty(Crypto.prototype, "subtle", {
    ...subtle,
    get: () => undefined,
  });
  try {
    await assertRejects(
      () => deriveRoomSecret({ app: "chess", name: "table-7" }),
      DOMException,
      "https or localhost",
    );
  } finally {
    Object.defineProperty(Crypto.prototype, "subtle", subtle);
  }
});
