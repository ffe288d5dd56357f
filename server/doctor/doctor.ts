/** `sigmesh doctor`: looks at a node from outside, and says what to do. */

import { checkDht } from "./dht_check.ts";
import { checkListed } from "./listed_check.ts";
import { checkMesh } from "./mesh_check.ts";
import { checkNode, checkVantage } from "./node_check.ts";
import { checkClientAddress, checkCors } from "./proxy_check.ts";
import { checkHeartbeat, checkStream } from "./stream_check.ts";
import { checkStun } from "./stun_check.ts";
import { checkTls } from "./tls_check.ts";
import { checkTurn } from "./turn_check.ts";
import type { Diagnosis, Finding } from "./finding.ts";

/** Runs all checks, one after the other; each finding is told when it is there. */
export async function diagnose(
  url: string,
  { onFinding = () => {}, isQuick = false }: {
    onFinding?: (finding: Finding) => void;
    /** Does without the heartbeat, which takes 20 s. */
    isQuick?: boolean;
  } = {},
): Promise<Diagnosis> {
  const findings: Finding[] = [];
  const tell = (found: readonly Finding[]) => {
    findings.push(...found);
    found.forEach(onFinding);
  };
  const onTls = await settled("tls", checkTls(url));
  tell(onTls);
  const isSecure = onTls.every(({ status }) => status !== "fail");
  const { facts, findings: first } = isSecure
    ? await checkNode(url)
    : { findings: [NOT_ASKED] };
  tell(first);
  if (facts !== undefined) {
    const heartbeat = isQuick ? [] : settled("heartbeat", checkHeartbeat(url));
    tell(await settled("cors", checkCors(url)));
    tell(await settled("client-address", checkClientAddress(url)));
    tell(await settled("stream", checkStream(url)));
    tell(await settled("stun", checkStun(facts.stun)));
    tell(await settled("turn", checkTurn(url)));
    tell(await settled("dht", checkDht(url, facts)));
    tell(await settled("mesh", checkMesh(url, facts)));
    tell(await settled("listed", checkListed(url, facts)));
    tell(await heartbeat);
    tell(checkVantage(url));
  }
  return {
    url,
    ok: findings.every(({ status }) => status !== "fail"),
    findings,
  };
}

/** The same cause would fail it again. */
const NOT_ASKED: Finding = {
  check: "node",
  status: "skip",
  message: "not asked: TLS fails",
};

/** A node that breaks off in the middle of a check has failed it. */
async function settled(
  check: string,
  running: Promise<Finding | Finding[]>,
): Promise<Finding[]> {
  try {
    return [await running].flat();
  } catch (error) {
    const message = `no answer: ${error}`;
    const todo = "look at the logs of proxy and node, then ask again";
    return [{ check, status: "fail", message, todo }];
  }
}
