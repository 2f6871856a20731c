//! Subscribing.

use super::register::Choice;
use crate::web::Site;

/// The form as it was filled in.
#[derive(Debug)]
pub struct Form {
    pub mail: String,
    pub error: Option<String>,
    pub languages: Vec<Choice>,
}

impl Form {
    pub fn empty(site: &Site) -> Self {
        Self { mail: String::new(), error: None, languages: languages(site, "") }
    }
}

/// The languages of the letters, each by its own name.
pub fn languages(site: &Site, chosen: &str) -> Vec<Choice> {
    let choice =
        |tag: &String| Choice { value: tag.clone(), label: own_name(tag).to_owned(), chosen: tag == chosen };
    site.cx().settings.site.languages.iter().map(choice).collect()
}

pub fn own_name(tag: &str) -> &str {
    match tag {
        "en" => "English",
        "de" => "Deutsch",
        "fr" => "Français",
        "es" => "Español",
        other => other,
    }
}
