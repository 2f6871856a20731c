//! The rows that were not imported, as they stand in the file, written beside it.

use std::fs::File;
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::actions::import_customers::Imported;

/// Writes `NAME.rejected.csv` with the header and the rejected rows, byte by byte as they were; none: nothing was.
pub(super) fn write(path: &Path, file: &mut File, imported: &Imported) -> io::Result<Option<PathBuf>> {
    if imported.refused || imported.rejected_bytes.is_empty() {
        return Ok(None);
    }
    let beside = beside(path);
    let mut out = BufWriter::new(File::create(&beside)?);
    for bytes in imported.header_bytes.iter().chain(&imported.rejected_bytes) {
        copy(file, bytes, &mut out)?;
    }
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    Ok(Some(beside))
}

/// `customers.csv` becomes `customers.rejected.csv`.
fn beside(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().map_or_else(|| "csv".into(), |extension| extension.to_string_lossy());
    path.with_file_name(format!("{stem}.rejected.{extension}"))
}

fn copy(file: &mut File, bytes: &Range<u64>, out: &mut impl io::Write) -> io::Result<()> {
    file.seek(SeekFrom::Start(bytes.start))?;
    io::copy(&mut file.take(bytes.end - bytes.start), out)?;
    out.write_all(b"\n")
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
        let beside = write(&path, &mut File::open(&path).unwrap(), &imported).unwrap().unwrap();
        assert_eq!(beside, folder.path().join("customers.rejected.csv"));
        assert_eq!(std::fs::read_to_string(&beside).unwrap(), "a,b\nbad,\"x\ny\"\n3,4\n");
    }

    #[test]
    fn nothing_is_written_where_nothing_was_rejected() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("customers.csv");
        std::fs::write(&path, "a\n").unwrap();
        let written = write(&path, &mut File::open(&path).unwrap(), &Imported::default()).unwrap();
        assert_eq!(written, None);
    }
}
