//! Imports customers, their contracts, terms and contacts from a file, piece by piece: a file of a million rows never lies
//! in memory whole.
//!
//! Each row is read by [`customer_file`](crate::domain::customer_file), held against those before it, and written in
//! groups; what cannot be taken is a finding with its place, and the rows around it are in. Idempotent by reference: the
//! same file again changes nothing. A customer that has become entitled to a change already announced is told at once.

mod sheet;
mod write;

use std::ops::Range;

use serde::Serialize;

use super::{Context, Error};
use crate::domain::customer_file::{Place, Read, Row, Seen};
use crate::domain::ledger::Actor;
use crate::domain::table::{self, Finding, Findings};

use sheet::{Item, Sheet};
use write::Written;

/// Rows written in one transaction.
const ROWS_PER_GROUP: usize = 500;
/// Bytes from which it is told what kind of file this is.
const HEAD_BYTES: usize = 1024;

/// Whether anything is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Write,
    /// Everything is done and taken back.
    DryRun,
}

/// What an import of customers came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Rows that are in, the unchanged ones included.
    pub imported: u64,
    /// Rows that repeat a contact of an earlier row.
    pub duplicates: u64,
    pub customers_new: u64,
    pub customers_changed: u64,
    pub rejected: Findings,
    pub warnings: Findings,
    /// Where the rejected rows lie in the file, to be written beside it.
    pub rejected_bytes: Vec<Range<u64>>,
    /// Where the header lies; none: JSON, or the file was refused.
    pub header_bytes: Option<Range<u64>>,
    /// The file was refused as a whole.
    pub refused: bool,
}

/// An import as programs read it.
#[derive(Debug, Serialize)]
pub struct Printed<'a> {
    imported: u64,
    duplicates: u64,
    customers_new: u64,
    customers_changed: u64,
    rejected: &'a [Finding],
    warnings: &'a [Finding],
}

impl Imported {
    pub fn printed(&self) -> Printed<'_> {
        Printed {
            imported: self.imported,
            duplicates: self.duplicates,
            customers_new: self.customers_new,
            customers_changed: self.customers_changed,
            rejected: &self.rejected.listed,
            warnings: &self.warnings.listed,
        }
    }
}

/// A row that is to be written, with its place.
#[derive(Debug)]
struct Pending {
    line: u64,
    record: u64,
    bytes: Range<u64>,
    row: Row,
}

/// An import under way.
#[derive(Debug)]
pub struct Import {
    cx: Context,
    actor: Actor,
    mode: Mode,
    head: Option<Vec<u8>>,
    sheet: Sheet,
    seen: Seen,
    pending: Vec<Pending>,
    imported: Imported,
}

impl Import {
    pub fn new(cx: &Context, actor: Actor, mode: Mode) -> Self {
        Self {
            cx: cx.clone(),
            actor,
            mode,
            head: Some(Vec::new()),
            sheet: Sheet::new(cx.settings.site.products.clone()),
            seen: Seen::default(),
            pending: Vec::new(),
            imported: Imported::default(),
        }
    }

