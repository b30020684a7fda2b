// @ts-check
/** The host of the served page: a WebSocket that comes back by itself. */

const LONGEST_WAIT = 5000; // ms between two attempts to connect

/**
 * @param {string} address of the WebSocket
 * @param {{hello: (message: any) => void, down: () => void}} told
 * @returns {import("./page.js").Host}
 */
export function socketHost(address, { hello, down }) {
  /** @type {WebSocket | null} */
  let socket = null;
  let number = 0, wait = 250;
  /** @type {Map<number, {resolve: (reply: any) => void, progress?: (done: number, of: number) => void}>} */
  const asked = new Map();

  function connect() {
    socket = new WebSocket(address);
    socket.onmessage = (event) => {
      const message = JSON.parse(event.data), one = asked.get(message.id);
      if (message.kind === "hello") {
        wait = 250;
        return hello(message);
      }
      if (message.kind === "progress") return one?.progress?.(message.done, message.of);
      asked.delete(message.id);
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
