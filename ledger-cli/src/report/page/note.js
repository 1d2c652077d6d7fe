// Signed notes, checkpoints, cosignatures (format.md, section 13).

const ED25519 = 1;
const COSIGNATURE = 4;

/** Reads a signed note. Throws what is wrong. */
const readNote = (note) => {
  require(utf8.encode(note).length <= 1000000, 'a note that is too long');
  require(!/[\u0000-\u0009\u000b-\u001f]/.test(note), 'a note with control characters');
  const split = note.lastIndexOf('\n\n');
  require(split > 0 && note.endsWith('\n'), 'no signed note');
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2, -1).split('\n').map((line) => {
    const [, name, base64] = /^\u2014 ([^\s+]+) (\S+)$/u.exec(line) ?? [];
    require(name, 'a line that is no signature');
    const bytes = fromBase64(base64);
    require(bytes.length > 4, 'a signature without bytes');
    return { name, id: hexOf(bytes.subarray(0, 4)), signature: bytes.subarray(4) };
  });
  require(lines.length >= 1 && lines.length <= 100, 'too many signatures');
  return { text, lines };
};

/** Reads the text of a checkpoint. Throws what is wrong. */
const readCheckpoint = (text) => {
  const [origin, size, root, ...more] = text.slice(0, -1).split('\n');
  require(origin && /^(0|[1-9][0-9]{0,15})$/.test(size ?? '') && root !== undefined, 'no checkpoint');
  require(more.every((line) => line !== ''), 'no checkpoint');
  const bytes = fromBase64(root);
  require(bytes.length === 32, 'a root that is not of 32 bytes');
  return { origin, size: Number(size), root: bytes };
};

/** The id of a key under a name. */
const keyIdOf = async (name, algorithm, key) =>
  hexOf((await sha256(utf8.encode(`${name}\n`), Uint8Array.of(algorithm), key)).subarray(0, 4));

/** The keys that sign checkpoints, as the entries named them: name, id, algorithm, key, party. */
const checkpointKeys = (origin, officers) => {
  const host = origin.includes('/') ? origin.slice(0, origin.lastIndexOf('/')) : origin;
  const signing = [...officers].filter(([, officer]) => ['LOG', 'WIT'].includes(officer.role));
  return Promise.all(
    signing.map(async ([hex, { party, role }]) => {
      const [name, algorithm] = role === 'LOG' ? [origin, ED25519] : [`${host}/${party}`, COSIGNATURE];
      const key = fromHex(hex);
      return { name, algorithm, key, party, id: await keyIdOf(name, algorithm, key) };
    }),
  );
};

/** Why a line is no signature of a known key; nothing when it is one. */
const flawOfLine = async (line, { algorithm, key }, text, verify) => {
  if (algorithm === ED25519) {
    if (line.signature.length !== 64) return 'a signature that is not of 64 bytes';
    return verify(key, utf8.encode(text), line.signature);
  }
  if (line.signature.length !== 72) return 'a cosignature that is not of 72 bytes';
  const time = new DataView(line.signature.slice(0, 8).buffer).getBigUint64(0);
  if (time >= 2n ** 63n) return 'a time that is too late';
  return verify(key, utf8.encode(`cosignature/v1\ntime ${time}\n${text}`), line.signature.subarray(8));
};

/** Who signed a note: whether the log did, which parties cosigned, how many lines are of unknown keys, what is false. */
const whoSigned = async ({ text, lines }, keys, verify) => {
  const signed = { log: false, parties: new Set(), unknown: 0, flaws: [] };
  for (const line of lines) {
    const known = keys.filter((key) => key.name === line.name && key.id === line.id);
    if (known.length === 0) signed.unknown += 1;
    for (const key of known) {
      const flaw = await flawOfLine(line, key, text, verify);
      if (flaw) signed.flaws.push(`${line.name}: ${flaw}`);
      else if (key.algorithm === ED25519) signed.log = true;
      else signed.parties.add(key.party);
    }
  }
  return signed;
};
