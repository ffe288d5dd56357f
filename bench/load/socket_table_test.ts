import { assertEquals } from "@std/assert";
import { parseSocketTable } from "./socket_table.ts";

const TABLE =
  `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   1: 0100007F:1F90 0100007F:C001 01 0039A000:00000000 01:00000014 00000000     0        0 2
   2: 0100007F:1F90 0100007F:C002 04 00000010:00000000 01:00000014 00000000     0        0 0
   3: 0100007F:C001 0100007F:1F90 01 00000000:00005000 00:00000000 00000000     0        0 3
`;

Deno.test("the server's ends are read, by the other end's port", () => {
  const rows = parseSocketTable(TABLE, 8080);
  assertEquals(rows.get(0xc001), {
    remotePort: 0xc001,
    isEstablished: true,
    unsentBytes: 0x39a000,
  });
  assertEquals(rows.get(0xc002)?.isEstablished, false);
  assertEquals(rows.has(8080), false);
});
