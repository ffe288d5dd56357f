#!/usr/bin/env python3
"""Posts one message to a room of a node, paying for it with proof of work.

    python3 docs/example_client.py http://localhost:8000 ROOM TEXT

Written from docs/protocol.md alone, with Python's standard library, to show
what a client in another language must do. It prints the node's answer.
"""

import base64
import hashlib
import json
import math
import os
import sys
import urllib.error
import urllib.request

PUZZLES = 8


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def target_of(height: float) -> int:
    """floor(2^(64 - height)), exact: the 256th root by eight square roots."""
    steps = math.ceil(height * 256)
    if steps <= 0:
        return 1 << 64
    whole, fraction = divmod(steps, 256)
    root = 1 << (64 * 256 - fraction)
    for _ in range(8):
        root = math.isqrt(root)
    return root >> whole


def solve(challenge: bytes, height: float) -> bytes:
    """48 bytes: for each of 8 puzzles the first nonce below its target."""
    target = target_of(height - 3)
    nonces = b""
    for index in range(PUZZLES):
        start = hashlib.sha256(challenge + b"sigmesh1" + index.to_bytes(4, "big"))
        nonce = 0
        while True:
            attempt = start.copy()
            attempt.update(nonce.to_bytes(8, "big"))
            if int.from_bytes(attempt.digest()[:8], "big") < target:
                break
            nonce += 1
        nonces += nonce.to_bytes(6, "big")
    return nonces


def request(url: str, body: bytes | None, headers: dict[str, str]) -> dict:
    headers = {"Accept": "application/json", **headers}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        return json.load(refusal)


def post(origin: str, room: str, body: bytes) -> dict:
    url = f"{origin}/room/{room}"
    answer = request(url, None, {})
    for _ in range(3):  # the price may move while we mine
        token, height = answer["token"], answer["height"]
        salt = os.urandom(6)
        signed = f"sigmesh/1\n{token}\nPOST {url}\n".encode() + salt + sha256(body)
        nonces = solve(sha256(signed), height)
        stamp = f"{token}.{base64url(salt + nonces)}"
        answer = request(url, body, {"Authorization": f"PoW {stamp}"})
        if "id" in answer:
            break
    return answer


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    _, node_origin, room_hash, text = sys.argv
    print(json.dumps(post(node_origin, room_hash, text.encode())))
