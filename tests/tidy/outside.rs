//! Outside `src/`: templates, scripts, the compose file.

use crate::source::{Fault, House};

/// Folders of templates, each file of which somebody must name.
const TEMPLATES: [&str; 2] = ["src/web/templates/", "src/demo/mailbox/templates/"];

pub fn templates(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, _) in &house.files {
        let Some(name) = TEMPLATES.iter().find_map(|folder| path.strip_prefix(folder)) else { continue };
        let by_code =
            house.sources.iter().any(|source| source.strings.iter().any(|(_, string)| string == name));
        let quoted = format!("\"{name}\"");
        let by_template = house.files.iter().any(|(other, text)| other != path && text.contains(&quoted));
        if !by_code && !by_template {
            faults.push(whole(
                path,
                "no page and no template names this template; delete it, or use it".to_owned(),
            ));
        }
    }
    faults
}

/// The first comment of a script says what it does and how long it takes.
pub fn scripts(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in &house.files {
        let is_script = text.starts_with("#!") && (path.starts_with("script/") || path.starts_with(".ci/"));
        let comment: String = text.lines().skip(1).take_while(|line| line.starts_with('#')).collect();
        if is_script && comment.len() < 30 {
            faults.push(whole(path, "a script's first comment says what it does".to_owned()));
        } else if is_script
            && path != ".ci/run"
            && !["second", "minute", "instant"].iter().any(|unit| comment.contains(unit))
        {
            faults.push(whole(
                path,
                "a script's first comment says how long it takes (seconds, minutes)".to_owned(),
            ));
        }
    }
    faults
}

/// Paths that the compose file mounts or builds from exist; variables that it sets are settings or are given a default.
pub fn compose(house: &House) -> Vec<Fault> {
    const FILE: &str = "docker-compose.yml";
    let Some(text) = house.file(FILE) else { return Vec::new() };
    let sample = house.file("config/forenotice.toml").unwrap_or_default();
    let mut faults = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut fault = |says: String| faults.push(Fault { path: FILE.to_owned(), line: index + 1, says });
        let line = line.split(" #").next().unwrap_or_default().trim();
        for word in line.split([' ', ':', '"', ',', '[', ']']) {
            if word.starts_with("./") && !exists(house, word.trim_start_matches("./")) {
                fault(format!("{word} does not exist in this repository"));
            }
        }
        if let Some((name, _)) = line
            .trim_start_matches("- ")
            .split_once([':', '='])
            .filter(|(name, _)| name.starts_with("FORENOTICE__"))
        {
            let key = name.trim_start_matches("FORENOTICE__").to_lowercase();
            if !is_setting(sample, &key) {
                fault(format!("{name} is no setting that config/forenotice.toml names"));
            }
        }
        for variable in line.split("${").skip(1).filter_map(|rest| rest.split('}').next()) {
            if !variable.contains(":-") && !variable.contains(":?") {
                fault(format!(
                    "${{{variable}}} has no default; write ${{{variable}:-default}} or ${{{variable}:?why}}"
                ));
            }
        }
    }
    faults
}

fn exists(house: &House, path: &str) -> bool {
    let inside = |name: &str| {
        name == path || path.is_empty() || name.starts_with(&format!("{}/", path.trim_end_matches('/')))
    };
    house.files.iter().any(|(name, _)| inside(name))
}

/// Whether the sample names `section__key` (or the top-level `key`), set or commented.
fn is_setting(sample: &str, name: &str) -> bool {
    let mut section = String::new();
    sample.lines().any(|line| {
        if let Some(header) = line.strip_prefix('[') {
            header.trim_end_matches(']').clone_into(&mut section);
        }
        let key = line.trim_start_matches("# ").split_once(" = ").map(|(key, _)| key).unwrap_or_default();
        let full = if section.is_empty() { key.to_owned() } else { format!("{section}__{key}") };
        !key.is_empty() && full == name
    })
}

fn whole(path: &str, says: String) -> Fault {
    Fault { path: path.to_owned(), line: 1, says }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(files: &[(&str, &str)]) -> House {
        House::of(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    #[test]
    fn a_template_that_nobody_names_is_found() {
        let used_by_code = ("src/web/a.rs", "#[template(path = \"a.html\")] struct A;");
        let used_by_template = ("src/web/templates/a.html", "{% extends \"shell.html\" %}");
        let all = [
            used_by_code,
            used_by_template,
            ("src/web/templates/shell.html", ""),
            ("src/web/templates/old.html", ""),
        ];
        let faults = templates(&house(&all));
        assert_eq!(
            faults.iter().map(|fault| fault.path.as_str()).collect::<Vec<_>>(),
            ["src/web/templates/old.html"]
        );
    }

    #[test]
    fn a_script_that_does_not_introduce_itself_is_found() {
        assert_eq!(scripts(&house(&[("script/a", "#!/bin/sh\nset -e\n")])).len(), 1);
        assert_eq!(
            scripts(&house(&[("script/a", "#!/bin/sh\n# Does something useful with great care.\n")])).len(),
            1
        );
        assert_eq!(
            scripts(&house(&[("script/a", "#!/bin/sh\n# Formats the whole code. Takes a second.\n")])).len(),
            0
        );
    }

    #[test]
    fn a_compose_file_that_names_what_is_not_there_is_found() {
        let sample = (
            "config/forenotice.toml",
            "# environment = \"production\"\n[web]\n# listen = \"127.0.0.1:8080\"\n",
        );
        let compose_with = |line: &str| compose(&house(&[sample, ("docker-compose.yml", line)])).len();
        assert_eq!(compose_with("  - ./config/other.toml:/etc/x.toml:ro"), 1);
        assert_eq!(compose_with("  - ./config/forenotice.toml:/etc/x.toml:ro"), 0);
        assert_eq!(compose_with("  FORENOTICE__WEB__LISTN: 0.0.0.0:8080"), 1);
        assert_eq!(compose_with("  FORENOTICE__WEB__LISTEN: 0.0.0.0:8080"), 0);
        assert_eq!(compose_with("  FORENOTICE__ENVIRONMENT: demo"), 0);
        assert_eq!(compose_with("  image: ${IMAGE}"), 1);
        assert_eq!(compose_with("  image: ${IMAGE:-postgres:17}"), 0);
    }
}
