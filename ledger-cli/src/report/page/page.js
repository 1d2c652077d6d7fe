// The page: runs the audit, compares what is shown with what was read, and marks what does not hold where it stands.
// Text from the evidence becomes text and nothing else.

const byId = (id) => document.getElementById(id);
const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;

/** An element with text in it. */
const element = (name, text, className = '') => {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
};

/** The cell or part of a row that shows a fact. */
const partsOf = (row) => Array.from(row.querySelectorAll('[data-fact]'));

/** Where a row says something else than its entry. */
const flawsOfRow = (row, audited) => {
  const shown = shownOf(audited, LAYOUT);
  const flaws = row.dataset.link === audited.link ? [] : ['the row names another link'];
  const facts = partsOf(row).map((part) => part.dataset.fact);
  for (const fact of Object.keys(shown)) if (!facts.includes(fact)) flaws.push(`the row does not show “${fact}”`);
  for (const part of partsOf(row)) {
    const read = shown[part.dataset.fact];
    // Of an entry that cannot be read, or of a key that is not embedded, there is nothing to compare.
    if (read !== undefined && part.textContent !== read) {
      flaws.push(`the row shows “${part.textContent}” as “${part.dataset.fact}”, the bytes say “${read}”`);
    }
  }
  return flaws;
};

/** Takes the marks of an earlier check away. */
const unmark = () => {
  for (const mark of document.querySelectorAll('.checked-mark, tr.fields')) mark.remove();
  for (const row of document.querySelectorAll('tr.held, tr.failed, tr.apart-from')) row.classList.remove('held', 'failed', 'apart-from');
  for (const part of document.querySelectorAll('[data-summary]')) part.classList.remove('failed', 'held');
};

/** Marks a row: whether it holds, and why not. */
const mark = (row, flaws) => {
  row.classList.add(flaws.length === 0 ? 'held' : 'failed');
  const cell = row.querySelector('[data-fact="what"]')?.parentElement ?? row.lastElementChild;
  if (flaws.length === 0) {
    row.lastElementChild.append(element('span', ' holds', 'checked-mark unseen'));
    return;
  }
  const reasons = element('strong', `Does not hold: ${flaws.join('; ')}.`, 'checked-mark mark bad');
  reasons.setAttribute('role', 'note');
  cell.append(reasons);
  const month = row.closest('details');
  if (month) month.open = true;
};

/** Lets the number of an entry open all its fields. */
const openable = (row, audited) => {
  const part = row.querySelector('[data-fact="position"]');
  if (!audited.entry || part === null || part.querySelector('button')) return;
  const button = element('button', part.textContent);
  button.type = 'button';
  button.setAttribute('aria-expanded', 'false');
  button.title = 'All fields of this entry, read from its bytes';
  button.addEventListener('click', () => {
    const open = row.nextElementSibling?.classList.contains('fields') ?? false;
    if (open) {
      row.nextElementSibling.remove();
    } else {
      const fields = element('tr', '', 'fields');
      const cell = document.createElement('td');
      cell.colSpan = row.cells.length;
      cell.append(element('pre', fieldsOf(audited.entry).join('\n')));
      fields.append(cell);
      row.after(fields);
    }
    button.setAttribute('aria-expanded', String(!open));
  });
  part.replaceChildren(button);
};

/** Compares every row of an entry, and marks it. Gives what is wrong, by entry, and how many rows there were. */
const checkRows = (audited) => {
  const known = new Map([...audited.naming, ...audited.entries].map((one) => [String(one.position), one]));
  const [failed, listed] = [[], []];
  let [compared, alone] = [0, 0];
  for (const row of document.querySelectorAll('tr[data-entry]')) {
    const one = known.get(row.dataset.entry);
    const isListed = row.closest('#entries') !== null;
    if (isListed) listed.push(row.dataset.entry);
    if (one === undefined && isListed) {
      mark(row, ['the file has a row of it, and no bytes']);
      failed.push({ position: Number(row.dataset.entry), reason: 'the file has a row of it, and no bytes' });
      continue;
    }
    if (one === undefined) {
      row.classList.add('apart-from');
      alone += 1;
      continue;
    }
    const flaws = [...one.flaws, ...flawsOfRow(row, { by: null, ...one })];
    mark(row, flaws);
    openable(row, one);
    compared += 1;
    if (flaws.length > 0) failed.push({ position: one.position, reason: flaws[0] });
  }
  const all = audited.entries.map((one) => String(one.position));
  const missing = all.findIndex((position, at) => listed[at] !== position);
  if (missing >= 0) failed.push({ position: Number(all[missing]), reason: 'its row is missing, or not in its place' });
  else if (listed.length > all.length) failed.push({ position: Number(listed[all.length]), reason: 'there is a row too many' });
  return { compared, alone, failed };
};

