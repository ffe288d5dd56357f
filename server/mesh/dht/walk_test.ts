import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import krpc, { type Rpc } from "k-rpc";
import { createSystemClock } from "../../clock.ts";
import {
  error,
  type HostileContact,
  type Say,
  startHostileContact,
} from "../../testing/hostile_contact.ts";
import { DhtSocket } from "./socket.ts";
import { walk, writable, write } from "./walk.ts";

const TARGET = Buffer.alloc(20, 0x5a);
const { signal: never } = new AbortController();

/** A k-rpc of ours that knows contacts which say this. */
async function withContacts(
  says: readonly Say[],
  run: (rpc: Rpc, contacts: readonly HostileContact[]) => Promise<void>,
): Promise<void> {
  const faults: unknown[] = [];
  const contacts = says.map(startHostileContact);
  const socket = new DhtSocket({
    host: "127.0.0.1",
    clock: createSystemClock(),
    onFault: (fault) => faults.push(fault),
  });
  socket.allowPrivate = true;
  const rpc = krpc({ nodes: contacts, socket });
  socket.bind(0);
  try {
    await run(rpc, contacts);
    assertEquals(faults, []);
  } finally {
    await new Promise<void>((done) => rpc.destroy(done));
    for (const contact of contacts) contact.close();
  }
}

Deno.test("who answers comes closest first, and with a token may be written to", async () => {
  const says = Array.from({ length: 6 }, (_, i): Say => ({ q }) => {
    if (q === "put") return {};
    return i % 2 ? { token: Buffer.from("token") } : {};
  });
  await withContacts(says, async (rpc, contacts) => {
    const options = { target: TARGET, timeoutMs: 5000, signal: never };
    const repliers = await walk(rpc, { query: "get", ...options });
    assertEquals(repliers.length, 6);
    const distances = repliers.map(({ id }) =>
      Buffer.from(id.map((byte, i) => byte ^ TARGET[i]!)).toString("hex")
    );
    assertEquals(distances, distances.toSorted());
    const open = writable(rpc, repliers);
    assertEquals(open.length, 3);
    const fields = { v: "x" };
    const put = { query: "put", fields, signal: never } as const;
    assertEquals(await write(rpc, open[0]!, put), { ok: true });
    const told = contacts.find(({ port }) => port === open[0]!.port)!;
    assertEquals(told.heard.at(-1), "put");
  });
});

Deno.test("an error is told by its code, silence as none", async () => {
  const token = Buffer.from("token");
  const refuse: Say = (heard) =>
    heard.q === "put" ? error(heard, 301) : { token };
  const hush: Say = ({ q }) => q === "put" ? undefined : { token };
  await withContacts([refuse, hush], async (rpc, [refuser]) => {
    const options = { target: TARGET, timeoutMs: 5000, signal: never };
    const repliers = await walk(rpc, { query: "get", ...options });
    const fields = { v: "x" };
    for (const replier of repliers) {
      const put = { query: "put", fields, signal: never } as const;
      const code = replier.port === refuser!.port ? 301 : 0;
      assertEquals(await write(rpc, replier, put), { ok: false, code });
    }
  });
});

Deno.test("a walk ends in time with what it has, and at once when it is to end", async () => {
  const says: Say[] = [() => undefined, () => ({})];
  await withContacts(says, async (rpc) => {
    const started = performance.now();
    const options = { query: "get_peers", target: TARGET } as const;
    const late = await walk(rpc, { ...options, timeoutMs: 200, signal: never });
    assertEquals(late.length, 1);
    const ending = new AbortController();
    const walking = walk(rpc, {
      ...options,
      timeoutMs: 60_000,
      signal: ending.signal,
    });
    ending.abort();
    await walking;
    const { signal } = ending;
    const none = await walk(rpc, { ...options, timeoutMs: 60_000, signal });
    assertEquals(none, []);
    assert(performance.now() - started < 1900); // sooner than silence is noticed
  });
});
