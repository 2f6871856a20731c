//! Imports customers, their contracts, terms and contacts from a file, piece by piece: a file of a million rows never lies
//! in memory whole.
//!
//! Each row is read by [`customer_file`](crate::domain::customer_file), held against those before it, and written in
//! groups; what cannot be taken is a finding with its place, and the rows around it are in. Idempotent by reference: the
//! same file again changes nothing. A customer that has become entitled to a change already announced is told at once.

mod write;

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::{DateTime, Utc};

use super::{Context, Error};
use crate::domain::customer_file::{Clash, FORMAT, Frame, OwnWords, Place, Row, Seen, read};
use crate::domain::ledger::Actor;
use crate::domain::recipient::Unreached;
use crate::domain::table::{self, Finding, Findings, Item, Mapping, Printed, Sheet, of_file};

use write::Written;

/// Rows written in one transaction.
const ROWS_PER_GROUP: usize = 500;

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
    /// Where the rejected rows lie in the file's text, in its order, to be written beside it.
    pub rejected_bytes: Vec<Range<u64>>,
    /// Where the header lies; none: JSON, or the file was refused.
    pub header_bytes: Option<Range<u64>>,
    /// The file was refused as a whole.
    pub refused: bool,
    /// A mapping of the columns as they were read, and of the values that were not; none where all were ours.
    pub proposed_mapping: Option<String>,
}

impl Imported {
    pub fn printed(&self) -> Printed<'_> {
        Printed::of(self.imported, &self.rejected, &self.warnings)
    }
}

/// How much of a row is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// It contradicts an earlier row and is refused; its terms hold where they are longer for the customer.
    TermsIfLonger,
}

/// A row that is to be written, with its place.
#[derive(Debug)]
struct Pending {
    line: u64,
    record: u64,
    bytes: Range<u64>,
    part: Part,
    row: Row,
}

/// An import under way.
#[derive(Debug)]
pub struct Import {
    cx: Context,
    actor: Actor,
    mode: Mode,
    sheet: Sheet,
    seen: Seen,
    /// Values that were not taken, for the mapping to propose.
    own_words: OwnWords,
    /// Whether it was said that the file has no references.
    said_keyless: bool,
    pending: Vec<Pending>,
    imported: Imported,
    /// When the import began: what the terms are looked at for.
    at: Option<DateTime<Utc>>,
    /// Customers that no letter would reach as it should, with the place of a row of theirs.
    unreached: BTreeMap<String, (u64, u64, Unreached)>,
}

impl Import {
    pub fn new(cx: &Context, actor: Actor, mode: Mode, mapping: Mapping) -> Self {
        Self {
            cx: cx.clone(),
            actor,
            mode,
            sheet: Sheet::new(&FORMAT, mapping),
            seen: Seen::default(),
            own_words: OwnWords::default(),
            said_keyless: false,
            pending: Vec::new(),
            imported: Imported::default(),
            at: None,
            unreached: BTreeMap::new(),
        }
    }

