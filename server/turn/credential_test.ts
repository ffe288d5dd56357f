import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import {
  credentialOf,
  expiryOf,
  isCredentialOf,
  issueCredential,
} from "./credential.ts";

const SECRET = "correct horse";
const USERNAME = "1760000600:AAECAwQFBgcICQoL";

Deno.test("a credential is what openssl makes of the username: openssl dgst -sha1 -hmac SECRET -binary | base64", () => {
  assertEquals(credentialOf(SECRET, USERNAME), "htVVrzHbFrrMVV3uApSgMN5SpYY=");
});

Deno.test("a new credential names its end and is its secret's", () => {
  const { username, credential } = issueCredential(SECRET, {
    expiresAt: 1_760_000_600,
    random: (bytes) => bytes.map((_, i) => i),
  });
  assertEquals(username, USERNAME);
  assertEquals(credential, credentialOf(SECRET, USERNAME));
  assertEquals(expiryOf(username), 1_760_000_600);
});

Deno.test("a credential is told from every other text", () => {
  const right = credentialOf(SECRET, USERNAME);
  const isRight = (credential: string) =>
    isCredentialOf(SECRET, { username: USERNAME, credential });
  assertEquals(isRight(right), true);
  for (
    const wrong of [
      "",
      right.slice(1),
      `${right}=`,
      right.toLowerCase(),
      right.slice(0, -2) + "A=",
      right.slice(0, -1) + "٣",
      credentialOf("another secret", USERNAME),
      credentialOf(SECRET, "1760000601:AAECAwQFBgcICQoL"),
    ]
  ) {
    assertEquals(isRight(wrong), false, wrong);
  }
});

Deno.test("two credentials of one second differ", () => {
  const issue = () => issueCredential(SECRET, { expiresAt: 1_760_000_600 });
  assertMatch(issue().username, /^1760000600:[\w-]{16}$/);
  assertNotEquals(issue().username, issue().username);
});

Deno.test("a username of another form has no expiry", () => {
  const random = "AAECAwQFBgcICQoL";
  for (
    const username of [
      "",
      random,
      `:${random}`,
      "1760000600",
      "1760000600:",
      "1760000600:AAECAwQFBgc",
      `1760000600:${"A".repeat(33)}`,
      `01760000600:${random}`,
      `+1760000600:${random}`,
      `1760000600.0:${random}`,
      `1e9:${random}`,
      `-1:${random}`,
      ` 1760000600:${random}`,
      `1760000600:${random}\n`,
      `1760000600:${random} `,
      `1760000600:${random}:x`,
      `1760000600:AAECAwQFBgcICQ==`,
      `${"9".repeat(13)}:${random}`,
      `٣:${random}`,
    ]
  ) {
    assertEquals(expiryOf(username), undefined, username);
  }
  assertEquals(expiryOf(`0:${random}`), 0);
});
