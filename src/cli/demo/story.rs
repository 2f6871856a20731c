//! The story, step by step, with what each must bring about.

mod mail;

use std::path::PathBuf;
use std::process::Stdio;

use serde_json::Value;
use tokio::process::{Child, Command};

use super::super::{Failure, print};
use crate::demo::controls::Remote;
use crate::demo::mailbox::Mailbox;
use crate::demo::stage::Stage;

/// Who acts: the demo's data protection officer.
pub const DPO: &str = "dpo@chatbotkit.example";
const SUBSCRIBER: &str = "jo.park@reader.example";
const REGISTER: &str = include_str!("../../../config/demo/chatbotkit.csv");
const CUSTOMERS: &str = include_str!("../../../config/demo/customers.csv");
/// The customer who objects, and where its letter goes.
const OBJECTOR: &str = "privacy@harbourlight-trust.example";
/// Lines of a command's output that the story shows.
const LINES_SHOWN: usize = 8;

/// The facts of the subprocessor that joins.
const ANTHROPIC: [&str; 20] = [
    "--name",
    "Anthropic",
    "--legal-entity",
    "Anthropic, PBC",
    "--address",
    "548 Market Street, San Francisco, CA 94104, United States",
    "--contact",
    "privacy@anthropic.example",
    "--category",
    "AI Services",
    "--purpose",
    "Answers from a language model",
    "--country",
    "US",
    "--data-types",
    "Conversation messages; context submitted to AI models",
    "--data-subjects",
    "People who talk to your bots",
    "--transfer-mechanism",
    "SCC (2021), module three, and UK IDTA",
];

pub struct Story {
    program: PathBuf,
    config: String,
    directory: tempfile::TempDir,
    site: String,
    mailbox: Mailbox,
    clock: Remote,
    client: reqwest::Client,
    steps: u32,
    failed: usize,
}

/// What a command said.
struct Ran {
    ok: bool,
    out: String,
    err: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or(Value::Null)
    }
}

impl Story {
    pub fn new(stage: &Stage, clock: Remote) -> Result<Self, Failure> {
        let directory = tempfile::Builder::new().prefix("forenotice-demo-").tempdir()?;
        std::fs::write(directory.path().join("chatbotkit.csv"), REGISTER)?;
        std::fs::write(directory.path().join("customers.csv"), CUSTOMERS)?;
        Ok(Self {
            program: std::env::current_exe()?,
            config: stage.config().display().to_string(),
            directory,
            site: format!("http://{}", stage.site),
            mailbox: stage.mailbox.clone(),
            clock,
            client: reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?,
            steps: 0,
            failed: 0,
        })
    }

    pub fn failed(&self) -> usize {
        self.failed
    }

    /// The daemon, in all roles; killed when its handle is dropped.
    pub fn serve(&self) -> Result<Child, Failure> {
        Ok(self.program_with(&["serve"]).stdout(Stdio::null()).kill_on_drop(true).spawn()?)
    }

    /// A command that is no step of the story, and must succeed.
    pub async fn command(&self, arguments: &[&str]) -> Result<(), Failure> {
        let ran = self.ran(arguments).await?;
        if ran.ok { Ok(()) } else { Err(Failure::new(ran.err)) }
    }

    pub async fn tell(&mut self) -> Result<(), Failure> {
        self.records().await?;
        self.subscriber().await?;
        let earliest = self.refused().await?;
        self.scheduled(&earliest).await?;
        self.announced().await?;
        self.bounced().await?;
        self.asked().await?;
        self.objected().await?;
        self.held(&earliest).await?;
        self.resolved().await?;
        self.effective(&earliest).await
    }

    async fn records(&mut self) -> Result<(), Failure> {
        self.step("The register and the customers, as the DPO has them in files, are imported")?;
        let ran = self.run(&["register", "import", "chatbotkit.csv"]).await?;
        self.holds(ran.ok, "the register of eleven is imported")?;
        let ran = self.run(&["customers", "import", "customers.csv", "--json"]).await?;
        let imported = ran.json()["imported"].as_u64().unwrap_or_default();
        self.holds(ran.ok && imported >= 200, &format!("{imported} contacts are imported, none rejected"))
    }

    async fn subscriber(&mut self) -> Result<(), Failure> {
        self.step("Somebody subscribes on the public page, and confirms by the link in the mail")?;
        self.post("/subscribe", &[("mail", SUBSCRIBER), ("lang", "en")]).await?;
        self.settle().await?;
        let link = self.mailbox.mails_to(SUBSCRIBER).first().and_then(|mail| mail.link("/confirm/"));
        self.holds(link.is_some(), "the confirmation letter has arrived")?;
        if let Some(link) = link {
            let status = self.post(path(&link), &[]).await?;
            self.holds(status < 400, "the subscription is confirmed by a POST")?;
        }
        Ok(())
    }

