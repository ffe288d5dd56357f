/** Calls between pages that see each other through relays only, with credentials that they bought. */

import { assert, assertEquals } from "@std/assert";
import type { Browser } from "playwright-core";
import type { TurnLimits } from "../limits.ts";
import { opensslMissing, writeCertificate } from "../testing/certificates.ts";
import {
  chromiumMissing,
  chromiumPath,
  launchChromium,
} from "../testing/chromium.ts";
import {
  connectCall,
  RelayedCaller,
  type RelayTransport,
} from "../testing/relayed_call.ts";
import { LOCAL_TURN, startTestNode } from "../testing/test_node.ts";
import { startTurnWorker } from "./turn_thread.ts";

const TEN_MEGABYTES = 10_000_000;
const missing = chromiumMissing + opensslMissing;

/** What lifetimes a test has; by default those of every node. */
interface Lifetimes {
  readonly limits?: Partial<TurnLimits>;
  readonly credentialSeconds?: number;
  /** Between two renewals of a credential, from its purchase on; without it there is none. */
  readonly renewMs?: number;
}

function callTest(
  name: string,
  { transport, limits = {}, credentialSeconds, renewMs }: Lifetimes & {
    transport: RelayTransport;
  },
  run: (caller: RelayedCaller, callee: RelayedCaller) => Promise<void>,
): void {
  Deno.test({
    name: name + missing,
    ignore: chromiumPath === undefined || opensslMissing !== "",
    async fn() {
      const folder = await Deno.makeTempDir();
      const certificate = {
        cert: `${folder}/cert.pem`,
        key: `${folder}/key.pem`,
      };
      await writeCertificate(certificate);
      const node = await startTestNode(
        { turn: { ...LOCAL_TURN, certificate } },
        {
          startTurn: (options, told) =>
            startTurnWorker(options, { ...told, limits }),
          turnLifetimeSeconds: credentialSeconds,
        },
      );
      // The certificate is signed by nobody.
      const browser = await launchChromium(["--ignore-certificate-errors"]);
      try {
        const at = { origin: node.origin, transport, renewMs };
        const caller = await openCaller(browser, at);
        const callee = await openCaller(browser, at);
        await connectCall(caller, callee);
        await run(caller, callee);
        assertEquals(node.faults, []);
      } finally {
        await browser.close();
        await node.close();
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** A page in a context of its own that has bought a credential. */
async function openCaller(
  browser: Browser,
  { origin, transport, renewMs }: {
    origin: string;
    transport: RelayTransport;
    renewMs: number | undefined;
  },
): Promise<RelayedCaller> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${origin}/bench/`); // a quiet page whose policy lets scripts in
  const caller = new RelayedCaller(page);
  await caller.prepare(transport);
  // At once: until both are connected a slow machine takes longer than a short credential lives.
  if (renewMs !== undefined) await caller.keepRenewing(renewMs);
  return caller;
}

for (const transport of ["udp", "tcp", "tls"] as const) {
  callTest(
    `ten megabytes arrive through relays over ${transport}`,
    { transport },
    async (caller, callee) => {
      const [sent, received] = await Promise.all([
        caller.send(TEN_MEGABYTES),
        callee.received(TEN_MEGABYTES),
      ]);
      assertEquals(received, sent);
      const relayed = { local: "relay", remote: "relay", protocol: transport };
      assertEquals(await caller.route(), relayed);
      assertEquals(await callee.route(), relayed);
    },
  );
}

/** Chromium refreshes at half an allocation's lifetime when that is short. */
const SHORT: Lifetimes = {
  limits: {
    turnDefaultLifetimeSeconds: 6,
    turnMaxLifetimeSeconds: 6,
    turnGraceSeconds: 2,
  },
  credentialSeconds: 5,
};
/** 20 s: three lifetimes of an allocation, nearly three of a credential with its grace. */
const PINGS = { count: 100, everyMs: 200, withinMs: 3000 };

callTest(
  "a call outlives its allocations and credentials, which are refreshed and renewed",
  { transport: "udp", ...SHORT, renewMs: 2000 },
  async (caller, callee) => {
    assertEquals(await caller.ping(PINGS), PINGS.count);
    for (const side of [caller, callee]) {
      const renewals = await side.renewals();
      assert(renewals >= 5, `renewed ${renewals} times`);
    }
  },
);

callTest(
  "a call that nobody pays for any longer ends",
  { transport: "udp", ...SHORT },
  async (caller) => {
    const answered = await caller.ping({ ...PINGS, count: 75 });
    assert(answered > 0, "it never began");
    assert(answered < 60, `${answered} pings of 75 were answered`);
  },
);
