//! Who may name whom. The sources are read and held against the table of layers: a rule that only stands on
//! paper is broken by the third commit.

use std::path::{Path, PathBuf};

/// What files of a layer never name. A path with `::` is looked for as a path, anything else as a word.
struct Layer {
    /// Files whose path below `src` begins so.
    files: &'static str,
    /// But not these.
    except: &'static [&'static str],
    never: &'static [&'static str],
}

const LAYERS: &[Layer] = &[
    Layer {
        files: "domain/",
        except: &[],
        never: &[
            "crate::ledger",
            "crate::store",
            "crate::journal",
            "crate::exchange",
            "sled",
            "bincode",
            "sha2",
            "ed25519_dalek",
            "curve25519_dalek",
            "std::fs",
            "std::net",
            "std::time",
            "SystemTime",
            "Instant",
            "HashMap",
            "HashSet",
            "f32",
            "f64",
            "rand",
            "getrandom",
            "rayon",
        ],
    },
    Layer {
        files: "ledger/",
        except: &[],
        never: &[
            "crate::store",
            "crate::journal",
            "crate::exchange",
            "sled",
            "std::fs",
            "std::net",
            "std::time",
            "SystemTime",
            "Instant",
            "HashMap",
            "HashSet",
            "f32",
            "f64",
            "rand",
            "getrandom",
            "verify_batch",
        ],
    },
    Layer { files: "ledger/", except: &["ledger/codec.rs"], never: &["bincode"] },
    Layer {
        files: "store/",
        except: &[],
        never: &[
            "State",
            "Event",
            "RecordedAct",
            "VerifiedEntry",
            "crate::journal",
            "crate::exchange",
            "bincode",
            "sha2",
            "ed25519_dalek",
            "curve25519_dalek",
        ],
    },
    Layer { files: "store/", except: &["store/sled.rs", "store/mod.rs"], never: &["sled"] },
    Layer { files: "store/mod.rs", except: &[], never: &["::sled", "Db", "Tree"] },
    Layer {
        files: "journal/",
        except: &[],
        never: &[
            "sled",
            "bincode",
            "sha2",
            "ed25519_dalek",
            "curve25519_dalek",
            "SystemTime",
            "Instant",
            "std::fs",
            "std::time",
        ],
    },
    Layer {
        files: "exchange/",
        except: &[],
        never: &["sled", "bincode", "sha2", "ed25519_dalek", "std::fs"],
    },
    Layer {
        files: "",
        except: &[],
        never: &[
            "println!",
            "eprintln!",
            "print!",
            "eprint!",
            "dbg!",
            "std::env",
            "process::exit",
            "home_dir",
        ],
    },
];

/// The source without comments and without what stands in quotes.
fn code_of(source: &str) -> String {
    let mut code = String::new();
    let mut rest = source.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'/') => {
                rest.by_ref().find(|c| *c == '\n');
                code.push('\n');
            }
            '"' => {
                code.push('"');
                while let Some(c) = rest.next() {
                    match c {
                        '\\' => drop(rest.next()),
                        '"' => break,
                        _ => {}
                    }
                }
                code.push('"');
            }
            // A quoted quote is no string; a lifetime has no end.
            '\'' if rest.peek() == Some(&'"') => {
                rest.next();
                rest.next();
            }
            '\'' if rest.peek() == Some(&'\\') => {
                rest.by_ref().take(2).for_each(drop);
                rest.by_ref().find(|c| *c == '\'');
            }
            c => code.push(c),
        }
    }
    code
}

/// `a::{b, c::{d}}` as `a::b`, `a::c::d`.
fn expand(tree: &str) -> Vec<String> {
    let Some(open) = tree.find('{') else { return vec![tree.trim().into()] };
    let head = tree[..open].trim();
    let inner = &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())];
    let (mut depth, mut start, mut parts) = (0_usize, 0, Vec::new());
    for (at, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inner[start..]);
    let parts = parts.into_iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(|part| expand(part).into_iter().map(|path| format!("{head}{path}"))).collect()
}

