//! The records: registers and customers from files, as people send them, and what is kept of them.

mod completeness;
mod contacts_taken_out;
mod corpus;
mod customers;
mod dpa_terms;
mod histories;
mod late_customers;
mod linked_subscribers;
mod mail_corpus;
mod people_files;
mod registers;
mod settled_anew;
mod rejected_files;
mod stores;
mod subscribers;

use std::path::PathBuf;

use forenotice::actions::import_customers::{Import, Imported, Mode};
use forenotice::actions::maintain_records::{self, import_register, read_register};
use forenotice::domain::customer_file::FORMAT;
use forenotice::domain::table::Mapping;
use forenotice::store;

use crate::support::World;

/// The day of these tests, in a processor with the products that the files name.
pub async fn world() -> World {
    World::configured("2026-11-23T09:00Z", &[("site.products", "chat;api;widget;integrations")]).await
}

pub fn fixture(path: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub async fn import_in(world: &World, bytes: &[u8], mode: Mode) -> Imported {
    import_mapped(world, bytes, mode, "").await
}

pub async fn import_mapped(world: &World, bytes: &[u8], mode: Mode, mapping: &str) -> Imported {
    const PIECE_BYTES: usize = 777;
    let mapping = Mapping::read(mapping, &FORMAT).unwrap();
    let mut import = Import::new(&world.cx, world.dpo.clone(), mode, mapping);
    for piece in bytes.chunks(PIECE_BYTES) {
        import.push(piece).await.unwrap();
    }
    import.finish().await.unwrap()
}

pub async fn import(world: &World, bytes: &[u8]) -> Imported {
    import_in(world, bytes, Mode::Write).await
}

pub async fn register_from(world: &World, bytes: &[u8]) -> maintain_records::Imported {
    let file = read_register(bytes, Mapping::default());
    import_register(&world.cx, world.dpo.clone(), file).await.unwrap()
}

/// The customers as `customers export` writes them.
pub async fn exported(world: &World) -> String {
    let today = world.cx.policy.zone.day_of(world.now().await);
    let mut snapshot = world.cx.snapshot().await.unwrap();
    let mut writer = forenotice::domain::table::Writer::new();
    forenotice::domain::customer_file::write_header(&mut writer);
    let mut after = 0;
    while let (rows, Some(last)) =
        store::customer_export::page(snapshot.conn(), today, after, 7).await.unwrap()
    {
        for row in &rows {
            forenotice::domain::customer_file::write_row(&mut writer, row, &world.cx.policy);
        }
        after = last;
    }
    writer.into_text()
}
