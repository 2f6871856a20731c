//! The mails of `tests/fixtures/mail`, and those that the blueprint only lets us read, through triage. What is right is
//! counted and printed; the floors are those of issue 6.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use forenotice::domain::access::Keys;
use forenotice::domain::inbound::{AddressVerdict, Class, Envelope, LetterVerdict, Reading, Trust};
use forenotice::mail::triage::{self, Own};

/// Of a hundred.
const FLOOR: usize = 95;
const OWN_WORDS_FLOOR: usize = 85;

/// The folder of that name, here or in the blueprint.
fn folder(name: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [here.join("tests/fixtures/mail").join(name), here.join("../shared/data/mail").join(name)];
    let found = folders.iter().find(|folder| folder.is_dir()).cloned();
    if found.is_none() {
        crate::support::left_out(&format!("{} is not there, its mails are not read", folders[1].display()));
    }
    found
}

fn files(name: &str, extensions: &[&str]) -> Vec<PathBuf> {
    let Some(folder) = folder(name) else { return Vec::new() };
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_wanted = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extensions.iter().any(|wanted| extension == *wanted))
    };
    let mut files: Vec<PathBuf> = paths.filter(is_wanted).collect();
    files.sort();
    files
}

/// The rows of a folder's `expected.csv`, by column.
fn expected(name: &str) -> Vec<BTreeMap<String, String>> {
    let Some(folder) = folder(name) else { return Vec::new() };
    let mut reader = csv::Reader::from_path(folder.join("expected.csv")).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn read(raw: &[u8]) -> Reading {
    let own = Own { from: vec!["notices@processor.example".into()] };
    triage::read(raw, &Envelope::default(), &Keys::from_master(&[7; 32]), &Trust::default(), &own)
}

fn read_file(folder_name: &str, file: &str) -> Reading {
    read(&std::fs::read(folder(folder_name).unwrap().join(file)).unwrap())
}

#[derive(Default)]
struct Count {
    right: usize,
    all: usize,
    wrong: Vec<String>,
}

impl Count {
    fn note(&mut self, right: bool, what: impl FnOnce() -> String) {
        self.all += 1;
        if right {
            self.right += 1;
        } else {
            self.wrong.push(what());
        }
    }

    fn at_least(&self, percent: usize, of_what: &str) {
        println!("{of_what}: {} of {}", self.right, self.all);
        for wrong in &self.wrong {
            println!("  not so: {wrong}");
        }
        assert!(self.right * 100 >= self.all * percent, "{of_what}: {} of {}", self.right, self.all);
    }
}

/// The addresses of a row and what it says of each: `a=soft;b=hard`, or one address and one kind.
fn failed(row: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let address =
        row.get("failed_address").or(row.get("address")).cloned().unwrap_or_default().to_lowercase();
    if row["kind"] != "mixed" {
        return vec![(address, row["kind"].clone())];
    }
    let pairs = address.split(';').filter_map(|pair| pair.split_once('='));
    pairs.map(|(address, kind)| (address.to_owned(), kind.to_owned())).collect()
}

#[test]
fn bounces_name_the_failed_address_and_say_whether_it_lives() {
    let (mut addresses, mut kinds, mut taken) = (Count::default(), Count::default(), Count::default());
    for folder in ["bounces", "bounces-mixed", "bounces-ruby-mail", "bounces-made"] {
        for row in expected(folder) {
            let file = row["file"].clone();
            let reading = read_file(folder, &file);
            let is_none = ["none", "ignore", "complaint"].contains(&&*row["kind"]);
            if !is_none || folder == "bounces" {
                let is_persons = matches!(reading.class, Class::Reply | Class::Unmatched | Class::AutoReply);
                taken.note(!is_persons, || format!("{folder}/{file} is taken for {}", reading.class));
            }
            for (address, kind) in failed(&row) {
                let is_named = |named: &Option<String>| named.as_ref().is_some_and(|named| *named == address);
                let recipient = reading
                    .recipients
                    .iter()
                    .find(|recipient| is_named(&recipient.address) || is_named(&recipient.original));
                // "none" with an address is a report of success.
                if is_none || address.is_empty() {
                    continue;
                }
                addresses.note(recipient.is_some(), || format!("{folder}/{file}: {address}"));
                let Some(recipient) = recipient.or(reading.recipients.first()) else {
                    kinds.note(false, || {
                        format!("{folder}/{file}: {address} is {kind}, nothing is said of it")
                    });
                    continue;
                };
                let (letter, verdict) = (recipient.letter, recipient.verdict);
                let is_right = match &*kind {
                    "hard" => letter == Some(LetterVerdict::Failed),
                    "soft" => {
                        letter == Some(LetterVerdict::Delayed) || verdict == Some(AddressVerdict::Alive)
                    }
                    other => panic!("{folder}/{file}: unknown kind {other}"),
                };
                kinds.note(is_right, || {
                    format!("{folder}/{file}: {address} is {kind}, not {letter:?}, {verdict:?}")
                });
            }
        }
    }
    taken.at_least(100, "bounces taken for bounces");
    addresses.at_least(FLOOR, "failed addresses found");
    kinds.at_least(FLOOR, "hard and soft told apart");
}

#[test]
fn what_no_bounce_names_is_not_made_up() {
    for (folder, file) in [
        ("bounces", "simple_42.eml"),
        ("bounces", "simple_43.eml"),
        ("bounces", "undetectable_01.eml"),
        ("bounces-mixed", "not-a-bounce-tt_1234210666.eml"),
        ("bounces-mixed", "not-a-bounce-tt_1234211024.eml"),
    ] {
        assert_eq!(read_file(folder, file).failed_address, None, "{file}");
    }
}

#[test]
fn only_a_dead_address_is_called_dead() {
    for (file, letter, verdict) in [
        ("hard-511.eml", LetterVerdict::Failed, Some(AddressVerdict::Dead)),
        ("domain-gone-512.eml", LetterVerdict::Failed, Some(AddressVerdict::Dead)),
        ("mailbox-full-522.eml", LetterVerdict::Failed, Some(AddressVerdict::Alive)),
        ("policy-571.eml", LetterVerdict::Failed, Some(AddressVerdict::Alive)),
        ("soft-delayed.eml", LetterVerdict::Delayed, Some(AddressVerdict::Alive)),
        ("mixed-two.eml", LetterVerdict::Delayed, Some(AddressVerdict::Alive)),
        ("relayed.eml", LetterVerdict::Delivered, None),
        ("delivered.eml", LetterVerdict::Delivered, None),
    ] {
        let reading = read_file("bounces-made", file);
        assert_eq!((reading.letter, reading.address), (Some(letter), verdict), "{file}");
        assert_eq!(reading.relayed_only, file == "relayed.eml", "{file}");
    }
}

#[test]
fn complaints_are_known_and_only_those_who_complain_accuse() {
    let mut known = Count::default();
    for row in expected("complaints") {
        let reading = read_file("complaints", &row["file"]);
        let complaint = reading.complaint.unwrap_or_default();
        let wanted: Vec<&str> =
            row["recipients"].split(';').filter(|recipient| !recipient.is_empty()).collect();
        let mut named: Vec<&str> = complaint.recipients.iter().map(String::as_str).collect();
        named.sort_by_key(|name| wanted.iter().position(|wanted| wanted == name));
        let accuses = !["not-spam", "auth-failure"].contains(&&*row["feedback_type"]);
        let is_right = reading.class == Class::Complaint
            && complaint.feedback_type == row["feedback_type"]
            && complaint.accuses == accuses
            && named == wanted;
        known.note(is_right, || format!("{}: {complaint:?}", row["file"]));
    }
    known.at_least(100, "complaints");
}

#[test]
fn machines_answers_are_known_and_no_persons_is_taken_for_one() {
    let (mut machines, mut people) = (Count::default(), Count::default());
    for row in expected("autoreplies/made") {
        let reading = read_file("autoreplies/made", &row["file"]);
        let said = || format!("{} is taken for {}: {}", row["file"], reading.class, reading.why);
        if row["automatic"] == "yes" {
            machines.note(reading.class == Class::AutoReply && !reading.objects, said);
            assert!(!reading.answerable(), "{}", row["file"]);
        } else {
            people.note(reading.class == Class::Reply, said);
        }
        if row["objection"] == "no" {
            assert!(!reading.objects, "{}", row["file"]);
        }
        assert_eq!(reading.left_company(), row["class"] == "left_company", "{}", row["file"]);
    }
    machines.at_least(FLOOR, "machines' answers");
    people.at_least(100, "people's answers");
}

/// A body of text or HTML as a mail.
fn as_mail(kind: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("From: jane@customer.example\r\nContent-Type: {kind}; charset=utf-8\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// Each reply as a mail, and the words that are wanted of it.
fn replies() -> Vec<(PathBuf, Vec<u8>, String)> {
    let text = |path: &Path| std::fs::read_to_string(path).unwrap();
    let mut replies = Vec::new();
    for path in files("replies/email_reply_trimmer/emails", &["txt"]) {
        let wanted = text(&path.with_file_name("../trimmed").join(path.file_name().unwrap()));
        replies.push((path.clone(), as_mail("text/plain", &std::fs::read(&path).unwrap()), wanted));
    }
    for path in files("replies/crisp", &["txt"]) {
        if !path.to_string_lossy().ends_with(".reply.txt") {
            let wanted = text(&path.with_extension("reply.txt"));
            replies.push((path.clone(), as_mail("text/plain", &std::fs::read(&path).unwrap()), wanted));
        }
    }
    for path in files("replies/talon", &["eml"]) {
        replies.push((path.clone(), std::fs::read(&path).unwrap(), text(&path.with_extension("reply.txt"))));
    }
    for path in files("replies/talon-html", &["html"]) {
        let wanted = "Hi. I am fine. Thanks, Alex".to_owned();
        replies.push((path.clone(), as_mail("text/html", &std::fs::read(&path).unwrap()), wanted));
    }
    replies
}

#[test]
fn a_persons_own_words_are_found_and_none_is_lost() {
    let (mut equal, mut kept) = (Count::default(), Count::default());
    for (path, raw, wanted) in replies() {
        let own = read(&raw).own_words;
        let own: Vec<&str> = own.split_whitespace().collect();
        let wanted: Vec<&str> = wanted.split_whitespace().collect();
        let mut rest = own.iter();
        let all_there = wanted.iter().all(|word| rest.any(|own| own == word));
        equal.note(own == wanted, || format!("{}: {}", path.display(), own.join(" ")));
        kept.note(all_there, || path.display().to_string());
    }
    kept.at_least(100, "replies with every word kept");
    equal.at_least(OWN_WORDS_FLOOR, "replies with exactly the words wanted");
}

/// Mails that cost whoever reads them carelessly.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let mixed = "Content-Type: multipart/mixed; boundary=x\r\n\r\n";
    let level = |at: usize| {
        format!(
            "Content-Type: multipart/mixed; boundary=b{at}

--b{at}
"
        )
    };
    let nested = |depth: usize| (0..depth).map(level).collect::<Vec<_>>().concat();
    let parts = |count: usize| mixed.to_owned() + &"--x\r\n\r\na\r\n".repeat(count);
    vec![
        ("deep multiparts", nested(20_000).into_bytes()),
        ("deep mails", "Content-Type: message/rfc822\r\n\r\n".repeat(100_000).into_bytes()),
        ("many parts", parts(200_000).into_bytes()),
        (
            "boundaries that never come",
            (mixed.to_owned() + &format!("--x\r\n{mixed}").repeat(50_000)).into_bytes(),
        ),
        ("almost boundaries", (mixed.to_owned() + &("--".repeat(60) + "\r\n").repeat(20_000)).into_bytes()),
        ("a long header", format!("Subject: {}\r\n\r\n", "a ".repeat(1 << 20)).into_bytes()),
        ("many headers", "X-A: b\r\n".repeat(200_000).into_bytes()),
        ("many addresses", format!("To: {}\r\n\r\n", "a@b.example, ".repeat(50_000)).into_bytes()),
        ("many comments", format!("From: {}a@b.example\r\n\r\n", "(".repeat(100_000)).into_bytes()),
        ("a long line", as_mail("text/plain", "a@b.example ".repeat(200_000).as_bytes())),
        ("many quotes", as_mail("text/plain", "> > > On Monday he wrote:\n".repeat(50_000).as_bytes())),
        ("half attributions", as_mail("text/plain", "On 1 Jan 2026 at 10:00\n".repeat(50_000).as_bytes())),
        ("half headers", as_mail("text/plain", "From: a\n".repeat(100_000).as_bytes())),
        ("signatures", as_mail("text/plain", "--\n".repeat(100_000).as_bytes())),
        ("short signatures", as_mail("text/plain", "--\na\n".repeat(50_000).as_bytes())),
        ("almost tokens", as_mail("text/plain", "r-000000000000000000 ".repeat(50_000).as_bytes())),
        ("deep html", as_mail("text/html", "<blockquote type=cite><div>a".repeat(50_000).as_bytes())),
        ("open html", as_mail("text/html", "<a <".repeat(100_000).as_bytes())),
        ("entities", as_mail("text/html", "&amp".repeat(100_000).as_bytes())),
        ("nothing", Vec::new()),
        ("NUL", as_mail("text/plain", b"we\0object\0")),
    ]
}

#[test]
fn whatever_comes_is_read_and_can_be_stored() {
    let folders = ["cpython", "made", "mail-parser", "mail-parser-dovecot", "ruby-mail"];
    let mut mails: Vec<(String, Vec<u8>)> = Vec::new();
    for path in folders.iter().flat_map(|name| files(&format!("malformed/{name}"), &["eml"])) {
        mails.push((path.display().to_string(), std::fs::read(&path).unwrap()));
    }
    mails.extend(hostile().into_iter().map(|(name, raw)| (name.to_owned(), raw)));
    for (name, raw) in &mails {
        let reading = read(raw);
        triage::fingerprint(raw);
        triage::trace(raw);
        let json = serde_json::to_string(&reading).unwrap();
        assert!(!json.contains("\\u0000"), "{name}: Postgres takes no NUL");
        assert_eq!(serde_json::from_str::<Reading>(&json).unwrap(), reading, "{name}");
    }
    println!("mails read, whatever they are: {}", mails.len());
}
