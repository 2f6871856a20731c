//! States the register from a file. Facts change only by a change: a file may state what is new while no change was ever
//! scheduled, and otherwise only repeat what is known ([`settle`]).
//!
//! What a first import states is not witnessed: its versions have no change behind them and hold from today. Rows that
//! cannot be read are reported and left out; a row that would alter facts refuses the file, and nothing is written.

use serde::Serialize;

use super::{Context, Error};
use crate::domain::ledger::{Actor, Event};
use crate::domain::register::Version;
use crate::domain::register_file::{self, Begun, Known, Read, Refusal, settle};
use crate::domain::subprocessor::Facts;
use crate::domain::table::{self, Finding, Findings, Header, HeaderFault, Object, Objects, Reader, Record};
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

/// An import as programs read it.
#[derive(Debug, Serialize)]
pub struct Printed<'a> {
    imported: usize,
    unchanged: usize,
    not_in_file: usize,
    rejected: &'a [Finding],
    warnings: &'a [Finding],
}

impl Imported {
    pub fn printed(&self) -> Printed<'_> {
        Printed {
            imported: self.imported,
            unchanged: self.unchanged,
            not_in_file: self.not_in_file,
            rejected: &self.rejected.listed,
            warnings: &self.warnings.listed,
        }
    }

    fn refuse(&mut self, finding: Finding) {
        self.refused = true;
        self.rejected.add(finding);
    }
}

/// A row that was read, with its place.
struct Placed {
    line: u64,
    record: u64,
    facts: Facts,
}

/// Imports a register of CSV or JSON by `actor`.
pub async fn import_register(cx: &Context, actor: Actor, bytes: &[u8]) -> Result<Imported, Error> {
    let mut imported = Imported::default();
    let rows = if Objects::recognises(bytes) {
        rows_of_json(bytes, &mut imported)
    } else {
        rows_of_csv(bytes, &mut imported)
    };
    if imported.refused {
        return Ok(imported);
    }
    if rows.is_empty() && imported.rejected.is_empty() {
        imported.warnings.add(of_file("no rows: nothing was imported".to_owned()));
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
            imported.refuse(refused(&rows[refusal.row()], &refusal));
            return Ok(Vec::new());
        }
    };
    for (at, earlier) in settled.repeated {
        let reason = format!(
            "record {} says the same of {:?}; it was imported once",
            rows[earlier].record, facts[at].name
        );
        imported.warnings.add(at_column(&rows[at], "name", reason));
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

fn refused(row: &Placed, refusal: &Refusal) -> Finding {
    at_column(row, "name", format!("{refusal}; nothing of the file was imported"))
}

fn at_column(row: &Placed, column: &str, reason: String) -> Finding {
    Finding { line: row.line, record: row.record, column: Some(column.to_owned()), reason }
}

fn of_file(reason: String) -> Finding {
    Finding { line: 1, record: 0, column: None, reason }
}

fn rows_of_csv(bytes: &[u8], imported: &mut Imported) -> Vec<Placed> {
    if let Err(fault) = table::sniff(bytes) {
        imported.refuse(of_file(fault.to_string()));
        return Vec::new();
    }
    let (mut reader, mut records) = (Reader::new(), Vec::new());
    reader.push(bytes, &mut records);
    reader.finish(&mut records);
    let Some((first, records)) = records.split_first() else {
        imported.refuse(of_file("nothing but blank lines".to_owned()));
        return Vec::new();
    };
    let header = match Header::read(first, register_file::FIELDS, register_file::NEEDED) {
        Ok(header) => header,
        Err(fault) => {
            imported.refuse(header_finding(first, &fault));
            return Vec::new();
        }
    };
    for column in &header.ignored {
        let reason = "this column is not known and was not read".to_owned();
        imported.warnings.add(Finding { column: Some(column.clone()), ..of_file(reason) });
    }
    if records.len() > register_file::ROWS_MAX {
        imported.refuse(of_file(format!(
            "{} rows; a register has at most {}",
            records.len(),
            register_file::ROWS_MAX
        )));
        return Vec::new();
    }
    records
        .iter()
        .filter(|record| !record.is_blank())
        .filter_map(|record| row_of_csv(&header, record, imported))
        .collect()
}

fn header_finding(first: &Record, fault: &HeaderFault) -> Finding {
    Finding {
        line: first.line,
        record: 0,
        column: fault.column().map(str::to_owned),
        reason: fault.to_string(),
    }
}

fn row_of_csv(header: &Header, record: &Record, imported: &mut Imported) -> Option<Placed> {
    let (line, number) = (record.line, record.number);
    match header.row(record) {
        Err(fault) => {
            let reason = fault.to_string();
            imported.rejected.add(Finding { line, record: number, column: None, reason });
            None
        }
        Ok(row) => {
            let read = register_file::read(|field| Ok(row.cell(field)?.into()));
            place(line, number, read, imported)
        }
    }
}

fn rows_of_json(bytes: &[u8], imported: &mut Imported) -> Vec<Placed> {
    let (mut reader, mut objects) = (Objects::new(), Vec::new());
    reader.push(bytes, &mut objects);
    reader.finish(&mut objects);
    // Our own export is one object around the list.
    if let [Object { content: Ok(one), .. }] = objects.as_slice()
        && let Some(serde_json::Value::Array(list)) = one.get("subprocessors")
    {
        let numbered = list.iter().zip(1u64..);
        return numbered.filter_map(|(value, number)| row_of_value(value, number, imported)).collect();
    }
    let row = |object: &Object| match &object.content {
        Ok(content) => place(object.line, object.number, register_file::read_json(content), imported),
        Err(fault) => {
            let reason = fault.to_string();
            imported.rejected.add(Finding { line: object.line, record: object.number, column: None, reason });
            None
        }
    };
    objects.iter().filter_map(row).collect()
}

fn row_of_value(value: &serde_json::Value, number: u64, imported: &mut Imported) -> Option<Placed> {
    let Some(object) = value.as_object() else {
        let reason = table::ObjectFault::NotAnObject.to_string();
        imported.rejected.add(Finding { line: 1, record: number, column: None, reason });
        return None;
    };
    place(1, number, register_file::read_json(object), imported)
}

fn place(
    line: u64,
    record: u64,
    read: Result<Read, Vec<(&'static str, register_file::Reason)>>,
    imported: &mut Imported,
) -> Option<Placed> {
    match read {
        Ok(read) => {
            for (column, remark) in &read.remarks {
                let reason = remark.to_string();
                imported.warnings.add(Finding { line, record, column: Some((*column).to_owned()), reason });
            }
            Some(Placed { line, record, facts: read.facts })
        }
        Err(reasons) => {
            imported.rejected.add(table::against_row(line, record, &reasons));
            None
        }
    }
}
