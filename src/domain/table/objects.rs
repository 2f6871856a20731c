//! JSON as programs send it: an array of objects, or one object a line; read piece by piece like [`Reader`](super::Reader).

use std::ops::Range;

use serde_json::Value;

use super::CellFault;

/// Bytes of one object.
const OBJECT_BYTES_MAX: usize = 1024 * 1024;

/// One object of the file, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Counted from 1.
    pub number: u64,
    /// The line it begins on, counted from 1.
    pub line: u64,
    pub bytes: Range<u64>,
    pub content: Result<serde_json::Map<String, Value>, ObjectFault>,
}

/// Why something in the file is no object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectFault {
    #[error("no JSON object: {0}")]
    Syntax(String),
    #[error("the object is not closed before the end of the file")]
    NotClosed,
    #[error("longer than {OBJECT_BYTES_MAX} bytes; is a brace left open?")]
    TooLarge,
    #[error("expected an object, as in {{\"name\": …}}")]
    NotAnObject,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Between,
    /// Inside so many braces.
    Object(u32),
    Text(u32),
    Escape(u32),
    /// Something that is no object, until the line ends.
    Scrap,
}

/// Cuts the objects out of an array, or out of lines.
#[derive(Debug)]
pub struct Objects {
    at: At,
    offset: u64,
    line: u64,
    number: u64,
    start: u64,
    start_line: u64,
    text: Vec<u8>,
    too_large: bool,
}

impl Default for Objects {
    fn default() -> Self {
        Self::new()
    }
}

impl Objects {
    pub fn new() -> Self {
        Self {
            at: At::Between,
            offset: 0,
            line: 1,
            number: 1,
            start: 0,
            start_line: 1,
            text: Vec::new(),
            too_large: false,
        }
    }

    /// Whether a file that begins so is JSON.
    pub fn recognises(head: &[u8]) -> bool {
        let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
        matches!(head.trim_ascii_start().first(), Some(b'{' | b'['))
    }

    /// Takes the next bytes of the file; appends the objects that end within them.
    pub fn push(&mut self, bytes: &[u8], objects: &mut Vec<Object>) {
        for &byte in bytes {
            self.step(byte, objects);
            self.line += u64::from(byte == b'\n');
            self.offset += 1;
        }
    }

    /// The file is over: an object under way is one that was not closed.
    pub fn finish(&mut self, objects: &mut Vec<Object>) {
        match self.at {
            At::Between => {}
            At::Scrap => self.end(objects, Some(ObjectFault::NotAnObject)),
            At::Object(_) | At::Text(_) | At::Escape(_) => self.end(objects, Some(ObjectFault::NotClosed)),
        }
    }

    fn step(&mut self, byte: u8, objects: &mut Vec<Object>) {
        match (self.at, byte) {
            (At::Between, b'{') => {
                self.begin();
                self.at = At::Object(1);
                self.keep(byte);
            }
            (At::Between, b' ' | b'\t' | b'\r' | b'\n' | b',' | b'[' | b']' | 0xEF | 0xBB | 0xBF) => {}
            (At::Between, _) => {
                self.begin();
                self.at = At::Scrap;
            }
            (At::Scrap, b'\n') => self.end(objects, Some(ObjectFault::NotAnObject)),
            (At::Scrap, _) => {}
            (At::Object(1), b'}') => {
                self.keep(byte);
                self.offset += 1;
                self.end(objects, None);
                self.offset -= 1;
            }
            (At::Object(depth), _) => {
                self.keep(byte);
                self.at = match byte {
                    b'{' => At::Object(depth.saturating_add(1)),
                    b'}' => At::Object(depth - 1),
                    b'"' => At::Text(depth),
                    _ => At::Object(depth),
                };
            }
            (At::Text(depth), _) => {
                self.keep(byte);
                self.at = match byte {
                    b'"' => At::Object(depth),
                    b'\\' => At::Escape(depth),
                    _ => At::Text(depth),
                };
            }
            (At::Escape(depth), _) => {
                self.keep(byte);
                self.at = At::Text(depth);
            }
        }
    }

    fn begin(&mut self) {
        self.start = self.offset;
        self.start_line = self.line;
    }

    fn keep(&mut self, byte: u8) {
        if self.text.len() < OBJECT_BYTES_MAX {
            self.text.push(byte);
        } else {
            self.too_large = true;
        }
    }

    fn end(&mut self, objects: &mut Vec<Object>, fault: Option<ObjectFault>) {
        let text = std::mem::take(&mut self.text);
        let too_large = std::mem::take(&mut self.too_large).then_some(ObjectFault::TooLarge);
        let content = match fault.or(too_large) {
            Some(fault) => Err(fault),
            None => serde_json::from_slice(&text).map_err(|why| ObjectFault::Syntax(why.to_string())),
        };
        objects.push(Object {
            number: self.number,
            line: self.start_line,
            bytes: self.start..self.offset,
            content,
        });
        self.number += 1;
        self.at = At::Between;
    }
}

/// A value as a cell: lists are divided by semicolons.
pub(super) fn cell_of(value: &Value) -> Result<String, CellFault> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) if text.contains('\0') => Err(CellFault::Nul { after: String::new() }),
        Value::String(text) => Ok(text.trim().to_owned()),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(yes) => Ok(if *yes { "yes" } else { "no" }.to_owned()),
        Value::Array(values) => {
            let cells = values.iter().map(cell_of).collect::<Result<Vec<_>, _>>()?;
            Ok(cells.join(";"))
        }
        Value::Object(_) => Err(CellFault::NotText),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_by(bytes: &[u8], step: usize) -> Vec<Object> {
        let (mut reader, mut objects) = (Objects::new(), Vec::new());
        for piece in bytes.chunks(step) {
            reader.push(piece, &mut objects);
        }
        reader.finish(&mut objects);
        objects
    }

    #[test]
    fn an_array_and_one_object_a_line_are_read_alike() {
        let array = read_by(b"[\n {\"a\": \"}\\\"{\"},\n {\"a\": {\"b\": 1}}\n]\n", 3);
        let lines = read_by(b"{\"a\": \"}\\\"{\"}\n{\"a\": {\"b\": 1}}\n", 1000);
        assert_eq!(array.len(), 2);
        for (one, other) in array.iter().zip(&lines) {
            assert_eq!((one.number, &one.content), (other.number, &other.content));
        }
        assert_eq!((array[1].line, lines[1].line), (3, 2));
        assert_eq!(lines[0].bytes, 0..13);
    }

    #[test]
    fn what_is_no_object_is_told_and_the_others_are_read() {
        let objects = read_by(b"{\"a\": 1}\nnonsense\n{\"a\" 2}\n{\"a\": 3}\n{\"a\": ", 7);
        assert_eq!(objects.len(), 5);
        assert_eq!(objects[1].content, Err(ObjectFault::NotAnObject));
        assert!(matches!(objects[2].content, Err(ObjectFault::Syntax(_))));
        assert!(objects[3].content.is_ok());
        assert_eq!(objects[4].content, Err(ObjectFault::NotClosed));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_and_pieces_do_not_matter(
            bytes in proptest::collection::vec(prop_oneof![Just(b'{'), Just(b'}'), Just(b'"'), Just(b'\n'), any::<u8>()], 0..120),
            step in 1usize..9,
        ) {
            prop_assert_eq!(read_by(&bytes, step), read_by(&bytes, 1000));
        }
    }
}
