// @ts-check
/** Arrays as base64 of their little-endian bytes, as they travel in messages. Pure. */

const CHUNK = 0x8000; // arguments of one call of String.fromCharCode

/** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
export function decodeBytes(text) {
  const raw = atob(text), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/** @param {Uint8Array} bytes @returns {string} */
export function encodeBytes(bytes) {
  const parts = [];
  for (let i = 0; i < bytes.length; i += CHUNK) {
    parts.push(String.fromCharCode(...bytes.subarray(i, i + CHUNK)));
  }
  return btoa(parts.join(""));
}

/** @param {string} text base64 of float32s @returns {Float32Array} */
export function decodeFloats(text) {
  const bytes = decodeBytes(text),
    view = new DataView(bytes.buffer),
    values = new Float32Array(bytes.length >> 2);
  for (let i = 0; i < values.length; i++) values[i] = view.getFloat32(4 * i, true);
  return values;
}

/** @param {ArrayLike<number>} values @returns {string} base64 of float32s */
export function encodeFloats(values) {
  const bytes = new Uint8Array(4 * values.length), view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i], true);
  return encodeBytes(bytes);
}
