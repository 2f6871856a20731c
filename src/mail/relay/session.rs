//! One connection to a relay, and one letter's way over it: MAIL, RCPT, DATA as a group, content, the next letter's
//! group behind its dot (RFC 2920, where the relay offers it).
//!
//! Content leaves only after 250, 250 and 354 of its own group. A group that follows a refusal, or stands behind a dot
//! whose reply is not known yet, begins with RSET: no letter can leave under another's envelope sender.

use std::fmt::Write;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::error::Elapsed;
use tokio::time::{Instant, timeout};

use super::dial::{Away, Dialed, Offers, Roots, dial};
use super::dialogue::{Dialogue, Lines};
use super::login::log_in;
use super::oauth::Tokens;
use super::pace::Pipelining;
use super::parcel::Parcel;
use super::route::Route;
use crate::domain::delivery::{OtherRecipients, Point, Reply, Verdict, verdict};

const LEAVE_WITHIN: Duration = Duration::from_secs(2);

/// How one letter's way ended.
#[derive(Debug)]
pub(super) enum End {
    Told {
        verdict: Verdict,
        point: Point,
        reply: Reply,
    },
    /// The address needs what this relay does not offer.
    UnfitAddress {
        why: String,
    },
    /// The letter is larger than this relay takes.
    TooLarge {
        why: String,
    },
    /// Cut before the dot had left: the relay has nothing. `sender_taken`: it had answered MAIL.
    Unsent {
        why: String,
        group: InGroup,
        sender_taken: bool,
    },
    /// Cut after it: nobody can say. `stumbled`: the reply was none to a dot, after commands that were said together.
    InDoubt {
        why: String,
        stumbled: Option<Pipelining>,
    },
}

/// Whether a letter's way ended among commands that were said together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InGroup {
    No,
    /// The connection broke, as any may.
    Broken(Pipelining),
    /// The relay lost its step: a reply that is none to its command, none at all, or the end right after the dot behind which they
    /// stood.
    Stumbled(Pipelining),
}

/// Why no reply was understood.
#[derive(Debug)]
struct Unheard {
    why: String,
    timed_out: bool,
}

#[derive(Debug)]
pub(super) struct Session {
    dialogue: Dialogue,
    offers: Offers,
    route: Arc<Route>,
    /// The relay has refused something, and may still hold an envelope.
    unsettled: bool,
    /// The commands of the letter that was announced last.
    group: Group,
    /// When that was.
    pub(super) announced: Instant,
    /// The group has left behind the last dot; its replies are due.
    ahead: Option<Pipelining>,
    /// How the commands of the letter under way were said.
    together: Option<Pipelining>,
    /// Held as long as the connection is open.
    _seat: Option<Arc<()>>,
    /// Letters this connection has carried.
    pub(super) letters: u32,
    /// Whether another letter may follow on this connection.
    pub(super) usable: bool,
}

/// A letter's commands as they stand on the wire, in a buffer that is kept from letter to letter.
#[derive(Debug, Default)]
struct Group {
    text: String,
    steps: Vec<Step>,
}

/// One command of a group; without a point it is the RSET before it.
#[derive(Clone, Copy, Debug)]
struct Step {
    point: Option<Point>,
    /// Where in the group's text it stands.
    begin: usize,
    end: usize,
    limit: Duration,
}

impl Group {
    fn clear(&mut self) {
        self.text.clear();
        self.steps.clear();
    }

    /// What has been written since the last step is one more.
    fn step(&mut self, point: Option<Point>, limit: Duration) {
        let begin = self.steps.last().map_or(0, |step| step.end);
        self.text.push_str("\r\n");
        self.steps.push(Step { point, begin, end: self.text.len(), limit });
    }
}

impl Session {
    /// Connects, encrypts as the route says, and logs in.
    pub(super) async fn open(route: &Arc<Route>, roots: &Roots, tokens: &Tokens) -> Result<Self, Away> {
        let mut dialed = dial(route, roots).await?;
        log_in(&mut dialed, route, roots, tokens).await?;
        let Dialed { dialogue, offers, .. } = dialed;
        Ok(Self {
            dialogue,
            offers,
            route: Arc::clone(route),
            unsettled: false,
            group: Group::default(),
            announced: Instant::now(),
            ahead: None,
            together: None,
            _seat: None,
            letters: 0,
            usable: true,
        })
    }

    /// Holds `seat` until the connection ends.
    pub(super) fn holding(self, seat: Arc<()>) -> Self {
        Self { _seat: Some(seat), ..self }
    }

    /// Whether the group of the letter that comes next has left already.
    pub(super) fn is_ahead(&self) -> bool {
        self.ahead.is_some()
    }

