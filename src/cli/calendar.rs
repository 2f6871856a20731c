//! `calendar`: which dates follow from one notice, or from many, one JSON object a line.
//!
//! Needs neither configuration nor database. It is how the arithmetic is explained to a customer's lawyer, and
//! compared with other implementations.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat, Utc};
use serde::{Deserialize, Serialize, Serializer};

use super::{Failure, OrHint, print};
use crate::domain::calendar::{Convention, NoticeDays, ObjectionDays, Start, Timing, earliest_effective_on};
use crate::domain::holidays::{BeyondCalendar, Holidays, UnknownCalendar};
use crate::domain::zone::Zone;

/// No case is longer; a line beyond it is refused unread.
const LINE_BYTES_MAX: u64 = 64 * 1024;
/// Beyond these years neither zones nor months say anything useful.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

const EXAMPLES: &str = "Examples:
  forenotice calendar --given-at 2026-11-26T10:00:00Z --zone Europe/Berlin \\
      --notice-days 30 --objection-days 30 --convention eu_1182_71 --holidays DE
  forenotice calendar --batch < cases.ndjson > answers.ndjson";

/// Work out the dates that follow from a notice
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Read cases from standard input, one JSON object a line, and answer each on a line of its own
    #[arg(long, conflicts_with = "Flags")]
    batch: bool,
    /// JSON, as every answer is
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    case: Option<Flags>,
}

#[derive(Debug, clap::Args)]
struct Flags {
    /// When the notice was given, such as 2026-11-23T09:00:00Z
    #[arg(long, value_name = "INSTANT")]
    given_at: String,
    /// The customer's time zone
    #[arg(long)]
    zone: Zone,
    /// How much notice the terms grant, in the convention's unit
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    notice_days: i64,
    /// How long the terms let the customer object (default: until the change takes effect)
    #[arg(long, value_name = "M", allow_negative_numbers = true)]
    objection_days: Option<i64>,
    /// How days are counted: `clear_days` (default), `calendar_days`, `eu_1182_71`, `working_days`, `months`
    #[arg(long)]
    convention: Option<Convention>,
    /// Holiday calendars, separated by commas, such as DE-BY,GB-ENG (default: weekends only)
    #[arg(long, value_name = "CODES", value_delimiter = ',')]
    holidays: Option<Vec<String>>,
    /// The zone whose days are effective dates (default: the customer's)
    #[arg(long, value_name = "ZONE")]
    policy_zone: Option<Zone>,
    /// What starts the periods: `handed_over` (default), `received`, `listed`
    #[arg(long)]
    start: Option<Start>,
}

/// One notice under one set of terms.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    given_at: GivenAt,
    zone: Zone,
    notice_days: NoticeDays,
    objection_days: Option<ObjectionDays>,
    convention: Convention,
    holidays: Option<Codes>,
    policy_zone: Option<Zone>,
    #[serde(default = "handed_over")]
    start: Start,
}

/// The case again, and what follows.
#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    case: &'a Case,
    notice_day: NaiveDate,
    objection_last_day: Option<NaiveDate>,
    #[serde(serialize_with = "to_the_second_if_any")]
    objection_deadline: Option<DateTime<Utc>>,
    #[serde(serialize_with = "to_the_second")]
    clear_at: DateTime<Utc>,
    earliest_effective: NaiveDate,
    #[serde(skip)]
    incomplete: Option<Incomplete>,
}

/// What an answer rests on: years for which some feasts are not in the table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Incomplete {
    codes: String,
    until: i32,
}

