// @ts-check
/** The host of the served page: a WebSocket that comes back and asks again what is open. */

/** @import { Hello, Reply } from "../pure/scene.d.ts" */
/** @import { Host } from "./page.js" */
/** @import { Answer, Kind, Progress, Request } from "./requests.js" */

/** @typedef {{request: Request, resolve: (reply: Answer) => void, progress?: Progress}} Waiting */

const REFUSALS = [1008, 1013]; // codes with which the server closes and says why
const LONGEST_WAIT = 5000; // ms between two attempts to connect

/**
 * @param {string} address of the WebSocket
 * @param {{hello: (message: Hello) => void, down: (why: string) => void}} told  `why`: what the
 *   server said when it closed, "" where it is away
 * @returns {Host}
 */
export function socketHost(address, { hello, down }) {
  /** @type {WebSocket | null} */
  let socket = null;
  let number = 0, wait = 250;
  /** @type {Map<number, Waiting>} */
  const asked = new Map();

  const send = (/** @type {number} */ id) =>
    socket?.send(JSON.stringify({ id, ...asked.get(id)?.request }));

  /**
   * Of the unanswered requests of a kind only the newest is still wanted.
   * @param {Kind} kind
   * @param {number} newest
   */
  function dropOlder(kind, newest) {
    for (const [id, { request, resolve }] of [...asked]) {
      if (request.kind !== kind || id >= newest) continue;
      asked.delete(id);
      resolve({ kind: "superseded" });
    }
  }

  function connect() {
    socket = new WebSocket(address);
    socket.onmessage = (event) => {
      /** @type {Reply} */ const message = JSON.parse(event.data);
      if (message.kind === "hello") {
        wait = 250;
        // The server keeps nothing: what it was asked before, it is asked again.
        for (const id of asked.keys()) send(id);
        return hello(message);
      }
      const one = asked.get(message.id ?? -1);
      if (message.kind === "progress") return one?.progress?.(message.done, message.of);
      asked.delete(message.id ?? -1);
      one?.resolve(message);
    };
    socket.onclose = (event) => {
      for (const [id, { request }] of [...asked]) dropOlder(request.kind, id);
      down(REFUSALS.includes(event.code) ? event.reason : "");
      setTimeout(connect, wait);
      wait = Math.min(LONGEST_WAIT, 2 * wait);
    };
  }
  connect();
  return {
    readOnly: false,
    ask: (request, progress) =>
      new Promise((resolve) => {
        const id = ++number;
        asked.set(id, { request, resolve, progress });
        if (socket?.readyState === WebSocket.OPEN) send(id);
        else dropOlder(request.kind, id);
      }),
  };
}
