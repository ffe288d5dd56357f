/** The script of a room's page. */

import { NodeClient } from "../node_client.ts";
import { showLiveRoom } from "./live_room.ts";
import { openPayAndTry } from "./pay_and_try.ts";

const path = location.pathname;
const room = path.slice("/room/".length);
const node = new NodeClient(location.origin);

showLiveRoom(path);
openPayAndTry(async (text, options) => {
  const { id, subscribers, cost } = await node.post(room, text, options);
  return {
    outcome: "Accepted, status 202.", // with any other a post rejects
    facts: {
      Id: id,
      "Handed to": `${subscribers} ${subscribers === 1 ? "stream" : "streams"}`,
    },
    cost,
  };
});