    /// Takes the next bytes of the file.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let Some(head) = &mut self.head else { return self.take(bytes).await };
        head.extend_from_slice(bytes);
        if head.len() >= HEAD_BYTES { self.begin().await } else { Ok(()) }
    }

    /// The file is over: writes what is left, and says what it all came to.
    pub async fn finish(mut self) -> Result<Imported, Error> {
        self.begin().await?;
        if !self.imported.refused {
            let items = self.sheet.finish();
            self.place(items).await?;
            self.write().await?;
            self.imported.header_bytes = self.sheet.header_bytes();
        }
        if self.imported.customers_new + self.imported.customers_changed > 0 && self.mode == Mode::Write {
            self.cx.bells.ring("deliver");
        }
        Ok(self.imported)
    }

    /// Looks at the first bytes, once.
    async fn begin(&mut self) -> Result<(), Error> {
        let Some(head) = self.head.take() else { return Ok(()) };
        if let Err(fault) = table::sniff(&head) {
            self.refuse(None, fault.to_string());
            return Ok(());
        }
        self.sheet.recognise(&head);
        self.take(&head).await
    }

    async fn take(&mut self, bytes: &[u8]) -> Result<(), Error> {
        if self.imported.refused {
            return Ok(());
        }
        let items = self.sheet.push(bytes);
        self.place(items).await
    }

    fn refuse(&mut self, column: Option<String>, reason: String) {
        self.imported.refused = true;
        self.imported.rejected.add(Finding { line: 1, record: 0, column, reason });
    }

    async fn place(&mut self, items: Vec<Item>) -> Result<(), Error> {
        for item in items {
            match item {
                Item::Refused { column, reason } => {
                    self.refuse(column, reason);
                    return Ok(());
                }
                Item::Warning(finding) => self.imported.warnings.add(finding),
                Item::Bad { finding, bytes } => self.reject(finding, bytes),
                Item::Row { line, record, bytes, read } => self.place_row(line, record, bytes, read),
            }
            if self.pending.len() >= ROWS_PER_GROUP {
                self.write().await?;
            }
        }
        Ok(())
    }

    /// Rows that lie one behind the other are one piece to copy.
    fn reject(&mut self, finding: Finding, bytes: Range<u64>) {
        self.imported.rejected.add(finding);
        if self.imported.rejected_bytes.last() != Some(&bytes) {
            self.imported.rejected_bytes.push(bytes);
        }
    }

    fn place_row(&mut self, line: u64, record: u64, bytes: Range<u64>, read: Box<Read>) {
        let at =
            |column: &str, reason: String| Finding { line, record, column: Some(column.to_owned()), reason };
        match self.seen.place(u32::try_from(record).unwrap_or(u32::MAX), &read.row) {
            Err((column, clash)) => {
                self.reject(at(column, clash.to_string()), bytes);
                return;
            }
            Ok(Place::Repeats { earlier, otherwise_same }) => {
                self.imported.duplicates += 1;
                let but = if otherwise_same { "" } else { ", though other columns differ" };
                let reason = format!("the same contact as record {earlier}{but}; it was imported once");
                self.imported.warnings.add(at("email", reason));
                return;
            }
            Ok(Place::SharesAddress { earlier }) => {
                let reason = format!("this address is a contact of the customer of record {earlier}, too");
                self.imported.warnings.add(at("email", reason));
            }
            Ok(Place::First) => {}
        }
        for (column, remark) in &read.remarks {
            self.imported.warnings.add(at(column, remark.to_string()));
        }
        self.pending.push(Pending { line, record, bytes, row: read.row });
    }

    async fn write(&mut self) -> Result<(), Error> {
        let pending = std::mem::take(&mut self.pending);
        if pending.is_empty() {
            return Ok(());
        }
        let written: Written = write::write(&self.cx, &self.actor, self.mode, &pending).await?;
        self.imported.imported += (pending.len() - written.rejected.len()) as u64;
        self.imported.customers_new += written.customers_new;
        self.imported.customers_changed += written.customers_changed;
        for (at, column, reason) in written.rejected {
            let Pending { line, record, bytes, .. } = &pending[at];
            let finding = Finding { line: *line, record: *record, column: Some(column.to_owned()), reason };
            self.reject(finding, bytes.clone());
        }
        // Those that the file itself gives to both were found as it was read.
        for (at, other) in written.shared.into_iter().filter(|(_, other)| !self.seen.knows(other)) {
            let Pending { line, record, .. } = &pending[at];
            let reason = format!("this address is a contact of the customer {other}, too");
            let column = Some("email".to_owned());
            self.imported.warnings.add(Finding { line: *line, record: *record, column, reason });
        }
        Ok(())
    }
}
