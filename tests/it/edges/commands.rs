//! The command line as people type it: what it takes, what it refuses, and what it then says.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

use crate::support::World;
use crate::support::builders::addition;
use crate::support::command::Ran;

const CHANGE: &str = "CHG-2026-0001";

/// Nimbus for 1 March 2027, announced to Acme, whose periods run, and a folder with a letter and an empty file.
async fn announced() -> (World, tempfile::TempDir) {
    let world = World::on("2026-11-23T09:00Z").await;
    world.customers("reference,customer,email,customer_since\nC-1,Acme,dpo@acme.example,2024-03-01\n").await;
    world.schedule(&addition("Nimbus", "2027-03-01")).await;
    world.advance_to("2026-12-01T12:00Z").await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("letter.pdf"), "We waive the rest.").unwrap();
    std::fs::write(folder.path().join("empty.pdf"), "").unwrap();
    (world, folder)
}

fn in_folder(folder: &Path, name: &str) -> String {
    let path: PathBuf = folder.join(name);
    path.to_str().unwrap().to_owned()
}

fn refused(ran: &Ran, why: &str) {
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.said.contains(why), "{ran:?}");
}

#[tokio::test]
async fn a_waiver_is_recorded_and_approved_by_the_commands_that_their_help_shows() {
    let world = World::on("2026-11-23T09:00Z").await;
    world.customers("reference,customer,email,customer_since\nC-1,Acme,dpo@acme.example,2024-03-01\n").await;
    world.schedule(&addition("Nimbus", "2027-01-15")).await;
    world.advance_to("2026-12-01T12:00Z").await;
    world.second_person().await;
    let folder = tempfile::tempdir().unwrap();
    let letter = in_folder(folder.path(), "letter.pdf");
    std::fs::write(&letter, "We waive the rest.").unwrap();
    let of = ["--customer", "C-1", "--reason", "notice_short"];

    let proof = ["--justification", "They want it sooner", "--attach", &letter];
    let ran = world.command(&[&["override", CHANGE], &of[..], &proof[..]].concat()).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let next = "forenotice override approve CHG-2026-0001 --customer C-1 --reason notice_short";
    assert!(ran.printed.contains(next), "{ran:?}");

    let approve = [&["override", "approve", CHANGE], &of[..]].concat();
    refused(&world.command(&approve).await, "another person must approve it");
    let ran = world.command_as("second@processor.example", &approve).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");

    let ran = world.command(&["override", CHANGE, "--customer", "C-1"]).await;
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.said.contains("--attach <FILE>"), "{ran:?}");
    world.finish().await;
}

#[tokio::test]
async fn an_empty_file_proves_nothing_and_empty_words_confirm_nothing() {
    let (world, folder) = announced().await;
    let empty = in_folder(folder.path(), "empty.pdf");
    let at = "2026-12-01T10:00:00Z";
    let consent =
        ["consent", "record", CHANGE, "--contract", "main", "--yes", "--by", "Ada", "--attach", &empty];
    let objection = [
        "objection",
        "record",
        CHANGE,
        "--customer",
        "C-1",
        "--channel",
        "letter",
        "--received",
        at,
        "--text",
        "No.",
    ];
    let service = [
        "service",
        "record",
        CHANGE,
        "--customer",
        "C-1",
        "--channel",
        "post",
        "--received",
        at,
        "--attach",
        &empty,
    ];
    let waiver =
        ["override", CHANGE, "--customer", "C-1", "--reason", "notice_short", "--justification", "Sooner"];
    let attached = ["--attach", empty.as_str()];
    for words in [
        consent.to_vec(),
        [&objection[..], &attached[..]].concat(),
        service.to_vec(),
        [&waiver[..], &attached[..]].concat(),
    ] {
        refused(&world.command(&words).await, "empty.pdf is empty: it proves nothing");
    }
    let ran = world
        .command(&["exclusion", "confirm", "--customer", "C-1", "--subprocessor", "Nimbus", "--how", " "])
        .await;
    refused(&ran, "how C-1 is kept from Nimbus is empty");
    world.finish().await;
}

