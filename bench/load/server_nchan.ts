/** nginx with nchan: what a C server reaches. */

import { encodeRequest } from "./http.ts";
import { startPinned, treeOf } from "./processes.ts";
import {
  accepting,
  freePort,
  hasProgram,
  type RoomServer,
  type ServerKind,
} from "./server.ts";

const MODULES = [
  "/usr/lib/nginx/modules/ngx_nchan_module.so",
  "/usr/lib64/nginx/modules/ngx_nchan_module.so",
];

export const nchan: ServerKind = {
  name: "nchan",
  description: "nginx with nchan, one worker; its GET / is a fixed text",
  async missing() {
    const isThere = await hasProgram("nginx") && findModule() !== undefined;
    return isThere ? undefined : "apt install nginx libnginx-mod-nchan";
  },
  async start({ processor }) {
    const port = freePort();
    const folder = await Deno.makeTempDir({ prefix: "sigmesh-nchan-" });
    const file = `${folder}/nginx.conf`;
    await Deno.writeTextFile(file, configOf({ folder, port }));
    const errors = `${folder}/error.log`;
    const child = startPinned(processor, ["nginx", "-e", errors, "-c", file]);
    await accepting(port);
    return describe({
      port,
      pids: treeOf(child.pid),
      async stop() {
        const code = await child.stop();
        await Deno.remove(folder, { recursive: true }).catch(() => {}); // it was stopped before
        return code;
      },
    });
  },
};

function findModule(): string | undefined {
  return MODULES.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

/** Keeps as much of a room as our nodes do: 256 messages, 60 s. */
function configOf({ folder, port }: { folder: string; port: number }): string {
  return `load_module ${findModule()};
daemon off;
pid ${folder}/nginx.pid;
worker_processes 1;
worker_rlimit_nofile 20000;
events { worker_connections 20000; }
http {
  access_log off;
  error_log ${folder}/error.log crit;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  keepalive_requests 1000000000;
  nchan_shared_memory_size 512M;
  server {
    listen 127.0.0.1:${port} backlog=511;
    location = / {
      default_type application/json;
      return 200 '{"name":"nchan","version":"unknown","subscribers":0}';
    }
    location ~ ^/read/(\\w+)$ {
      nchan_subscriber eventsource;
      nchan_channel_id $1;
      nchan_subscriber_first_message newest;
    }
    location ~ ^/post/(\\w+)$ {
      nchan_publisher http;
      nchan_channel_id $1;
      nchan_message_buffer_length 256;
      nchan_message_timeout 60s;
    }
  }
}
`;
}

function describe(
  { port, pids, stop }: {
    port: number;
    pids: number[];
    stop: () => Promise<number>;
  },
): RoomServer {
  const host = `127.0.0.1:${port}`;
  const home = encodeRequest("/", { host });
  return {
    name: nchan.name,
    port,
    pids,
    streamRequest: (room) =>
      encodeRequest(`/read/${room}`, {
        host,
        headers: { accept: "text/event-stream" },
      }),
    postRequest: ({ room, body }) =>
      encodeRequest(`/post/${room}`, { method: "POST", host, body }),
    homeRequest: () => home,
    noteAnswer() {},
    stop,
  };
}
