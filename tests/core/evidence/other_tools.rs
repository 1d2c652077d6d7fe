//! Other people's implementation reads what we export: `tlog_tiles`, which a log of certificates uses. It knows nothing
//! of us, and we use none of it but here.

use std::cell::RefCell;
use std::path::PathBuf;

use ledger_core::journal::{export, fresh_hashes};
use ledger_core::ledger::digest::link;
use ledger_core::ledger::tile;
use ledger_core::ledger::tree;
use ledger_core::store::bundle::{BundleStore, BundleWriter};
use tlog_tiles::{Checkpoint, Error, Hash, Tile, TileHashReader, TileReader};

use super::held::{busy, of_now};
use super::small::registered;
use super::world::ORIGIN;

/// A bundle's folder, read as any static file server would serve it.
struct Folder {
    path: PathBuf,
    tiles: RefCell<usize>,
}

impl TileReader for Folder {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        let read = |wanted: &Tile| {
            let width = u16::try_from(wanted.width()).unwrap();
            let name = tile::Tile::new(wanted.level(), wanted.level_index(), width).unwrap().path();
            std::fs::read(self.path.join(name)).unwrap()
        };
        *self.tiles.borrow_mut() += tiles.len();
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

#[test]
fn a_client_of_transparency_logs_reads_our_bundle_and_agrees_on_every_proof() {
    let mut w = busy();
    while w.journal.head().size < 300 {
        w.record("EE PBO", "register", &[], registered(&format!("item-{}", w.journal.head().size)));
    }
    let folder = tempfile::tempdir().unwrap();
    let (checkpoint, store) = (of_now(&w), w.journal.store());
    let ours = fresh_hashes(store, &mut |_, _| ()).unwrap();
    let kept = [(300, checkpoint.to_string().into_bytes())];
    let writer = BundleWriter::open(folder.path()).unwrap();
    export(store, &ours, &checkpoint, &kept, writer, &mut |_, _| ()).unwrap();

    // The checkpoint, and with its root every tile.
    let note = std::fs::read_to_string(folder.path().join("checkpoint")).unwrap();
    let (text, _) = note.rsplit_once("\n\n").unwrap();
    let theirs = Checkpoint::from_bytes(format!("{text}\n").as_bytes()).unwrap();
    assert_eq!((theirs.origin(), theirs.size()), (ORIGIN, 300));
    let reader = Folder { path: folder.path().into(), tiles: RefCell::new(0) };
    let hashes = TileHashReader::new(theirs.size(), *theirs.hash(), &reader);
    let bundle = BundleStore::open(folder.path()).unwrap();
    for (index, entry) in (0..).zip(w.entries()) {
        let proof = tlog_tiles::prove_record(300, index, &hashes).unwrap();
        let leaf = tlog_tiles::record_hash(&entry);
        assert_eq!(leaf.0, *link(&entry).as_bytes());
        tlog_tiles::check_record(&proof, 300, *theirs.hash(), index, leaf).unwrap();
        let path: Vec<[u8; 32]> =
            tree::inclusion(&bundle, index, 300).unwrap().iter().map(|hash| *hash.as_bytes()).collect();
        assert_eq!(path, proof.iter().map(|hash: &Hash| hash.0).collect::<Vec<_>>());
    }
    for old in 1..300 {
        let proof = tlog_tiles::prove_tree(300, old, &hashes).unwrap();
        let ours: Vec<[u8; 32]> =
            tree::consistency(&bundle, old, 300).unwrap().iter().map(|hash| *hash.as_bytes()).collect();
        assert_eq!(ours, proof.iter().map(|hash: &Hash| hash.0).collect::<Vec<_>>());
    }
    assert!(*reader.tiles.borrow() >= 3, "tiles of two levels were read");
}
