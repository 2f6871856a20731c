//! What each field of `/register.json`, `/changes.json` and `/compare.json` means, as a JSON Schema.

use serde_json::{Value, json};

use crate::domain::change::ChangeKind;

pub fn register(base_url: &str) -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{base_url}/register.schema.json"),
        "title": "Register of subprocessors on one day",
        "type": "object",
        "required": ["$schema", "processor", "on", "first_day", "subprocessors", "in_force_for_some_customers",
            "in_use_without_completed_notice"],
        "additionalProperties": false,
        "properties": {
            "$schema": {"type": "string", "format": "uri"},
            "processor": text("Whose register it is."),
            "on": {"type": "string", "format": "date", "description": "The day it speaks of, in the processor's zone."},
            "first_day": {"type": ["string", "null"], "format": "date",
                "description": "The first day that the register says anything of; before it nothing is known."},
            "subprocessors": {"type": "array", "items": {"$ref": "#/$defs/subprocessor"}},
            "in_force_for_some_customers": {"type": "array", "items": {"$ref": "#/$defs/for_some"},
                "description": "In force for those customers whose notice has run and with whom nothing is in the way, not yet for all."},
            "in_use_without_completed_notice": {"type": "array", "items": {"$ref": "#/$defs/in_use"},
                "description": "In use although notice is not complete; said here because the list shows only what took effect."}
        },
        "$defs": {
            "subprocessor": subprocessor(),
            "for_some": for_some(),
            "in_use": {
                "type": "object",
                "required": ["change", "name", "since", "reason"],
                "properties": {
                    "change": text("The change that is held."),
                    "name": text("The subprocessor."),
                    "since": {"type": "string", "format": "date"},
                    "reason": {"type": ["string", "null"]}
                }
            }
        }
    })
}

pub fn changes(base_url: &str) -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{base_url}/changes.schema.json"),
        "title": "Changes of subprocessors, the newest first",
        "type": "object",
        "required": ["$schema", "processor", "changes", "next"],
        "additionalProperties": false,
        "properties": {
            "$schema": {"type": "string", "format": "uri"},
            "processor": text("Whose changes they are."),
            "changes": {"type": "array", "items": {"$ref": "#/$defs/change"}},
            "next": {"type": ["string", "null"], "format": "uri", "description": "Where the older ones are; null: these are the oldest."}
        },
        "$defs": {
            "change": {
                "type": "object",
                "required": ["reference", "url", "kind", "state", "headline", "reason", "effective_on", "facts", "events"],
                "additionalProperties": false,
                "properties": change()
            }
        }
    })
}

fn change() -> Value {
    let kinds: Vec<_> = ChangeKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let day = |says: &str| json!({"type": ["string", "null"], "format": "date", "description": says});
    let instant =
        |says: &str| json!({"type": ["string", "null"], "format": "date-time", "description": says});
    let maybe = |says: &str| json!({"type": ["string", "null"], "description": says});
    let event = json!({"type": "array", "items": {
        "type": "object",
        "required": ["event", "at"],
        "additionalProperties": false,
        "properties": {"event": text("What happened."), "at": {"type": "string", "format": "date-time"}}
    }});
    let mut properties = json!({
        "reference": text("Its number, for ever."),
        "url": {"type": "string", "format": "uri", "description": "Its own page."},
        "kind": {"type": "string", "enum": kinds},
        "state": {"type": "string", "enum": ["announced", "held", "effective", "withdrawn"]},
        "headline": text("What it does, in a few words."),
        "reason": text("Why, in the processor's words."),
        "emergency": maybe("Why it could not wait for the full notice; null: it could."),
        "announced_at": instant("When its announcement began."),
        "effective_on": {"type": "string", "format": "date",
            "description": "The day planned. Of a change that is held it is over, and none is known."},
        "in_force_for_some_since": instant("Since when it is in force for some customers and not for all."),
        "took_effect_at": instant("When it took effect for all."),
        "in_use_since": day("Since when it is in use without completed notice."),
        "in_use_until": day("The last day of that use."),
        "facts": {"type": "object", "properties": facts(),
            "description": "The subprocessor as it will be; of a removal, as it was last."},
        "before": {"type": ["object", "null"], "properties": facts(), "description": "As it was, where an entry is altered."},
        "replaces": maybe("The name of the subprocessor replaced.")
    });
    properties["events"] = event;
    properties
}

