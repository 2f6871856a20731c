//! Sentences of the processor's own: `[site] locales` names a folder with one of its own for each language, whose files
//! override ours of the same name sentence by sentence, or add a language. Read once, at start; whatever is wrong in
//! them is told with file and line, and nothing starts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use fluent_bundle::FluentResource;

/// The files of a language, as English has them.
const ENGLISH: [(&str, &str); 6] = [
    ("common.ftl", include_str!("../../locales/en/common.ftl")),
    ("dates.ftl", include_str!("../../locales/en/dates.ftl")),
    ("notices.ftl", include_str!("../../locales/en/notices.ftl")),
    ("objections.ftl", include_str!("../../locales/en/objections.ftl")),
    ("service.ftl", include_str!("../../locales/en/service.ftl")),
    ("site.ftl", include_str!("../../locales/en/site.ftl")),
];

/// Beginnings of what only the processor's own people read: English in every language, as the command line is.
pub const OPERATORS: [&str; 3] = ["alert-", "digest-", "test-"];

/// The processor's files: content by language and name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentences(BTreeMap<String, BTreeMap<String, String>>);

/// What is wrong in a folder of sentences, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    file: PathBuf,
    line: Option<usize>,
    why: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, why) = (self.file.display(), &self.why);
        match self.line {
            Some(line) => write!(f, "{file}:{line}: {why}"),
            None => write!(f, "{file}: {why}"),
        }
    }
}

/// One sentence as a file has it: key (and part, after a dot), where it begins, what it says and which values it names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence {
    pub key: String,
    pub line: usize,
    pub said: String,
    pub values: BTreeSet<String>,
}

/// The sentences of a file that is Fluent.
pub fn in_file(source: &str) -> Vec<Sentence> {
    let (mut found, mut key): (Vec<Sentence>, &str) = (Vec::new(), "");
    for (at, line) in source.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        let begun = match line.split_once('=') {
            Some((of, said)) if !line.starts_with([' ', '}']) => {
                key = of.trim();
                Some((key.to_owned(), said))
            }
            _ => line
                .trim_start()
                .strip_prefix('.')
                .and_then(|rest| rest.split_once('='))
                .map(|(part, said)| (format!("{key}.{}", part.trim()), said)),
        };
        let said = begun.as_ref().map_or(line, |(_, said)| said);
        if let Some((key, _)) = begun {
            found.push(Sentence { key, line: at + 1, ..Sentence::default() });
        }
        if let Some(sentence) = found.last_mut() {
            sentence.said.push_str(said.trim());
            let named = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            sentence.values.extend(said.split('$').skip(1).map(named));
        }
    }
    found
}

impl Sentences {
    /// All that lies in the folder, or everything that is wrong there.
    pub fn read(folder: &Path) -> Result<Self, Vec<Wrong>> {
        let (mut found, mut wrong) = (Self::default(), Vec::new());
        for language in entries(folder, &mut wrong).into_iter().filter(|path| path.is_dir()) {
            let tag = name(&language);
            if tag.parse::<unic_langid::LanguageIdentifier>().is_err() {
                wrong.push(Wrong {
                    file: language,
                    line: None,
                    why: "is no language tag, as in de or pt-BR".to_owned(),
                });
                continue;
            }
            for file in entries(&language, &mut wrong) {
                match std::fs::read_to_string(&file) {
                    Ok(source) => {
                        wrong.extend(faults(&file, &source));
                        found.0.entry(tag.clone()).or_default().insert(name(&file), source);
                    }
                    Err(why) => wrong.push(Wrong { file, line: None, why: why.to_string() }),
                }
            }
        }
        if wrong.is_empty() { Ok(found) } else { Err(wrong) }
    }

    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The files of a language, by name.
    pub fn of(&self, language: &str) -> impl Iterator<Item = (&str, &str)> {
        self.0.get(language).into_iter().flatten().map(|(name, source)| (name.as_str(), source.as_str()))
    }

    /// What English has and this language, which has nothing of ours, has not: `site.ftl: joins`.
    pub fn missing(&self, language: &str) -> Vec<String> {
        let theirs: BTreeMap<&str, &str> = self.of(language).collect();
        let mut missing = Vec::new();
        for (file, english) in ENGLISH {
            let here = in_file(theirs.get(file).copied().unwrap_or_default());
            let lacks = |key: &str| !here.iter().any(|sentence| sentence.key == key);
            let is_for_customers = |key: &str| !OPERATORS.iter().any(|beginning| key.starts_with(beginning));
            let lacking = in_file(english)
                .into_iter()
                .filter(|sentence| is_for_customers(&sentence.key) && lacks(&sentence.key));
            missing.extend(lacking.map(|sentence| format!("{file}: {}", sentence.key)));
        }
        missing
    }
}