/// An instant, and how it was written, for the answer repeats the case.
#[derive(Debug, Deserialize)]
#[serde(try_from = "String")]
struct GivenAt {
    text: String,
    at: DateTime<Utc>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected null, the code of a holiday calendar, or a list of codes")]
enum Codes {
    One(String),
    Several(Vec<String>),
}

#[derive(Debug, thiserror::Error)]
enum BadCase {
    #[error("{given:?} is no instant; write it like 2026-11-23T09:00:00Z")]
    NoInstant { given: String },
    #[error("{given:?} lies outside the years {} to {}", YEARS.start(), YEARS.end())]
    FarAway { given: String },
    #[error("{field}: {}", without_line(why))]
    Field { field: String, why: serde_json::Error },
    #[error("column {}: {}", why.column(), without_line(why))]
    NoCase { why: serde_json::Error },
    #[error("the line is longer than {LINE_BYTES_MAX} bytes")]
    TooLong,
    #[error("holidays: {0}")]
    UnknownCalendar(#[from] UnknownCalendar),
    #[error("holidays: {0}")]
    BeyondCalendar(#[from] BeyondCalendar),
}

pub fn run(args: Args) -> Result<(), Failure> {
    match args.case {
        Some(flags) => {
            let case = flags.case()?;
            let answer = case.answer()?;
            warn(&answer.incomplete.iter().cloned().collect());
            print(serde_json::to_string_pretty(&answer)?)
        }
        None if args.batch => batch(io::stdin().lock(), io::stdout().lock()),
        None => Err(Failure::new("no case is given")
            .hint("give --given-at, --zone and --notice-days, or --batch; --help shows an example of each")),
    }
}

/// Answers every line in its place; a bad one with its error.
fn batch(input: impl Read, output: impl Write) -> Result<(), Failure> {
    let (mut input, mut output) = (BufReader::new(input), BufWriter::new(output));
    let (mut lines, mut bad, mut line) = (0_u64, 0_u64, Vec::new());
    let mut incomplete = BTreeSet::new();
    while next_line(&mut input, &mut line).or_hint("standard input must stay readable to its end")? {
        lines += 1;
        let answered = match answer_line(&line, &mut incomplete) {
            Ok(answer) => writeln!(output, "{answer}"),
            Err(why) => {
                bad += 1;
                let error = format!("line {lines}: {why}");
                writeln!(output, "{}", serde_json::json!({ "error": error }))
            }
        };
        // Whoever writes a line and waits for its answer gets it.
        let written = answered.and_then(|()| if input.buffer().is_empty() { output.flush() } else { Ok(()) });
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
            written => written?,
        }
    }
    output.flush()?;
    warn(&incomplete);
    match bad {
        0 => Ok(()),
        bad => Err(Failure::new(format!("{bad} of {lines} lines are no case"))
            .hint("each has an \"error\" in its place of the output")),
    }
}

/// Reads a line without its end; false when there is none left. A line that is too long is skipped to its end.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let read = input.by_ref().take(LINE_BYTES_MAX + 1).read_until(b'\n', line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() as u64 > LINE_BYTES_MAX {
        input.skip_until(b'\n')?;
    }
    Ok(read > 0)
}

fn answer_line(line: &[u8], incomplete: &mut BTreeSet<Incomplete>) -> Result<String, BadCase> {
    if line.len() as u64 > LINE_BYTES_MAX {
        return Err(BadCase::TooLong);
    }
    let mut json = serde_json::Deserializer::from_slice(line);
    let mut case: Case = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = error.path().to_string();
        let why = error.into_inner();
        if why.is_data() && field != "." { BadCase::Field { field, why } } else { BadCase::NoCase { why } }
    })?;
    json.end().map_err(|why| BadCase::NoCase { why })?;
    case.policy_zone.get_or_insert_with(|| case.zone.clone());
    let answer = case.answer()?;
    incomplete.extend(answer.incomplete.clone());
    serde_json::to_string(&answer).map_err(|why| BadCase::NoCase { why })
}

/// On standard error: which answers a later release may give differently.
fn warn(incomplete: &BTreeSet<Incomplete>) {
    for Incomplete { codes, until } in incomplete {
        eprintln!(
            "warning: of the holidays of {codes}, those that follow the moon are known to {until} only"
        );
    }
}

impl Flags {
    fn case(self) -> Result<Case, Failure> {
        Ok(Case {
            given_at: GivenAt::try_from(self.given_at)?,
            notice_days: NoticeDays::new(self.notice_days)?,
            objection_days: self.objection_days.map(ObjectionDays::new).transpose()?,
            convention: self.convention.unwrap_or(Convention::ClearDays),
            holidays: self.holidays.map(Codes::Several),
            policy_zone: self.policy_zone.or_else(|| Some(self.zone.clone())),
            zone: self.zone,
            start: self.start.unwrap_or_else(handed_over),
        })
    }
}

