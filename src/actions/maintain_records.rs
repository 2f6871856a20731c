//! States the register from a file. Facts change only by a change: a file may state what is new while no change was ever
//! scheduled, and otherwise only repeat what is known ([`settle`]).
//!
//! What a first import states is not witnessed: its versions have no change behind them and hold from today. Rows that
//! cannot be read are reported and left out; a row that would alter facts refuses the file, and nothing is written.

use super::{Context, Error};
use crate::domain::ledger::{Actor, Event};
use crate::domain::register::Version;
use crate::domain::register_file::{self, Begun, Known, settle};
use crate::domain::subprocessor::Facts;
use crate::domain::table::{Finding, Findings, Item, Mapping, Printed, Row, Sheet, of_file};
use crate::store::{self, Tx};

/// Bytes of a register file; a register is read by people.
pub const REGISTER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What an import of a register came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Subprocessors stated anew.
    pub imported: usize,
    /// Rows that say what the register says.
    pub unchanged: usize,
    /// On the register, but not in the file; nothing is removed by an import.
    pub not_in_file: usize,
    pub rejected: Findings,
    pub warnings: Findings,
    /// The file was refused as a whole: nothing was written.
    pub refused: bool,
}

impl Imported {
    pub fn printed(&self) -> Printed<'_> {
        Printed::of(self.imported as u64, &self.rejected, &self.warnings)
    }

    fn refuse(&mut self, finding: Finding) {
        self.refused = true;
        self.rejected.add(finding);
    }
}

/// A row that was read, with its place.
#[derive(Debug)]
struct Placed {
    row: Row,
    facts: Facts,
}

/// A register as a file has it, read and not yet imported.
#[derive(Debug)]
pub struct RegisterFile {
    rows: Vec<Placed>,
    imported: Imported,
}

/// Reads a register of CSV, XLSX or JSON.
pub fn read_register(bytes: &[u8], mapping: Mapping) -> RegisterFile {
    let mut sheet = Sheet::new(&register_file::FORMAT, mapping);
    let mut file = RegisterFile { rows: Vec::new(), imported: Imported::default() };
    sheet.push(bytes);
    sheet.finish();
    while !file.imported.refused
        && let Some(items) = sheet.take_items()
    {
        for item in items {
            file.take(item);
        }
    }
    file
}

/// Imports a register by `actor`.
pub async fn import_register(cx: &Context, actor: Actor, file: RegisterFile) -> Result<Imported, Error> {
    let RegisterFile { rows, mut imported } = file;
    if imported.refused || rows.is_empty() {
        return Ok(imported);
    }
    let mut tx = cx.begin(actor).await?;
    store::subprocessor::lock_register(&mut tx).await?;
    let events = state(cx, &mut tx, &rows, &mut imported).await?;
    if imported.refused {
        tx.rollback().await?;
    } else {
        tx.commit(events).await?;
    }
    Ok(imported)
}

/// Writes the rows that are new.
async fn state(
    cx: &Context,
    tx: &mut Tx,
    rows: &[Placed],
    imported: &mut Imported,
) -> Result<Vec<Event>, Error> {
    let versions = store::subprocessor::versions(tx.conn()).await?;
    let begun = if store::subprocessor::changes_begun(tx.conn()).await? { Begun::Yes } else { Begun::No };
    let facts: Vec<Facts> = rows.iter().map(|row| row.facts.clone()).collect();
    let settled = match settle(&facts, &newest(&versions), begun) {
        Ok(settled) => settled,
        Err(refusal) => {
            let reason = format!("{refusal}; nothing of the file was imported");
            imported.refuse(rows[refusal.row()].row.finding("name", &reason));
            return Ok(Vec::new());
        }
    };
    for (at, earlier) in settled.repeated {
        let reason = format!(
            "record {} says the same of {:?}; it was imported once",
            rows[earlier].row.record, facts[at].name
        );
        imported.warnings.add(rows[at].row.finding("name", &reason));
    }
    let today = cx.policy.zone.day_of(tx.now());
    let mut events = Vec::new();
    for at in settled.new {
        let subprocessor = store::subprocessor::insert(tx, &facts[at].name).await?;
        store::subprocessor::insert_version(tx, subprocessor, today, true, &facts[at], None).await?;
        events.push(Event::RegisterImported { subprocessor, name: facts[at].name.clone() });
        imported.imported += 1;
    }
    imported.unchanged = settled.unchanged.len();
    imported.not_in_file = settled.not_in_file;
    Ok(events)
}

/// The newest state of each subprocessor. `versions` come oldest first.
fn newest(versions: &[Version]) -> Vec<Known> {
    let mut newest = std::collections::BTreeMap::new();
    for version in versions {
        let known = Known { listed: version.listed, facts: version.facts.clone() };
        newest.insert(version.subprocessor_id, known);
    }
    newest.into_values().collect()
}

impl RegisterFile {
    fn take(&mut self, item: Item) {
        let imported = &mut self.imported;
        match item {
            Item::Refused(finding) => imported.refuse(finding),
            Item::Warning(finding) => imported.warnings.add(finding),
            Item::Bad { finding, .. } => imported.rejected.add(finding),
            Item::Row(_) if self.rows.len() >= register_file::ROWS_MAX => {
                let reason =
                    format!("more rows than the {} that a register has at most", register_file::ROWS_MAX);
                imported.refuse(of_file(None, reason));
            }
            Item::Row(row) => {
                let remarks = match register_file::read(&row) {
                    Ok(read) => {
                        self.rows.push(Placed { row: row.clone(), facts: read.value });
                        read.remarks
                    }
                    Err(unread) => {
                        for (column, reason) in &unread.reasons {
                            imported.rejected.add(row.finding(column, reason));
                        }
                        unread.remarks
                    }
                };
                for (column, remark) in &remarks {
                    imported.warnings.add(row.finding(column, remark));
                }
            }
        }
    }
}
