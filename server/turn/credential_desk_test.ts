import { assertEquals, assertNotEquals } from "@std/assert";
import { SERVER_LIMITS } from "../limits.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { credentialOf, expiryOf, issueCredential } from "./credential.ts";
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
  assertEquals(desk.refusalOf(issued), undefined);
  assertEquals(desk.renew(issued), issued);
  assertEquals(told, [[issued.username, NOW + 900]]);
});

Deno.test("what was renewed can be renewed until its new end, and not a second longer", () => {
  const { clock, desk } = openDesk();
  const issued = desk.issue();
  clock.advance(599_000);
  assertEquals(desk.refusalOf(issued), undefined);
  desk.renew(issued);
  clock.advance(599_000);
  assertEquals(desk.refusalOf(issued), undefined);
  clock.advance(1000);
  assertEquals(desk.refusalOf(issued), "expired");
});

Deno.test("what was never renewed ends when it says", () => {
  const { clock, desk } = openDesk();
  const issued = desk.issue();
  clock.advance(600_000);
  assertEquals(desk.refusalOf(issued), "expired");
});

Deno.test("a username is renewed only with its password, and is told to nobody without", () => {
  const { clock, desk } = openDesk();
  const [{ username }, other] = [desk.issue(), desk.issue()];
  const { credential } = other;
  const madeUp = `${NOW + 600}:${RANDOM}`;
  const refusals = () =>
    [username, madeUp, "somebody"].map((username) =>
      desk.refusalOf({ username, credential })
    );
  assertEquals(refusals(), ["unknown", "unknown", "unknown"]);
  assertEquals(desk.refusalOf(other), undefined);
  clock.advance(600_000);
  assertEquals(refusals(), ["unknown", "unknown", "unknown"]);
  assertEquals(desk.refusalOf(other), "expired");
});

Deno.test("what another secret signed is unknown", () => {
  const { desk } = openDesk();
  const foreign = issueCredential("another", { expiresAt: NOW + 600 });
  assertEquals(desk.refusalOf(foreign), "unknown");
});

Deno.test("a server that cannot be told gets new credentials, also for expired ones", () => {
  const clock = new FakeClock(NOW * 1000);
  const desk = new CredentialDesk({
    ...{ clock, secret: SECRET, renew: null, lifetimeSeconds: 600 },
  });
  const issued = desk.issue();
  clock.advance(700_000);
  assertEquals(desk.refusalOf(issued), undefined);
  const renewed = desk.renew(issued);
  assertNotEquals(renewed.username, issued.username);
  assertEquals(expiryOf(renewed.username), NOW + 700 + 600);
});

Deno.test("renewals that live are told again, those that ended are forgotten", () => {
  const { clock, desk } = openDesk();
  const [first, second] = [desk.issue(), desk.issue()];
  desk.renew(first);
  clock.advance(300_000);
  desk.renew(second);
  assertEquals([...desk.renewals], [
    [first.username, NOW + 600],
    [second.username, NOW + 900],
  ]);
  clock.advance(300_000);
  assertEquals([...desk.renewals], [[second.username, NOW + 900]]);
  clock.advance(300_000);
  assertEquals(desk.renewals.size, 0);
});

Deno.test("at the bound the renewal that ends first is forgotten", () => {
  const { desk } = openDesk();
  const bound = SERVER_LIMITS.turnRenewals;
  const issued = Array.from({ length: bound }, () => desk.issue());
  for (const held of issued) desk.renew(held);
  desk.renew(issued[0]!); // ends last now
  desk.renew(desk.issue());
  assertEquals(desk.renewals.size, bound);
  assertEquals(desk.renewals.has(issued[0]!.username), true);
  assertEquals(desk.renewals.has(issued[1]!.username), false);
});