    /// Announces one letter: its envelope is taken and the relay waits for its content, or the letter's way has ended.
    /// Whatever the relay refuses, the connection stays, unless it broke.
    pub(super) async fn envelope(
        &mut self,
        parcel: &Parcel,
        others: OtherRecipients,
        pipelining: Pipelining,
    ) -> Result<(), End> {
        let ahead = self.ahead.take();
        if ahead.is_none()
            && let Some(end) = self.unfit(parcel)
        {
            return Err(end);
        }
        self.together = ahead;
        if ahead.is_some() {
            if let Some(first) = self.group.steps.first_mut() {
                first.limit = self.route.patience.behind_the_dot;
            }
        } else {
            self.announce(parcel, self.unsettled);
            if pipelining != Pipelining::Off && self.offers.pipelining {
                self.together = Some(pipelining);
                let group = InGroup::Broken(pipelining);
                self.write_group().await.map_err(|why| End::Unsent { why, group, sender_taken: false })?;
            }
        }
        self.unsettled = false;
        self.replies(ahead.is_some(), others).await
    }

    async fn replies(&mut self, behind_a_dot: bool, others: OtherRecipients) -> Result<(), End> {
        let together = self.together;
        let unsent = |why, sender_taken, group: fn(Pipelining) -> InGroup| End::Unsent {
            why,
            group: together.map_or(InGroup::No, group),
            sender_taken,
        };
        let mut refused: Option<(Verdict, Point, Reply)> = None;
        let (mut sender_taken, mut recipient_refused, mut waits_for_content) = (false, false, false);
        for at in 0..self.group.steps.len() {
            let step = self.group.steps[at];
            let point = step.point;
            let told = match together {
                Some(_) => self.reply(step.limit).await,
                None if refused.is_some() => break,
                None => self.ask_step(step).await,
            };
            let reply = match told {
                Ok(reply) => reply,
                Err(_) if refused.is_some() => break,
                Err(Unheard { why, timed_out }) if timed_out || behind_a_dot && at == 0 => {
                    return Err(unsent(why, sender_taken, InGroup::Stumbled));
                }
                Err(Unheard { why, .. }) => return Err(unsent(why, sender_taken, InGroup::Broken)),
            };
            let Some(point) = point else {
                if reply.code == 250 {
                    continue;
                }
                self.usable = false;
                if reply.code == 421 {
                    return Err(End::Told { verdict: Verdict::SessionOver, point: Point::Mail, reply });
                }
                let why = format!("RSET was answered by {} {}", reply.code, reply.words);
                return Err(unsent(why, false, InGroup::Stumbled));
            };
            if together.is_some() && !reply.may_answer(point) {
                self.usable = false;
                let (code, words) = (reply.code, &reply.words);
                let why = format!("{point:?} was answered by {code} {words}");
                return Err(unsent(why, sender_taken, InGroup::Stumbled));
            }
            match point {
                Point::Mail => sender_taken = reply.code / 100 == 2,
                Point::Rcpt => recipient_refused = reply.code >= 400,
                Point::Data => waits_for_content = reply.code == 354,
                Point::Session | Point::Dot => {}
            }
            let verdict = verdict(point, &reply, others);
            if verdict != Verdict::Good && refused.is_none() {
                refused = Some((verdict, point, reply));
            }
        }
        let Some((verdict, point, reply)) = refused else { return Ok(()) };
        self.unsettled = true;
        if verdict == Verdict::SessionOver || (verdict == Verdict::RelayFault && point != Point::Mail) {
            self.usable = false;
        }
        if waits_for_content {
            self.give_nothing(sender_taken && recipient_refused).await;
        }
        Err(End::Told { verdict, point, reply })
    }

    /// After 354 out of turn. A lone dot ends it where the relay holds a sender and no recipient (RFC 2920, 3.1); else the
    /// connection is closed without one, lest an empty letter go, or go under the former letter's sender.
    async fn give_nothing(&mut self, a_dot_is_safe: bool) {
        let refused = a_dot_is_safe && {
            let told = self.ask(".\r\n", self.route.patience.content).await;
            told.is_ok_and(|reply| (500..600).contains(&reply.code))
        };
        self.usable &= refused;
    }

    /// Hands over the content of the letter whose envelope was taken; behind its dot goes the group of `next`.
    pub(super) async fn content(
        &mut self,
        parcel: &Parcel,
        next: Option<(&Parcel, Pipelining)>,
        others: OtherRecipients,
    ) -> End {
        let whole = parcel.stuffed().len();
        self.ahead = next.map(|(next, pipelining)| {
            self.announce(next, true);
            pipelining
        });
        let limit = self.route.patience.content;
        let behind = if self.ahead.is_some() { self.group.text.as_bytes() } else { &[] };
        let handed = async {
            self.dialogue.say_both(parcel.stuffed().as_bytes(), behind).await?;
            self.dialogue.hear().await.map(Lines::reply)
        };
        let heard = timeout(limit, handed).await;
        let told = self.understood(heard, limit);
        match told {
            Ok(reply) => {
                let verdict = verdict(Point::Dot, &reply, others);
                self.letters += u32::from(verdict == Verdict::Good);
                self.usable &= reply.code != 421 && verdict != Verdict::RelayFault;
                self.unsettled |= verdict != Verdict::Good;
                match verdict {
                    // Out of step: this reply belongs to something else.
                    Verdict::RelayFault => {
                        let why = format!("{} {}", reply.code, reply.words);
                        End::InDoubt { why, stumbled: self.ahead.or(self.together) }
                    }
                    _ => End::Told { verdict, point: Point::Dot, reply },
                }
            }
            Err(Unheard { why, .. }) if self.dialogue.left() < whole => {
                End::Unsent { why, group: InGroup::No, sender_taken: true }
            }
            Err(Unheard { why, .. }) => End::InDoubt { why, stumbled: None },
        }
    }

