//! The head file: how many entries were acknowledged and the link of the last one, kept outside sled.
//!
//! sled repairs a damaged log by cutting it, and says nothing; a backup brought back looks like a whole,
//! shorter ledger. Both are seen only by comparing with a number that sled does not own. `HEAD` is that
//! number: three lines of text in the ledger's folder,
//!
//! ```text
//! jointledger head v1
//! size 42
//! link 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
//! ```
//!
//! each ended by one newline; the size in decimal without leading zeros, the link in lower-case hexadecimal.
//! There is exactly one text for an anchor, and only that text is read.
//!
//! It is replaced after the entries are durable and before they are acknowledged. What a crash means, step
//! by step ([`replace`]):
//!
//! 1. before or while `HEAD.new` is written or fsynced: `HEAD` is the old one, the entries are a tail that
//!    nobody was told about; the left-over `HEAD.new` is never read and is overwritten by the next commit;
//! 2. after the rename, before the fsync of the folder: `HEAD` is the old one or the new one, whole either
//!    way; nobody was told;
//! 3. after the fsync of the folder: `HEAD` is the new one, for good.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use super::steps::{Step, Steps};
use super::{Anchor, StoreError, durable};
use crate::domain::Digest;

/// Name of the head file in the ledger's folder.
pub const NAME: &str = "HEAD";
/// Name under which the next head file is written before it takes the place of [`NAME`].
pub const NEW_NAME: &str = "HEAD.new";
const TITLE: &str = "jointledger head v1";
/// The longest head file: title, a size of 20 digits, a link.
const MAX_BYTES: usize = 19 + 1 + 5 + 20 + 1 + 5 + 64 + 1;

/// The text of the head file for `anchor`.
pub fn render(anchor: &Anchor) -> String {
    format!("{TITLE}\nsize {}\nlink {}\n", anchor.size, anchor.link)
}

/// The anchor that `bytes` are the text of.
///
/// # Errors
/// What is wrong with them, in words.
pub fn parse(bytes: &[u8]) -> Result<Anchor, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not text")?;
    let mut lines = text.split('\n');
    if lines.next() != Some(TITLE) {
        return Err("its first line is not \"jointledger head v1\"");
    }
    let size =
        lines.next().and_then(|line| line.strip_prefix("size ")).ok_or("its second line has no size")?;
    let size: u64 = size.parse().map_err(|_| "its size is not a number")?;
    let link =
        lines.next().and_then(|line| line.strip_prefix("link ")).ok_or("its third line has no link")?;
    let link: Digest = link.parse().map_err(|_| "its link is not 64 lower-case hexadecimal digits")?;
    let anchor = Anchor { size, link };
    // Write it again and compare: this alone refuses leading zeros, a plus sign, a missing newline and
    // anything behind the last line.
    if render(&anchor) != text {
        return Err("it is not written in the one form that is allowed");
    }
    if size == 0 && anchor != Anchor::EMPTY {
        return Err("it has no entries and yet a link");
    }
    Ok(anchor)
}

/// The anchor in `folder`'s head file; `None` when there is no such file.
///
/// # Errors
/// [`StoreError::HeadFile`] when it is damaged, [`StoreError::Io`] when it cannot be read.
pub fn read(folder: &Path) -> Result<Option<Anchor>, StoreError> {
    let path = folder.join(NAME);
    match durable::read_bounded(&path, MAX_BYTES) {
        Ok(None) => Ok(None),
        Ok(Some(bytes)) => parse(&bytes).map(Some).map_err(|reason| StoreError::HeadFile { path, reason }),
        Err(StoreError::File { path, reason }) => Err(StoreError::HeadFile { path, reason }),
        Err(other) => Err(other),
    }
}

/// Makes `anchor` the head in `folder`, durably: the old head or the new one is there at every moment.
/// `folder_file` is an open descriptor of `folder`.
///
/// # Errors
/// [`StoreError::Io`] at the step that failed; which head is on the disk is then unknown.
pub fn replace(
    folder: &Path,
    folder_file: &File,
    anchor: &Anchor,
    steps: &mut dyn Steps,
) -> Result<(), StoreError> {
    let path = folder.join(NAME);
    let new = folder.join(NEW_NAME);
    let mut file = None;
    steps.take(Step::WriteHead, &mut || {
        let mut opened = File::create(&new).map_err(StoreError::io("create", &new))?;
        opened.write_all(render(anchor).as_bytes()).map_err(StoreError::io("write", &new))?;
        file = Some(opened);
        Ok(())
    })?;
    steps.take(Step::SyncHead, &mut || match &file {
        Some(file) => file.sync_all().map_err(StoreError::io("fsync", &new)),
        None => Ok(()),
    })?;
    steps.take(Step::RenameHead, &mut || {
        std::fs::rename(&new, &path).map_err(StoreError::io("replace", &path))
    })?;
    steps.take(Step::SyncFolder, &mut || folder_file.sync_all().map_err(StoreError::io("fsync", folder)))
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, reason = "a test may fail loudly")]
mod tests {
    use super::*;

    fn anchor(size: u64) -> Anchor {
        Anchor { size, link: Digest::new([0xab; 32]) }
    }

    #[test]
    fn reads_only_what_it_writes() {
        for anchor in [Anchor::EMPTY, anchor(1), anchor(42), anchor(u64::MAX)] {
            assert_eq!(parse(render(&anchor).as_bytes()), Ok(anchor));
            assert!(render(&anchor).len() <= MAX_BYTES);
        }
        let good = render(&anchor(42));
        for bad in [
            good.replace("42", "042"),
            good.replace("42", "+42"),
            good.replace("42", " 42"),
            good.replace("42", "-1"),
            good.replace("42", ""),
            good.replace("42", "18446744073709551616"),
            good.replace("size 42", "size 0"),
            good.replace("ab", "AB"),
            good.replace('\n', "\r\n"),
            good.replace("v1", "v2"),
            good.trim_end().to_owned(),
            format!("{good}\n"),
            format!("{good}x"),
            format!("\u{feff}{good}"),
            String::new(),
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
        assert!(parse(&[0xff; 80]).is_err());
    }

    #[test]
    fn any_flipped_bit_gives_another_anchor_or_none() {
        let good = render(&anchor(42)).into_bytes();
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                assert_ne!(parse(&bad), Ok(anchor(42)), "byte {at} bit {bit}");
            }
        }
    }
}
