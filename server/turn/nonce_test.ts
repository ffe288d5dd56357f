import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { FakeClock } from "../testing/fake_clock.ts";
import { Nonces } from "./nonce.ts";

const SECRET = new Uint8Array(32).fill(7);

Deno.test("a nonce is fresh for an hour, for one client", () => {
  const clock = new FakeClock();
  const nonces = new Nonces({ secret: SECRET, clock });
  const nonce = Buffer.from(nonces.issue("udp 192.0.2.1 1000"));
  assertEquals(nonce.length, 12);
  assert(nonces.isFresh(nonce, "udp 192.0.2.1 1000"));
  assert(!nonces.isFresh(nonce, "udp 192.0.2.1 1001"));
  assert(!nonces.isFresh(nonce, "tcp 192.0.2.1 1000"));
  clock.advance(3_600_999);
  assert(nonces.isFresh(nonce, "udp 192.0.2.1 1000"));
  clock.advance(1);
  assert(!nonces.isFresh(nonce, "udp 192.0.2.1 1000"));
});

Deno.test("a nonce of another server, of the future, or changed is not fresh", () => {
  const clock = new FakeClock();
  const nonces = new Nonces({ secret: SECRET, clock });
  const other = new Nonces({ secret: new Uint8Array(32), clock });
  assert(!nonces.isFresh(Buffer.from(other.issue("a")), "a"));
  const later = new FakeClock(clock.now() + 1000);
  const future = new Nonces({ secret: SECRET, clock: later });
  assert(!nonces.isFresh(Buffer.from(future.issue("a")), "a"));
  const nonce = Buffer.from(nonces.issue("a"));
  for (let at = 0; at < nonce.length; at++) {
    const changed = Buffer.from(nonce);
    changed[at] = changed[at] === 0x41 ? 0x42 : 0x41;
    assert(!nonces.isFresh(changed, "a"), `${at}`);
  }
  assert(!nonces.isFresh(Buffer.from("????????????"), "a"));
});