    pub(super) fn pipelines(&self) -> bool {
        self.offers.pipelining
    }

    /// Whether this relay could take the letter, so that its group may stand behind a dot.
    pub(super) fn is_fit(&self, parcel: &Parcel) -> bool {
        self.unfit(parcel).is_none()
    }

    fn unfit(&self, parcel: &Parcel) -> Option<End> {
        if parcel.needs_smtputf8() && !self.offers.smtputf8 {
            let why =
                "the address is not ASCII before the @, and the relay does not offer SMTPUTF8".to_owned();
            return Some(End::UnfitAddress { why });
        }
        let size = parcel.stuffed().len();
        let most = self.offers.size.filter(|most| *most > 0 && size > *most)?;
        Some(End::TooLarge { why: format!("the letter has {size} bytes, and the relay takes {most}") })
    }

    /// Writes a letter's commands into the group.
    fn announce(&mut self, parcel: &Parcel, reset: bool) {
        self.announced = Instant::now();
        let patience = self.route.patience;
        let (offers, group) = (self.offers, &mut self.group);
        group.clear();
        if reset {
            group.text.push_str("RSET");
            group.step(None, patience.command);
        }
        mail(&mut group.text, parcel, offers);
        group.step(Some(Point::Mail), patience.command);
        let _ = write!(group.text, "RCPT TO:<{}>", parcel.to());
        if offers.dsn {
            group.text.push_str(&parcel.reports(self.route.reports));
        }
        group.step(Some(Point::Rcpt), patience.command);
        group.text.push_str("DATA");
        group.step(Some(Point::Data), patience.data);
    }

    async fn ask_step(&mut self, step: Step) -> Result<Reply, Unheard> {
        let asked = async {
            self.dialogue.say(&self.group.text.as_bytes()[step.begin..step.end]).await?;
            self.dialogue.hear().await.map(Lines::reply)
        };
        let heard = timeout(step.limit, asked).await;
        self.understood(heard, step.limit)
    }

    async fn ask(&mut self, bytes: &str, limit: Duration) -> Result<Reply, Unheard> {
        let asked = async {
            self.dialogue.say(bytes.as_bytes()).await?;
            self.dialogue.hear().await.map(Lines::reply)
        };
        let heard = timeout(limit, asked).await;
        self.understood(heard, limit)
    }

    async fn write_group(&mut self) -> Result<(), String> {
        let limit = self.route.patience.command;
        let why = match timeout(limit, self.dialogue.say(self.group.text.as_bytes())).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => format!("connection lost: {error}"),
            Err(_) => format!("nothing was taken in {} s", limit.as_secs()),
        };
        self.usable = false;
        Err(why)
    }

    async fn reply(&mut self, limit: Duration) -> Result<Reply, Unheard> {
        let heard = timeout(limit, async { self.dialogue.hear().await.map(Lines::reply) }).await;
        self.understood(heard, limit)
    }

    fn understood(
        &mut self,
        heard: Result<io::Result<Option<Reply>>, Elapsed>,
        limit: Duration,
    ) -> Result<Reply, Unheard> {
        let timed_out = heard.is_err();
        let why = match heard {
            Ok(Ok(Some(reply))) => return Ok(reply),
            Ok(Ok(None)) => "what answers does not speak SMTP".to_owned(),
            Ok(Err(error)) => format!("connection lost: {error}"),
            Err(_) => format!("no reply in {} s", limit.as_secs()),
        };
        self.usable = false;
        Err(Unheard { why, timed_out })
    }

    /// Takes leave; what the relay says to it does not matter.
    pub(super) async fn close(mut self) {
        let _ = self.ask("QUIT\r\n", LEAVE_WITHIN).await;
    }
}

/// MAIL with the parameters this relay offers.
fn mail(text: &mut String, parcel: &Parcel, offers: Offers) {
    let _ = write!(text, "MAIL FROM:<{}>", parcel.from());
    if offers.size.is_some() {
        let _ = write!(text, " SIZE={}", parcel.stuffed().len());
    }
    if parcel.needs_smtputf8() {
        text.push_str(" SMTPUTF8 BODY=8BITMIME");
    }
    if offers.dsn {
        text.push_str(" RET=HDRS");
        if let Some(id) = parcel.envelope_id() {
            let _ = write!(text, " ENVID={id}");
        }
    }
}
