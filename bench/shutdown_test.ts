import { assertMatch } from "@std/assert";
import { libcMissing } from "./load/libc.ts";

Deno.test({
  name: "a small crowd is elsewhere when its node has been stopped",
  ignore: libcMissing() !== undefined,
  async fn() {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-check", "-A"],
        new URL("shutdown.ts", import.meta.url).href,
        ...["--streams", "60", "--clients", "20"],
      ],
      stderr: "inherit",
    }).output();
    const report = new TextDecoder().decode(stdout);
    assertMatch(report, /^clients elsewhere +20\.0$/m);
    assertMatch(report, /^readers elsewhere +40\.0$/m);
    assertMatch(report, /^seconds to the process's end +[0-4]\.\d+$/m);
  },
});
