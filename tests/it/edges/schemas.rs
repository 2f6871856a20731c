//! What programs read is what its published schema says, and each entry leads to its page.

use serde_json::Value;

use super::visitor::{Visitor, announced};
use crate::records::register_from;

#[tokio::test]
async fn each_document_is_as_its_schema_says_and_says_nothing_else() {
    let (world, visitor, _) = announced().await;
    world.as_superuser("update change set in_use_since = '2026-11-24', in_use_why = 'It had to be.'").await;
    world
        .as_superuser(
            r#"with s as (insert into subprocessor (slug) values ('old'), ('new') returning id, slug)
            insert into subprocessor_version (subprocessor_id, valid_from, listed, facts)
            select s.id, d::date, l, f::jsonb from (select id, slug from s union all select id, slug from subprocessor) s
            join (values ('stripe', '2026-03-01', true, '{"name": "Stripe", "countries": ["US", "IE"]}'),
                ('old', '2026-01-01', true, '{"name": "Old <b>"}'), ('old', '2026-05-01', false, '{"name": "Old <b>"}'),
                ('new', '2026-06-01', true, '{"name": "New", "data_types": ["names"]}')) v(slug, d, l, f) using (slug)"#,
        )
        .await;
    for path in ["/register.json", "/register.json?on=2026-02-01", "/compare.json", "/changes.json"] {
        let document = read(&visitor, path).await;
        let at: url::Url = document["$schema"].as_str().unwrap().parse().unwrap();
        let schema = read(&visitor, at.path()).await;
        assert_eq!(schema["$id"], document["$schema"], "{path}");
        let mut faults = Vec::new();
        check(&schema, &schema, &document, path, &mut faults);
        assert!(faults.is_empty(), "{faults:#?}\n{document:#}");
        for list in ["subprocessors", "joined", "left"] {
            for entry in document[list].as_array().into_iter().flatten() {
                let page: url::Url = entry["url"].as_str().unwrap().parse().unwrap();
                assert_eq!(visitor.get(page.path()).await.status, 200, "{page}");
            }
        }
    }
    let compared = read(&visitor, "/compare.json").await;
    for list in ["joined", "left", "altered"] {
        assert!(!compared[list].as_array().unwrap().is_empty(), "{list} in {compared:#}");
    }
    assert!(!read(&visitor, "/register.json").await["in_use_without_completed_notice"][0].is_null());
}

#[tokio::test]
async fn the_register_that_programs_read_is_one_that_an_import_reads() {
    let (world, visitor, _) = announced().await;
    let document = visitor.get("/register.json").await.body;
    let listed = serde_json::from_str::<Value>(&document).unwrap()["subprocessors"].as_array().unwrap().len();
    let imported = register_from(&world, document.as_bytes()).await;
    assert!(imported.rejected.is_empty(), "{:?}", imported.rejected);
    assert_eq!((imported.imported, imported.unchanged), (0, listed));
}

async fn read(visitor: &Visitor, path: &str) -> Value {
    serde_json::from_str(&visitor.get(path).await.body).unwrap()
}

/// As much of JSON Schema as ours use; a field that no schema names is a fault.
fn check(root: &Value, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        return check(root, root.pointer(&reference[1..]).unwrap(), value, at, faults);
    }
    let kind = match value {
        Value::Null => "null",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
    };
    let allowed =
        schema["type"].as_array().map_or_else(|| std::slice::from_ref(&schema["type"]), Vec::as_slice);
    if !allowed.iter().any(|allowed| allowed == kind) {
        faults.push(format!("{at} is {kind}, not {}", schema["type"]));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap()).is_none() {
            faults.push(format!("{at} lacks {name}"));
        }
    }
    for (name, value) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(name) {
            Some(schema) => check(root, schema, value, &format!("{at} {name}"), faults),
            None => faults.push(format!("{at} has {name}, of which the schema says nothing")),
        }
    }
    for value in value.as_array().into_iter().flatten() {
        check(root, &schema["items"], value, at, faults);
    }
}
