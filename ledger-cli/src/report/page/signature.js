// Ed25519 as the ledger has it (format.md, section 7). The equation is the browser's; what a browser may see more
// loosely is tested here: S below the order, neither the key nor R of small order, keys in their canonical form.

const FIELD = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const EIGHTH = 0x7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7n;
/** The y of every encoding of a point of small order. */
const SMALL = new Set([0n, 1n, FIELD - 1n, FIELD, FIELD + 1n, EIGHTH, FIELD - EIGHTH]);

/** A number as little-endian bytes have it. */
const littleEndian = (bytes) => BigInt(`0x${hexOf(Uint8Array.from(bytes).reverse())}`);

/** The y of an encoded point, without the sign of x. */
const yOf = (point) => littleEndian(point) & (2n ** 255n - 1n);

/** Why a key cannot be brought into use, as far as that is cheap to see; nothing when no reason is seen. */
const flawOfKey = (key) => {
  const y = yOf(key);
  if (y >= FIELD) return 'is not in its canonical form';
  if (SMALL.has(y)) return 'is of small order';
  return '';
};

/** Why a signature is none under the ledger's own rule, before the equation is asked; nothing when no reason is seen. */
const flawOfForm = (key, signature) => {
  if (SMALL.has(yOf(key))) return 'its key is of small order';
  if (SMALL.has(yOf(signature.subarray(0, 32)))) return 'R is of small order';
  if (littleEndian(signature.subarray(32)) >= ORDER) return 'S is not below the order';
  return '';
};

/** Whether this browser has Ed25519: the first test of RFC 8032, section 7.1, has to hold, and not over other bytes. */
const hasEd25519 = async () => {
  const key = fromHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
  const signature = fromHex(
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  );
  try {
    const known = await crypto.subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify']);
    const over = (message) => crypto.subtle.verify({ name: 'Ed25519' }, known, signature, message);
    return (await over(new Uint8Array(0))) && !(await over(Uint8Array.of(1)));
  } catch {
    return false;
  }
};

/** Makes a verifier that keeps the keys it has seen: `(key, message, signature)` to why not, or nothing. */
const verifier = () => {
  const seen = new Map();
  return async (key, message, signature) => {
    const flaw = flawOfForm(key, signature);
    if (flaw) return flaw;
    const name = hexOf(key);
    if (!seen.has(name)) seen.set(name, crypto.subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify']));
    try {
      const holds = await crypto.subtle.verify({ name: 'Ed25519' }, await seen.get(name), signature, message);
      return holds ? '' : 'the signature is false';
    } catch (error) {
      return `the key cannot be used: ${error.message}`;
    }
  };
};
