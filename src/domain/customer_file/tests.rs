use super::super::customer::Policy;
use super::super::table::{Header, Mapping, Reader, Writer};
use super::super::zone::Zone;
use super::seen::Place;
use super::*;

fn products() -> Vec<String> {
    ["chat", "api"].map(str::to_owned).to_vec()
}

fn policy() -> Policy {
    Policy::in_zone(Zone::utc())
}

fn at() -> DateTime<Utc> {
    "2026-11-23T09:00:00Z".parse().unwrap()
}

fn row(cells: &[(&'static str, &str)]) -> Result<Read, Vec<(&'static str, Reason)>> {
    let defaults = [("reference", "C-1"), ("customer", "Acme"), ("email", "a@acme.example")];
    let cells: Vec<_> = cells.iter().chain(&defaults).copied().collect();
    let products = products();
    let frame = Frame { products: &products, policy: &policy(), at: at() };
    read(frame, &table::Row::of(&cells)).map_err(|unread| unread.reasons)
}

fn reason(column: &'static str, cell: &str) -> String {
    let reasons = row(&[(column, cell)]).unwrap_err();
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert_eq!(reasons[0].0, column);
    reasons[0].1.to_string()
}

fn remarks(cells: &[(&'static str, &str)]) -> Vec<String> {
    let read = row(cells).unwrap();
    read.remarks.iter().map(|(column, remark)| format!("{column}: {remark}")).collect()
}

#[test]
fn days_are_bare_numbers_and_everything_else_is_refused_with_what_to_write() {
    assert_eq!(row(&[("notice_days", "30\u{a0}")]).unwrap().value.terms.notice.n.unwrap().get(), 30);
    assert_eq!(remarks(&[("notice_days", "30.0")]), ["notice_days: \"30.0\" was read as 30"]);
    assert!(reason("notice_days", "30 days").ends_with("leave out the unit"));
    assert!(reason("notice_days", "4 weeks").contains("weeks are to be counted out"));
    assert!(reason("notice_days", "10 business days").ends_with("(working_days)"));
    assert!(reason("notice_days", "30 Tage").ends_with("leave out the unit"));
    assert!(reason("notice_days", "1E+02").ends_with("format the column as a number"));
    assert!(reason("notice_days", "366000").contains("out of range"));
    for wrong in ["-5", "３０", "1,5", "thirty", "99999999999999999999", "30.", "+3", "1e2", "30.0.0"] {
        assert!(
            reason("notice_days", wrong).contains("0 to 366"),
            "{wrong}: {}",
            reason("notice_days", wrong)
        );
    }
}

#[test]
fn a_day_is_never_guessed() {
    assert_eq!(
        row(&[("customer_since", "2026-02-28")]).unwrap().value.since,
        Some("2026-02-28".parse().unwrap())
    );
    assert_eq!(reason("customer_since", "2026-02-30"), "there is no 2026-02-30");
    assert_eq!(
        row(&[("customer_since", "1.3.2024")]).unwrap().value.since,
        Some("2024-03-01".parse().unwrap())
    );
    assert_eq!(reason("customer_since", "31.04.2025"), "there is no 31.04.2025");
    assert!(reason("customer_since", "01.03.24").contains("is no day"));
    assert!(reason("customer_since", "02/03/2026").ends_with("day and month could be either"));
    assert!(reason("customer_since", "46083").contains("spreadsheet"));
    assert!(reason("customer_since", "2. März 2026").starts_with("\"2. März 2026\" is no day"));
    assert_eq!(
        remarks(&[("customer_since", "2026-02-28T00:00:00Z")]),
        ["customer_since: \"2026-02-28T00:00:00Z\" was read as 2026-02-28"]
    );
}

#[test]
fn a_zone_is_an_iana_name() {
    assert!(reason("time_zone", "Berlin").contains("Europe/Berlin"));
    assert!(reason("time_zone", "GMT+1").starts_with("there is no time zone"));
    assert!(remarks(&[("time_zone", "CET")])[0].contains("names no place"));
    assert_eq!(
        remarks(&[("time_zone", "europe/berlin")]),
        ["time_zone: \"europe/berlin\" was read as Europe/Berlin"]
    );
    assert_eq!(remarks(&[("time_zone", "UTC")]), Vec::<String>::new());
}

#[test]
fn words_outside_their_set_name_the_set() {
    assert!(reason("convention", "business_days").contains("working_days"));
    assert!(reason("language", "klingon").contains("ISO 639"));
    assert_eq!(
        reason("products", "chta"),
        "the product \"chta\" is not declared; [site] products has chat, api"
    );
    assert!(reason("holidays", "XX").starts_with("there is no holiday calendar"));
    assert!(reason("notice_address", "maybe").contains("neither yes nor no"));
}

#[test]
fn one_convention_holds_for_both_periods_unless_the_objection_has_its_own() {
    let window =
        |cells: &[(&'static str, &str)]| serde_json::to_string(&row(cells).unwrap().value.terms).unwrap();
    assert_eq!(
        window(&[("notice_days", "30"), ("objection_days", "14"), ("convention", "clear_days")]),
        r#"{"notice":{"n":30,"convention":"clear_days"},"objection":{"n":14,"convention":"clear_days"}}"#
    );
    assert_eq!(
        window(&[
            ("objection_days", "14"),
            ("convention", "clear_days"),
            ("objection_convention", "eu_1182_71")
        ]),
        r#"{"notice":{"convention":"clear_days"},"objection":{"n":14,"convention":"eu_1182_71"}}"#
    );
    assert_eq!(window(&[("objection_days", "until_effect")]), r#"{"objection":null}"#);
    assert_eq!(window(&[]), "{}");
}

#[test]
fn contradictory_terms_are_flagged() {
    assert_eq!(row(&[("convention", "months")]).unwrap_err(), [("notice_days", Reason::MonthsWithoutNumber)]);
    let said = remarks(&[("notice_days", "10"), ("objection_days", "20"), ("convention", "working_days")]);
    assert_eq!(
        said,
        [
            "objection_days: 20 working_days to object outlast the notice of 10 working_days: the window decides",
            "holidays: working days without a holiday calendar: Monday to Friday"
        ]
    );
}

#[test]
fn a_time_to_settle_says_what_holds_after_it() {
    let only = |cells: &[(&'static str, &str)]| row(cells).unwrap_err()[0].1.to_string();
    assert_eq!(
        only(&[("resolution_days", "30")]),
        "say what holds when the time is over: accepted, customer_may_terminate, either_may_terminate, blocked"
    );
    assert_eq!(only(&[("resolution_then", "accepted")]), "say how long the time is in resolution_days");
    let read = row(&[("resolution_days", "30"), ("resolution_then", "accepted")]).unwrap().value.terms;
    assert_eq!(
        serde_json::to_string(&read).unwrap(),
        r#"{"resolution":{"n":30,"unit":"days","then":"accepted"}}"#
    );
}

#[test]
fn the_rows_of_one_file_are_held_against_one_another() {
    let mut seen = Seen::default();
    let mut place =
        |record: u32, cells: &[(&'static str, &str)]| seen.place(record, &row(cells).unwrap().value);
    assert_eq!(place(1, &[("notice_days", "30")]), Ok(Place::First));
    assert_eq!(
        place(2, &[("notice_days", "30"), ("email", "A@ACME.example")]),
        Ok(Place::Repeats { earlier: 1, otherwise_same: true })
    );
    let clash = place(3, &[("notice_days", "45"), ("email", "b@acme.example")]).unwrap_err();
    assert_eq!(clash, ("notice_days", Clash::Terms { column: "notice_days", earlier: 1 }));
    assert_eq!(place(4, &[("reference", "C-2")]), Ok(Place::SharesAddress { earlier: 1 }));
    let renamed = place(5, &[("notice_days", "30"), ("customer", "Acme AG"), ("email", "c@acme.example")]);
    assert_eq!(renamed.unwrap_err(), ("customer", Clash::Name { earlier: 1 }));
    assert_eq!(place(6, &[("contract", "second"), ("notice_days", "60")]), Ok(Place::First));
}

#[test]
fn what_is_exported_is_read_back_the_same() {
    let policy = policy();
    let cells = [
        ("customer", "=HYPERLINK(1)"),
        ("contact_name", "O'Neil, Pat"),
        ("language", "pt-BR"),
        ("products", "chat;api"),
        ("customer_since", "2024-03-01"),
        ("notice_days", "1"),
        ("objection_days", "10"),
        ("convention", "months"),
        ("objection_convention", "working_days"),
        ("time_zone", "Europe/Berlin"),
        ("holidays", "DE-BY;GB-ENG"),
        ("contract", "DPA 7"),
        ("clause", "+7.2"),
        ("authorisation", "specific"),
        ("start", "handed_over"),
        ("kinds", "addition;replacement"),
        ("emergency_days", "3"),
        ("grounds", "reasonable"),
        ("role", "legal"),
        ("rank", "2"),
        ("notice_address", "yes"),
        ("resolution_days", "20"),
        ("resolution_unit", "working_days"),
        ("resolution_then", "customer_may_terminate"),
        ("regimes", "eu;dora"),
        ("emergency_window", "after_start"),
    ];
    let first = row(&cells).unwrap().value;
    let exported = Exported {
        reference: first.reference.clone(),
        customer: first.customer.clone(),
        contract: first.contract.clone().unwrap(),
        clause: first.clause.clone().unwrap(),
        products: first.products.clone(),
        since: first.since.unwrap(),
        terms: first.terms.clone(),
        address: first.contact.address.clone(),
        contact_name: first.contact.name.clone(),
        language: first.contact.language.to_string(),
        role: first.contact.role.clone(),
        rank: first.contact.rank,
        notice_address: first.contact.notice_address,
    };
    let mut writer = Writer::new();
    write_header(&mut writer);
    write_row(&mut writer, &exported, &policy);
    let (mut reader, mut records) = (Reader::new(), Vec::new());
    reader.push(writer.into_text().as_bytes(), &mut records);
    let header = Header::read(&records[0], &FORMAT, &Mapping::default()).unwrap();
    let row = header.row(records[1].clone(), &Mapping::default()).unwrap();
    let products = products();
    let again = read(Frame { products: &products, policy: &policy, at: at() }, &row);
    assert_eq!(again.unwrap().value, first);
}