    /// The earliest lawful date.
    async fn refused(&mut self) -> Result<String, Failure> {
        self.step("The DPO wants Anthropic in five weeks; somebody's contract says otherwise")?;
        let wanted = with(
            &["change", "plan", "add"],
            &["--reason", "Customers asked for a second family of models", "--effective", "2026-12-24"],
        );
        let ran = self.run(&wanted).await?;
        self.holds(!ran.ok, "2026-12-24 is refused")?;
        let ran = self.ran(&with(&wanted, &["--json"])[..]).await?;
        let plan = ran.json();
        let earliest = plan["earliest"].as_str().unwrap_or_default().to_owned();
        let decided = plan["decided_by"].as_array().map_or(0, Vec::len);
        self.holds(
            !earliest.is_empty() && decided > 0,
            &format!("the refusal names {decided} customers who decide it, and the earliest lawful date: {earliest}"),
        )?;
        Ok(earliest)
    }

    async fn scheduled(&mut self, earliest: &str) -> Result<(), Failure> {
        self.step("So it is scheduled for the earliest lawful date")?;
        let reason = ["--reason", "Customers asked for a second family of models", "--effective", earliest];
        let ran = self.run(&with(&["change", "schedule", "add"], &reason)).await?;
        self.holds(ran.ok && ran.out.contains("CHG-2026-0001"), "CHG-2026-0001 is scheduled")
    }

    async fn announced(&mut self) -> Result<(), Failure> {
        self.step("At the send window the notices go out by SMTP; one address is refused and the next contact asked")?;
        self.advance("P1D").await?;
        let ran = self.run(&["deliveries", "CHG-2026-0001", "--json"]).await?;
        let said = ran.json();
        let (accepted, failed) =
            (said["accepted"].as_u64().unwrap_or_default(), said["failed"].as_u64().unwrap_or_default());
        self.holds(accepted >= 200, &format!("{accepted} letters are accepted by the relay"))?;
        self.holds(failed == 1, "one address was refused: 550 5.1.1")?;
        let next = self.mailbox.mails_to("verwaltung@rosenfeld-kliniken.example");
        self.holds(next.len() == 1, "and that customer's next contact has the letter")?;
        let subscribed =
            self.mailbox.mails_to(SUBSCRIBER).iter().any(|mail| mail.header("List-Unsubscribe").is_some());
        self.holds(subscribed, "the subscriber has it too, with one-click unsubscribe")?;
        let page = self.get("/").await?;
        self.holds(page.contains("Anthropic"), "the public page shows what is coming")
    }

    async fn objected(&mut self) -> Result<(), Failure> {
        self.step("A customer objects by the link in its letter")?;
        let link = self.mailbox.mails_to(OBJECTOR).first().and_then(|mail| mail.link("/object/"));
        self.holds(link.is_some(), "its letter has a personal link")?;
        let Some(link) = link else { return Ok(()) };
        let page = self.get(path(&link)).await?;
        self.holds(page.contains("Anthropic"), "the personal page shows the change and its own deadline")?;
        let form = [
            ("change", "CHG-2026-0001"),
            ("ground", "transfer"),
            ("text", "Our donors' data must stay in the UK."),
        ];
        let status = self.post(path(&link), &form).await?;
        self.holds(status < 400, "the objection is taken")?;
        self.settle().await?;
        let receipt = self
            .mailbox
            .mails_to(OBJECTOR)
            .iter()
            .any(|mail| mail.subject().starts_with("Receipt OBJ-2026-0001"));
        self.holds(receipt, "a receipt with a number is in the customer's mailbox")?;
        self.run(&["objection", "list"]).await.map(drop)
    }

    async fn held(&mut self, earliest: &str) -> Result<(), Failure> {
        self.step("The day comes, and the gate is shut: the objection is not resolved")?;
        self.clock_set(&format!("{earliest}T08:00:00Z")).await?;
        let ran = self.run(&["gate", "CHG-2026-0001"]).await?;
        self.holds(!ran.ok && ran.out.contains("objection_open"), "the gate says why")?;
        let ran = self.run(&["change", "show", "CHG-2026-0001"]).await?;
        self.holds(ran.out.contains("held"), "the change is held")?;
        let told =
            self.mailbox.mails_to(OBJECTOR).iter().any(|mail| mail.subject().contains("does not start"));
        self.holds(told, "everyone who was told is told that it does not start")?;
        let register = self.get("/register.json").await?;
        self.holds(!register.contains("Anthropic"), "the register does not show it")
    }

