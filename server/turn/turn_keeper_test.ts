import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { FakeClock } from "../testing/fake_clock.ts";
import { turn } from "../testing/fake_sink.ts";
import { stillTurn } from "../testing/still_turn.ts";
import { type StartTurn, TurnKeeper } from "./turn_keeper.ts";
import type { TurnOptions, TurnServer } from "./turn_server.ts";

const OPTIONS: TurnOptions = {
  hosts: ["127.0.0.1"],
  port: 3478,
  tlsPort: 5349,
  certificate: null,
  relayPorts: { least: 49_152, most: 49_663 },
  externalIp: null,
  secret: "secret",
  allowPrivate: false,
};
const CERTIFICATE = { cert: "", key: "" };
const TAKEN = Object.assign(new Error("taken"), { code: "EADDRINUSE" });

function keep(
  explicit: { port?: boolean; tlsPort?: boolean; start?: StartTurn } = {},
) {
  const clock = new FakeClock();
  const { start, servers, failures } = stillTurn();
  const warnings: string[] = [];
  const faults: unknown[] = [];
  const renewals = new Map<string, number>();
  const keeper = new TurnKeeper({
    clock,
    start: explicit.start ?? start,
    isPortExplicit: explicit.port ?? false,
    isTlsPortExplicit: explicit.tlsPort ?? false,
    renewals: () => renewals,
    warn: (message) => warnings.push(message),
    onFault: (fault) => faults.push(fault),
  });
  return {
    ...{ clock, servers, failures, warnings, faults },
    renewals,
    keeper,
  };
}

Deno.test("a keeper that was not started has nothing to show", () => {
  const { keeper } = keep();
  assertEquals([keeper.isUp, keeper.load, keeper.endpoints], [false, 0, []]);
  keeper.renew("somebody", 1);
});

Deno.test("a started keeper shows its server, and closes it", async () => {
  const { keeper, servers, faults } = keep();
  await keeper.start(OPTIONS);
  const [server] = servers;
  assertEquals(keeper.isUp, true);
  assertEquals(keeper.endpoints, server!.endpoints);
  assertEquals(keeper.totals, server!.totals);
  keeper.renew("somebody", 1);
  assertEquals(server!.renewed, [["somebody", 1]]);
  await keeper.close();
  await turn();
  assertEquals([server!.isClosed, keeper.isUp, faults], [true, false, []]);
});

Deno.test("load is what is nearest to its bound, allocations or bytes", async () => {
  const { keeper, servers } = keep();
  await keeper.start(OPTIONS);
  const [server] = servers;
  const { totals } = server!;
  const loadWith = (changed: Partial<typeof totals>) => {
    server!.totals = { ...totals, ...changed };
    return keeper.load;
  };
  assertEquals(loadWith({ allocations: 500, firmAllocations: 0 }), 0);
  assertEquals(loadWith({ firmAllocations: 125 }), 0.25);
  assertEquals(loadWith({ firmAllocations: 125, bytesPerSecond: 5e5 }), 0.5);
  assertEquals(loadWith({ bytesPerSecond: 2e6 }), 1);
});

Deno.test("default ports that are taken give way to free ones, with a warning", async () => {
  const { keeper, servers, failures, warnings } = keep();
  failures.push(TAKEN);
  await keeper.start({ ...OPTIONS, certificate: CERTIFICATE });
  const { port, tlsPort } = servers[0]!.options;
  assertEquals([port, tlsPort], [0, 0]);
  assertEquals(warnings.length, 1);
  assertMatch(warnings[0]!, /3478 or 5349.*--turn-port/);
});

Deno.test("a port that was asked for and is taken is an error", async () => {
  const both = keep({ port: true, tlsPort: true });
  both.failures.push(TAKEN);
  const options = { ...OPTIONS, certificate: CERTIFICATE };
  await assertRejects(() => both.keeper.start(options), Error, "taken");
  const one = keep({ port: true });
  one.failures.push(TAKEN, TAKEN);
  await assertRejects(() => one.keeper.start(options), Error, "taken");
  const plain = keep({ port: true });
  plain.failures.push(TAKEN); // there is no TLS port that could give way
  await assertRejects(() => plain.keeper.start(OPTIONS), Error, "taken");
  assertEquals([one.warnings, plain.warnings], [[], []]);
});