    /// Takes the next bytes of the file.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.sheet.push(bytes);
        self.take().await
    }

    /// The file is over: writes what is left, and says what it all came to.
    pub async fn finish(mut self) -> Result<Imported, Error> {
        self.sheet.finish();
        self.take().await?;
        self.write().await?;
        for (reference, (line, record, how)) in std::mem::take(&mut self.unreached) {
            let reason = format!("the customer {reference}: {how}");
            self.imported.warnings.add(Finding { line, record, column: Some("role".to_owned()), reason });
        }
        self.imported.header_bytes = self.sheet.header_bytes();
        let values = self.own_words.proposed(frame(&self.cx, self.at));
        self.imported.proposed_mapping = self.sheet.proposed_mapping(&values);
        self.imported.rejected_bytes.sort_unstable_by_key(|bytes| bytes.start);
        if self.imported.customers_new + self.imported.customers_changed > 0 && self.mode == Mode::Write {
            self.cx.bells.ring("mailings");
        }
        Ok(self.imported)
    }

    async fn take(&mut self) -> Result<(), Error> {
        if self.at.is_none() {
            self.at = Some(self.cx.now().await?);
        }
        while !self.imported.refused
            && let Some(items) = self.sheet.take_items()
        {
            self.place(items).await?;
        }
        Ok(())
    }

    async fn place(&mut self, items: Vec<Item>) -> Result<(), Error> {
        for item in items {
            match item {
                Item::Refused(finding) => {
                    self.imported.refused = true;
                    self.imported.rejected.add(finding);
                    return Ok(());
                }
                Item::Warning(finding) => self.imported.warnings.add(finding),
                Item::Bad { finding, bytes } => self.reject([finding], bytes),
                Item::Row(row) => self.place_row(&row),
            }
            if self.pending.len() >= ROWS_PER_GROUP {
                self.write().await?;
            }
        }
        Ok(())
    }

    /// Findings that concern one piece of the file are one piece to copy.
    fn reject(&mut self, findings: impl IntoIterator<Item = Finding>, bytes: Range<u64>) {
        for finding in findings {
            self.imported.rejected.add(finding);
        }
        if self.imported.rejected_bytes.last() != Some(&bytes) {
            self.imported.rejected_bytes.push(bytes);
        }
    }

    fn place_row(&mut self, row: &table::Row) {
        if !row.has("reference") && !std::mem::replace(&mut self.said_keyless, true) {
            let reason = "no such column: the customer's name is the key".to_owned();
            self.imported.warnings.add(of_file(Some("reference".to_owned()), reason));
        }
        let frame = frame(&self.cx, self.at);
        self.own_words.of_role(row);
        let read = match read(frame, row) {
            Ok(read) => read,
            Err(unread) => {
                self.own_words.of_refused(frame, row, &unread.reasons);
                let findings = unread.reasons.iter().map(|(column, reason)| row.finding(column, reason));
                self.reject(findings, row.bytes.clone());
                self.remark(row, &unread.remarks);
                return;
            }
        };
        match self.seen.place(u32::try_from(row.record).unwrap_or(u32::MAX), &read.value) {
            Err((column, clash)) => {
                self.reject([row.finding(column, &clash)], row.bytes.clone());
                if let Clash::Terms { .. } = clash {
                    self.pend(row, Part::TermsIfLonger, read.value);
                }
                return;
            }
            Ok(Place::Repeats { earlier, otherwise_same }) => {
                self.imported.duplicates += 1;
                let but = if otherwise_same { "" } else { ", though other columns differ" };
                let reason = format!("the same contact as record {earlier}{but}; it was imported once");
                self.imported.warnings.add(row.finding("email", &reason));
                return;
            }
            Ok(Place::SharesAddress { earlier }) => {
                let reason = format!("this address is a contact of the customer of record {earlier}, too");
                self.imported.warnings.add(row.finding("email", &reason));
            }
            Ok(Place::First) => {}
        }
        self.remark(row, &read.remarks);
        self.pend(row, Part::Whole, read.value);
    }

    fn pend(&mut self, row: &table::Row, part: Part, value: Row) {
        let table::Row { line, record, .. } = *row;
        self.pending.push(Pending { line, record, bytes: row.bytes.clone(), part, row: value });
    }

    fn remark(&mut self, row: &table::Row, remarks: &[(&'static str, impl ToString)]) {
        for (column, remark) in remarks {
            self.imported.warnings.add(row.finding(column, remark));
        }
    }

    async fn write(&mut self) -> Result<(), Error> {
        let pending = std::mem::take(&mut self.pending);
        if pending.is_empty() {
            return Ok(());
        }
        let written: Written = write::write(&self.cx, &self.actor, self.mode, &pending).await?;
        let whole = pending.iter().filter(|pending| pending.part == Part::Whole).count();
        self.imported.imported += (whole - written.rejected.len()) as u64;
        self.imported.customers_new += written.customers_new;
        self.imported.customers_changed += written.customers_changed;
        for (at, column, reason) in written.rejected {
            let Pending { line, record, bytes, .. } = &pending[at];
            let finding = Finding { line: *line, record: *record, column: Some(column.to_owned()), reason };
            self.reject([finding], bytes.clone());
        }
        for (reference, found) in written.reached {
            match found {
                Some((at, how)) if !self.seen.has_privacy_contact(&reference) || how == Unreached::Nobody => {
                    self.unreached.insert(reference, (pending[at].line, pending[at].record, how));
                }
                Some(_) => {}
                None => drop(self.unreached.remove(&reference)),
            }
        }
        for (at, contract, last_day) in written.ended {
            let Pending { line, record, .. } = &pending[at];
            let reason = format!(
                "the contract {contract} ended on {last_day}, and no notice is owed under it; forenotice customers end moves that day"
            );
            let column = Some("reference".to_owned());
            self.imported.warnings.add(Finding { line: *line, record: *record, column, reason });
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

/// What rows are measured by, at the instant at which the import began.
fn frame(cx: &Context, at: Option<DateTime<Utc>>) -> Frame<'_> {
    Frame { products: &cx.settings.site.products, policy: &cx.policy, at: at.unwrap_or_default() }
}
