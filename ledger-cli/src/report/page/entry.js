// The bytes of an entry, read strictly (format.md, sections 1 to 5). No kind of event is known here: `LAYOUT`, which the
// program puts in front of the verifier, says which fields it has.

const SIGNATURE = 64;
const MOST = 65535;
const HIDDEN = new RegExp(
  '[\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164' +
    '\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}' +
    '\\p{Cc}\\p{Co}\\p{Cs}\\p{Noncharacter_Code_Point}]',
  'u',
);
const SPACE = /^\p{White_Space}|\p{White_Space}$/u;
const UNASSIGNED = /\p{Cn}/u;

/** Refuses an entry. */
const require = (holds, what) => {
  if (!holds) throw new Error(what);
};

/** Takes bytes from the front. */
class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  take(count) {
    require(count <= this.bytes.length - this.at, `the bytes end at ${this.bytes.length}, ${count} more are needed at ${this.at}`);
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  number(size) {
    return Number(this.big(size));
  }

  big(size) {
    return this.take(size).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  }

  text() {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.take(this.number(2)));
  }
}

/** Whether a number is a day as yyyymmdd. */
const isDay = (value) => {
  const [year, month, day] = [Math.floor(value / 10000), Math.floor(value / 100) % 100, value % 100];
  if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
};

/** Why a text is none; nothing when no reason is seen. */
const flawOfText = (text) => {
  const letters = Array.from(text).length;
  if (letters < 1 || letters > 2000) return `a text of ${letters} characters`;
  if (HIDDEN.test(text)) return 'a text with a hidden character';
  if (SPACE.test(text)) return 'a text with a space at its end';
  // What this browser's Unicode does not know it cannot normalise.
  if (!UNASSIGNED.test(text) && text.normalize('NFC') !== text) return 'a text that is not in normal form C';
  return '';
};

const divisor = (a, b) => (b === 0n ? a : divisor(b, a % b));

/** An unsigned integer of so many bytes, at most as great. */
const whole = (size, most = 2n ** 64n) => (source) => {
  const value = source.big(size);
  require(value <= most, `${value} is too great`);
  return value;
};

/** ASCII of so many bytes and one form. */
const ascii = (size, form, what) => (source) => {
  const text = String.fromCharCode(...source.take(size));
  require(form.test(text), `${JSON.stringify(text)} is no ${what}`);
  return text;
};

/** Text of one form. */
const formed = (form, what) => (source) => {
  const text = source.text();
  require(form.test(text), `${JSON.stringify(text)} is no ${what}`);
  return text;
};

const AMOUNT = 9223372036854775807n;
const IDENTIFIER = formed(/^[A-Za-z0-9.\u002f-]{1,64}$/, 'identifier');
const NAMED = ['Origin', 'Place', 'Reference', 'PartNumber', 'SerialNumber', 'BatchNumber'];

