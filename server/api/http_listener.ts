/** The only place that owns sockets: from a connection to its answers. */

import type { Buffer } from "node:buffer";
import type http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import proxyAddr from "proxy-addr";
import { addressBlockOf } from "../address.ts";
import type { Clock } from "../clock.ts";
import { SERVER_LIMITS } from "../limits.ts";
import { type Effort, EFFORT_US } from "../load/effort.ts";
import { type Carrier, endRequest, keyOf, mayStream } from "./carrier.ts";
import type { Certificate } from "./certificate.ts";
import { Connections } from "./connections.ts";
import {
  type Answer,
  type Connection,
  EventStream,
  Held,
  type Reply,
} from "./exchange.ts";
import { HeldAnswers } from "./held_answers.ts";
import { Http2Sessions } from "./http2_sessions.ts";
import {
  connectionOf,
  faultOfHead,
  type Incoming,
  isHttp2,
  type IsTrusted,
  readBounded,
  toRequest,
} from "./incoming.ts";
import { openStream, type Outgoing, respond } from "./outgoing.ts";
import {
  createListenerTotals,
  type ListenerTotals,
} from "./listener_totals.ts";
import {
  codeOfUnparsed,
  destroyLater,
  endWithRefusal,
  type RawRefusal,
  rawRefusal,
} from "./raw_refusal.ts";
import { createServer, type Server, TIMES } from "./http_server.ts";
import type { Api } from "./router.ts";
import type { Upgrade, Upgrades } from "./upgrades.ts";

/** A listening socket. */
export interface HttpListener {
  readonly host: string;
  readonly port: number;
  /** Connections open. */
  readonly connections: number;
  /** Answers that are held. */
  readonly held: number;
  readonly totals: ListenerTotals;
  /** Stops listening, lets answers under way end for `graceMs`, then ends what is left. */
  close(graceMs: number): Promise<void>;
}

/** Options of {@linkcode listenHttp}. */
export interface HttpListenerOptions {
  readonly api: Api;
  readonly host: string;
  readonly port: number;
  /** With one, only encrypted connections are served. */
  readonly certificate: Certificate | undefined;
  /** Addresses whose forwarded headers count. */
  readonly trustProxy: readonly string[];
  readonly clock: Clock;
  readonly effort: Effort;
  /** Which requests may become something else; without it none. */
  readonly upgrades?: Upgrades | undefined;
  /** Gets what went wrong in a connection and is nobody's answer. */
  readonly onFault: (fault: unknown) => void;
}

/** Listens; rejects when the port cannot be had. */
export async function listenHttp(
  options: HttpListenerOptions,
): Promise<HttpListener> {
  const { host, port } = options;
  const listener = new Listener(options);
  await listener.listen({ host, port });
  return listener;
}

/** As many may connect at once; who comes beyond that tries again after seconds. Linux allows no more by default. */
const BACKLOG = 4096;

class Listener implements HttpListener {
  readonly totals = createListenerTotals();
  readonly #options: HttpListenerOptions;
  readonly #isTrusted: IsTrusted;
  readonly #server: Server;
  readonly #connections: Connections;
  readonly #held: HeldAnswers;
  /** By socket of HTTP/1.1 or session of HTTP/2. */
  readonly #carriers = new WeakMap<object, Carrier>();
  readonly #sessions = new Http2Sessions(this.totals.ended);
  #address: AddressInfo | undefined;

