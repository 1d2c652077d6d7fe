// The audit of the embedded evidence: what each entry is, what is wrong with it, and what holds for all together.
// Nothing here touches the page.

const ENTRY_CONTEXT = utf8.encode('jointledger/entry/v1\n');
const CHARTER_CONTEXT = utf8.encode('jointledger/charter/v1\n');
const ACCESSION_CONTEXT = utf8.encode('jointledger/accession/v1\n');
const NO_LINK = '0'.repeat(64);

/** The officers whom an event names: pairs of a key in hexadecimal and who has it. */
const namedBy = ({ kind, fields }, officers) => {
  switch (kind) {
    case 'LedgerConstituted':
      return fields.charter.parties.map(({ root_key, party }) => [root_key, { party, role: 'ROOT' }]);
    case 'KeyEnrolled':
      return [[fields.key, { party: fields.party, role: fields.role }]];
    case 'KeyRotated':
      return officers.has(fields.old_key) ? [[fields.new_key, officers.get(fields.old_key)]] : [];
    case 'MinistryAdmitted':
      return [[fields.root_key, { party: fields.party, role: 'ROOT' }]];
    default:
      return [];
  }
};

/** Notes the keys that an entry names. The first that names a key says whose it is. */
const nameKeys = (entry, officers) => {
  for (const event of entry.events) {
    for (const [key, officer] of namedBy(event, officers)) if (!officers.has(key)) officers.set(key, officer);
  }
};

/** The charter of an entry: its fingerprint, and what is wrong with its signatures. Nothing when it founds no ledger. */
const foundingOf = async (entry, verify) => {
  const [event] = entry.events;
  if (entry.events.length !== 1 || event.kind !== 'LedgerConstituted') return null;
  const { charter, signatures } = event.fields;
  // The charter stands behind the time, and its signatures behind it: party and 64 bytes each.
  const bytes = entry.body.subarray(event.from + 8, event.to - 2 - 66 * signatures.length);
  const message = joined(CHARTER_CONTEXT, bytes);
  const flaws = charter.origin === entry.origin ? [] : [`the charter is for ledger ${charter.origin}`];
  if (verify) {
    for (const { party, root_key } of charter.parties) {
      const own = signatures.filter((signature) => signature.party === party);
      const flawsOfOwn = await Promise.all(own.map((one) => verify(fromHex(root_key), message, fromHex(one.signature))));
      if (!flawsOfOwn.includes('')) flaws.push(`${party} has not signed the charter, or its signature is false`);
    }
  }
  return { fingerprint: hexOf(await sha256(message)), flaws };
};

/** What is wrong with the signatures of ministries that an entry admits. */
const flawsOfAccessions = async (entry, verify) => {
  const flaws = [];
  for (const { kind, fields } of entry.events) {
    if (kind !== 'MinistryAdmitted') continue;
    const { party, name, root_key, accession } = fields;
    const message = joined(ACCESSION_CONTEXT, sized(entry.origin), utf8.encode(party), sized(name), fromHex(root_key));
    if (await verify(fromHex(root_key), message, fromHex(accession))) flaws.push(`${party} has not signed its accession`);
  }
  return flaws;
};

/** What is wrong with keys that an entry brings into use. */
const flawsOfKeys = (entry) =>
  entry.events
    .flatMap((event) => {
      if (event.kind === 'KeyRotated') return [event.fields.new_key];
      return namedBy(event, new Map()).map(([key]) => key);
    })
    .map((key) => [key, flawOfKey(fromHex(key))])
    .filter(([, flaw]) => flaw)
    .map(([key, flaw]) => `key ${key.slice(0, DIGITS)} ${flaw}`);

/** What is wrong with what an entry says of itself: signature, charter, accessions, keys. */
const flawsOfContent = async (entry, position, verify) => {
  const flaws = flawsOfKeys(entry);
  if (verify) {
    const flaw = await verify(fromHex(entry.author), joined(ENTRY_CONTEXT, entry.body), entry.signature);
    if (flaw) flaws.unshift(`not signed by the key that it names: ${flaw}`);
    flaws.push(...(await flawsOfAccessions(entry, verify)));
  }
  const founding = await foundingOf(entry, verify);
  if (founding && position === 0) flaws.push(...founding.flaws);
  if (!founding && position === 0) flaws.push('the first entry is not the founding of a ledger');
  return { flaws, founding };
};

/** What is wrong with where an entry stands. `before` is what is known of the entries before it. */
const flawsOfPlace = (entry, position, before) => {
  const flaws = [];
  if (entry.origin !== before.origin) flaws.push(`it belongs to ledger ${entry.origin}`);
  if (entry.seq !== BigInt(position)) flaws.push(`it is numbered ${entry.seq}, and stands at ${position}`);
  if (before.link !== null && entry.previous !== before.link) flaws.push('it does not carry the link of the entry before it');
  if (before.moment > Date.parse(entry.recorded_at)) flaws.push('it was recorded earlier than the entry before it');
  if (before.acts.has(entry.act)) flaws.push(`its act stands in entry ${before.acts.get(entry.act)} already`);
  return flaws;
};

/** Who an author is: `EE PBO`; nothing when that cannot be known from what is embedded. */
const authorOf = (entry, officers, allNamed) => {
  const officer = officers.get(entry.author);
  if (officer) return `${officer.party} ${officer.role}`;
  return allNamed ? '?' : null;
};