/** Compares the facts of the summary. */
const checkSummary = (audited, evidence) => {
  const read = {
    origin: evidence.origin ?? '-',
    size: String(audited.size),
    root: audited.root,
    link: audited.link,
    recorded: audited.recorded,
    charter: audited.charter,
  };
  const flaws = [];
  let compared = 0;
  for (const [fact, value] of Object.entries(read)) {
    const part = document.querySelector(`[data-summary="${fact}"]`);
    if (part === null) {
      flaws.push(`the summary does not show “${fact}”`);
      continue;
    }
    // What is not embedded cannot be compared.
    if (value === null) continue;
    compared += 1;
    const holds = part.textContent === value;
    part.classList.add(holds ? 'held' : 'failed');
    if (!holds) {
      part.append(element('strong', ` The bytes say ${value}.`, 'checked-mark mark bad'));
      flaws.push(`the summary shows another “${fact}” than the bytes give`);
    }
  }
  return { compared, flaws };
};

/** What is wrong with the evidence as a whole. */
const flawsOfWhole = (audited, evidence) => {
  const flaws = audited.before ? [audited.before] : [];
  if (audited.size !== evidence.size) flaws.push(`there are ${audited.size} entries, ${evidence.size} are told of`);
  if (audited.root !== evidence.root) flaws.push('the root is another than the evidence says');
  if (audited.link !== null && audited.link !== evidence.link) flaws.push('the last link is another than the evidence says');
  return flaws;
};

/** Marks the rows of checkpoints. */
const checkCheckpoints = (audited) => {
  const rows = new Map();
  for (const row of document.querySelectorAll('tr[data-checkpoint]')) {
    const one = audited.checkpoints.find(({ size }) => String(size) === row.dataset.checkpoint);
    const read = { size: row.dataset.checkpoint, root: one?.root };
    const other = partsOf(row).filter((part) => part.textContent !== read[part.dataset.fact]);
    const flaws = one ? [...one.flaws, ...other.map((part) => `the row shows another ${part.dataset.fact}`)] : ['it is not embedded'];
    row.classList.add(flaws.length === 0 ? 'held' : 'failed');
    if (flaws.length > 0) row.lastElementChild.append(element('strong', ` Does not hold: ${flaws.join('; ')}.`, 'checked-mark mark bad'));
    rows.set(Number(row.dataset.checkpoint), { signed: null, ...one, size: Number(row.dataset.checkpoint), flaws });
  }
  const hidden = audited.checkpoints
    .filter(({ size }) => !rows.has(size))
    .map((one) => ({ ...one, flaws: [...one.flaws, 'no row shows it'] }));
  return [...rows.values(), ...hidden];
};

/** Who signed a checkpoint, in words. */
const signers = ({ signed }) => {
  if (signed === null) return 'its signatures were not checked';
  const parties = [...signed.parties].sort();
  const cosigned = parties.length === 0 ? 'cosigned by nobody known' : `cosigned by ${parties.join(', ')}`;
  const unknown = signed.unknown === 0 ? '' : `; ${count(signed.unknown, 'line is', 'lines are')} of keys that are not named`;
  return `${signed.log ? 'signed by the log' : 'not signed by the log'}, ${cosigned}${unknown}`;
};

/**
 * What held and what did not, in lines: `[true | false | null, words, weakens]`; null was not checked, and what weakens
 * lets nothing be green.
 */
const statements = (audited, evidence, rows, summary, checkpoints) => {
  const held = audited.entries.filter(({ flaws }) => flaws.length === 0).length;
  const all = audited.entries.length;
  const lines = [];
  if (all > 0) {
    const what = audited.signatures ? 'bytes, place, link, signature and key' : 'bytes, place and link';
    lines.push([held === all, `${held} of ${count(all, 'entry', 'entries')} hold: ${what}.`]);
  } else {
    lines.push([null, 'The file carries no entries to check, other than those that name keys.']);
  }
  if (!audited.signatures) lines.push([null, 'This browser has no Ed25519: no signature was checked. Use a newer one, or the program.', true]);
  if (audited.naming.length > 0) {
    const named = audited.naming.filter(({ flaws }) => flaws.length === 0).length;
    lines.push([named === audited.naming.length, `${named} of ${count(audited.naming.length, 'earlier entry', 'earlier entries')} that name keys stand in the tree, and hold.`]);
  }
  if (audited.unknown > 0) lines.push([null, `Of ${count(audited.unknown, 'entry', 'entries')} it is not known whose key signed: the entry that named it is not embedded.`, true]);
  const whole = flawsOfWhole(audited, evidence);
  lines.push([whole.length === 0, whole.length === 0 ? `The links give the root of ${count(evidence.size, 'entry', 'entries')}.` : `The whole: ${whole.join('; ')}.`]);
  for (const one of checkpoints) {
    const holds = one.flaws.length === 0;
    const last = one.size > 0 ? ` (its last is entry ${one.size - 1})` : '';
    const words = holds ? `${signers(one)}.` : `does not hold: ${one.flaws.join('; ')}.`;
    lines.push([holds && !audited.signatures ? null : holds, `The checkpoint of ${count(one.size, 'entry', 'entries')}${last}: ${words}`]);
  }
  if (checkpoints.length === 0) lines.push([null, 'There is no checkpoint: no signature pins the root.']);
  lines.push([rows.failed.length === 0, `${count(rows.compared, 'row', 'rows')} compared with the bytes, ${rows.failed.length} wrong${rows.alone > 0 ? `; ${rows.alone} of entries that are not embedded` : ''}.`]);
  lines.push([summary.flaws.length === 0, summary.flaws.length === 0 ? `${count(summary.compared, 'fact', 'facts')} of the summary are those of the bytes.` : `The summary: ${summary.flaws.join('; ')}.`]);
  return lines;
};

