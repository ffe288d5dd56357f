/** EventTarget with the types of its events. */

/** As EventTarget; knows the events of `Events`. */
export interface TypedEventTarget<Events> extends EventTarget {
  /** As EventTarget's, with the event's own type. */
  addEventListener<K extends keyof Events & string>(
    type: K,
    listener: (event: Events[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** As EventTarget's. */
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  /** As EventTarget's, with the event's own type. */
  removeEventListener<K extends keyof Events & string>(
    type: K,
    listener: (event: Events[K]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  /** As EventTarget's. */
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** EventTarget itself. */
export const TypedEventTarget: {
  new <Events>(): TypedEventTarget<Events>;
} = EventTarget as { new <Events>(): TypedEventTarget<Events> };