#[tokio::test]
async fn an_objection_that_came_before_the_change_was_planned_is_about_something_else() {
    let (world, _folder) = announced().await;
    let record = async |received: &str| {
        let who = ["objection", "record", CHANGE, "--customer", "C-1", "--channel", "phone", "--text", "No."];
        world.command(&[&who[..], &["--received", received]].concat()).await
    };
    refused(&record("2026-11-22T10:00:00Z").await, "is before CHG-2026-0001 was scheduled on 2026-11-23");
    // Before its letters, and long before it is entered: somebody had heard of it.
    let ran = record("2026-11-23T09:00:00Z").await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.printed.contains("in time"), "{ran:?}");
    world.finish().await;
}

#[tokio::test]
async fn nobody_is_promised_a_last_day_that_is_over() {
    let (world, _folder) = announced().await;
    let objection = world.object("dpo@acme.example", "We object.").await.reference;
    let resolve = async |last_day: &str| {
        let words = ["objection", "resolve", &objection, "--outcome", "terminated", "--reason", "It ends"];
        world.command(&[&words[..], &["--last-day", last_day]].concat()).await
    };
    let ran = resolve("2020-01-01").await;
    refused(&ran, "the last day 2020-01-01 of OBJ-2026-0001 is before 2026-12-01");
    assert!(ran.said.contains("--last-day 2026-12-01 or later"), "{ran:?}");
    let ran = resolve("2026-12-31").await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    world.finish().await;
}

#[tokio::test]
async fn who_is_called_by_its_legal_entity_is_found_and_a_slip_is_told_whom_it_may_mean() {
    let (world, _folder) = announced().await;
    let ran = world.command(&["clearance", "C-1", "Nimbus GmbH"]).await;
    assert!(ran.printed.contains("CHG-2026-0001") && !ran.printed.contains("not_on_register"), "{ran:?}");
    let ran = world.command(&["clearance", "C-1", "Nimbsu"]).await;
    assert!(
        ran.printed.contains("not_on_register") && ran.printed.contains("did you mean Nimbus?"),
        "{ran:?}"
    );

    let objection = world.object("dpo@acme.example", "We object.").await.reference;
    let words = ["objection", "resolve", &objection, "--outcome", "accommodated", "--reason", "Not for them"];
    assert_eq!(world.command(&words).await.code, Some(0));
    let confirm = async |name: &str| {
        let words =
            ["exclusion", "confirm", "--customer", "C-1", "--how", "flag off", "--subprocessor", name];
        world.command(&words).await
    };
    let ran = confirm("Cumulus").await;
    refused(&ran, "no exclusion from Cumulus");
    assert!(ran.said.contains("did you mean Nimbus?"), "{ran:?}");
    assert_eq!(confirm("nimbus gmbh").await.code, Some(0));
    world.finish().await;
}

#[tokio::test]
async fn who_is_only_planned_is_not_said_to_be_on_the_register() {
    let (world, _folder) = announced().await;
    for verb in ["plan", "schedule"] {
        let words =
            ["change", verb, "add", "--name", "nimbus", "--reason", "more", "--effective", "2027-06-01"];
        let ran = world.command(&words).await;
        refused(&ran, "Nimbus is planned for 2027-03-01 by CHG-2026-0001 and on no register yet");
    }
    world.finish().await;
}

#[tokio::test]
async fn a_change_says_when_it_is_announced_and_when_it_took_effect() {
    let world = World::on("2026-11-23T09:00Z").await;
    world.customers("reference,customer,email,customer_since\nC-1,Acme,dpo@acme.example,2024-03-01\n").await;
    world.schedule(&addition("Nimbus", "2026-12-28")).await;
    let ran = world.command(&["change", "show", CHANGE]).await;
    assert!(ran.printed.contains("notice     goes out 2026-11-24 08:00 UTC"), "{ran:?}");
    world.advance_to("2026-12-01T12:00Z").await;
    let ran = world.command(&["change", "show", CHANGE]).await;
    assert!(ran.printed.contains("notice     announced 2026-11-24 08:00 UTC"), "{ran:?}");
    let ran = world.command(&["change", "show", CHANGE, "--json"]).await.json();
    assert_eq!(ran["notice_at"], "2026-11-24T08:00:00Z");
    assert!(ran["announced_at"].is_string(), "{ran}");

    let objection = world.object("dpo@acme.example", "We object.").await.reference;
    world.advance_to("2026-12-28T12:00Z").await;
    let words = ["objection", "resolve", &objection, "--outcome", "mitigated", "--reason", "Agreed"];
    let ran = world.command(&[&words[..], &["--condition", "EU only"]].concat()).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    world.advance_to("2026-12-30T12:00Z").await;
    let ran = world.command(&["change", "list"]).await;
    assert!(ran.printed.contains("effective  2026-12-29"), "{ran:?}");
    world.finish().await;
}

