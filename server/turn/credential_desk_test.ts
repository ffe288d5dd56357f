import { assertEquals, assertNotEquals } from "@std/assert";
import { SERVER_LIMITS } from "../limits.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { credentialOf, expiryOf } from "./credential.ts";
import { CredentialDesk } from "./credential_desk.ts";

const SECRET = "secret";
const NOW = 1_760_000_000;
const RANDOM = "AAECAwQFBgcICQoL";

function openDesk() {
  const clock = new FakeClock(NOW * 1000);
  const told: [string, number][] = [];
  const desk = new CredentialDesk({
    clock,
    secret: SECRET,
    renew: (...renewal) => told.push(renewal),
    lifetimeSeconds: 600,
  });
  return { clock, told, desk };
}

Deno.test("a credential is good for its lifetime", () => {
  const { desk } = openDesk();
  const { username, credential } = desk.issue();
  assertEquals(expiryOf(username), NOW + 600);
  assertEquals(credential, credentialOf(SECRET, username));
});

Deno.test("a renewal keeps username and credential, and the server is told the new end", () => {
  const { clock, told, desk } = openDesk();
  const issued = desk.issue();
  clock.advance(300_000);
  assertEquals(desk.refusalOf(issued.username), undefined);
  assertEquals(desk.renew(issued.username), issued);
  assertEquals(told, [[issued.username, NOW + 900]]);
});

Deno.test("what was renewed can be renewed until its new end, and not a second longer", () => {
  const { clock, desk } = openDesk();
  const { username } = desk.issue();
  clock.advance(599_000);
  assertEquals(desk.refusalOf(username), undefined);
  desk.renew(username);
  clock.advance(599_000);
  assertEquals(desk.refusalOf(username), undefined);
  clock.advance(1000);
  assertEquals(desk.refusalOf(username), "expired");
});

Deno.test("what was never renewed ends when it says", () => {
  const { clock, desk } = openDesk();
  const { username } = desk.issue();
  clock.advance(600_000);
  assertEquals(desk.refusalOf(username), "expired");
});

Deno.test("a username that promises itself more than a lifetime is unknown", () => {
  const { desk } = openDesk();
  assertEquals(desk.refusalOf(`${NOW + 600}:${RANDOM}`), undefined);
  assertEquals(desk.refusalOf(`${NOW + 601}:${RANDOM}`), "unknown");
  assertEquals(desk.refusalOf("somebody"), "unknown");
});

Deno.test("a server that cannot be told gets new credentials, also for expired ones", () => {
  const clock = new FakeClock(NOW * 1000);
  const desk = new CredentialDesk({
    ...{ clock, secret: SECRET, renew: null, lifetimeSeconds: 600 },
  });
  const { username } = desk.issue();
  clock.advance(700_000);
  assertEquals(desk.refusalOf(username), undefined);
  const renewed = desk.renew(username);
  assertNotEquals(renewed.username, username);
  assertEquals(expiryOf(renewed.username), NOW + 700 + 600);
});

Deno.test("renewals that live are told again, those that ended are forgotten", () => {
  const { clock, desk } = openDesk();
  const [first, second] = [desk.issue().username, desk.issue().username];
  desk.renew(first);
  clock.advance(300_000);
  desk.renew(second);
  assertEquals([...desk.renewals], [[first, NOW + 600], [second, NOW + 900]]);
  clock.advance(300_000);
  assertEquals([...desk.renewals], [[second, NOW + 900]]);
  clock.advance(300_000);
  assertEquals(desk.renewals.size, 0);
});

Deno.test("at the bound the renewal that ends first is forgotten", () => {
  const { desk } = openDesk();
  const bound = SERVER_LIMITS.turnRenewals;
  const usernames = Array.from({ length: bound }, () => desk.issue().username);
  for (const username of usernames) desk.renew(username);
  desk.renew(usernames[0]!); // ends last now
  desk.renew(desk.issue().username);
  assertEquals(desk.renewals.size, bound);
  assertEquals(desk.renewals.has(usernames[0]!), true);
  assertEquals(desk.renewals.has(usernames[1]!), false);
});
