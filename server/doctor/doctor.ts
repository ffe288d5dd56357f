/** `sigmesh doctor`: looks at a node from outside, and says what to do. */

import { checkNode } from "./node_check.ts";
import { checkClientAddress, checkCors } from "./proxy_check.ts";
import { checkStream } from "./stream_check.ts";
import { checkStun } from "./stun_check.ts";
import { checkTls } from "./tls_check.ts";
import { checkTurn } from "./turn_check.ts";
import type { Diagnosis, Finding } from "./finding.ts";

/** Runs all checks, one after the other; each finding is told when it is there. */
export async function diagnose(
  url: string,
  { onFinding = () => {} }: { onFinding?: (finding: Finding) => void } = {},
): Promise<Diagnosis> {
  const findings: Finding[] = [];
  const tell = (found: readonly Finding[]) => {
    findings.push(...found);
    found.forEach(onFinding);
  };
  tell(await settled("tls", checkTls(url)));
  const { facts, findings: first } = await checkNode(url);
  tell(first);
  if (facts !== undefined) {
    tell(await settled("cors", checkCors(url)));
    tell(await settled("client-address", checkClientAddress(url)));
    tell(await settled("stream", checkStream(url)));
    tell(await settled("stun", checkStun(facts.stun)));
    tell(await settled("turn", checkTurn(url)));
  }
  return {
    url,
    ok: findings.every(({ status }) => status !== "fail"),
    findings,
  };
}

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