#[tokio::test]
async fn a_gate_that_many_shut_says_how_many_it_does_not_name() {
    let world = World::on("2026-11-23T09:00Z").await;
    let mut file = "reference,customer,email,customer_since\n".to_owned();
    for n in 1..=8 {
        file += &format!("C-{n},Customer {n},dpo@c{n}.example,2024-03-01\n");
    }
    world.customers(&file).await;
    world.schedule(&addition("Nimbus", "2027-03-01")).await;
    world.advance_to("2026-12-01T12:00Z").await;
    let ran = world.command(&["gate", CHANGE]).await;
    assert!(ran.printed.contains("C-5 Customer 5") && !ran.printed.contains("C-6 Customer 6"), "{ran:?}");
    assert!(ran.printed.contains("    and 3 more; --json names all"), "{ran:?}");
    world.finish().await;
}

#[tokio::test]
async fn a_period_longer_than_a_notice_lives_is_refused_when_it_is_planned() {
    let world = World::on("2026-11-23T09:00Z").await;
    world
        .customers(
            "reference,customer,email,customer_since,notice_days,convention\n\
             C-1,Acme,dpo@acme.example,2024-03-01,6,months\nC-2,Bolt,dpo@bolt.example,2024-03-01,,\n",
        )
        .await;
    let planned = async |changed: &[(&str, &str)]| {
        let mut words = vec![
            "change",
            "plan",
            "add",
            "--name",
            "Nimbus",
            "--reason",
            "more",
            "--effective",
            "2027-09-01",
        ];
        let facts: Vec<(String, String)> = addition("Nimbus", "2027-09-01").facts;
        let flags: Vec<String> = facts
            .iter()
            .flat_map(|(fact, value)| {
                let flag = if fact == "countries" { "country".to_owned() } else { fact.replace('_', "-") };
                [format!("--{flag}"), value.clone()]
            })
            .collect();
        words.extend(flags.iter().map(String::as_str));
        world.fed(&words, b"", changed).await
    };
    let ran = planned(&[]).await;
    refused(
        &ran,
        "Acme must have 6 months' notice (months, Europe/Berlin), and a notice is too old 180 days after it was given",
    );
    assert!(ran.said.contains("set policy.notice_valid_days = 2"), "{ran:?}");
    let ran = planned(&[("FORENOTICE__POLICY__NOTICE_VALID_DAYS", "220")]).await;
    assert!(ran.printed.contains("Lawful on 2027-09-01"), "{ran:?}");

    let ran = world.fed(&["config", "check"], b"", &[("FORENOTICE__POLICY__NOTICE_VALID_DAYS", "30")]).await;
    assert!(
        ran.printed.contains("policy.notice_valid_days = 30 is too short for policy.notice_days = 30"),
        "{ran:?}"
    );
    assert!(!world.command(&["config", "check"]).await.printed.contains("Warning"));
    world.finish().await;
}