/** Makes the readers of all types that a layout names. */
const readersOf = (layout) => {
  const readers = new Map();
  const of = (type) => {
    if (!readers.has(type)) readers.set(type, make(type));
    return readers.get(type);
  };
  const structure = (fields) => (source) => {
    const value = {};
    for (const [name, type] of fields) value[name] = of(type)(source);
    return value;
  };
  const make = (type) => {
    const [, outer, inner] = /^(Vec|Option)<(.+)>$/.exec(type) ?? [];
    if (outer === 'Vec') return (source) => Array.from({ length: source.number(2) }, () => of(inner)(source));
    if (outer === 'Option') return (source) => (of('bool')(source) ? of(inner)(source) : null);
    if (Object.hasOwn(layout.structures, type)) return structure(layout.structures[type]);
    if (Object.hasOwn(layout.codes, type)) {
      return (source) => {
        const number = source.number(1);
        require(Object.hasOwn(layout.codes[type], number), `${number} is no ${type}`);
        return layout.codes[type][number];
      };
    }
    require(NAMED.includes(type) || type.endsWith('Id'), `the type ${type} is not known here`);
    return IDENTIFIER;
  };
  const hazard = (source) => {
    const code = `1.${source.number(1)}${String.fromCharCode(source.number(1))}`;
    require(layout.hazards.includes(code), `${code} is no hazard`);
    return code;
  };
  const day = (source) => {
    const value = source.number(4);
    require(isDay(value), `${value} is no date`);
    return String(value).replace(/^(....)(..)(..)$/, '$1-$2-$3');
  };
  const own = {
    u8: whole(1),
    u16: whole(2),
    u32: whole(4),
    u64: whole(8),
    bool: (source) => whole(1, 1n)(source) === 1n,
    Text: (source) => {
      const text = source.text();
      const flaw = flawOfText(text);
      require(!flaw, flaw);
      return text;
    },
    ActId: (source) => hexOf(source.take(16)),
    Digest: (source) => hexOf(source.take(32)),
    PublicKey: (source) => hexOf(source.take(32)),
    Signature: (source) => hexOf(source.take(64)),
    Party: ascii(2, /^[A-Z]{2}$/, 'party'),
    Country: ascii(2, /^[A-Z]{2}$/, 'country'),
    Ncage: ascii(5, /^[A-Z0-9]{5}$/, 'NCAGE'),
    Currency: (source) => {
      const code = ascii(3, /^[A-Z]{3}$/, 'currency')(source);
      require(Object.hasOwn(layout.currencies, code), `${code} is no currency`);
      return code;
    },
    Form302Serial: (source) => {
      const serial = ascii(18, /^[A-Z]{2}[0-9]{8}[UN][NEO][0-9]{6}$/, 'serial of a form 302')(source);
      require(isDay(Number(serial.slice(2, 10))), `${serial} has no day`);
      return serial;
    },
    MovementNumber: formed(/^(0[1-9]|[12][0-9]|3[01])-[A-Z0-9]{3,6}-[0-9]{2}$/, 'movement number'),
    Timestamp: (source) => momentOf(Number(whole(8, 253402128000000n)(source))),
    Date: day,
    Nsn: (source) => {
      const digits = String(whole(8, 9999999999999n)(source)).padStart(13, '0');
      return digits.replace(/^(....)(..)(...)(....)$/, '$1-$2-$3-$4');
    },
    Cpv: (source) => String(whole(4, 99999999n)(source)).padStart(8, '0'),
    MlCategory: (source) => {
      const number = source.number(1);
      require(number >= 1 && number <= 22, `${number} is no category`);
      return `ML${number}`;
    },
    EventKind: (source) => {
      const number = source.number(2);
      require(Object.hasOwn(layout.events, number), `${number} is no kind of event`);
      return layout.events[number];
    },
    Money: (source) => {
      const minor = whole(8, AMOUNT)(source);
      const currency = of('Currency')(source);
      return `${decimal(minor, layout.currencies[currency])} ${currency}`;
    },
    Share: (source) => {
      const [numerator, denominator] = [source.big(8), source.big(8)];
      const fits = denominator >= 1n && denominator <= 1000000000n && numerator <= denominator;
      require(fits && divisor(numerator, denominator) === 1n, `${numerator}/${denominator} is no share`);
      return `${numerator}/${denominator}`;
    },
    Quantity: (source) => {
      const number = whole(8, AMOUNT)(source);
      const scale = Number(whole(1, 6n)(source));
      require(scale === 0 || number % 10n !== 0n, 'a quantity with a zero too many');
      return `${decimal(number, scale)} ${of('Unit')(source)}`;
    },
    Hazard: hazard,
    ItemId: (source) => {
      const kind = source.number(1);
      if (kind === 1) return `serial:${of('Ncage')(source)}:${of('PartNumber')(source)}:${of('SerialNumber')(source)}`;
      if (kind === 2) return `batch:${of('Nsn')(source)}:${of('BatchNumber')(source)}`;
      require(kind === 3, `${kind} is no kind of item`);
      return `bulk:${of('Nsn')(source)}`;
    },
    Item: (source) => {
      const item = of('ItemId')(source);
      if (item.startsWith('serial:')) return item;
      const quantity = of('Quantity')(source);
      require(!quantity.startsWith('0 '), 'nothing of an item');
      return `${item}=${quantity}`;
    },
    Event: (source) => {
      const kind = of('EventKind')(source);
      require(Object.hasOwn(layout.structures, kind), `${kind} has no layout`);
      return { kind, fields: of(kind)(source) };
    },
  };
  for (const [name, reader] of Object.entries(own)) readers.set(name, reader);
  return of;
};

/** Digits with a point before the last so many. */
const decimal = (number, places) => {
  const digits = String(number).padStart(places + 1, '0');
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
};

/** A moment in milliseconds, as times are written: without a fraction when there is none. */
const momentOf = (milliseconds) => new Date(milliseconds).toISOString().replace('.000Z', 'Z');

const BODY = [
  ['origin', 'Origin'],
  ['seq', 'u64'],
  ['previous', 'Digest'],
  ['recorded_at', 'Timestamp'],
  ['author', 'PublicKey'],
  ['act', 'ActId'],
  ['documents', 'Vec<Document>'],
];

/** Reads an entry to its last byte. Throws what is wrong. */
const readEntry = (bytes, of) => {
  require(bytes.length >= SIGNATURE && bytes.length <= MOST, `${bytes.length} bytes, an entry has ${SIGNATURE} to ${MOST}`);
  const body = bytes.subarray(0, bytes.length - SIGNATURE);
  const source = new Reader(body);
  const version = source.number(2);
  require(version === 1, `format ${version} is not known`);
  const entry = {};
  for (const [name, type] of BODY) entry[name] = of(type)(source);
  entry.events = [];
  for (let left = source.number(2); left > 0; left -= 1) {
    const from = source.at + 2;
    const event = of('Event')(source);
    entry.events.push({ ...event, from, to: source.at });
  }
  require(source.at === body.length, `${body.length - source.at} bytes are left over`);
  return { ...entry, body, signature: bytes.subarray(body.length) };
};
