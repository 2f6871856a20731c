//! The rows that were not imported, as they stand in the file, written beside it as UTF-8.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::actions::import_customers::Imported;
use crate::domain::table::{Decoder, Mapping};

/// Bytes read of the file at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// Says that a file is UTF-8, whatever encoding a mapping names for the file that it came from.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Writes `NAME.rejected.csv` with the header and the rejected rows, as their text was; none: nothing was.
pub(super) fn write(path: &Path, mapping: &Mapping, imported: &Imported) -> io::Result<Option<PathBuf>> {
    if imported.refused || imported.rejected_bytes.is_empty() {
        return Ok(None);
    }
    let beside = beside(path, imported);
    let mut copy = Copy {
        wanted: imported.header_bytes.iter().chain(&imported.rejected_bytes),
        under_way: None,
        at: 0,
        out: BufWriter::new(File::create(&beside)?),
    };
    // JSON has no mark unless it is needed.
    if imported.header_bytes.is_some() || mapping.encoding().is_some() {
        copy.out.write_all(BYTE_ORDER_MARK)?;
    }
    let (mut file, mut decoder) = (File::open(path)?, Decoder::new(mapping.encoding()));
    let (mut piece, mut text) = (vec![0; PIECE_BYTES], Vec::new());
    loop {
        let read = file.read(&mut piece)?;
        let taken =
            if read == 0 { decoder.finish(&mut text) } else { decoder.push(&piece[..read], &mut text) };
        taken.map_err(io::Error::other)?;
        copy.take(&text)?;
        text.clear();
        if read == 0 {
            break;
        }
    }
    copy.out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(Some(beside))
}

/// `customers.xlsx` becomes `customers.rejected.csv`, and what is rejected of that `customers.rejected-2.csv`: no file is written over
/// while it is read. JSON stays JSON.
fn beside(path: &Path, imported: &Imported) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = if imported.header_bytes.is_some() { "csv" } else { "json" };
    let (name, times) = match stem.rsplit_once(".rejected") {
        Some((name, "")) => (name, 2),
        Some((name, times)) => match times.strip_prefix('-').and_then(|times| times.parse::<u32>().ok()) {
            Some(times) => (name, times.saturating_add(1)),
            None => (&*stem, 1),
        },
        None => (&*stem, 1),
    };
    let times = if times == 1 { String::new() } else { format!("-{times}") };
    path.with_file_name(format!("{name}.rejected{times}.{extension}"))
}

/// The pieces of a text that are wanted, in its order, each as a line of its own.
struct Copy<'a, I: Iterator<Item = &'a Range<u64>>> {
    wanted: I,
    under_way: Option<Range<u64>>,
    /// How much of the text went by.
    at: u64,
    out: BufWriter<File>,
}

impl<'a, I: Iterator<Item = &'a Range<u64>>> Copy<'a, I> {
    fn take(&mut self, text: &[u8]) -> io::Result<()> {
        let end = self.at + text.len() as u64;
        while let Some(mut wanted) = self.under_way.take().or_else(|| self.wanted.next().cloned()) {
            let start = wanted.start.max(self.at);
            let to = wanted.end.min(end);
            if start < to {
                let (from, to) = (offset(start - self.at)?, offset(to - self.at)?);
                self.out.write_all(&text[from..to])?;
                wanted.start = start + (to - from) as u64;
            }
            if wanted.end > end {
                self.under_way = Some(wanted);
                break;
            }
            self.out.write_all(b"\n")?;
        }
        self.at = end;
        Ok(())
    }
}

fn offset(within: u64) -> io::Result<usize> {
    usize::try_from(within).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_are_copied_as_they_were_under_their_header() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("customers.csv");
        std::fs::write(&path, "\u{feff}a,b\r\n1,2\r\nbad,\"x\ny\"\r\n3,4\r\n").unwrap();
        let imported = Imported {
            header_bytes: Some(3..6),
            rejected_bytes: vec![13..22, 24..27],
            ..Imported::default()
        };
        let beside = write(&path, &Mapping::default(), &imported).unwrap().unwrap();
        assert_eq!(beside, folder.path().join("customers.rejected.csv"));
        assert_eq!(std::fs::read_to_string(&beside).unwrap(), "\u{feff}a,b\nbad,\"x\ny\"\n3,4\n");
    }

    #[test]
    fn what_is_rejected_of_the_rejected_has_a_name_of_its_own() {
        let imported = Imported { header_bytes: Some(0..1), ..Imported::default() };
        let named = |name: &str| beside(Path::new(name), &imported).display().to_string();
        assert_eq!(named("customers.xlsx"), "customers.rejected.csv");
        assert_eq!(named("customers.rejected.csv"), "customers.rejected-2.csv");
        assert_eq!(named("customers.rejected-2.csv"), "customers.rejected-3.csv");
        assert_eq!(named("our.rejected-ones.csv"), "our.rejected-ones.rejected.csv");
    }

    #[test]
    fn nothing_is_written_where_nothing_was_rejected() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("customers.csv");
        std::fs::write(&path, "a\n").unwrap();
        let written = write(&path, &Mapping::default(), &Imported::default()).unwrap();
        assert_eq!(written, None);
    }
}