/** Audits the entries that name keys and stand before the embedded ones: each has to stand in the tree. */
const auditNaming = async (evidence, of, verify, officers) => {
  const audited = [];
  for (const { position, entry: base64, path } of evidence.naming) {
    const flaws = [];
    const { value: bytes, flaw } = attempt(() => fromBase64(base64));
    const link = bytes ? await linkOf(bytes) : null;
    const root = link && (await rootOfPath(position, evidence.size, link, path.map(fromHex)));
    if (!root || hexOf(root) !== evidence.root) flaws.push('it does not stand in the tree');
    const read = bytes ? attempt(() => readEntry(bytes, of)) : { flaw };
    let founding = null;
    if (read.value) {
      const content = await flawsOfContent(read.value, position, verify);
      flaws.push(...content.flaws);
      founding = content.founding;
      if (read.value.seq !== BigInt(position)) flaws.push(`it is numbered ${read.value.seq}`);
      if (read.value.origin !== evidence.origin) flaws.push(`it belongs to ledger ${read.value.origin}`);
      if (flaws.length === 0) nameKeys(read.value, officers);
    } else {
      flaws.push(read.flaw);
    }
    audited.push({ position, link: link ? hexOf(link) : '', flaws, entry: read.value ?? null, founding });
  }
  return audited;
};

/** The link before the embedded entries, when its audit path shows that it stands there. */
const linkBefore = async ({ first, size, root, before }) => {
  if (first === 0) return { link: NO_LINK, flaw: '' };
  if (!before) return { link: null, flaw: first === size ? '' : 'the link before the embedded entries is missing' };
  const there = before.position === first - 1 && (await rootOfPath(first - 1, size, fromHex(before.link), before.path.map(fromHex)));
  if (there && hexOf(there) === root) return { link: before.link, flaw: '' };
  return { link: before.link, flaw: 'the link before the embedded entries does not stand in the tree' };
};

/** Audits the checkpoints. `roots` has the root at each size that was reached. */
const auditCheckpoints = async (evidence, officers, roots, verify) => {
  const keys = await checkpointKeys(evidence.origin ?? '', officers);
  return Promise.all(
    evidence.checkpoints.map(async ({ size, note, consistency }) => {
      const { value: read, flaw } = attempt(() => {
        const opened = readNote(note);
        return { ...opened, checkpoint: readCheckpoint(opened.text) };
      });
      if (!read) return { size, flaws: [flaw], signed: null };
      const { checkpoint } = read;
      const flaws = [];
      if (checkpoint.origin !== evidence.origin) flaws.push(`it is of ledger ${checkpoint.origin}`);
      if (checkpoint.size !== size) flaws.push(`it is of ${checkpoint.size} entries, not ${size}`);
      const root = roots.get(checkpoint.size);
      const holds = root
        ? root === hexOf(checkpoint.root)
        : await isBeginning(size, evidence.size, (consistency ?? []).map(fromHex), checkpoint.root, fromHex(evidence.root));
      if (!holds) flaws.push('its root is not that of the entries');
      const signed = verify ? await whoSigned(read, keys, verify) : null;
      if (signed) {
        flaws.push(...signed.flaws);
        if (!signed.log) flaws.push('no known key of the log has signed it');
      }
      return { size, flaws, signed, root: hexOf(checkpoint.root) };
    }),
  );
};

/** Audits all evidence. `progress` is told how many entries are done. */
const audit = async (evidence, progress) => {
  require(evidence.kind === 'jointledger/report/v1', 'the evidence is of a kind that is not known here');
  const verify = (await hasEd25519()) ? verifier() : null;
  const of = readersOf(LAYOUT);
  const officers = new Map();
  const naming = await auditNaming(evidence, of, verify, officers);
  const start = await linkBefore(evidence);
  const edge = new Edge(evidence.first, evidence.peaks.map(fromHex));
  const roots = new Map([[edge.size, hexOf(await edge.root())]]);
  const wanted = new Set(evidence.checkpoints.map(({ size }) => size));
  const before = { origin: evidence.origin, link: start.link, moment: 0, acts: new Map() };
  const entries = [];
  for (const base64 of evidence.entries) {
    const position = edge.size;
    const { value: bytes, flaw } = attempt(() => fromBase64(base64));
    const link = await linkOf(bytes ?? new Uint8Array(0));
    const read = bytes ? attempt(() => readEntry(bytes, of)) : { flaw };
    const audited = { position, link: hexOf(link), entry: read.value ?? null, by: null, flaws: [], founding: null };
    if (read.value) {
      const entry = read.value;
      const content = await flawsOfContent(entry, position, verify);
      audited.flaws.push(...content.flaws, ...flawsOfPlace(entry, position, before));
      audited.founding = content.founding;
      if (position === 0) nameKeys(entry, officers);
      audited.by = authorOf(entry, officers, evidence.all_named);
      if (audited.by === '?') audited.flaws.push('its key was never named');
      nameKeys(entry, officers);
      before.moment = Date.parse(entry.recorded_at);
      if (!before.acts.has(entry.act)) before.acts.set(entry.act, position);
    } else {
      audited.flaws.push(read.flaw);
    }
    before.link = audited.link;
    entries.push(audited);
    await edge.push(link);
    if (wanted.has(edge.size)) roots.set(edge.size, hexOf(await edge.root()));
    if (entries.length % 500 === 0) progress(entries.length);
  }
  const root = hexOf(await edge.root());
  return {
    signatures: verify !== null,
    naming,
    before: start.flaw,
    entries,
    size: edge.size,
    root,
    link: entries.at(-1)?.link ?? (edge.size === 0 ? NO_LINK : null),
    recorded: entries.at(-1)?.entry?.recorded_at ?? null,
    charter: [...entries, ...naming].find(({ position }) => position === 0)?.founding?.fingerprint ?? null,
    unknown: entries.filter(({ entry, by }) => entry && by === null).length,
    checkpoints: await auditCheckpoints(evidence, officers, roots, verify),
  };
};
