// Bytes: as text, joined, compared, hashed.

const utf8 = new TextEncoder();

/** Bytes as lower-case hexadecimal digits. */
const hexOf = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** The bytes of hexadecimal digits. */
const fromHex = (text) => {
  if (typeof text !== 'string' || !/^([0-9a-f]{2})*$/.test(text)) throw new Error('no hexadecimal digits');
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => parseInt(text.slice(2 * at, 2 * at + 2), 16));
};

/** The bytes of base64 (RFC 4648 section 4): padded, no other letters, no bits left over. */
const fromBase64 = (text) => {
  if (typeof text !== 'string' || !/^[A-Za-z0-9+\u002f]*={0,2}$/.test(text) || text.length % 4 !== 0) {
    throw new Error('no base64');
  }
  const binary = atob(text);
  if (btoa(binary) !== text) throw new Error('base64 with bits left over');
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
};

/** Several pieces as one. */
const joined = (...pieces) => {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
};

/** Whether two pieces have the same bytes. */
const sameBytes = (left, right) => left.length === right.length && left.every((byte, at) => byte === right[at]);

/** SHA-256 over several pieces as one. */
const sha256 = async (...pieces) => new Uint8Array(await crypto.subtle.digest('SHA-256', joined(...pieces)));

/** An unsigned integer in eight bytes, big-endian. */
const u64 = (value) => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
};

/** Text with its length in front, as it stands in an entry. */
const sized = (text) => {
  const bytes = utf8.encode(text);
  return joined(Uint8Array.of(bytes.length >> 8, bytes.length & 255), bytes);
};

/** A value, or what was thrown instead of it, as `{ value }` or `{ flaw }`. */
const attempt = (what) => {
  try {
    return { value: what() };
  } catch (error) {
    return { flaw: error.message };
  }
};
