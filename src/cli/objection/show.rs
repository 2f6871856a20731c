//! `objection show`: one objection in full.

use serde_json::{Value, json};

use super::{RefArgs, in_time, instant, whose};
use crate::cli::foreign::print;
use crate::cli::{Failure, Global, OrHint as _, context};
use crate::domain::objection::Resolution;
use crate::store;
use crate::store::objection::{Correspondence, Objection};

pub(super) async fn run(global: &Global, args: &RefArgs) -> Result<(), Failure> {
    let cx = context::open(global)?;
    let mut snapshot = cx.snapshot().await?;
    let known = store::objection::by_reference(snapshot.conn(), &args.reference)
        .await
        .or_hint("forenotice objection list names them all")?;
    let said = store::objection::correspondence(snapshot.conn(), known.id()).await?;
    if args.output.json {
        return print(in_full(&known, &said));
    }
    print(format_args!("{}  {}  {}", known.reference, known.state, in_time(&known)))?;
    print(format_args!("customer      {}", whose(&known)))?;
    if let Some(on_behalf_of) = &known.on_behalf_of {
        print(format_args!("on behalf of  {on_behalf_of}"))?;
    }
    print(format_args!("received      {} by {}", instant(known.received_at), known.channel))?;
    print(format_args!("answer by     {}", known.answer_due_on))?;
    if let (Some(at), Some(then)) = (known.lapses_at, &known.lapse_then) {
        print(format_args!("settle by     {} (then: {then})", instant(at)))?;
    }
    print(format_args!("words         {}", known.statement))?;
    for ground in &known.grounds {
        print(format_args!("ground        {ground}"))?;
    }
    if let Some(condition) = &known.condition {
        print(format_args!("condition     {condition}"))?;
    }
    for line in &known.changes {
        let deadline = line.deadline_at.map_or("until the effect".to_owned(), instant);
        let marks = [
            (!line.in_time, ", late"),
            (line.admitted, ", admitted"),
            (line.found_after_effect, ", found after the effect"),
            (line.after_start_at.is_some(), ", after the start of an emergency"),
        ];
        let marks: String = marks.iter().filter(|(set, _)| *set).map(|(_, words)| *words).collect();
        print(format_args!("against       {} (deadline {deadline}{marks})", line.change))?;
        if let Some(joined) = &line.joined {
            print(format_args!("added to      {joined}"))?;
        }
        if let Some(resolution) = &line.resolution {
            let at = line.resolved_at.map_or("waits for a second person".to_owned(), instant);
            print(format_args!("outcome       {}: {} ({at})", resolution.outcome(), resolution.reason()))?;
            for (what, said) in terms(resolution) {
                print(format_args!("{what:<13} {said}"))?;
            }
        }
    }
    for piece in &said {
        print(format_args!("{}  {}", instant(piece.at), in_words(piece)))?;
    }
    Ok(())
}

/// What a resolution holds besides its reason: the condition, who agreed, the last day.
fn terms(resolution: &Resolution) -> Vec<(String, String)> {
    let Ok(Value::Object(mut known)) = serde_json::to_value(resolution) else { return Vec::new() };
    if let Some(Value::Object(remedies)) = known.remove("remedies") {
        known.extend(remedies.into_iter().map(|(what, said)| match what.as_str() {
            "what" => ("remedies".to_owned(), said),
            _ => (what, said),
        }));
    }
    let told = |(what, said): (String, Value)| {
        let is_told = !matches!(what.as_str(), "outcome" | "reason");
        said.as_str().filter(|_| is_told).map(|said| (what.replace('_', " "), said.to_owned()))
    };
    known.into_iter().filter_map(told).collect()
}

/// Who said it, and all that was said.
fn in_words(piece: &Correspondence) -> String {
    let who = match (&piece.said_by, piece.voice.as_str()) {
        (Some(who), _) => format!("{who}: "),
        (None, "ours") => "we: ".to_owned(),
        (None, _) => String::new(),
    };
    let grounds = (!piece.grounds.is_empty()).then(|| piece.grounds.join(", "));
    let more = [
        ("grounds", grounds.as_deref()),
        ("condition", piece.condition.as_deref()),
        ("on behalf of", piece.on_behalf_of.as_deref()),
        ("file", piece.file.as_deref()),
    ];
    let mut words = format!("{who}{}", piece.body.as_deref().unwrap_or_default());
    for (what, said) in more {
        words.extend(said.into_iter().flat_map(|said| ["\n    ", what, ": ", said]));
    }
    words
}

fn in_full(known: &Objection, said: &[Correspondence]) -> Value {
    json!({
        "ref": known.reference, "customer": known.customer, "customer_name": known.customer_name,
        "address": known.address, "on_behalf_of": known.on_behalf_of, "channel": known.channel,
        "in_time": known.in_time(), "state": known.state, "received": known.received_at,
        "entered": known.entered_at, "answer_due": known.answer_due_on,
        "lapses_at": known.lapses_at, "lapse_then": known.lapse_then, "statement": known.statement,
        "grounds": known.grounds, "condition": known.condition, "changes": known.changes,
        "correspondence": said, "waits_for_approval": known.waits_for_approval(),
    })
}
