import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { contactFile, formatContacts, parseContacts } from "./contacts.ts";

Deno.test("contacts survive their file", () => {
  const contact = fc.record({
    host: fc.ipV4(),
    port: fc.integer({ min: 1, max: 65_535 }),
  });
  const contacts = fc.array(contact, { maxLength: 200 });
  fc.assert(fc.property(contacts, (all) => {
    assertEquals(parseContacts(JSON.parse(formatContacts(all))), all);
  }));
});

Deno.test("what is no contact is left out, and what is too much", () => {
  const good = "192.0.2.1:6881";
  const bad = ["192.0.2.1", "192.0.2.1:0", "192.0.2.1:65536", "a:1", 5, null];
  bad.push("192.0.2:1", "::1:6881", "192.0.2.1:6881 ");
  assertEquals(parseContacts({ contacts: [...bad, good] }), [
    { host: "192.0.2.1", port: 6881 },
  ]);
  for (const none of [null, 1, [], {}, { contacts: "x" }]) {
    assertEquals(parseContacts(none), []);
  }
  const many = Array.from({ length: 300 }, () => good);
  assertEquals(parseContacts({ contacts: many }).length, 200);
});

Deno.test("a file that is not there is empty, one that is broken too, with a warning", async () => {
  const folder = await Deno.makeTempDir();
  const warnings: string[] = [];
  const path = `${folder}/contacts.json`;
  const file = contactFile(path, (message) => warnings.push(message));
  assertEquals([await file.load(), warnings], [[], []]);
  await Deno.writeTextFile(path, "{");
  assertEquals([await file.load(), warnings.length], [[], 1]);
  const contacts = [{ host: "192.0.2.1", port: 6881 }];
  await file.save(contacts);
  assertEquals(await file.load(), contacts);
  await Deno.remove(folder, { recursive: true });
  await file.save(contacts);
  assert(warnings[1]!.startsWith("Cannot write"));
});