Deno.test("another error does not move a port", async () => {
  const { keeper, failures, servers } = keep();
  failures.push(new Error("no such address"));
  await assertRejects(() => keeper.start(OPTIONS), Error, "no such address");
  assertEquals(servers.length, 0);
});

Deno.test("a server that died is a fault, and followed by one at the same ports that knows the renewals", async () => {
  const { clock, keeper, servers, renewals, faults } = keep();
  await keeper.start({ ...OPTIONS, port: 0 });
  const { endpoints } = keeper;
  const fault = new Error("out of memory");
  renewals.set("somebody", 1_760_000_600);
  servers[0]!.die(fault);
  await turn();
  assertEquals([keeper.isUp, faults], [false, [fault]]);
  assertEquals(keeper.endpoints, endpoints);
  clock.advance(2999);
  await turn();
  assertEquals(servers.length, 1);
  clock.advance(1);
  await turn();
  assertEquals(keeper.isUp, true);
  assertEquals(servers[1]!.options.port, endpoints[0]!.port);
  assertEquals(servers[1]!.renewed, [["somebody", 1_760_000_600]]);
  await keeper.close();
});

Deno.test("a server that dies again and again is started once in three seconds", async () => {
  const { clock, keeper, servers, failures, faults } = keep();
  await keeper.start(OPTIONS);
  for (let second = 0; second < 30; second++) {
    servers.at(-1)!.die("again");
    if (second % 2 === 0) failures.push("not yet");
    clock.advance(1000);
    await turn();
    failures.length = 0;
  }
  assertEquals(
    servers.length - 1 + faults.filter((f) => f === "not yet").length,
    10,
  );
  await keeper.close();
});

Deno.test("a keeper that is closed starts nothing more", async () => {
  const { clock, keeper, servers } = keep();
  await keeper.start(OPTIONS);
  servers[0]!.die("fault");
  await turn();
  clock.advance(3000);
  await keeper.close(); // while the next one starts
  clock.advance(60_000);
  await turn();
  assertEquals([servers.length, servers[1]!.isClosed], [2, true]);
});

Deno.test("closing waits 1.5 s for a server that does not come up, and closes it if it does later", async () => {
  const { start, servers } = stillTurn();
  const { promise: stuck, resolve: comeUp } = Promise.withResolvers<
    TurnServer
  >();
  const starts: StartTurn[] = [start, () => stuck];
  const { clock, keeper } = keep({
    start: (options, told) => starts.shift()!(options, told),
  });
  await keeper.start(OPTIONS);
  servers[0]!.die("fault");
  await turn();
  clock.advance(3000);
  let isClosed = false;
  const closed = keeper.close().then(() => isClosed = true);
  await turn();
  clock.advance(1499);
  await turn();
  assertEquals([starts.length, isClosed], [0, false]);
  clock.advance(1);
  await closed;
  comeUp(await start(OPTIONS, { onFault: () => {} }));
  await turn();
  assertEquals([servers[1]!.isClosed, keeper.isUp], [true, false]);
});

Deno.test("a new certificate goes to the server that there is, and to those after it", async () => {
  const { clock, keeper, servers } = keep();
  await keeper.start({ ...OPTIONS, certificate: CERTIFICATE });
  const [second, third] = [{ cert: "2", key: "" }, { cert: "3", key: "" }];
  keeper.setCertificate(second);
  servers[0]!.die("fault");
  await turn();
  clock.advance(3000);
  keeper.setCertificate(third); // while the next one starts
  await turn();
  assertEquals(servers.map(({ options }) => options.certificate), [
    CERTIFICATE,
    second,
  ]);
  assertEquals(servers.map(({ certificates }) => certificates), [
    [second],
    [third],
  ]);
  await keeper.close();
});
