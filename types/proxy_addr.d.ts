/** Types of what this project uses of proxy-addr, which ships none. */

declare module "proxy-addr" {
  import type { IncomingMessage } from "node:http";

  type Trust = (address: string, hop: number) => boolean;

  /** The client's address, behind as many proxies as are trusted. */
  function proxyAddr(request: IncomingMessage, trust: Trust): string;

  namespace proxyAddr {
    /** Throws TypeError for what is neither an address nor a range. */
    function compile(trusted: string[]): Trust;
  }

  export default proxyAddr;
}