pub fn compare(base_url: &str) -> Value {
    let entries =
        |says: &str| json!({"type": "array", "items": {"$ref": "#/$defs/subprocessor"}, "description": says});
    let day = |says: &str| json!({"type": "string", "format": "date", "description": says});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{base_url}/compare.schema.json"),
        "title": "What differs between the registers of two days",
        "type": "object",
        "required": ["$schema", "processor", "from", "to", "joined", "left", "altered"],
        "additionalProperties": false,
        "properties": {
            "$schema": {"type": "string", "format": "uri"},
            "processor": text("Whose register it is."),
            "from": day("The earlier day, in the processor's zone."),
            "to": day("The later day."),
            "joined": entries("On the register of the later day only, as they are on it."),
            "left": entries("On the register of the earlier day only, as they were on it."),
            "altered": {"type": "array", "items": {"$ref": "#/$defs/altered"}, "description": "On both, with other facts."}
        },
        "$defs": {
            "subprocessor": subprocessor(),
            "altered": {
                "type": "object",
                "required": ["id", "name", "differences"],
                "additionalProperties": false,
                "properties": {
                    "id": text("Stable name in addresses."),
                    "name": text("As people call it on the later day."),
                    "differences": {"type": "array", "items": {"$ref": "#/$defs/difference"}}
                }
            },
            "difference": {
                "type": "object",
                "required": ["field", "before", "after"],
                "additionalProperties": false,
                "properties": {
                    "field": text("The fact, named as in a subprocessor."),
                    "before": text("On the earlier day; several values are separated by semicolons."),
                    "after": text("On the later day.")
                }
            }
        }
    })
}

fn subprocessor() -> Value {
    let mut properties = facts();
    properties["id"] = text("Stable name in addresses.");
    properties["url"] =
        json!({"type": "string", "format": "uri", "description": "Its own page, which never moves."});
    properties["since"] =
        json!({"type": "string", "format": "date", "description": "First day of this state of the facts."});
    properties["change"] = json!({"type": ["string", "null"],
        "description": "The change that brought this state about; null: stated at the first import."});
    json!({"type": "object", "required": ["id", "url", "name", "since", "change"], "properties": properties})
}

/// What is known of a subprocessor.
fn facts() -> Value {
    let list = |says: &str| json!({"type": "array", "items": {"type": "string"}, "description": says});
    json!({
        "name": text("As people call it."),
        "legal_entity": text("The legal person."),
        "address": text("Its address."),
        "contact": text("Its contact for data protection."),
        "website": text("Its website."),
        "category": text("Kind of service."),
        "purpose": text("What it does."),
        "nature": text("Nature and duration of the processing."),
        "countries": list("Countries of processing, ISO 3166-1 alpha-2."),
        "regions": list("Regions of processing."),
        "data_types": list("Personal data it processes."),
        "data_subjects": list("Whose data."),
        "products": list("Products it serves; empty: all."),
        "transfer_mechanism": text("How data may leave Europe."),
        "safeguards": text("Further safeguards."),
        "affiliate": text("yes, no, or empty where not stated."),
        "engaged_by": text("The subprocessor that engages it; empty: the processor itself.")
    })
}

fn for_some() -> Value {
    json!({
        "type": "object",
        "required": ["change", "name", "since"],
        "properties": {
            "change": text("The change that starts for each customer by itself."),
            "name": text("The subprocessor."),
            "since": {"type": "string", "format": "date", "description": "The day on which it started for the first of them."}
        }
    })
}

fn text(says: &str) -> Value {
    json!({"type": "string", "description": says})
}
