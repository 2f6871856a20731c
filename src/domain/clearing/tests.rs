use super::*;
use crate::domain::calendar::{Convention, NoticeDays, ObjectionDays, Start};
use crate::domain::customer::Terms;
use crate::domain::holidays::Holidays;
use crate::domain::subprocessor::Facts;
use crate::domain::zone::Zone;

const GENERAL: Authorisation = Authorisation::General;
const SPECIFIC: Authorisation = Authorisation::Specific;

fn at(day: u32) -> DateTime<Utc> {
    format!("2026-12-{day:02}T09:00:00Z").parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn every_specific_contract_must_say_yes_and_one_no_refuses() {
    // (authorisation, word said on that day of December) of each contract in scope -> together, and since when.
    type Contracts<'a> = &'a [(Authorisation, Option<(bool, u32)>)];
    let cases: &[(Contracts<'_>, Consent, Option<u32>)] = &[
        (&[], Consent::Silence, None),
        (&[(GENERAL, None)], Consent::Silence, None),
        (&[(GENERAL, Some((true, 2)))], Consent::Given, Some(2)),
        (&[(GENERAL, Some((true, 2))), (GENERAL, None)], Consent::Silence, None),
        (&[(GENERAL, Some((true, 2))), (GENERAL, Some((true, 1)))], Consent::Given, Some(2)),
        (&[(SPECIFIC, None)], Consent::Awaited, None),
        (&[(SPECIFIC, Some((true, 3)))], Consent::Given, Some(3)),
        (&[(SPECIFIC, Some((false, 3)))], Consent::Refused, None),
        (&[(SPECIFIC, Some((true, 3))), (SPECIFIC, None)], Consent::Awaited, None),
        (&[(SPECIFIC, Some((true, 3))), (SPECIFIC, Some((true, 5)))], Consent::Given, Some(5)),
        (&[(SPECIFIC, Some((true, 3))), (SPECIFIC, Some((false, 4)))], Consent::Refused, None),
        (&[(SPECIFIC, None), (SPECIFIC, Some((false, 4)))], Consent::Refused, None),
        // The general contract's notice still runs: authorised, and not cleared.
        (&[(SPECIFIC, Some((true, 3))), (GENERAL, None)], Consent::Silence, None),
        (&[(SPECIFIC, None), (GENERAL, Some((true, 3)))], Consent::Awaited, None),
        (&[(SPECIFIC, Some((true, 3))), (GENERAL, Some((true, 4)))], Consent::Given, Some(4)),
    ];
    for (contracts, together, since) in cases {
        let mut asked = BTreeMap::new();
        let mut said = BTreeMap::new();
        for (id, (how, word)) in (1..).map(ContractId).zip(*contracts) {
            asked.insert(id, *how);
            if let Some((yes, day)) = word {
                said.insert(id, Said { yes: *yes, at: at(*day) });
            }
        }
        assert_eq!(consent(&asked, &said), (*together, since.map(at)), "{contracts:?}");
    }
}

fn draft(products: &[&str]) -> Draft {
    let mut facts = Facts::default();
    facts.set("products", &products.join(";")).unwrap();
    Draft {
        kind: ChangeKind::Addition,
        facts,
        before: None,
        replaces: None,
        reason: "because".to_owned(),
        effective_on: day("2027-02-01"),
        emergency: None,
    }
}

fn version(id: i64, valid_from: &str, signed_on: &str, products: &[&str], how: Authorisation) -> Version {
    let contract = Contract {
        id: ContractId(id),
        reference: format!("K-{id}"),
        document: None,
        clause: None,
        products: products.iter().map(|p| (*p).to_owned()).collect(),
        signed_on: day(signed_on),
        ended_on: None,
        terms: Terms { authorisation: Some(how), ..Terms::default() },
    };
    Version { valid_from: day(valid_from), contract }
}

#[test]
fn the_contracts_asked_are_those_in_scope_on_the_day_of_the_announcement() {
    let draft = draft(&["chat"]);
    let mut ended = version(5, "2020-01-01", "2020-01-01", &["chat"], SPECIFIC);
    ended.contract.ended_on = Some(day("2026-11-30"));
    let versions = [
        version(1, "2025-01-01", "2025-01-01", &["chat"], SPECIFIC),
        version(2, "2025-01-01", "2025-01-01", &["api"], SPECIFIC),
        version(3, "2026-12-02", "2026-12-02", &["chat"], SPECIFIC),
        // Specific when announced, general since: what was promised holds.
        version(4, "2026-12-02", "2025-01-01", &[], GENERAL),
        version(4, "2025-01-01", "2025-01-01", &[], SPECIFIC),
        ended,
        version(6, "2026-12-02", "2025-01-01", &[], SPECIFIC),
        version(6, "2025-01-01", "2025-01-01", &[], GENERAL),
        version(7, "2025-01-01", "2025-01-01", &["chat"], GENERAL),
    ];
    let asked = |signed_by| {
        Asked {
            draft: &draft,
            versions: &versions,
            deciding: None,
            announced_on: day("2026-12-01"),
            signed_by: day(signed_by),
            today: day("2026-12-05"),
        }
        .contracts()
        .into_iter()
        .map(|(id, how)| (id.0, how))
        .collect::<Vec<_>>()
    };
    assert_eq!(asked("2026-12-01"), [(1, SPECIFIC), (4, SPECIFIC), (6, SPECIFIC), (7, GENERAL)]);
    // Where the policy entitles late joiners, a contract signed since counts.
    assert!(asked("2026-12-05").contains(&(3, SPECIFIC)));
}

#[test]
fn terms_that_became_better_count_where_contracts_compare() {
    let draft = draft(&[]);
    let days = |id, valid_from, n| {
        let mut version = version(id, valid_from, "2025-01-01", &[], GENERAL);
        version.contract.terms.notice.n = Some(NoticeDays::new(n).unwrap());
        version
    };
    let versions = [days(1, "2026-12-03", 60), days(1, "2025-01-01", 10), days(2, "2025-01-01", 20)];
    let asked = Asked {
        draft: &draft,
        versions: &versions,
        deciding: None,
        announced_on: day("2026-12-01"),
        signed_by: day("2026-12-01"),
        today: day("2026-12-05"),
    };
    let policy = Policy::in_zone(Zone::utc());
    assert_eq!(asked.deciding_at(&policy, at(1)), Some(ContractId(1)));
    assert_eq!(Asked { today: day("2026-12-02"), ..asked }.deciding_at(&policy, at(1)), Some(ContractId(2)));
}

fn timing() -> Timing {
    Timing {
        notice: (NoticeDays::new(10).unwrap(), Convention::ClearDays),
        start: Start::HandedOver,
        objection: Some((ObjectionDays::new(14).unwrap(), Convention::ClearDays)),
        zone: Zone::utc(),
        holidays: Holidays::none(),
    }
}

fn left_by(means: &Means) -> Option<(Option<DeliveryId>, Clearance)> {
    means.clearance(|_| Time { then: timing(), later: Vec::new(), window_shuts: true }, Told::Nothing)
}

const LETTER: DeliveryId = DeliveryId(1024);

#[test]
fn the_earliest_service_counts_whatever_its_way() {
    let letters = || vec![Letter { id: LETTER, handed_over_at: at(3), received_at: None }];
    let only_letter = left_by(&Means { letters: letters(), ..Means::default() }).unwrap();
    assert_eq!((only_letter.0, only_letter.1.served_at), (Some(LETTER), at(3)));
    let post_later = left_by(&Means { letters: letters(), other: Some(at(4)), ..Means::default() });
    assert_eq!(post_later, Some(only_letter));
    let (by, post_earlier) =
        left_by(&Means { letters: letters(), other: Some(at(2)), ..Means::default() }).unwrap();
    assert_eq!((by, post_earlier.served_at), (None, at(2)));
    assert!(post_earlier.clear_at < only_letter.1.clear_at);
    assert_eq!(left_by(&Means::default()), None);
}

#[test]
fn proof_of_receipt_counts_where_the_terms_start_with_it() {
    let letter = |id, handed_over, received: Option<u32>| Letter {
        id: DeliveryId(id),
        handed_over_at: at(handed_over),
        received_at: received.map(at),
    };
    let served = |start, letters: &[Letter]| {
        let then = Timing { start, ..timing() };
        let time = |_| Time { then: then.clone(), later: Vec::new(), window_shuts: true };
        let means = Means { letters: letters.to_vec(), ..Means::default() };
        let (by, clearance) = means.clearance(time, Told::Nothing).unwrap();
        (by.unwrap().0, clearance.served_at)
    };
    let proved = [letter(1, 3, Some(8))];
    assert_eq!(served(Start::HandedOver, &proved), (1, at(3)));
    assert_eq!(served(Start::Received, &proved), (1, at(8)));
    assert_eq!(served(Start::Received, &[letter(1, 3, None)]), (1, at(3)));
    // Of two contacts whoever had it first.
    assert_eq!(served(Start::Received, &[letter(1, 3, Some(8)), letter(2, 4, None)]), (2, at(4)));
}

#[test]
fn a_yes_clears_at_its_own_instant_and_the_window_stays_promised() {
    let before = left_by(&Means { other: Some(at(2)), ..Means::default() }).unwrap().1;
    let yes = left_by(&Means { other: Some(at(2)), yes_at: Some(at(5)), ..Means::default() }).unwrap().1;
    assert_eq!((yes.served_at, yes.earliest_by_notice, yes.clear_at), (at(2), at(5), at(5)));
    assert_eq!((yes.window_closes_at, yes.window_shuts), (before.window_closes_at, false));
    // Nothing else has served it: whoever says yes knows of the change.
    let (by, alone) = left_by(&Means { yes_at: Some(at(5)), ..Means::default() }).unwrap();
    assert_eq!((by, alone.served_at, alone.clear_at), (None, at(5), at(5)));
}

#[test]
fn terms_that_became_better_since_the_notice_hold_too() {
    let better = Timing { notice: (NoticeDays::new(40).unwrap(), Convention::ClearDays), ..timing() };
    let means = Means { other: Some(at(2)), ..Means::default() };
    let left = |then: &Timing, later: &[&Timing]| {
        let later: Vec<Timing> = later.iter().map(|timing| (*timing).clone()).collect();
        let time = |_| Time { then: then.clone(), later: later.clone(), window_shuts: true };
        means.clearance(time, Told::Nothing).unwrap().1.clear_at
    };
    assert_eq!(left(&timing(), &[&better]), left(&better, &[]));
    assert_eq!(left(&better, &[&timing()]), left(&better, &[]));
    // Better for a while is better.
    assert_eq!(left(&timing(), &[&better, &timing()]), left(&better, &[]));
}

#[test]
fn a_waiver_waives_what_it_names_and_nothing_else() {
    let waived = |what, day| {
        let means =
            Means { other: Some(at(2)), waived: BTreeMap::from([(what, at(day))]), ..Means::default() };
        left_by(&means).unwrap().1
    };
    let plain = left_by(&Means { other: Some(at(2)), ..Means::default() }).unwrap().1;
    let short = waived(Waivable::NoticeShort, 6);
    assert_eq!((short.earliest_by_notice, short.window_shuts), (at(6), true));
    assert_eq!(Some(short.clear_at), plain.window_closes_at);
    let window = waived(Waivable::WindowOpen, 6);
    assert_eq!((window.earliest_by_notice, window.window_shuts), (plain.earliest_by_notice, false));
    assert_eq!(window.clear_at, plain.earliest_by_notice);
    assert_eq!(waived(Waivable::NoticeMissing, 6), plain);
    let missing = Means { waived: BTreeMap::from([(Waivable::NoticeMissing, at(6))]), ..Means::default() };
    let missing = left_by(&missing).unwrap().1;
    assert_eq!((missing.served_at, missing.window_shuts), (at(6), true));
    assert!(missing.earliest_by_notice > at(16));
}

#[test]
fn a_waiver_never_moves_the_period_later() {
    let plain = left_by(&Means { other: Some(at(2)), ..Means::default() }).unwrap().1;
    assert_eq!(plain.without_notice_period(at(30)), plain);
}

#[test]
fn a_reason_applies_while_it_stands_in_the_way() {
    let served = left_by(&Means { other: Some(at(2)), ..Means::default() }).unwrap().1;
    let applying = |served: Option<&Clearance>, day| {
        Waivable::ALL.iter().copied().filter(|what| applies(*what, served, at(day))).collect::<Vec<_>>()
    };
    assert_eq!(applying(None, 3), [Waivable::NoticeMissing]);
    assert_eq!(applying(Some(&served), 3), [Waivable::NoticeShort, Waivable::WindowOpen]);
    assert_eq!(applying(Some(&served), 14), [Waivable::WindowOpen]);
    assert_eq!(applying(Some(&served), 20), []);
    assert_eq!(applying(Some(&served.cleared_at(at(3))), 3), []);
}

#[test]
fn a_waiver_of_the_notice_period_waives_no_day_of_a_window_that_became_until_the_effect() {
    let until_effect = Timing { objection: None, ..timing() };
    let left = |waived: &[Waivable]| {
        let waived = waived.iter().map(|what| (*what, at(6))).collect();
        let means = Means { other: Some(at(2)), waived, ..Means::default() };
        let time = |_| Time { then: timing(), later: vec![until_effect.clone()], window_shuts: true };
        means.clearance(time, Told::Nothing).unwrap().1
    };
    let day = left_by(&Means { other: Some(at(2)), ..Means::default() }).unwrap().1.window_closes_at;
    for waived in [&[] as &[Waivable], &[Waivable::NoticeShort]] {
        assert_eq!((left(waived).window_closes_at, Some(left(waived).clear_at)), (None, day));
    }
    assert_eq!(left(&[Waivable::NoticeShort, Waivable::WindowOpen]).clear_at, at(6));
}
