import { assert, assertEquals, assertThrows } from "@std/assert";
import { parseRoomHash } from "@sigmesh/core/wire";
import { Denial } from "./denial.ts";
import { RunningMesh } from "./testing/fixed_mesh.ts";
import { createTestApi } from "./testing/test_api.ts";

const ROOM = "ab".repeat(20);
const OTHER = "cd".repeat(32);

Deno.test("addresses, ranges and rooms are denied, others are not", () => {
  const denial = new Denial(["192.0.2.7", "2001:db8::/32", ROOM]);
  for (const address of ["192.0.2.7", "2001:db8::1", "2001:db8:ffff::"]) {
    assert(denial.ofAddress(address), address);
  }
  for (const address of ["192.0.2.8", "2001:db9::1", "127.0.0.1"]) {
    assert(!denial.ofAddress(address), address);
  }
  assert(denial.ofRoom(parseRoomHash(ROOM)!));
  assert(!denial.ofRoom(parseRoomHash(OTHER)!));
  assert(!new Denial([]).ofAddress("192.0.2.7"));
  for (const name of ["192.0.2", ROOM.toUpperCase(), "1.2.3.4/33", ""]) {
    assertThrows(() => new Denial([name]), TypeError);
  }
});

Deno.test("a denied address is refused all, before anything is paid", async () => {
  const api = await createTestApi({ deny: ["192.0.2.0/24"] });
  const ask = async (path: string, init = {}) => {
    const { response, body } = await api.json(path, init);
    return [response.status, body.type?.split(":").at(-1)];
  };
  assertEquals(await ask("/"), [403, "denied"]);
  const post = { method: "POST", body: "x" };
  assertEquals(await ask(`/room/${ROOM}`, post), [403, "denied"]);
  const from = { clientAddress: "198.51.100.1" };
  assertEquals(await ask("/", { from }), [200, undefined]);
});

Deno.test("a denied room takes no post and opens no stream", async () => {
  const api = await createTestApi({ deny: [ROOM] });
  const statusOf = async (path: string, init = {}) =>
    (await api.json(path, init)).response.status;
  const post = { method: "POST", body: "x" };
  const stream = { headers: { accept: "text/event-stream" } };
  for (const init of [{}, post, stream]) {
    assertEquals(await statusOf(`/room/${ROOM}`, init), 403);
  }
  assertEquals(await statusOf(`/room/${OTHER}`, post), 401);
});

Deno.test("a denied room is not carried for other nodes, which share it by other homes", async () => {
  await using mesh = await RunningMesh.start({
    size: 3,
    configOf: (node) => node === 0 ? { deny: [ROOM] } : {},
  });
  const [denying, here, there] = mesh.nodes;
  const reader = await mesh.read(there!, `/room/${ROOM}`);
  await mesh.post(here!, `/room/${ROOM}`, "hello");
  await reader.until(1);
  const { federation } = denying!.parts.links!;
  assertEquals(federation.size, 0);
});
