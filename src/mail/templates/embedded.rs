//! The sources that this version carries, by their path in a bundle. A test holds the list against the folders; the
//! pages have sentences of their own there (`site.ftl`), which no letter needs.

/// Includes each file under the path that it has in a bundle.
macro_rules! sources {
    ($($path:literal = $file:literal),+ $(,)?) => {
        &[$(($path, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/", $file)))),+]
    };
}

pub const SOURCES: &[(&str, &str)] = sources! {
    "locales/de/common.ftl" = "locales/de/common.ftl",
    "locales/de/dates.ftl" = "locales/de/dates.ftl",
    "locales/de/notices.ftl" = "locales/de/notices.ftl",
    "locales/de/objections.ftl" = "locales/de/objections.ftl",
    "locales/de/service.ftl" = "locales/de/service.ftl",
    "locales/en/common.ftl" = "locales/en/common.ftl",
    "locales/en/dates.ftl" = "locales/en/dates.ftl",
    "locales/en/notices.ftl" = "locales/en/notices.ftl",
    "locales/en/objections.ftl" = "locales/en/objections.ftl",
    "locales/en/service.ftl" = "locales/en/service.ftl",
    "locales/es/common.ftl" = "locales/es/common.ftl",
    "locales/es/dates.ftl" = "locales/es/dates.ftl",
    "locales/es/notices.ftl" = "locales/es/notices.ftl",
    "locales/es/objections.ftl" = "locales/es/objections.ftl",
    "locales/es/service.ftl" = "locales/es/service.ftl",
    "locales/fr/common.ftl" = "locales/fr/common.ftl",
    "locales/fr/dates.ftl" = "locales/fr/dates.ftl",
    "locales/fr/notices.ftl" = "locales/fr/notices.ftl",
    "locales/fr/objections.ftl" = "locales/fr/objections.ftl",
    "locales/fr/service.ftl" = "locales/fr/service.ftl",
    "templates/alert/body.html" = "src/mail/templates/alert/body.html",
    "templates/alert/body.txt" = "src/mail/templates/alert/body.txt",
    "templates/alert/subject.txt" = "src/mail/templates/alert/subject.txt",
    "templates/announcement/body.html" = "src/mail/templates/announcement/body.html",
    "templates/announcement/body.txt" = "src/mail/templates/announcement/body.txt",
    "templates/announcement/subject.txt" = "src/mail/templates/announcement/subject.txt",
    "templates/answer/body.html" = "src/mail/templates/answer/body.html",
    "templates/answer/body.txt" = "src/mail/templates/answer/body.txt",
    "templates/answer/subject.txt" = "src/mail/templates/answer/subject.txt",
    "templates/authorised/body.html" = "src/mail/templates/authorised/body.html",
    "templates/authorised/body.txt" = "src/mail/templates/authorised/body.txt",
    "templates/authorised/subject.txt" = "src/mail/templates/authorised/subject.txt",
    "templates/colours.html" = "src/mail/templates/colours.html",
    "templates/confirmation/body.html" = "src/mail/templates/confirmation/body.html",
    "templates/confirmation/body.txt" = "src/mail/templates/confirmation/body.txt",
    "templates/confirmation/subject.txt" = "src/mail/templates/confirmation/subject.txt",
    "templates/corrected/body.html" = "src/mail/templates/corrected/body.html",
    "templates/corrected/body.txt" = "src/mail/templates/corrected/body.txt",
    "templates/corrected/subject.txt" = "src/mail/templates/corrected/subject.txt",
    "templates/digest/body.html" = "src/mail/templates/digest/body.html",
    "templates/digest/body.txt" = "src/mail/templates/digest/body.txt",
    "templates/digest/subject.txt" = "src/mail/templates/digest/subject.txt",
    "templates/effective/body.html" = "src/mail/templates/effective/body.html",
    "templates/effective/body.txt" = "src/mail/templates/effective/body.txt",
    "templates/effective/subject.txt" = "src/mail/templates/effective/subject.txt",
    "templates/held/body.html" = "src/mail/templates/held/body.html",
    "templates/held/body.txt" = "src/mail/templates/held/body.txt",
    "templates/held/subject.txt" = "src/mail/templates/held/subject.txt",
    "templates/layout.html" = "src/mail/templates/layout.html",
    "templates/notice.html" = "src/mail/templates/notice.html",
    "templates/notice.txt" = "src/mail/templates/notice.txt",
    "templates/occasional.html" = "src/mail/templates/occasional.html",
    "templates/occasional.txt" = "src/mail/templates/occasional.txt",
    "templates/parts.html" = "src/mail/templates/parts.html",
    "templates/receipt/body.html" = "src/mail/templates/receipt/body.html",
    "templates/receipt/body.txt" = "src/mail/templates/receipt/body.txt",
    "templates/receipt/subject.txt" = "src/mail/templates/receipt/subject.txt",
    "templates/reminder/body.html" = "src/mail/templates/reminder/body.html",
    "templates/reminder/body.txt" = "src/mail/templates/reminder/body.txt",
    "templates/reminder/subject.txt" = "src/mail/templates/reminder/subject.txt",
    "templates/reply/body.html" = "src/mail/templates/reply/body.html",
    "templates/reply/body.txt" = "src/mail/templates/reply/body.txt",
    "templates/reply/subject.txt" = "src/mail/templates/reply/subject.txt",
    "templates/rescheduled/body.html" = "src/mail/templates/rescheduled/body.html",
    "templates/rescheduled/body.txt" = "src/mail/templates/rescheduled/body.txt",
    "templates/rescheduled/subject.txt" = "src/mail/templates/rescheduled/subject.txt",
    "templates/test/body.html" = "src/mail/templates/test/body.html",
    "templates/test/body.txt" = "src/mail/templates/test/body.txt",
    "templates/test/subject.txt" = "src/mail/templates/test/subject.txt",
    "templates/withdrawn/body.html" = "src/mail/templates/withdrawn/body.html",
    "templates/withdrawn/body.txt" = "src/mail/templates/withdrawn/body.txt",
    "templates/withdrawn/subject.txt" = "src/mail/templates/withdrawn/subject.txt",
};

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;

    fn files_under(folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
    }

    #[test]
    fn every_file_in_the_folders_is_carried_and_nothing_else() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = BTreeSet::new();
        for (prefix, folder) in [("templates", "src/mail/templates"), ("locales", "locales")] {
            for file in files_under(&root.join(folder)) {
                let name = file.strip_prefix(root.join(folder)).unwrap().to_str().unwrap().to_owned();
                if file.extension().is_none_or(|extension| extension != "rs") && !name.ends_with("/site.ftl")
                {
                    found.insert(format!("{prefix}/{name}"));
                }
            }
        }
        assert_eq!(SOURCES.iter().map(|(path, _)| (*path).to_owned()).collect::<BTreeSet<_>>(), found);
    }
}
