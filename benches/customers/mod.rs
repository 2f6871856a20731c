//! A file of customers as it comes out of a CRM.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A file of that many customers in this folder, one contact each.
pub fn file(folder: &Path, rows: u32) -> anyhow::Result<PathBuf> {
    let file = folder.join(format!("{rows}.csv"));
    write_file(&file, rows)?;
    Ok(file)
}

/// One contact a row, one customer a contact, terms as they come.
fn write_file(file: &Path, rows: u32) -> anyhow::Result<()> {
    let mut text =
        "reference,customer,contact_name,email,language,products,customer_since,notice_days,objection_days,\
        convention,time_zone,holidays\r\n"
            .to_owned();
    for n in 1..=rows {
        let one_of = |words: &[&'static str], salt: u32| {
            words[(n.wrapping_mul(2_654_435_761) >> salt) as usize % words.len()]
        };
        writeln!(
            text,
            "G-{n:06},Customer {n:06} {},{},dpo{n}@c{}.example,{},{},20{}-{:02}-{:02},{},{},{},{},{}\r",
            one_of(&["Ltd", "GmbH", "SA", "K.K.", "Þjón AB"], 3),
            one_of(&["Ann", "Jürgen", "Zoë", "村上", "\"O'Neil, Pat\""], 5),
            n % 5000,
            one_of(&["en", "de", "fr", "ja"], 7),
            one_of(&["chat", "api", "chat;api"], 9),
            20 + n % 6,
            1 + n % 12,
            1 + n % 28,
            one_of(&["", "10", "14", "30", "45", "60"], 11),
            one_of(&["", "", "10", "14", "30"], 13),
            one_of(&["", "clear_days", "calendar_days", "eu_1182_71", "working_days"], 15),
            one_of(&["UTC", "Europe/Berlin", "Europe/London", "America/New_York", "Asia/Tokyo"], 17),
            one_of(&["", "DE-BY", "GB-ENG", "FR"], 19),
        )?;
    }
    Ok(std::fs::write(file, text)?)
}
