/** Types of what this project uses of node-turn, which ships none. */

declare module "node-turn" {
  export default class Turn {
    constructor(options: {
      listeningPort: number;
      listeningIps: string[];
      relayIps: string[];
      authMech: "long-term";
      realm: string;
      credentials: Record<string, string>;
      debugLevel: "OFF";
    });
    start(): void;
  }
}
