"""A node of libtorrent's DHT on loopback, told what to do and telling what it got, a line of JSON each."""

import hashlib
import json
import sys

import libtorrent as lt

session = lt.session({
    "listen_interfaces": "127.0.0.1:0",
    "enable_dht": True,
    "dht_bootstrap_nodes": "",
    "enable_lsd": False,
    "enable_upnp": False,
    "enable_natpmp": False,
    # All nodes have one address here, and it is a private one.
    "dht_restrict_routing_ips": False,
    "dht_restrict_search_ips": False,
    "dht_prefer_verified_node_ids": False,
    "dht_enforce_node_id": False,
    "dht_ignore_dark_internet": False,
    "dht_block_ratelimit": 1000,
    "alert_mask": lt.alert.category_t.all_categories,
})


def tell(**facts):
    print(json.dumps(facts), flush=True)


def await_alert(name, accept=lambda alert: True):
    while True:
        session.wait_for_alert(1000)
        for alert in session.pop_alerts():
            if type(alert).__name__ == name and accept(alert):
                return alert


def expand(seed):
    key = bytearray(hashlib.sha512(seed).digest())
    key[0] &= 248
    key[31] = key[31] & 63 | 64
    return bytes(key)


listening = await_alert(
    "listen_succeeded_alert",
    lambda alert: alert.socket_type == lt.socket_type_t.udp,
)
tell(port=listening.port)

for line in sys.stdin:
    command = json.loads(line)
    if "add" in command:
        session.add_dht_node(("127.0.0.1", command["add"]))
        tell(added=command["add"])
    elif "peers" in command:
        session.dht_get_peers(lt.sha1_hash(bytes.fromhex(command["peers"])))
        reply = await_alert("dht_get_peers_reply_alert")
        tell(peers=[list(peer) for peer in reply.peers()])
    elif "get" in command:
        k = bytes.fromhex(command["get"])
        session.dht_get_mutable_item(k, command["salt"].encode())
        item = await_alert("dht_mutable_item_alert", lambda alert: alert.authoritative)
        value = item.item.get("value") if isinstance(item.item, dict) else item.item
        tell(seq=item.seq, text=value.decode() if isinstance(value, bytes) else str(value))
    elif "put" in command:
        session.dht_put_mutable_item(
            expand(bytes.fromhex(command["seed"])),
            bytes.fromhex(command["k"]),
            command["put"].encode(),
            command["salt"].encode(),
        )
        put = await_alert("dht_put_alert")
        tell(stored=put.num_success)
