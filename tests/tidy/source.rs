//! Sources as the rules read them: code apart from comments, strings and tests.

use std::fmt;
use std::path::Path;

/// All that the rules look at.
pub struct House {
    pub sources: Vec<Source>,
    /// Everything else that is text: path and content.
    pub files: Vec<(String, String)>,
}

/// One Rust file.
pub struct Source {
    /// From the root: `src/actions/deliver.rs`.
    pub path: String,
    pub text: String,
    /// The text with comments, the contents of strings and tests blanked: same bytes, same lines.
    pub code: String,
    /// Every string outside tests, with the line on which it begins.
    pub strings: Vec<(usize, String)>,
}

/// A place where a rule is broken.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    pub path: String,
    pub line: usize,
    pub says: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.says)
    }
}

impl House {
    pub fn here() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts = Vec::new();
        for folder in ["src", "migrations", "script", "config", ".ci", "packaging", "docs"] {
            read_folder(root, &root.join(folder), &mut texts);
        }
        for name in ["Dockerfile", "docker-compose.yml", ".dockerignore"] {
            if let Ok(text) = std::fs::read_to_string(root.join(name)) {
                texts.push((name.to_owned(), text));
            }
        }
        Self::of(texts)
    }

    /// For the rules' own tests: one file.
    pub fn with(path: &str, text: &str) -> Self {
        Self::of(vec![(path.to_owned(), text.to_owned())])
    }

    pub fn of(texts: Vec<(String, String)>) -> Self {
        let (rust, files): (Vec<_>, Vec<_>) = texts.into_iter().partition(|(path, _)| is_rust(path));
        let only_tests: Vec<String> = rust.iter().flat_map(|(path, text)| test_files(path, text)).collect();
        let is_test = |path: &str| {
            only_tests.iter().any(|tests| {
                path == tests || path.starts_with(&format!("{}/", tests.trim_end_matches(".rs")))
            })
        };
        let sources = rust
            .into_iter()
            .filter(|(path, _)| !is_test(path))
            .map(|(path, text)| Source::new(path, text))
            .collect();
        Self { sources, files }
    }

    pub fn file(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|(name, _)| name == path).map(|(_, text)| text.as_str())
    }
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

fn read_folder(root: &Path, folder: &Path, texts: &mut Vec<(String, String)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read_folder(root, &path, texts);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            texts.push((path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), text));
        }
    }
}

/// The files of modules that are declared for tests only: `#[cfg(test)] mod tests;`.
fn test_files(path: &str, text: &str) -> Vec<String> {
    let folder = match path.strip_suffix("/mod.rs").or_else(|| path.strip_suffix("/lib.rs")) {
        Some(folder) => folder.to_owned(),
        None => path.trim_end_matches(".rs").to_owned(),
    };
    let mut files = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() == "#[cfg(test)]"
            && let Some(name) =
                lines.next().and_then(|line| line.trim().strip_suffix(';')?.rsplit_once("mod "))
        {
            files.push(format!("{folder}/{}.rs", name.1));
            files.push(format!("{folder}/{}/mod.rs", name.1));
        }
    }
    files
}

impl Source {
    pub fn new(path: String, text: String) -> Self {
        let (mut code, mut strings) = divide(&text);
        blank_tests(&mut code);
        strings.retain(|(at, _)| code.get(*at..=*at) == Some("\""));
        let strings = strings.into_iter().map(|(at, string)| (line_of(&text, at), string)).collect();
        Self { path, text, code, strings }
    }

    /// `actions` for `src/actions/deliver.rs`, `config` for `src/config.rs`.
    pub fn floor(&self) -> &str {
        self.path.strip_prefix("src/").and_then(|path| path.split(['/', '.']).next()).unwrap_or_default()
    }

    /// How many modules lie between this one and the crate: 1 for `src/config.rs` and `src/actions/mod.rs`.
    pub fn depth(&self) -> usize {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
        path.split('/').count()
    }

    pub fn fault(&self, at: usize, says: impl Into<String>) -> Fault {
        Fault { path: self.path.clone(), line: line_of(&self.text, at), says: says.into() }
    }

    /// Where `word` stands in the code as a whole word.
    pub fn words<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        self.code.match_indices(word).map(|(at, _)| at).filter(move |at| {
            let whole_start = word.starts_with(|c: char| !c.is_alphanumeric());
            let whole_end = word.ends_with(|c: char| !c.is_alphanumeric());
            (whole_start || !is_part(self.code[..*at].chars().next_back()))
                && (whole_end || !is_part(self.code[at + word.len()..].chars().next()))
        })
    }

    /// The function that a line lies in.
    pub fn function_at(&self, line: usize) -> Option<&str> {
        let before: Vec<&str> = self.code.lines().take(line).collect();
        before.iter().rev().find_map(|line| {
            let (_, name) = line.split_once("fn ")?;
            name.split(|c: char| !c.is_alphanumeric() && c != '_').next().filter(|name| !name.is_empty())
        })
    }
}

