/** Makes dist/client.js; in no time when nothing has changed since. */

import { bundleClient, minifyClient } from "./client_bundle.ts";

const dist = new URL("../dist/", import.meta.url);
/** What dist/client.js was made from. */
const input = new URL("client.bundle.js", dist);
const output = new URL("client.js", dist);

const bundle = await bundleClient();
const present = await Deno.readTextFile(input).catch(() => "");
const isThere = await Deno.stat(output).then(() => true, () => false);
if (present !== bundle || !isThere) {
  await Deno.writeTextFile(output, await minifyClient(bundle));
  await Deno.writeTextFile(input, bundle);
}
