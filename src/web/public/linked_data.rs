//! What the register and a subprocessor's page say to search engines, as schema.org in JSON-LD.
//!
//! A block of data, not a script: no browser runs it, so the content security policy allows none for it. What could end
//! the block is written as escapes.

use serde_json::{Value, json};

use super::register::Register;
use super::{subprocessor, wording};
use crate::domain::register::Version;
use crate::domain::subprocessor::Facts;
use crate::web::error::PageError;
use crate::web::words::Html;

/// The register as it is today: a data set, and the companies on it.
pub fn of_register(register: &Register<'_>, listed: &[&Version], title: &str) -> Result<Html, PageError> {
    let base = &register.site.processor().base_url;
    let entries: Vec<Value> = (1..).zip(listed).map(|(place, version)| {
        json!({"@type": "ListItem", "position": place, "url": address(register, &version.slug), "name": version.facts.name})
    }).collect();
    let download = |kind: &str, path: &str| json!({"@type": "DataDownload", "encodingFormat": kind, "contentUrl": format!("{base}{path}")});
    block(
        register,
        vec![
            json!({
                "@type": "WebPage", "@id": format!("{base}/"), "url": format!("{base}/"), "name": title,
                "inLanguage": register.words.language(), "publisher": {"@id": processor(register)},
                "mainEntity": {"@id": format!("{base}/#today")},
            }),
            json!({
                "@type": "Dataset", "@id": format!("{base}/#register"), "name": title,
                "description": register.words.with("register-lede", [("processor", &register.site.processor().name)]),
                "creator": {"@id": processor(register)}, "isAccessibleForFree": true,
                "temporalCoverage": register.first_day().map(|day| format!("{day}/..")),
                "distribution": [download("application/json", "/register.json"), download("text/csv", "/register.csv")],
            }),
            json!({"@type": "ItemList", "@id": format!("{base}/#today"), "numberOfItems": entries.len(), "itemListElement": entries}),
        ],
    )
}

/// One subprocessor as an organisation.
pub fn of_subprocessor(register: &Register<'_>, slug: &str, facts: &Facts) -> Result<Html, PageError> {
    let base = &register.site.processor().base_url;
    let page = address(register, slug);
    let stated = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    block(
        register,
        vec![
            json!({
                "@type": "WebPage", "@id": page, "url": page, "name": facts.name,
                "inLanguage": register.words.language(), "publisher": {"@id": processor(register)},
                "isPartOf": {"@id": format!("{base}/")}, "mainEntity": {"@id": format!("{page}#company")},
            }),
            without_empty(json!({
                "@type": "Organization", "@id": format!("{page}#company"), "name": facts.name,
                "legalName": stated(&facts.legal_entity), "url": wording::web_page(&facts.website),
                "address": stated(&facts.address), "description": stated(&facts.purpose),
            })),
            json!({
                "@type": "BreadcrumbList",
                "itemListElement": [
                    {"@type": "ListItem", "position": 1, "name": register.words.get("nav-register"), "item": format!("{base}/")},
                    {"@type": "ListItem", "position": 2, "name": facts.name, "item": page},
                ],
            }),
        ],
    )
}

fn address(register: &Register<'_>, slug: &str) -> String {
    format!("{}{}", register.site.processor().base_url, subprocessor::path(slug))
}

fn processor(register: &Register<'_>) -> String {
    format!("{}/#processor", register.site.processor().base_url)
}

/// The items, and the processor among them, as text that may stand in a `script` element.
fn block(register: &Register<'_>, mut items: Vec<Value>) -> Result<Html, PageError> {
    let known = register.site.processor();
    items.push(json!({
        "@type": "Organization", "@id": processor(register), "name": known.name, "legalName": known.legal_name,
        "url": format!("{}/", known.base_url),
    }));
    let text = serde_json::to_string(&json!({"@context": "https://schema.org", "@graph": items}))
        .map_err(|fault| PageError::broke(&fault))?;
    Ok(Html(inert(&text)))
}

fn without_empty(mut item: Value) -> Value {
    if let Some(fields) = item.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    item
}

/// JSON that can neither end its element nor begin a comment or a character reference in it: outside strings JSON has
/// none of these signs.
fn inert(json: &str) -> String {
    json.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_cannot_leave_its_element_and_is_read_back_as_it_was() {
        let hostile = "</script><!--<script>alert(1)</script>&lt;\u{2028}\"\\";
        let text = inert(&serde_json::to_string(&json!({ "name": hostile })).unwrap());
        assert!(!text.contains(['<', '>', '&']), "{text}");
        let back: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(back["name"], hostile);
    }
}