pub fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Code with comments and the contents of strings blanked, and the strings with the offset of their quote.
fn divide(text: &str) -> (String, Vec<(usize, String)>) {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut strings = Vec::new();
    let blank = |code: &mut [u8], from: usize, to: usize| {
        code[from..to].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
    };
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        if rest.starts_with("//") {
            let end = rest.find('\n').map_or(bytes.len(), |length| at + length);
            blank(&mut code, at, end);
            at = end;
        } else if rest.starts_with("/*") {
            let end = rest.find("*/").map_or(bytes.len(), |length| at + length + 2);
            blank(&mut code, at, end);
            at = end;
        } else if let Some(hashes) = raw_string(rest) {
            let open = at + 1 + hashes;
            let close = format!("\"{}", "#".repeat(hashes));
            let end = text[open + 1..].find(&close).map_or(bytes.len(), |length| open + 1 + length);
            strings.push((open, text[open + 1..end].to_owned()));
            blank(&mut code, open + 1, end);
            at = (end + close.len()).min(bytes.len());
        } else if rest.starts_with('"') {
            let end = string_end(bytes, at + 1);
            strings.push((at, text[at + 1..end].to_owned()));
            blank(&mut code, at + 1, end);
            at = end + 1;
        } else if let Some(length) = char_literal(rest) {
            blank(&mut code, at + 1, at + length - 1);
            at += length;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    (String::from_utf8_lossy(&code).into_owned(), strings)
}

/// `r#"`: how many hashes, if a raw string begins here.
fn raw_string(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.bytes().take_while(|byte| *byte == b'#').count();
    after[hashes..].starts_with('"').then_some(hashes)
}

fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at.min(bytes.len())
}

/// The length of a character literal that begins here; a lifetime is none.
fn char_literal(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    if inner.starts_with('\\') {
        return inner[2..].find('\'').map(|length| length + 4);
    }
    let first = inner.chars().next()?;
    inner[first.len_utf8()..].starts_with('\'').then(|| first.len_utf8() + 2)
}

/// Blanks every item under `#[cfg(test)]`, to its closing brace.
fn blank_tests(code: &mut String) {
    while let Some(start) = code.find("#[cfg(test)]") {
        let rest = &code[start..];
        let end = match (rest.find('{'), rest.find(';')) {
            (Some(brace), semicolon) if semicolon.is_none_or(|semicolon| brace < semicolon) => {
                start + brace + closing(&rest[brace..])
            }
            (_, Some(semicolon)) => start + semicolon + 1,
            _ => code.len(),
        };
        let blanked: String = code[start..end].chars().map(|c| if c == '\n' { '\n' } else { ' ' }).collect();
        code.replace_range(start..end, &blanked);
    }
}

fn closing(block: &str) -> usize {
    let mut depth = 0;
    for (at, c) in block.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    block.len()
}

#[test]
fn code_is_told_from_comments_strings_and_tests() {
    let text = "// crate::a\nfn f<'a>() { let c = '\"'; g(\"crate::b\", r#\"say \"x\"\"#); }\n#[cfg(test)]\nmod tests { fn t() { \"s\"; crate::c } }\nfn h() {}\n";
    let source = Source::new("src/x.rs".into(), text.into());
    assert!(!source.code.contains("crate"), "{}", source.code);
    assert!(source.code.contains("fn f<'a>()") && source.code.contains("fn h()"));
    assert_eq!(source.strings, [(2, "crate::b".to_owned()), (2, "say \"x\"".to_owned())]);
    assert_eq!(source.code.lines().count(), text.lines().count());
}

#[test]
fn a_module_declared_for_tests_is_no_source() {
    let house = House::of(vec![
        ("src/a/mod.rs".into(), "#[cfg(test)]\nmod tests;\nmod b;".into()),
        ("src/a/tests.rs".into(), String::new()),
        ("src/a/b.rs".into(), String::new()),
    ]);
    let paths: Vec<&str> = house.sources.iter().map(|source| source.path.as_str()).collect();
    assert_eq!(paths, ["src/a/mod.rs", "src/a/b.rs"]);
}

#[test]
fn words_are_whole_and_functions_are_found_by_line() {
    let source = Source::new("src/x.rs".into(), "pub async fn one() {}\nfn two() {\n    Txt; Tx\n}\n".into());
    assert_eq!(source.words("Tx").count(), 1);
    assert_eq!(source.function_at(3), Some("two"));
}