/// Every path that the code imports, in full, and the code itself.
fn names_of(source: &str) -> String {
    let code = code_of(source);
    let imports = code.split(';').filter_map(|piece| {
        let (before, tree) = piece.rsplit_once("use ")?;
        let path = |c: char| is_word(c) || c.is_whitespace() || "{}:,*".contains(c);
        (!before.ends_with(is_word) && tree.chars().all(path)).then_some(tree)
    });
    let imports: Vec<String> = imports.flat_map(expand).collect();
    let squeezed = code.replace(" ::", "::").replace(":: ", "::");
    format!("{}\n{squeezed}", imports.join("\n"))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// True when `name` stands in `text` as a whole word or a whole path.
fn names(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        let begins = match name.starts_with("::") {
            true => !before.is_some_and(|c| is_word(c) || c == '>'),
            false => !before.is_some_and(is_word),
        };
        begins && !after.is_some_and(is_word)
    })
}

/// What a file names that its layer must not.
fn violations(path: &str, source: &str) -> Vec<String> {
    let text = names_of(source);
    LAYERS
        .iter()
        .filter(|layer| path.starts_with(layer.files) && !layer.except.contains(&path))
        .flat_map(|layer| layer.never)
        .filter(|name| names(&text, name))
        .map(|name| format!("{path} names {name}"))
        .collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for item in std::fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()) {
        if item.is_dir() {
            files.extend(sources(&item));
        } else if item.extension().is_some_and(|extension| extension == "rs") {
            files.push(item);
        }
    }
    files
}

#[test]
fn no_layer_names_what_it_must_not_know() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = sources(&root);
    assert!(files.len() > 35, "{} files", files.len());
    let mut found = Vec::new();
    for file in files {
        let path = file.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
        found.extend(violations(&path, &std::fs::read_to_string(&file).unwrap()));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_program_depends_on_neither_store_nor_cryptography() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../ledger-cli/Cargo.toml");
    let manifest = std::fs::read_to_string(path).unwrap();
    for name in ["sled", "bincode", "sha2", "ed25519-dalek", "curve25519-dalek"] {
        let named = manifest.lines().any(|line| line.trim_start().starts_with(name));
        assert!(!named, "ledger-cli/Cargo.toml names {name}");
    }
}

#[test]
fn every_layer_of_the_table_has_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for layer in LAYERS {
        assert!(root.join(layer.files).exists(), "{}", layer.files);
        assert!(layer.except.iter().all(|file| root.join(file).exists()), "{:?}", layer.except);
    }
}

#[test]
fn a_planted_violation_is_found_however_it_is_written() {
    let planted = [
        ("domain/item.rs", "use crate::store::Store;"),
        ("domain/item.rs", "use crate::{domain::Act, ledger::{codec, entry}};"),
        ("domain/item.rs", "fn f() -> std::fs::File { todo!() }"),
        ("domain/item.rs", "use std::{fmt, fs};"),
        ("domain/item.rs", "struct S(f64);"),
        ("domain/item.rs", "use std::collections::{BTreeMap, HashMap};"),
        ("domain/item.rs", "fn f() { let _ = std :: time :: Instant::now(); }"),
        ("ledger/entry.rs", "use bincode::Encode;"),
        ("ledger/keys.rs", "ed25519_dalek::verify_batch(a, b, c)"),
        ("ledger/tip.rs", "use crate::journal::Journal;"),
        ("store/memory.rs", "use crate::domain::{Digest, State};"),
        ("store/memory.rs", "use ::sled::Db;"),
        ("store/mod.rs", "fn f(db: ::sled::Db) {}"),
        ("journal/mod.rs", "let store = crate::store::sled::SledStore::open();"),
        ("exchange/acts.rs", "fn f() { println!(\"x\") }"),
        ("store/sled.rs", "let home = std::env::var(\"HOME\");"),
        ("journal/mod.rs", "std::process::exit(1)"),
    ];
    for (path, source) in planted {
        assert!(!violations(path, source).is_empty(), "{path}: {source}");
    }
}

#[test]
fn what_is_allowed_is_not_found() {
    let allowed = [
        (
            "domain/item.rs",
            "// the store, sled, println! and std::fs are not named here\nuse super::ids::Place;",
        ),
        ("domain/item.rs", "fn f() -> &'static str { \"crate::store\" }"),
        ("domain/item.rs", "fn f(c: char) -> bool { c == '\"' } // sled \"\nstruct Restored;"),
        ("ledger/codec.rs", "use bincode::Encode;"),
        ("store/sled.rs", "use ::sled::Db;"),
        ("store/mod.rs", "pub mod sled;"),
        ("store/memory.rs", "struct Statement; struct Events;"),
    ];
    for (path, source) in allowed {
        assert_eq!(violations(path, source), Vec::<String>::new(), "{source}");
    }
}
