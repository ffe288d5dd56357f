/** What a Trystero peer publishes, as far as it may come from outside. */

const FIELDS = ["offer", "answer", "candidate", "offerId"] as const;

/**
 * The fields that Trystero 0.25 knows, and no others: it takes `peer` for an
 * object of its own, and looks peers up by id in plain objects, where
 * `__proto__` and the like are found. Undefined when it is no such message.
 */
export function parsePayload(
  text: string,
): Record<string, unknown> | undefined {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null) return undefined;
  const { peerId, passive, ...rest } = value as Record<string, unknown>;
  if (typeof peerId !== "string" || !/^\w{1,64}$/.test(peerId)) {
    return undefined;
  }
  if (peerId in {}) return undefined;
  const payload: Record<string, unknown> = { peerId };
  if (passive === true) payload["passive"] = true;
  for (const field of FIELDS) {
    if (typeof rest[field] === "string") payload[field] = rest[field];
  }
  return payload;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
