/** BEP 44's second test vector, as bodies that anybody may send. */

/** Names the item, for `/dht-get`. */
export const EXAMPLE_KEY = JSON.stringify({
  k: "d_-EkFqRk2NnwBNggDEE-SQy_NkEpDURh231zfPn5Ug",
  salt: "Zm9vYmFy",
});

/** The item, for `/dht-put`. */
export const EXAMPLE_ITEM = JSON.stringify({
  ...JSON.parse(EXAMPLE_KEY),
  seq: 1,
  v: "MTI6SGVsbG8gV29ybGQh",
  sig: "aDQoS2skwyBOsv6oJNgviIg6PZXotKIbjA3tVT0X0X3f" +
    "mopxBLEljzC-03h-bLiW_KeMWPjgO18Y8UlRqH2aCA",
});
