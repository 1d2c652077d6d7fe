// The tree of RFC 6962 over the links, and its proofs (format.md, section 12). Sizes are numbers below 2^53.

/** The link of an entry, which is the leaf's hash. */
const linkOf = (entry) => sha256(Uint8Array.of(0), entry);

/** The hash over two subtrees. */
const nodeOf = (left, right) => sha256(Uint8Array.of(1), left, right);

/** How many complete subtrees a tree of this size is made of. */
const peakCount = (size) => Array.from(size.toString(2)).filter((bit) => bit === '1').length;

/** A tree that grows at its right edge. */
class Edge {
  constructor(size, peaks) {
    require(Number.isSafeInteger(size) && peaks.length === peakCount(size), 'the hashes of the tree are not those of its size');
    this.size = size;
    this.peaks = [...peaks];
  }

  async push(leaf) {
    let hash = leaf;
    for (let left = this.size; left % 2 === 1; left = (left - 1) / 2) hash = await nodeOf(this.peaks.pop(), hash);
    this.peaks.push(hash);
    this.size += 1;
  }

  async root() {
    if (this.size === 0) return sha256();
    let hash = this.peaks.at(-1);
    for (const left of this.peaks.slice(0, -1).reverse()) hash = await nodeOf(left, hash);
    return hash;
  }
}

/** The root to which an audit path leads (RFC 9162 section 2.1.3.2); nothing when the path does not fit. */
const rootOfPath = async (index, size, leaf, path) => {
  if (index >= size) return null;
  let [here, last, hash] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return null;
    if (here % 2 === 1 || here === last) {
      hash = await nodeOf(sibling, hash);
      while (here % 2 === 0 && here !== 0) [here, last] = [here / 2, Math.floor(last / 2)];
    } else {
      hash = await nodeOf(hash, sibling);
    }
    [here, last] = [Math.floor(here / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hash : null;
};

/** Whether a tree is the beginning of another (RFC 9162 section 2.1.4.2); `old` is above 0 and below `size`. */
const isBeginning = async (old, size, proof, oldRoot, root) => {
  const path = Number.isInteger(Math.log2(old)) ? [oldRoot, ...proof] : [...proof];
  if (path.length === 0) return false;
  let [here, last] = [old - 1, size - 1];
  while (here % 2 === 1) [here, last] = [(here - 1) / 2, Math.floor(last / 2)];
  let [first, second] = [path[0], path[0]];
  for (const sibling of path.slice(1)) {
    if (last === 0) return false;
    if (here % 2 === 1 || here === last) {
      [first, second] = [await nodeOf(sibling, first), await nodeOf(sibling, second)];
      while (here % 2 === 0 && here !== 0) [here, last] = [here / 2, Math.floor(last / 2)];
    } else {
      second = await nodeOf(second, sibling);
    }
    [here, last] = [Math.floor(here / 2), Math.floor(last / 2)];
  }
  return last === 0 && sameBytes(first, oldRoot) && sameBytes(second, root);
};