/// What keeps a file from being taken: it must be Fluent, and say what ours of that name says, with no other values.
fn faults(file: &Path, source: &str) -> Vec<Wrong> {
    let wrong = |line, why: String| Wrong { file: file.to_owned(), line, why };
    let Some((_, english)) = ENGLISH.iter().find(|(known, _)| *known == name(file)) else {
        let known = ENGLISH.map(|(known, _)| known).join(", ");
        return vec![wrong(None, format!("nothing reads a file of that name; there are {known}"))];
    };
    if let Err((_, errors)) = FluentResource::try_new(source.to_owned()) {
        let line = |at: usize| source.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
        return errors.iter().map(|error| wrong(Some(line(error.pos.start)), error.to_string())).collect();
    }
    let english = in_file(english);
    let mut found = Vec::new();
    for sentence in in_file(source) {
        let Some(ours) = english.iter().find(|ours| ours.key == sentence.key) else {
            found.push(wrong(Some(sentence.line), format!("no sentence is called {}", sentence.key)));
            continue;
        };
        for value in sentence.values.difference(&ours.values) {
            let why = format!("{} has no value ${value}; it has {}", ours.key, listed(&ours.values));
            found.push(wrong(Some(sentence.line), why));
        }
    }
    found
}

fn listed(values: &BTreeSet<String>) -> String {
    if values.is_empty() {
        return "none".to_owned();
    }
    values.iter().map(|value| format!("${value}")).collect::<Vec<_>>().join(", ")
}

fn entries(folder: &Path, wrong: &mut Vec<Wrong>) -> Vec<PathBuf> {
    let read = std::fs::read_dir(folder).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()
    });
    match read {
        Ok(mut paths) => {
            paths.retain(|path| !name(path).starts_with('.'));
            paths.sort();
            paths
        }
        Err(why) => {
            wrong.push(Wrong { file: folder.to_owned(), line: None, why: why.to_string() });
            Vec::new()
        }
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (path, source) in files {
            let file = folder.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, source).unwrap();
        }
        folder
    }

    fn told(files: &[(&str, &str)]) -> Vec<String> {
        let folder = folder(files);
        let wrong = Sentences::read(folder.path()).unwrap_err();
        let short = |wrong: &Wrong| wrong.to_string().replace(&format!("{}/", folder.path().display()), "");
        wrong.iter().map(short).collect()
    }

    #[test]
    fn every_fault_is_told_with_its_file_and_line() {
        assert_eq!(
            told(&[("de/site.ftl", "brand = A\nbrend = B\n")]),
            ["de/site.ftl:2: no sentence is called brend"]
        );
        assert_eq!(
            told(&[("de/site.ftl", "\njoins = { $nam } kommt\n")]),
            ["de/site.ftl:2: joins has no value $nam; it has $name"]
        );
        assert_eq!(told(&[("de/site.ftl", "brand = A\nyes = { $x\n")]).len(), 1);
        assert!(told(&[("de/site.ftl", "brand = A\nyes = { $x\n")])[0].starts_with("de/site.ftl:"));
        assert!(
            told(&[("de/sites.ftl", "")])[0].starts_with("de/sites.ftl: nothing reads a file of that name")
        );
        assert_eq!(told(&[("d e/site.ftl", "")]), ["d e: is no language tag, as in de or pt-BR"]);
        assert!(Sentences::read(Path::new("/no/such/folder")).is_err());
    }

    #[test]
    fn the_configuration_tells_what_is_wrong_in_the_folder_and_nothing_that_follows_from_it() {
        let folder = folder(&[("it/site.ftl", "brand = Sub-responsabili\n")]);
        let path = folder.path().display();
        let configuration = format!("[site]\nlocales = \"{path}\"\nlanguages = [\"it\"]\n");
        let variables = std::iter::empty::<(String, String)>().collect();
        let parsed =
            || crate::config::parse(Path::new("forenotice.toml"), &configuration, &variables).unwrap_err();
        assert!(!parsed().to_string().contains("site.l"), "{}", parsed());
        std::fs::write(folder.path().join("it/site.ftl"), "brend = A\n").unwrap();
        let told = parsed().to_string();
        assert!(
            told.contains("it/site.ftl:1: no sentence is called brend") && !told.contains("site.languages"),
            "{told}"
        );
    }

    #[test]
    fn a_language_that_is_added_says_what_it_lacks() {
        let folder = folder(&[("it/site.ftl", "brand = Sub-responsabili\n")]);
        let sentences = Sentences::read(folder.path()).unwrap();
        assert_eq!(sentences.languages().collect::<Vec<_>>(), ["it"]);
        let missing = sentences.missing("it");
        assert!(
            missing.contains(&"site.ftl: yes".to_owned())
                && missing.contains(&"common.ftl: greeting.team".to_owned())
        );
        assert!(!missing.contains(&"site.ftl: brand".to_owned()));
    }
}
