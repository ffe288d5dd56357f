import { assertEquals, assertThrows } from "@std/assert";
import { AnswerReader, encodeRequest, type RawAnswer } from "./http.ts";

const utf8 = new TextEncoder();

/** Answers as status and body, when the text comes in pieces of this size. */
function readInPieces(text: string, size: number): string[] {
  const reader = new AnswerReader();
  const answers: string[] = [];
  const note = ({ status, body }: RawAnswer) =>
    answers.push(`${status} ${new TextDecoder().decode(body)}`);
  const buffer = new Uint8Array(size); // reused, as the loop does
  for (let at = 0; at < text.length; at += size) {
    const piece = utf8.encode(text.slice(at, at + size));
    buffer.set(piece);
    reader.read(buffer.subarray(0, piece.length), note);
  }
  return answers;
}

Deno.test("answers are found however they are cut", () => {
  const text = "HTTP/1.1 202 Accepted\r\nContent-Length: 5\r\n\r\nhello" +
    "HTTP/1.1 204 No Content\r\nX: y\r\n\r\n" +
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" +
    "3\r\nabc\r\n0\r\n\r\n" +
    "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
  for (const size of [1, 2, 3, 7, 50, 1000]) {
    assertEquals(readInPieces(text, size), [
      "202 hello",
      "204 ",
      "200 3\r\nabc\r\n0\r\n\r\n",
      "200 ok",
    ], `pieces of ${size}`);
  }
});

Deno.test("an answer that is not whole is not told", () => {
  assertEquals(
    readInPieces("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", 99),
    [],
  );
  assertEquals(readInPieces("HTTP/1.1 200 OK\r\n", 99), []);
});

Deno.test("what is no answer is an error", () => {
  assertThrows(
    () => readInPieces("SSH-2.0-OpenSSH\r\n\r\n", 99),
    Error,
    "SSH-2.0",
  );
  assertThrows(
    () =>
      readInPieces(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        99,
      ),
    Error,
    "chunk",
  );
});

Deno.test("a request says how long its body is, and none without one", () => {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assertEquals(
    text(
      encodeRequest("/a", {
        method: "POST",
        host: "h:1",
        headers: { x: "y" },
        body: "abc",
      }),
    ),
    "POST /a HTTP/1.1\r\nHost: h:1\r\nx: y\r\nContent-Length: 3\r\n\r\nabc",
  );
  assertEquals(
    text(encodeRequest("/", { host: "h:1" })),
    "GET / HTTP/1.1\r\nHost: h:1\r\n\r\n",
  );
});
