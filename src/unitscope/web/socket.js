// @ts-check
/** The host of the served page: a WebSocket that comes back by itself. */

/** @typedef {import("./scene.d.ts").Reply | {kind: "superseded"}} Answer */

const LONGEST_WAIT = 5000; // ms between two attempts to connect

/**
 * @param {string} address of the WebSocket
 * @param {{hello: (message: import("./scene.d.ts").Hello) => void, down: () => void}} told
 * @returns {import("./page.js").Host}
 */
export function socketHost(address, { hello, down }) {
  /** @type {WebSocket | null} */
  let socket = null;
  let number = 0, wait = 250;
  /** @type {Map<number, {resolve: (reply: Answer) => void, progress?: (done: number, of: number) => void}>} */
  const asked = new Map();

  function connect() {
    socket = new WebSocket(address);
    socket.onmessage = (event) => {
      /** @type {import("./scene.d.ts").Reply} */ const message = JSON.parse(event.data);
      if (message.kind === "hello") {
        wait = 250;
        return hello(message);
      }
      const one = asked.get(message.id ?? -1);
      if (message.kind === "progress") return one?.progress?.(message.done, message.of);
      asked.delete(message.id ?? -1);
      one?.resolve(message);
    };
    socket.onclose = () => {
      for (const one of asked.values()) one.resolve({ kind: "superseded" });
      asked.clear();
      down();
      setTimeout(connect, wait);
      wait = Math.min(LONGEST_WAIT, 2 * wait);
    };
  }
  connect();
  return {
    readOnly: false,
    ask: (request, progress) => new Promise((resolve) => {
      if (!socket || socket.readyState !== WebSocket.OPEN) return resolve({ kind: "superseded" });
      const id = ++number;
      asked.set(id, { resolve, progress });
      socket.send(JSON.stringify({ id, ...request }));
    }),
  };
}