impl Case {
    fn answer(&self) -> Result<Answer<'_>, BadCase> {
        let holidays = match &self.holidays {
            None => Holidays::none(),
            Some(Codes::One(code)) => Holidays::get(&[code])?,
            Some(Codes::Several(codes)) => Holidays::get(codes)?,
        };
        let timing = Timing {
            notice: (self.notice_days, self.convention),
            start: self.start,
            objection: self.objection_days.map(|days| (days, self.convention)),
            zone: self.zone.clone(),
            holidays,
        };
        let periods = timing.periods(self.given_at.at);
        timing.check_holidays(self.given_at.at, &periods)?;
        let last_year_asked = timing.last_year_asked(self.given_at.at, &periods);
        let until = timing.holidays.complete_until().filter(|until| last_year_asked > Some(*until));
        let incomplete = until.map(|until| Incomplete { codes: timing.holidays.codes().join(", "), until });
        let policy_zone = self.policy_zone.as_ref().unwrap_or(&self.zone);
        Ok(Answer {
            case: self,
            notice_day: periods.notice_day,
            objection_last_day: periods.objection_last_day,
            objection_deadline: periods.window_closes_at,
            clear_at: periods.clear_at,
            earliest_effective: earliest_effective_on(periods.clear_at, policy_zone),
            incomplete,
        })
    }
}

impl TryFrom<String> for GivenAt {
    type Error = BadCase;

    fn try_from(text: String) -> Result<Self, BadCase> {
        match DateTime::parse_from_rfc3339(&text) {
            Ok(at) if YEARS.contains(&at.to_utc().year()) => Ok(Self { at: at.to_utc(), text }),
            Ok(_) => Err(BadCase::FarAway { given: text }),
            Err(_) => Err(BadCase::NoInstant { given: text }),
        }
    }
}

impl Serialize for GivenAt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

fn handed_over() -> Start {
    Start::HandedOver
}

fn to_the_second<S: Serializer>(at: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&at.to_rfc3339_opts(SecondsFormat::Secs, true))
}

#[expect(clippy::ref_option, reason = "serde calls it with a reference to the field")]
fn to_the_second_if_any<S: Serializer>(at: &Option<DateTime<Utc>>, serializer: S) -> Result<S::Ok, S::Error> {
    at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)).serialize(serializer)
}

