import { assert, assertEquals } from "@std/assert";
import { LOCAL_TURN, withTestNode } from "../testing/test_node.ts";
import type { Config } from "../config.ts";
import type { Finding } from "./finding.ts";
import { checkTurn, faultOfRelay } from "./turn_check.ts";

async function findingsWith(
  config: Partial<Config>,
): Promise<readonly Finding[]> {
  let findings: Finding[] = [];
  await withTestNode(async ({ origin }) => {
    findings = await checkTurn(origin);
  }, config);
  return findings;
}

function statuses(findings: readonly Finding[]): string[] {
  return findings.map(({ check, status }) => `${check} ${status}`);
}

Deno.test("a TURN server that relays only to public peers still relays between its own allocations", async () => {
  const turn = { ...LOCAL_TURN, allowPrivate: false };
  assertEquals(statuses(await findingsWith({ turn })), [
    ...["turn ok", "turn-ports ok", "turn-tcp ok"],
  ]);
});

Deno.test("who asks from a private address cannot see relay ports, and is told", async () => {
  const turn = {
    ...{ ...LOCAL_TURN, allowPrivate: false },
    externalIp: "192.0.2.1",
  };
  const findings = await findingsWith({ turn });
  const ports = findings.find(({ check }) => check === "turn-ports");
  assertEquals(ports?.status, "skip");
});

Deno.test("a node without TURN is not blamed for it", async () => {
  assertEquals(statuses(await findingsWith({})), ["turn skip"]);
});

Deno.test("a TURN server that knows another secret is found", async () => {
  await withTestNode(async (node) => {
    const { port } = node.turnEndpoints[0]!;
    const urls = [`turn:127.0.0.1:${port}`];
    const turn = { kind: "external", urls, secret: "another" } as const;
    const [finding] = await findingsWith({ turn });
    assertEquals(finding?.status, "fail");
    assert(finding?.todo?.includes("--turn-secret"));
  }, { turn: LOCAL_TURN });
});

Deno.test("a relayed address that the world cannot reach names --turn-external-ip", () => {
  const server = "198.41.0.4";
  for (const relayed of ["10.0.0.7", "127.0.0.1", "169.254.1.1"]) {
    const finding = faultOfRelay({ server, relayed });
    assertEquals(finding?.status, "fail");
    assert(finding?.todo?.includes(`--turn-external-ip ${server}`));
  }
  assertEquals(faultOfRelay({ server, relayed: server }), undefined);
  // In one private network that is how it should be.
  const inside = { server: "10.0.0.7", relayed: "10.0.0.7" };
  assertEquals(faultOfRelay(inside), undefined);
});
