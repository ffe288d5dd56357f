/** A form that pays for a request in the browser and shows what comes back. */

import type { VNode } from "preact";
import { formatCount } from "./quantities.ts";

/** Brought to life by `client/pages/pay_and_try.ts`; hidden until then. */
export function PayAndTry(
  { label, example, maxBytes }: {
    /** What the body is. */
    label: string;
    /** A body to begin with. */
    example: string;
    maxBytes: number;
  },
): VNode {
  return (
    <form id="pay-form" hidden>
      <label for="pay-body">{label}</label>
      <textarea
        id="pay-body"
        rows={3}
        spellcheck={false}
        aria-describedby="pay-hint"
      >
        {example}
      </textarea>
      <p class="quiet" id="pay-hint">
        Text of at most {formatCount(maxBytes)} bytes.
      </p>
      <div class="actions">
        <button type="submit" class="primary" id="pay-send">
          Pay and send
        </button>
        <button type="button" id="pay-stop" hidden>Stop</button>
        <progress
          id="pay-progress"
          max={1}
          value={0}
          aria-label="Proof of work"
          hidden
        />
        <span class="quiet" id="pay-work" />
      </div>
      <p id="pay-outcome" role="status" />
      <dl id="pay-facts" hidden />
    </form>
  );
}