/// What serde says, without the line that it counts from the start of ours.
fn without_line(why: &serde_json::Error) -> String {
    let words = why.to_string();
    words.rsplit_once(" at line ").map_or(words.clone(), |(words, _)| words.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const CASE: &str = r#"{"given_at":"2026-11-26T10:00:00Z","zone":"Europe/Berlin","notice_days":30,"objection_days":30,"convention":"eu_1182_71","holidays":"DE","policy_zone":"Europe/Berlin","start":"handed_over"}"#;

    /// What a batch answers, line by line, and whether it ends well.
    fn answers(input: &[u8]) -> (Vec<Value>, bool) {
        let mut output = Vec::new();
        let ended = batch(input, &mut output);
        let lines = String::from_utf8(output).unwrap();
        (lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), ended.is_ok())
    }

    /// The case with one field changed.
    fn case_with(field: &str, value: Value) -> Vec<u8> {
        let mut case: Value = serde_json::from_str(CASE).unwrap();
        case[field] = value;
        case.to_string().into_bytes()
    }

    fn error_with(field: &str, value: Value) -> String {
        let (answered, well) = answers(&case_with(field, value));
        assert!(!well, "a bad line ends in exit 1");
        answered[0]["error"].as_str().unwrap().to_owned()
    }

    #[test]
    fn an_answer_repeats_the_case_and_adds_what_follows() {
        let (answered, well) = answers(CASE.as_bytes());
        let mut wanted: Value = serde_json::from_str(CASE).unwrap();
        wanted["notice_day"] = json!("2026-11-26");
        wanted["objection_last_day"] = json!("2026-12-28");
        wanted["objection_deadline"] = json!("2026-12-28T23:00:00Z");
        wanted["clear_at"] = json!("2026-12-28T23:00:00Z");
        wanted["earliest_effective"] = json!("2026-12-29");
        assert_eq!((answered, well), (vec![wanted], true));
    }

    #[test]
    fn without_objection_days_there_is_no_deadline_yet() {
        let (answered, _) = answers(&case_with("objection_days", Value::Null));
        let nulls =
            ["objection_days", "objection_last_day", "objection_deadline"].map(|key| &answered[0][key]);
        assert_eq!(nulls, [&Value::Null; 3]);
        assert_eq!(answered[0]["earliest_effective"], "2026-12-27");
    }

    #[test]
    fn holidays_may_be_none_one_or_several() {
        let last = |codes: Value| {
            let (answered, well) = answers(&case_with("holidays", codes));
            assert!(well);
            answered[0]["objection_last_day"].clone()
        };
        assert_eq!(last(json!("DE")), "2026-12-28");
        assert_eq!(last(json!(["DE", "GB-ENG"])), "2026-12-29", "Boxing Day's substitute");
        assert_eq!([last(json!([])), last(Value::Null)], ["2026-12-28", "2026-12-28"]);
    }

    #[test]
    fn what_is_left_out_is_filled_in() {
        let case = r#"{"given_at":"2026-11-26T10:00:00+01:00","zone":"Asia/Tokyo","notice_days":1,"convention":"months"}"#;
        let (answered, well) = answers(case.as_bytes());
        assert!(well);
        assert_eq!(answered[0]["given_at"], "2026-11-26T10:00:00+01:00");
        assert_eq!(answered[0]["policy_zone"], "Asia/Tokyo");
        assert_eq!(answered[0]["start"], "handed_over");
        assert_eq!(answered[0]["clear_at"], "2026-12-26T15:00:00Z");
    }

    #[test]
    fn a_bad_line_has_its_error_in_its_place_and_the_others_their_answers() {
        let input =
            [CASE.as_bytes(), b"{\"given_at\":", b"", b"\xff\xfe", b"[1]", CASE.as_bytes()].join(&b'\n');
        let (answered, well) = answers(&input);
        let bad: Vec<bool> = answered.iter().map(|line| line.get("error").is_some()).collect();
        assert_eq!((bad, well), (vec![false, true, true, true, true, false], false));
        assert_eq!(answered[1]["error"], "line 2: column 12: EOF while parsing a value");
    }

    #[test]
    fn a_line_without_end_is_refused_and_costs_no_memory() {
        let mut input = vec![b'x'; usize::try_from(LINE_BYTES_MAX).unwrap() * 3];
        input.push(b'\n');
        input.extend_from_slice(CASE.as_bytes());
        let (answered, _) = answers(&input);
        assert_eq!(answered[0]["error"], "line 1: the line is longer than 65536 bytes");
        assert_eq!((answered.len(), &answered[1]["notice_day"]), (2, &json!("2026-11-26")));
    }

    #[test]
    fn a_bad_value_is_named_with_its_field_and_the_way_out() {
        assert_eq!(
            error_with("notice_days", json!(367)),
            "line 1: notice_days: 367 notice days are out of range; give a whole number from 0 to 366"
        );
        assert_eq!(
            error_with("zone", json!("europe/berlin")),
            "line 1: zone: there is no time zone \"europe/berlin\"; did you mean Europe/Berlin?"
        );
        assert_eq!(
            error_with("holidays", json!("DE-XY")),
            "line 1: holidays: there is no holiday calendar \"DE-XY\"; did you mean DE-BY?"
        );
        assert_eq!(
            error_with("holidays", json!(7)),
            "line 1: holidays: expected null, the code of a holiday calendar, or a list of codes"
        );
        assert_eq!(
            error_with("given_at", json!("2026-11-26")),
            "line 1: given_at: \"2026-11-26\" is no instant; write it like 2026-11-23T09:00:00Z"
        );
        assert_eq!(
            error_with("convention", json!("weeks")),
            "line 1: convention: unknown variant `weeks`, expected one of `clear_days`, `calendar_days`, \
             `eu_1182_71`, `working_days`, `months`"
        );
        assert!(
            error_with("given_at", json!("9999-12-31T23:59:59Z")).contains("outside the years 1900 to 2200")
        );
        assert!(error_with("objection_days", json!(-1)).contains("objection_days: -1 objection days"));
        assert!(error_with("notice_days", json!(1.5)).contains("notice_days: invalid type: floating point"));
        assert!(error_with("notise_days", json!(1)).contains("unknown field `notise_days`, expected one of"));
    }

    #[test]
    fn an_answer_that_would_rest_on_unknown_holidays_is_refused() {
        let mut case: Value = serde_json::from_str(CASE).unwrap();
        case["holidays"] = json!("LK");
        case["notice_days"] = json!(60);
        let (answered, _) = answers(case.to_string().as_bytes());
        let error = answered[0]["error"].as_str().unwrap();
        assert!(error.contains("needs the holidays of LK, which are known for 2010 to 2026 only"), "{error}");
    }
}
