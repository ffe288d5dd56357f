/** What can go wrong between a page and a node, each with what to do about it. */

import {
  isProblemOfNode,
  type Problem,
  problemCodeOf,
} from "@sigmesh/core/wire";

/** No answer came: the node is down, out of reach, or too slow. */
export class NodeUnreachableError extends Error {
  /** Always `NodeUnreachableError`. */
  override readonly name = "NodeUnreachableError";

  /** `cause` is what the network said. */
  constructor(origin: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `${origin} does not answer (${reason}): check the address and the ` +
        "connection, or use another node",
      { cause },
    );
  }
}

/** None of the nodes could be used in time. */
export class NodesUnreachableError extends Error {
  /** Always `NodesUnreachableError`. */
  override readonly name = "NodesUnreachableError";
  /** What went wrong, by origin. */
  readonly causes: ReadonlyMap<string, unknown>;

  /** Each cause begins with its node and says what to do. */
  constructor(causes: ReadonlyMap<string, unknown>) {
    const lines = Array.from(
      causes.values(),
      (cause) => `\n- ${cause instanceof Error ? cause.message : cause}`,
    );
    super(
      `No node can be used; mend one or name others:${lines.join("")}`,
    );
    this.causes = causes;
  }
}

/** What answered is not a node of this protocol, or an ill one. */
export class NodeProtocolError extends Error {
  /** Always `NodeProtocolError`. */
  override readonly name = "NodeProtocolError";
}

/** The node refused, and said why. */
export class NodeRefusalError extends Error {
  /** Always `NodeRefusalError`. */
  override readonly name = "NodeRefusalError";
  /** As the node sent it. */
  readonly problem: Problem;

  /** Takes the node's own words as message. */
  constructor(origin: string, problem: Problem) {
    super(`${origin} refused: ${problem.title}. ${problem.detail}`);
    this.problem = problem;
  }

  /** Whether a node said so, and not something between. */
  get isOfNode(): boolean {
    return isProblemOfNode(this.problem);
  }

  /** One of `ProblemCode` of `@sigmesh/core/wire`, or a newer one. */
  get code(): string {
    return problemCodeOf(this.problem);
  }
}

/** The node asks for more work than this client is willing to do. */
export class PriceTooHighError extends Error {
  /** Always `PriceTooHighError`. */
  override readonly name = "PriceTooHighError";
  /** What the node asks for, in bits. */
  readonly height: number;

  /** Heights in bits. */
  constructor(origin: string, height: number, maxHeight: number) {
    super(
      `${origin} asks for ${height.toFixed(2)} bits of work, more than this ` +
        `client's ${maxHeight}: use another node, wait, or raise maxHeight`,
    );
    this.height = height;
  }
}