/** The first entry at which something failed, and what. */
const firstFailed = (audited, rows, failedCheckpoints) => {
  const failures = [
    ...[...audited.naming, ...audited.entries].filter(({ flaws }) => flaws.length > 0).map(({ position, flaws }) => ({ position, reason: flaws[0] })),
    ...rows.failed,
    ...failedCheckpoints.map(({ size, flaws }) => ({ position: Math.max(size - 1, 0), reason: `the checkpoint of ${size} entries: ${flaws[0]}` })),
  ];
  return failures.reduce((first, one) => (first === null || one.position < first.position ? one : first), null);
};

const SIGNS = new Map([[true, ['✓ ', 'holds: ', 'good']], [false, ['✗ ', 'does not hold: ', 'bad']], [null, ['– ', 'not checked: ', 'open']]]);

/** Says what came of it. */
const tell = (lines, first) => {
  const failed = lines.some(([holds]) => holds === false);
  const isWeak = lines.some(([, , weakens]) => weakens === true);
  const verdict = failed ? 'red' : isWeak ? 'partial' : 'green';
  const words = { red: 'This report does not hold.', partial: 'Not all could be checked.', green: 'What is embedded holds.' };
  byId('check').className = `check ${verdict}`;
  // What the file says of itself is worth no more than the file.
  const claim = document.querySelector('.verdict');
  claim.classList.toggle('claimed', verdict === 'red');
  if (verdict === 'red') claim.append(element('strong', ' So this file says; the check below says that it does not hold.', 'checked-mark'));
  byId('state').textContent = first ? `${words[verdict]} First at entry ${first.position}: ${first.reason}.` : words[verdict];
  const list = element('ul', '', 'statements');
  for (const [holds, text] of lines) {
    const [sign, unseen, className] = SIGNS.get(holds);
    const item = element('li', '', className);
    const picture = element('span', sign);
    picture.setAttribute('aria-hidden', 'true');
    item.append(picture, element('span', unseen, 'unseen'), text);
    list.append(item);
  }
  byId('result').replaceChildren(list);
  if (first) {
    const row = document.querySelector(`#entries tr[data-entry="${first.position}"]`);
    if (row) {
      row.id = 'first-failed';
      const link = element('a', `Go to entry ${first.position}`);
      link.href = '#first-failed';
      byId('result').append(link);
    }
    document.documentElement.dataset.first = first.position;
  }
  document.documentElement.dataset.check = verdict;
};

/** Checks the report. */
const check = async () => {
  const root = document.documentElement;
  if (root.dataset.check === 'running') return;
  root.dataset.check = 'running';
  delete root.dataset.first;
  unmark();
  byId('state').textContent = 'Checking…';
  if (!globalThis.crypto?.subtle) {
    tell([[false, 'This browser gives a page no cryptography (crypto.subtle); nothing was checked.']], null);
    return;
  }
  try {
    const evidence = JSON.parse(byId('evidence').textContent);
    const audited = await audit(evidence, (done) => {
      byId('state').textContent = `Checking… ${done} of ${evidence.entries.length} entries`;
    });
    const rows = checkRows(audited);
    const summary = checkSummary(audited, evidence);
    const checkpoints = checkCheckpoints(audited);
    const failed = checkpoints.filter(({ flaws }) => flaws.length > 0);
    tell(statements(audited, evidence, rows, summary, checkpoints), firstFailed(audited, rows, failed));
  } catch (error) {
    tell([[false, `The evidence cannot be read: ${error.message}`]], null);
  }
};

/** Opens or closes all months. */
const fold = (open) => {
  for (const month of document.querySelectorAll('details.month')) month.open = open;
};

byId('run').disabled = false;
byId('run').addEventListener('click', check);
byId('unfold')?.addEventListener('click', () => fold(true));
byId('fold')?.addEventListener('click', () => fold(false));
if (location.hash === '#check') check();
window.addEventListener('hashchange', () => {
  if (location.hash === '#check') check();
});