#[tokio::test]
async fn another_key_is_noticed_and_a_lost_one_is_not_replaced() {
    const OTHER: &str = "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100";
    let (world, folder) = announced().await;
    let key = folder.path().join("ledger.key");
    let ran = world.by_key_file(&["migrate"], &key).await;
    refused(&ran, "ledger.key is not there, and the ledger of this database is not empty");
    assert!(ran.said.contains("from the backup") && !key.exists(), "{ran:?}");

    // The one it began with is marked; from then on no other is taken.
    let ran = world.fed(&["migrate"], b"", &[]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let other = [("FORENOTICE__LEDGER__KEY", OTHER)];
    refused(&world.fed(&["migrate"], b"", &other).await, "not the key that this installation began with");
    let here =
        [other[0], ("FORENOTICE__WEB__LISTEN", "127.0.0.1:0"), ("FORENOTICE__ADMIN__LISTEN", "127.0.0.1:0")];
    let serving = tokio::time::timeout(Duration::from_mins(1), world.fed(&["serve"], b"", &here)).await;
    refused(&serving.unwrap(), "not the key that this installation began with");
    let key_holds = async |changed: &[(&str, &str)]| {
        let found = world.fed(&["doctor", "--json"], b"", changed).await.json();
        let checks = found["checks"].as_array().unwrap().clone();
        checks.iter().find(|check| check["name"] == "key").unwrap()["ok"].as_bool().unwrap()
    };
    assert!(!key_holds(&other).await);
    assert!(key_holds(&[]).await);
    world.finish().await;
}

#[tokio::test]
async fn a_demo_that_is_told_to_stop_leaves_neither_a_process_nor_a_folder() {
    // Its Postgres may run as another user.
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).unwrap();
    let mut demo = Command::new(env!("CARGO_BIN_EXE_forenotice"))
        .arg("demo")
        .env("TMPDIR", folder.path())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    // In the midst of its story: the daemon serves.
    while !lines.next_line().await.unwrap().expect("the story is told").starts_with("2. ") {}
    let id = rustix::process::Pid::from_raw(demo.id().unwrap().cast_signed()).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let ended = tokio::time::timeout(Duration::from_mins(1), demo.wait()).await.unwrap().unwrap();
    assert!(ended.success(), "{ended}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().path()).collect();
    assert_eq!(left, Vec::<PathBuf>::new());
    let names_it = |id: &str| {
        let words = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&words).contains(folder.path().to_str().unwrap())
    };
    let ids = std::fs::read_dir("/proc").unwrap().map(|one| one.unwrap().file_name().into_string().unwrap());
    assert_eq!(ids.filter(|id| names_it(id)).collect::<Vec<_>>(), Vec::<String>::new());
}

#[tokio::test]
async fn the_readmes_first_steps_take_the_sample_customers() {
    let at_root = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let readme = std::fs::read_to_string(at_root("README.md")).unwrap();
    let (_, rest) = readme.split_once("export FORENOTICE__SITE__PRODUCTS=\"").unwrap();
    let (products, _) = rest.split_once('"').unwrap();
    let world = World::on("2026-11-23T09:00Z").await;
    let file = at_root("config/demo/customers.csv");
    let dpo = ["--as", "dpo@processor.example"];
    let words = [&["customers", "import", file.to_str().unwrap(), "--dry-run", "--json"], &dpo[..]].concat();
    let ran = world.fed(&words, b"", &[("FORENOTICE__SITE__PRODUCTS", products)]).await;
    assert_eq!((ran.code, &ran.json()["rejected"]), (Some(0), &serde_json::json!([])), "{ran:?}");
    world.finish().await;
}

#[tokio::test]
async fn a_reference_counts_in_small_letters_where_only_one_customer_has_it() {
    let (world, _folder) = announced().await;
    let record = |who| {
        [
            "objection",
            "record",
            CHANGE,
            "--customer",
            who,
            "--channel",
            "phone",
            "--received",
            "2026-12-01T11:00:00Z",
            "--text",
            "No.",
            "--json",
        ]
    };
    let ran = world.command(&record("c-1")).await;
    assert_eq!((ran.code, ran.json()["customer"].as_str()), (Some(0), Some("C-1")), "{ran:?}");
    world
        .customers("reference,customer,email,customer_since\nc-1,Birch,dpo@birch.example,2024-03-01\n")
        .await;
    let shown = world.command(&["customers", "show", "c-1", "--json"]).await;
    assert!(shown.printed.contains("Birch") && !shown.printed.contains("Acme"), "{shown:?}");
    world.finish().await;
}

#[tokio::test]
async fn a_day_and_an_instant_that_cannot_be_read_are_refused_with_how_to_write_them() {
    let world = World::on("2026-11-23T09:00Z").await;
    let ran = world.command(&["gate", CHANGE, "--at", "2027-01-15"]).await;
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.said.contains("write an instant as 2027-01-15T09:00:00Z"), "{ran:?}");
    let ran = world.command(&["register", "show", "--on", "15.1.2027"]).await;
    assert!(ran.said.contains("write a day as 2027-01-15"), "{ran:?}");
    world.finish().await;
}

