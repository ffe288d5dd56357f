/** Whether other nodes tell clients of this one. */

import { type NodeFacts, parseNodes, PATHS } from "@sigmesh/core/wire";
import { SERVER_LIMITS } from "../limits.ts";
import { parseMeshOrigin, parseNodeList } from "../mesh/members/answers.ts";
import { Locator } from "../mesh/members/locator.ts";
import { createNetwork } from "../mesh/members/network.ts";
import { ask } from "./ask.ts";
import type { Finding } from "./finding.ts";

/** The node may name whoever it wants to see asked. */
const MAX_ASKED = 5;

/** Asks nodes that this one knows, about this one alone: of whole lists chance draws a part. */
export async function checkListed(
  origin: string,
  { url, key }: Pick<NodeFacts, "url" | "key">,
): Promise<Finding> {
  const check = "listed";
  if (url !== origin || key === null) {
    const message = "others list only who has a public origin and a mesh";
    return { check, status: "skip", message };
  }
  const named = parseNodes((await ask(origin + PATHS.nodes)).json) ?? [];
  const asked = await askAround(origin, named);
  const answers = asked.filter((answer) => answer !== undefined);
  const listing = answers.filter((isListed) => isListed).length;
  if (listing > 0) {
    const message = `by ${listing} of ${answers.length} nodes that answered`;
    return { check, status: "ok", message };
  }
  return { check, status: "warn", ...unlisted(named.length, answers.length) };
}

function unlisted(
  known: number,
  answered: number,
): Pick<Finding, "message" | "todo"> {
  if (known === 0) {
    return {
      message: "it knows no other node",
      todo: "wait some minutes after its start; then look at the findings on " +
        "the DHT, or name a node by --peers",
    };
  }
  if (answered === 0) {
    return {
      message: "no node that it names answers",
      todo: "ask again later, or from another network",
    };
  }
  return {
    message: `by none of ${answered} nodes that answered`,
    todo: "wait some minutes after its start; then see that the world " +
      "reaches --public-url at port 80, 443 or one from 1024, that its name " +
      "has no private address, and that fewer than 8 nodes share its network",
  };
}

/** Whether each lists an origin; undefined of those that do not answer. Asks only where a node may send anybody. */
export async function askAround(
  origin: string,
  named: readonly string[],
): Promise<(boolean | undefined)[]> {
  const network = createNetwork();
  const { hostname } = new URL(origin);
  const own = await new Locator({ network, allowPrivate: true })
    .locate(hostname);
  // A node of the internet must not send this machine into its own network.
  const allowPrivate = own.ok && own.value.network === null;
  const locator = new Locator({ network, allowPrivate });
  const others = named
    .filter((other) => parseMeshOrigin(other, { allowPrivate }) !== undefined)
    .slice(0, MAX_ASKED);
  return await Promise.all(others.map(async (other) => {
    const url = new URL(PATHS.nodes, other);
    url.searchParams.set("url", origin);
    const located = await locator.locate(url.hostname);
    if (!located.ok) return undefined;
    const reply = await network.get({
      ...{ url, address: located.value.address, isVerified: true },
      headers: { accept: "application/json" },
      signal: new AbortController().signal,
    });
    if (!reply.ok || reply.status !== 200) return undefined;
    const most = SERVER_LIMITS.listedNodes;
    return parseNodeList(reply.body, { most }).includes(origin);
  }));
}