    async fn resolved(&mut self) -> Result<(), Failure> {
        self.step("The DPO answers and keeps that customer's data out")?;
        let words = "We keep your data in the UK: the model is switched off for you.";
        let ran = self.run(&["objection", "answer", "OBJ-2026-0001", "--text", words]).await?;
        self.holds(ran.ok, "the answer is on its way")?;
        let ran = self
            .run(&[
                "objection",
                "resolve",
                "OBJ-2026-0001",
                "--outcome",
                "accommodated",
                "--reason",
                "Not used for Harbourlight",
                "--how",
                "feature flag models.anthropic off",
            ])
            .await?;
        self.holds(ran.ok, "the objection is resolved, the exclusion confirmed")?;
        self.settle().await?;
        let ran = self.run(&["gate", "CHG-2026-0001"]).await?;
        self.holds(ran.ok, "the gate is open")
    }

    async fn effective(&mut self, earliest: &str) -> Result<(), Failure> {
        self.step("The day after its gate opened, the change is in force")?;
        self.advance("P1D").await?;
        let ran = self.run(&["change", "show", "CHG-2026-0001"]).await?;
        self.holds(ran.out.contains("effective "), "the change is effective")?;
        let register = self.get("/register.json").await?;
        self.holds(register.contains("Anthropic"), "the register shows it")?;
        let before = self.get(&format!("/register.json?on={earliest}")).await?;
        self.holds(!before.contains("Anthropic"), "the register of the day before still does not")?;
        let log = self.get("/changes.atom").await?;
        self.holds(log.contains("CHG-2026-0001"), "the change log tells it")?;
        let ran = self.run(&["doctor"]).await?;
        self.holds(ran.ok, "doctor finds every promise kept")
    }

    fn step(&mut self, title: &str) -> Result<(), Failure> {
        self.steps += 1;
        print(format_args!("\n{}. {title}", self.steps))
    }

    fn holds(&mut self, kept: bool, what: &str) -> Result<(), Failure> {
        self.failed += usize::from(!kept);
        print(format_args!("   {} {what}", if kept { "ok " } else { "NOT" }))
    }

    /// Runs a command of production and shows it with the first lines of what it says.
    async fn run(&mut self, arguments: &[&str]) -> Result<Ran, Failure> {
        print(format_args!(
            "   $ forenotice {}",
            arguments.iter().map(|a| quoted(a)).collect::<Vec<_>>().join(" ")
        ))?;
        let ran = self.ran(arguments).await?;
        if !arguments.contains(&"--json") {
            let said = format!("{}{}", ran.out, ran.err);
            let lines: Vec<&str> = said.lines().collect();
            for line in lines.iter().take(LINES_SHOWN) {
                print(format_args!("     {line}"))?;
            }
            if lines.len() > LINES_SHOWN {
                print(format_args!("     … {} lines more", lines.len() - LINES_SHOWN))?;
            }
        }
        Ok(ran)
    }

    async fn ran(&self, arguments: &[&str]) -> Result<Ran, Failure> {
        let output = self.program_with(arguments).output().await?;
        Ok(Ran {
            ok: output.status.success(),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }

    fn program_with(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["--config", &self.config, "--as", DPO]).args(arguments);
        command.current_dir(self.directory.path()).stdin(Stdio::null());
        command
    }

    async fn advance(&mut self, by: &str) -> Result<(), Failure> {
        let now = self.clock.advance(by).await?;
        print(format_args!("   the clock: {now}"))
    }

    async fn clock_set(&mut self, instant: &str) -> Result<(), Failure> {
        let now = self.clock.set(instant).await?;
        print(format_args!("   the clock: {now}"))
    }

    /// Lets the daemon do what is due now.
    async fn settle(&self) -> Result<(), Failure> {
        self.clock.advance("PT1S").await?;
        Ok(())
    }

    async fn get(&self, path: &str) -> Result<String, Failure> {
        Ok(self.client.get(format!("{}{path}", self.site)).send().await?.text().await?)
    }

    /// Sends a form as a browser on the page would; the status that came back.
    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Result<u16, Failure> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.client.post(format!("{}{path}", self.site)).header("origin", &self.site);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        let response = request.send().await?;
        print(format_args!("   POST {path}"))?;
        Ok(response.status().as_u16())
    }
}

fn with<'a>(command: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    let facts: &[&str] = if command.contains(&"--name") { &[] } else { &ANTHROPIC };
    [command, facts, more].concat()
}

/// The path of a link in a letter.
fn path(link: &str) -> &str {
    link.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..])).unwrap_or(link)
}

fn quoted(argument: &str) -> String {
    if argument.contains([' ', ';', '\'']) { format!("\"{argument}\"") } else { argument.to_owned() }
}