#[tokio::test]
async fn the_gate_of_a_change_that_is_withdrawn_says_so_and_a_missing_process_is_named() {
    let (world, _folder) = announced().await;
    world.as_superuser("insert into door (id, kind, name, read_to, beat_at) values (gen_random_uuid(), 'mailbox', 'a mailbox', '2026-11-30T09:00Z', 'infinity'); delete from replica").await;
    let ran = world.command(&["gate", CHANGE]).await;
    assert!(ran.printed.contains("no process in the role receive runs"), "{ran:?}");
    let status = world.command(&["status", "--json"]).await.json();
    let missing = serde_json::json!(["web", "schedule", "send", "receive"]);
    assert_eq!(status["missing_roles"], missing, "{status}");
    let ran = world.command(&["change", "withdraw", CHANGE, "--reason", "not needed"]).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let ran = world.command(&["gate", CHANGE]).await;
    assert_eq!(
        (ran.code, ran.printed.trim()),
        (Some(1), "CHG-2026-0001 is withdrawn: it never takes effect")
    );
    let told = world.command(&["gate", CHANGE, "--json"]).await.json();
    assert_eq!((&told["open"], &told["state"]), (&false.into(), &"withdrawn".into()), "{told}");
}

#[tokio::test]
async fn an_emergency_that_shortens_nobodys_notice_is_warned_of() {
    let world = World::on("2026-11-23T09:00Z").await;
    let rows = |days: &str| {
        format!(
            "reference,customer,email,customer_since,emergency_days\nC-1,Acme,dpo@acme.example,2024-03-01,{days}\n"
        )
    };
    world.customers(&rows("")).await;
    let plan =
        ["change", "plan", "add", "--name", "Nimbus", "--effective", "2027-03-01", "--emergency", "Fire"];
    let warning = "warning: --emergency shortens no notice";
    assert!(world.command(&plan).await.said.contains(warning));
    world.customers(&rows("5")).await;
    assert!(!world.command(&plan).await.said.contains(warning));
    world.finish().await;
}

#[tokio::test]
async fn a_start_before_the_last_letter_may_have_come_back_is_warned_of() {
    let world = World::on("2026-11-23T09:00Z").await;
    world
        .customers("reference,customer,email,customer_since,notice_days,objection_days\nC-1,Acme,dpo@acme.example,2024-03-01,3,3\n")
        .await;
    let facts = [
        ["--name", "Nimbus"],
        ["--legal-entity", "Nimbus GmbH"],
        ["--address", "Ring 2, 10115 Berlin"],
        ["--contact", "privacy@nimbus.example"],
        ["--purpose", "hosting"],
        ["--data-types", "names"],
        ["--data-subjects", "users"],
        ["--country", "DE"],
        ["--transfer-mechanism", "none"],
        ["--reason", "more capacity"],
    ];
    let plan = |day| [&["change", "plan", "add", "--effective", day][..], &facts.concat()].concat();
    let warning = "warning: until 2026-11-30 08:00 UTC a letter may come back";
    let early = world.command(&plan("2026-11-29")).await;
    assert!(early.said.contains(warning), "{early:?}");
    let late = world.command(&plan("2026-12-01")).await;
    assert!(!late.said.contains("come back"), "{late:?}");
    world.finish().await;
}

#[tokio::test]
async fn a_letter_is_previewed_about_a_real_change() {
    let (world, _folder) = announced().await;
    let ran = world.command(&["mail", "preview", "announcement", "--change", CHANGE, "--to", "C-1"]).await;
    assert!(ran.printed.contains("Nimbus") && ran.printed.contains(CHANGE), "{ran:?}");
    assert!(ran.printed.contains("1 March 2027"), "{ran:?}");
    refused(
        &world.command(&["mail", "preview", "receipt", "--change", CHANGE]).await,
        "this letter is about no change",
    );
    world.finish().await;
}

#[tokio::test]
async fn a_removal_recorded_after_its_day_breaks_no_promise_while_it_is_told() {
    let (world, _folder) = announced().await;
    world.advance_to("2027-03-10T12:00Z").await;
    let ran = world
        .command(&[
            "change",
            "schedule",
            "remove",
            "--name",
            "Nimbus",
            "--reason",
            "unused",
            "--effective",
            "2027-03-05",
        ])
        .await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    world.settle().await;
    assert_eq!(world.broken_promises().await, Vec::<String>::new());
    world.finish().await;
}
