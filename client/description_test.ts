import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeDescription, encodeDescription } from "./description.ts";
import {
  CHROMIUM_OFFER,
  FIREFOX_OFFER,
  SAFARI_OFFER,
  WERIFT_OFFER,
} from "./testing/description_samples.ts";
import { Envelopes } from "./envelope.ts";
import { createPeerId } from "./peer_id.ts";
import { deriveRoomSecret } from "./room_secret.ts";

const OFFERS = {
  Chromium: CHROMIUM_OFFER,
  Firefox: FIREFOX_OFFER,
  Safari: SAFARI_OFFER,
  werift: WERIFT_OFFER,
};

function canonical(address: string): string {
  return address.includes(":")
    ? new URL(`http://[${address}]`).hostname
    : address;
}

/** What a browser needs to know; candidates by address, port and type, sorted. */
function essenceOf(sdp: string): string[] {
  const kept =
    /^a=(?:ice-ufrag|ice-pwd|fingerprint|setup|mid|group|sctp-port|max-message-size):.*$|^m=\w+/gm;
  const candidates = sdp.matchAll(
    /^a=candidate:\S+ 1 udp \d+ (\S+) (\d+) typ (\S+)/gmi,
  );
  return [
    /^o=\S+ (\S+)/m.exec(sdp)![1]!,
    ...sdp.match(kept)!,
    ...candidates.map(([, address, ...more]) =>
      [canonical(address!), ...more].join(" ")
    ),
  ].toSorted();
}

function decoded(sdp: string, type: "offer" | "answer" = "offer"): string {
  const result = decodeDescription(encodeDescription(sdp), type);
  assert(result.ok, result.ok ? "" : result.reason);
  return result.value;
}

for (const [maker, offer] of Object.entries(OFFERS)) {
  Deno.test(`an offer of ${maker} comes back with all that is needed`, () => {
    assertEquals(essenceOf(decoded(offer)), essenceOf(offer));
    assertEquals(decoded(decoded(offer)), decoded(offer));
  });
}

Deno.test("an answer says who begins, an offer leaves it open", () => {
  const answer = CHROMIUM_OFFER.replace("actpass", "active");
  assertEquals(essenceOf(decoded(answer, "answer")), essenceOf(answer));
  for (
    const [sdp, type] of [[answer, "offer"], [
      CHROMIUM_OFFER,
      "answer",
    ]] as const
  ) {
    const result = decodeDescription(encodeDescription(sdp), type);
    assertEquals(result, { ok: false, reason: "other-type" });
  }
});

Deno.test("credentials of any length and letters come back", () => {
  const letter = fc.constantFrom(..."ABYZabyz0189+/");
  const letters = (minLength: number) =>
    fc.string({ unit: letter, minLength, maxLength: 255 });
  fc.assert(fc.property(letters(4), letters(22), (ufrag, password) => {
    const sdp = CHROMIUM_OFFER
      .replace(/ice-ufrag:.*/, `ice-ufrag:${ufrag}`)
      .replace(/ice-pwd:.*/, `ice-pwd:${password}`);
    assertEquals(essenceOf(decoded(sdp)), essenceOf(sdp));
  }));
});

Deno.test("what carries more than data, or lacks something, is a bug of the caller", () => {
  const audio = `${CHROMIUM_OFFER}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n`;
  assertThrows(() => encodeDescription(audio), TypeError, "for data alone");
  for (const line of ["ice-ufrag", "ice-pwd", "fingerprint", "setup", "mid"]) {
    const sdp = CHROMIUM_OFFER.replace(`a=${line}:`, "a=x:");
    assertThrows(() => encodeDescription(sdp), TypeError, line);
  }
  assertThrows(() => encodeDescription(""), TypeError);
});

Deno.test("a description that does not say takes messages of 64 KiB", () => {
  const sdp = CHROMIUM_OFFER.replace(/a=max-message-size.*\r\n/, "");
  assert(decoded(sdp).includes("a=max-message-size:65536\r\n"));
});

Deno.test("no bytes make the decoder throw, and what it gives is one description", () => {
  const offer = encodeDescription(FIREFOX_OFFER);
  const changed = fc.tuple(fc.nat(offer.length - 1), fc.nat(255))
    .map(([at, byte]) => offer.with(at, byte));
  const cut = fc.nat(offer.length - 1).map((length) =>
    offer.subarray(0, length)
  );
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 900 }), changed, cut);
  fc.assert(
    fc.property(bytes, (bytes) => {
      const result = decodeDescription(bytes, "offer");
      if (!result.ok) return;
      const { value } = result;
      assert(/^(?:[a-z]=[ -~]*\r\n)+$/.test(value), value);
      assertEquals(value.match(/^m=/gm)?.length, 1);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("what is cut short, or has candidates that are none, is refused", () => {
  const offer = encodeDescription(WERIFT_OFFER);
  const reasonOf = (bytes: Uint8Array) => {
    const result = decodeDescription(bytes, "offer");
    return result.ok ? "none" : result.reason;
  };
  const end = offer.length - 7 - 19; // an IPv4 candidate and one of IPv6
  assertEquals(reasonOf(offer), "none");
  assertEquals(reasonOf(offer.subarray(0, end)), "none");
  assertEquals(reasonOf(offer.subarray(0, end - 1)), "malformed");
  assertEquals(reasonOf(offer.subarray(0, 20)), "malformed");
  assertEquals(reasonOf(offer.subarray(0, end + 1)), "malformed");
  assertEquals(reasonOf(offer.with(end, 255)), "malformed");
});

Deno.test("a sealed offer with ten candidates is at most 450 characters", async () => {
  const lines = [
    "2122260223 7ecb62fa-800f-4ed3-a2a5-943f72c0ea00.local 50000 typ host",
    "2122194687 c0ffee00-1234-4abc-9def-0123456789ab.local 50001 typ host",
    "1686052607 203.0.113.7 50000 typ srflx",
    "1685987071 203.0.113.7 50003 typ srflx",
    "1686052351 2001:db8:85a3:8d3:1319:8a2e:370:7348 50001 typ srflx",
    "1686052095 2001:db8:85a3:8d3:a1b2:c3d4:e5f6:1 50002 typ srflx",
    "41885439 198.51.100.9 61000 typ relay",
    "41885183 198.51.100.9 61001 typ relay",
    "25108223 198.51.100.9 61002 typ relay",
    "41884927 2001:db8:1::9 61000 typ relay",
  ].map((line) => `a=candidate:1 1 udp ${line}\r\n`).join("");
  const bare = FIREFOX_OFFER.replace(/a=candidate.*\r\n/g, "");
  const description = encodeDescription(bare + lines);
  assertEquals(essenceOf(decoded(bare + lines)), essenceOf(bare + lines));
  const envelopes = new Envelopes({
    secret: await deriveRoomSecret({ app: "chess", name: "table-7" }),
    selfId: createPeerId(),
    nowMs: () => 1_760_000_000_000,
  });
  const post = await envelopes.seal([
    {
      kind: "offer",
      to: createPeerId(),
      attempt: 1,
      isRelayed: false,
      description,
    },
  ]);
  assert(post.length <= 450, `${post.length} characters`);
});
