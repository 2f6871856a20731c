//! What tests stand on. [`World`] is where they begin.

pub mod bent_clock;
pub mod builders;
pub mod cluster;
pub mod command;
pub mod forwarder;
pub mod postgres;
pub mod world;

pub use world::World;

use std::io::Write as _;

/// Says that a test was not tried here and why, also in the file at whose lines `script/test` ends.
pub fn left_out(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    println!("left out: {test}: {why}");
    if let Some(list) = std::env::var_os("FORENOTICE_LEFT_OUT") {
        let mut list = std::fs::File::options().append(true).create(true).open(list).unwrap();
        list.write_all(format!("left out: {test}: {why}\n").as_bytes()).unwrap();
    }
}