  constructor(options: HttpListenerOptions) {
    const { certificate, clock, trustProxy, upgrades } = options;
    this.#options = options;
    this.#isTrusted = proxyAddr.compile([...trustProxy]);
    this.#connections = new Connections(clock, this.totals.ended);
    this.#held = new HeldAnswers(clock);
    this.#server = createServer({
      certificate,
      upgrades,
      onSession: (session) => this.#sessions.add(session),
    });
    this.#server.on("connection", (socket: Socket) => this.#accept(socket));
    this.#server.on("clientError", (error: Error, socket: Socket) => {
      this.#refuseUnparsed(error, socket);
    });
    this.#server.on("tlsClientError", () => this.totals.ended["no-tls"]++);
    const serve = (req: Incoming, res: Outgoing) => {
      this.#serve(req, res).catch((fault) => this.#fail(req, fault));
    };
    this.#server.on("request", serve);
    this.#server.on(
      "upgrade",
      (request: http.IncomingMessage, socket: Socket, head: Buffer) =>
        this.#upgrade({ request, socket, head }),
    );
    // Else `node:http` answers these by itself, and nobody counts them.
    this.#server.on("checkExpectation", serve);
  }

  get host(): string {
    return this.#address!.address;
  }

  get port(): number {
    return this.#address!.port;
  }

  get connections(): number {
    return this.#connections.size;
  }

  get held(): number {
    return this.#held.size;
  }

  async listen(at: { host: string; port: number }): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ ...at, backlog: BACKLOG }, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
    this.#address = this.#server.address() as AddressInfo;
    this.#connections.start();
    this.#held.start();
    this.#sessions.start(this.#options.clock);
  }

  async close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.#sessions.close();
    this.#held.close();
    (this.#server as http.Server).closeIdleConnections(); // both have it
    this.#connections.endUnused(); // it leaves these
    const timer = setTimeout(() => this.#connections.endAll(), graceMs);
    await closed;
    clearTimeout(timer);
    this.#connections.close();
  }

  /** A connection on which answers are still to come cannot become anything else. */
  #upgrade(upgrade: Upgrade): void {
    const { request, socket } = upgrade;
    const isBusy = (this.#carriers.get(socket)?.unanswered ?? 0) > 0;
    if (isBusy || socket.destroyed) return void socket.destroy();
    const { upgrades } = this.#options;
    if (!upgrades!.handle(upgrade, this.#connectionOf(request))) return;
    this.#connections.carryStream(keyOf(request.socket));
  }

  #accept(socket: Socket): void {
    const { remoteAddress } = socket;
    if (remoteAddress === undefined) return void socket.destroy();
    const { effort, certificate } = this.#options;
    effort.addUnpaid(EFFORT_US.connection);
    if (certificate !== undefined) effort.addUnpaid(EFFORT_US.handshake);
    const key = keyOf(socket);
    const block = this.#isTrusted(remoteAddress, 0)
      ? undefined
      : addressBlockOf(remoteAddress);
    const open = this.#connections.add(key, { block, socket });
    socket.on("close", () => this.#connections.delete(open));
    socket.on("error", ignore); // it broke: "close" follows
  }

  async #serve(req: Incoming, res: Outgoing): Promise<void> {
    if (req.socket.destroyed) return; // nobody waits for the answer
    const carrier = this.#carrierOf(req);
    const { key } = carrier;
    if (!this.#count(carrier, req, res)) return;
    const fault = faultOfHead(req);
    if (fault !== undefined) return this.#refuse(req, res, fault);
    carrier.isReceiving = true;
    const body = await this.#receive(req);
    carrier.isReceiving = false;
    if (body === undefined) return this.#refuse(req, res, "request-timeout");
    if (req.socket.destroyed) return;
    this.#connections.heard(key);
    const isCut = body.length > SERVER_LIMITS.postBytes;
    const request = toRequest(req, body);
    if (request === undefined || (isCut && req.method !== "POST")) {
      return this.#refuse(req, res, isCut ? "body-too-large" : "bad-request");
    }
    const connection = carrier.connection ?? this.#connectionOf(req);
    const answer = await this.#options.api(request, connection);
    this.#answer(req, res, { answer, isCut });
  }

  #answer(
    req: Incoming,
    res: Outgoing,
    { answer, isCut = false }: {
      answer: Answer;
      /** Whether more of a body is to come than anybody reads. */
      isCut?: boolean;
    },
  ): void {
    const carrier = this.#carrierOf(req);
    if (answer instanceof EventStream) {
      if (!mayStream(carrier, { req, res })) return endRequest(req);
      const sink = openStream(res, answer.headers);
      if (req.socket.destroyed) return;
      const release = this.#connections.carryStream(carrier.key);
      // One of HTTP/1.1 ends with its stream.
      if (isHttp2(req)) res.once("close", release);
      answer.open(sink);
    } else if (answer instanceof Held) {
      this.#hold(req, res, answer);
    } else if (isCut) {
      this.#respondAndEnd(req, res, answer);
    } else {
      respond(res, answer, { isHead: req.method === "HEAD" });
    }
  }

  #fail(req: Incoming, fault: unknown): void {
    this.#options.onFault(fault);
    endRequest(req);
  }

  /** The body, or undefined when it takes too long; `node:http` sees to that itself, `node:http2` does not. */
  async #receive(req: Incoming): Promise<Uint8Array | undefined> {
    if (this.#options.certificate === undefined) return await readBounded(req);
    let timer;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, TIMES.requestTimeout);
    });
    const body = await Promise.race([readBounded(req), late]);
    clearTimeout(timer);
    return body;
  }

  #carrierOf(req: Incoming): Carrier {
    const identity = isHttp2(req)
      ? req.stream.session ?? req.stream // a session that has ended is taken from its streams
      : req.socket;
    let carrier = this.#carriers.get(identity);
    if (carrier === undefined) {
      const isProxied = this.#isTrusted(req.socket.remoteAddress ?? "", 0);
      carrier = {
        key: keyOf(req.socket),
        connection: isProxied ? undefined : this.#connectionOf(req),
        unanswered: 0,
        held: 0,
        cutOff: 0,
        isReceiving: false,
        isStreaming: false,
      };
      this.#carriers.set(identity, carrier);
    }
    return carrier;
  }

  #connectionOf(req: Incoming): Connection {
    const isEncrypted = this.#options.certificate !== undefined;
    return connectionOf(req, { isTrusted: this.#isTrusted, isEncrypted });
  }

  /**
   * False when a connection asks on without reading: `node:http` would hold every
   * answer in memory. Browsers do not pipeline; few others do.
   */
  #count(carrier: Carrier, req: Incoming, res: Outgoing): boolean {
    const most = isHttp2(req)
      ? SERVER_LIMITS.streamsPerConnection
      : SERVER_LIMITS.pipelinedRequests;
    if (carrier.isStreaming || carrier.unanswered >= most) {
      this.#options.effort.addUnpaid(EFFORT_US.request);
      this.totals.ended.pipelined++;
      endRequest(req);
      return false;
    }
    carrier.unanswered++;
    res.on("close", () => carrier.unanswered--);
    return true;
  }

  #hold(req: Incoming, res: Outgoing, { reply, again }: Held): void {
    const carrier = this.#carrierOf(req);
    const isFull = this.#held.isFull ||
      carrier.held >= SERVER_LIMITS.heldAnswersPerConnection;
    if (isFull) return this.#cutOff(carrier, req);
    carrier.held++;
    const release = () => {
      carrier.held--;
      return !req.socket.destroyed;
    };
    const send = () => {
      if (release()) respond(res, reply, { isHead: req.method === "HEAD" });
    };
    const serve = again && (() => {
      const served = req.socket.destroyed ? undefined : again();
      if (served === undefined) return false;
      served.then((answer) => release() && this.#answer(req, res, { answer }))
        .catch((fault) => this.#fail(req, fault));
      return true;
    });
    this.#held.hold({ send, serve });
  }

  /** Without an answer; who goes on and on over HTTP/2 loses the connection. */
  #cutOff(carrier: Carrier, req: Incoming): void {
    carrier.cutOff++;
    this.totals.ended.rationed++;
    const isOwn = carrier.connection !== undefined;
    const isEnough = carrier.cutOff > SERVER_LIMITS.streamsPerConnection;
    if (isHttp2(req) && isOwn && isEnough) req.stream.session?.destroy();
    else endRequest(req);
  }

  /** Refuses what cannot be read on. */
  #refuse(req: Incoming, res: Outgoing, code: RawRefusal): void {
    this.#options.effort.addUnpaid(EFFORT_US.request);
    this.totals.refused[code]++;
    const isBehindOthers = this.#carrierOf(req).unanswered > 1;
    if (isBehindOthers && !isHttp2(req)) endRequest(req);
    else this.#respondAndEnd(req, res, rawRefusal(code));
  }

  /** What follows on the connection is a body that nobody wants to read. */
  #respondAndEnd(req: Incoming, res: Outgoing, reply: Reply): void {
    const isHead = req.method === "HEAD";
    if (isHttp2(req)) {
      const { stream } = req;
      stream.once("finish", () => setImmediate(() => stream.close())); // else it stays half open
      respond(res, reply, { isHead });
    } else {
      (res as http.ServerResponse).shouldKeepAlive = false;
      respond(res, reply, { isHead });
      destroyLater(req.socket);
    }
  }

  /** What the parser refused never becomes a request. Not into the middle of another answer. */
  #refuseUnparsed(error: Error, socket: Socket): void {
    this.#options.effort.addUnpaid(EFFORT_US.request);
    if (!socket.writable) return void socket.destroy();
    const code = codeOfUnparsed(error);
    this.totals.refused[code]++;
    const carrier = this.#carriers.get(socket);
    const isLate = code === "request-timeout";
    const own = isLate && carrier?.isReceiving ? 1 : 0;
    if ((carrier?.unanswered ?? 0) > own) socket.destroy();
    else endWithRefusal(socket, code);
  }
}

function ignore(): void {}
