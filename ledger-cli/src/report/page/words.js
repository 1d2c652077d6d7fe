// What a row says of an entry, made again from its bytes: the same rules as `words.rs` and `layout.rs`.

const TOLD = ['Item', 'Party', 'Role', 'Family', 'TransferKind', 'CrisisScope', 'Money', 'MovementNumber', 'Place', 'PublicKey'];
const EVENTS = 3;
const LONGEST = 240;
const DIGITS = 16;

/** Whether a field stands in the line that says what an entry did. */
const isTold = (field, type) => {
  const inner = type.replace(/^Option<(.+)>$/, '$1');
  return inner.endsWith('Id') || TOLD.includes(inner) || (inner === 'u64' && field === 'entry');
};

/** What an event says. */
const wordsOfEvent = ({ kind, fields }, layout) => {
  const told = layout.structures[kind]
    .filter(([field, type]) => isTold(field, type) && fields[field] !== null)
    .map(([field, type]) => {
      const value = type === 'PublicKey' ? fields[field].slice(0, DIGITS) : fields[field];
      return `${field.replaceAll('_', ' ')} ${value}`;
    });
  return told.length === 0 ? kind : `${kind}: ${told.join(', ')}`;
};

/** What the events of an entry say, in one line. */
const wordsOf = (events, layout) => {
  const told = events.slice(0, EVENTS).map((event) => wordsOfEvent(event, layout));
  if (events.length > EVENTS) told.push(`and ${events.length - EVENTS} more`);
  const letters = Array.from(told.join('; '));
  return letters.length <= LONGEST ? letters.join('') : `${letters.slice(0, LONGEST).join('')}…`;
};

/** What a row shows of an entry that was audited. */
const shownOf = (audited, layout) => ({
  position: String(audited.position),
  link: audited.link.slice(0, DIGITS),
  ...(audited.entry && {
    recorded: audited.entry.recorded_at,
    act: audited.entry.act.slice(0, DIGITS),
    what: wordsOf(audited.entry.events, layout),
  }),
  ...(audited.by !== null && { by: audited.by }),
});

/** The fields of a value in lines, indented. */
const linesOf = (name, value, depth = 0) => {
  const margin = '  '.repeat(depth);
  if (Array.isArray(value)) {
    return value.length === 0 ? [`${margin}${name}: none`] : value.flatMap((one, at) => linesOf(`${name} ${at + 1}`, one, depth));
  }
  if (value !== null && typeof value === 'object') {
    return [`${margin}${name}`, ...Object.entries(value).flatMap(([field, one]) => linesOf(field, one, depth + 1))];
  }
  return [`${margin}${name}: ${value === null ? 'none' : value}`];
};

/** All that an entry says, in lines. */
const fieldsOf = ({ origin, seq, previous, recorded_at, author, act, documents, events }) => [
  ...Object.entries({ origin, seq, previous, recorded_at, author, act }).map(([name, value]) => `${name}: ${value}`),
  ...linesOf('document', documents),
  ...events.flatMap(({ kind, fields }) => linesOf(kind, fields)),
];
