/** `GET /`: the smallest request and answer. */

import type { LoadCase } from "./case.ts";
import { AnswerReader } from "./http.ts";
import { Meter } from "./meter.ts";

const CONNECTIONS = 64;
const WARM_UP_MS = 500;

export const homeCase: LoadCase = {
  name: "home",
  description: "GET / answered in JSON",
  run({ loop, server, ms }) {
    let answers = 0;
    const request = server.homeRequest();
    const to = { address: "127.0.0.1", port: server.port };
    for (let i = 0; i < CONNECTIONS; i++) {
      const reader = new AnswerReader();
      loop.dial(to, {
        onOpen: (connection) => connection.send(request),
        onData: (bytes, connection) =>
          reader.read(bytes, ({ status }) => {
            if (status !== 200) throw new Error(`GET / answered ${status}.`);
            answers++;
            connection.send(request);
          }),
        onClose: () => {
          throw new Error("The server closed a connection of GET /.");
        },
      });
    }
    loop.turnFor(WARM_UP_MS);
    answers = 0;
    const meter = new Meter(server.pids);
    loop.turnFor(ms);
    const rate = answers / meter.seconds;
    return Promise.resolve({
      [`GET / in JSON, ${CONNECTIONS} keep-alive connections`]: {
        "answers/s": rate,
        ...meter.shares(),
      },
    });
  },
};
