/** The script of the page about TURN credentials. */

import { parseTurnRequest, type TurnRequest } from "@sigmesh/core/wire";
import { NodeClient } from "../node_client.ts";
import { openPayAndTry } from "./pay_and_try.ts";

const node = new NodeClient(location.origin);

openPayAndTry(async (text, options) => {
  const asked = readRequest(text);
  const renew = asked.renew === undefined
    ? undefined
    : { username: asked.renew, credential: asked.credential };
  const { username, credential, ttl, urls, cost } = await node
    .buyTurnCredential({ renew, ...options });
  return {
    outcome: "Accepted, status 200.", // with any other it rejects
    facts: {
      Username: username,
      Credential: credential,
      "Good for": `${ttl} s`,
      "Where TURN is": urls.join(" "),
    },
    cost,
  };
});

function readRequest(text: string): TurnRequest {
  if (text.trim() === "") return {};
  try {
    const request = parseTurnRequest(JSON.parse(text));
    if (request !== undefined) return request;
  } catch {
    // said below
  }
  throw new TypeError(
    'Leave it empty, or write {"renew": "USERNAME", "credential": "CREDENTIAL"}.',
  );
}
