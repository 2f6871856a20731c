//! The signs of a bounce, and what each weighs.

use super::Notice;
use crate::domain::inbound::Envelope;
use crate::mail::triage::address;
use crate::mail::triage::automatic;
use crate::mail::triage::mime::Mail;
use crate::mail::triage::objecting;
use crate::mail::triage::own_words;
use crate::mail::triage::verdict;
use crate::mail::triage::wording::{Phrases, begins, found, plain, without_prefixes};

/// What all signs together must weigh.
const ENOUGH: u32 = 4;

static MACHINES: Phrases = Phrases::of("
    mailer-daemon | mailer_daemon | maildaemon | mail-daemon | mailerdaemon | mdaemon | postmaster | postmast |
    mailadm | mail-administrator | mailsystem | mail-system | mail.delivery | maildelivery | bounce | ndr |
    smtp-gateway | mta | root | daemon | uucp | mailrobot | system-administrator | microsoftexchange
");

static MACHINE_NAMES: Phrases = Phrases::of("
    mail delivery | mailer-daemon | delivery subsystem | delivery system | postmaster | mail administrator |
    system administrator | systemadministrator | mail system | mailer daemon | undeliver | mail gateway |
    internet mail | mail_service | administrateur systeme | administrador del sistema | administrador do sistema |
    amministratore di sistema | systeembeheerder | administrator systemu | antivirus
");

static SUBJECTS: Phrases = Phrases::of("
    undeliver | non-deliver | nondeliver | not deliver | could not be delivered | couldn't be delivered |
    delivery fail | failed delivery | failure delivery | delivery status | delivery notification | delivery report |
    delivery error | delivery problem | delivery has failed | delivery was not | delivery delay |
    delivery incomplete | delivery warning | delivery unsuccess | returned mail | return mail | mail returned |
    message returned | returned to sender | returning message | returning to sender | returned email |
    failure notice | failed mail | mail failure | mail failed | mail error | message error | mail system error |
    error sending | error delivering | error in mail | processing error | nameserver error | message delayed |
    message status | mail status | mail delivery | email delivery | warning: message | warning: could not send |
    permanent error | user unknown | unknown user | unknown recipient | rejected mail | mail rejected |
    message rejected | rejected message | message refused | mail could not | message could not | unable to deliver |
    cannot deliver | can't deliver | bounced | unzustellbar | nicht zugestellt | nicht zustellbar |
    zustellung fehlgeschlagen | zustellfehler | fehler bei der zustellung | uebermittlung fehlgeschlagen | non remis |
    non delivre | non distribu | echec de la remise | echec de remise | retour de courrier | no entregable |
    no se puede entregar | no se pudo entregar | no entregado | error de entrega | devuelto | non recapitabile |
    mancata consegna | non consegnat | mancato recapito | onbestelbaar | niet bezorgd | niet afgeleverd |
    bezorging mislukt | nao entregue | nao foi possivel entregar | falha na entrega | devolvid | niedostarcz |
    nie dostarczono | nie mozna dostarczyc | kunde inte levereras | olevererbar | gar inte att leverera |
    kunne ikke leveres | ikke leveret | kan ikke leveres | toimittaminen epaeonnistui | ei voitu toimittaa |
    perillemeno | nedoruceno | nelze dorucit | nedorucitelne | kezbesithetetlen | teslim edilemedi | не доставлен |
    недоставлен | не может быть доставлен | ошибка доставки | 配信不能 | 配信できません | 送信できません | 配信エラー | 未配達 | 退信 | 无法投递 |
    無法傳遞
");

static SAID: Phrases = Phrases::of("
    could not be delivered | couldn't be delivered | could not be sent | failed to send | error delivering | could not deliver | couldn't deliver | cannot be delivered |
    can't be delivered | can not be delivered | was not delivered | wasn't delivered | were not delivered |
    not been delivered | not yet been delivered | unable to deliver | wasn't able to deliver | not able to deliver |
    failed to deliver | cannot deliver | delivery failed | delivery has failed | delivery to the following |
    delivery failure | failure delivery | delivery of email to | delevery to the following | undeliverable |
    undelivered | non-delivery | did not reach | not delivered to | did not receive | failed recipient |
    failed addresses | address failed | addresses failed | following address(es) failed | permanent fatal error |
    permanent fatal delivery | permanent error | delivery error | returned mail | mail has been returned |
    message has been returned | being returned | returned to you | no longer accept | rcpt to generated |
    user unknown | unknown user: | unknown recipient | no such user | invalid final delivery userid | was rejected |
    been rejected | automatically rejected | was not accepted | mailbox is full | over quota | has been delayed |
    has been postponed | is delayed | giving up on | smtp error | remote host said | transcript of session |
    session transcript | message log follows | did not exactly match | intended recipient: |
    delivery status notification | following recipient | following address | problems delivering |
    trouble delivering | not deliver your | exceeded maximum delivery attempts | following users |
    not successfully delivered | nicht zugestellt | unzustellbar | fehler bei der auslieferung | nicht zustellen |
    n'a pas pu etre | n'a pu etre | n'ont pas pu etre | pas ete remis | echec de la remise | no se pudo entregar |
    no se puede entregar | no ha podido ser | no pudo ser | no fue posible entregar | impossibile recapitare |
    impossibile consegnare | non e stato recapitato | non recapitat | non e stato possibile recapitare |
    non e stato possibile consegnare | nao foi possivel entregar | nao pode ser entregue | nao foi entregue |
    kon niet worden | kan niet worden bezorgd | niet bezorgd | niet afgeleverd | nie mozna dostarczyc |
    nie zostala dostarczona | nie dostarczono | kunde inte leverera | kunne ikke leveres | kunne ikke sendes |
    ei voitu toimittaa | nemohla byt dorucena | nelze dorucit | nebylo mozne dorucit | не может быть доставлен |
    не доставлен | не удалось доставить | не было доставлен | 送信できません | 配信できません | 配信されません | 届けることができません | 无法送达 |
    未能送达 | 无法投递 | 無法傳遞
");

/// Where a notice ends and the mail that it returns begins; on a line of its own, between rules.
static RETURNED: Phrases = Phrases::of("
    below this line is a copy | below the next line is a copy | this is a copy of | copy of your message | original message |
    returned mail | returned message | message text follows | message header follows | header of the original |
    copy of the message | included is a copy | unsent message | undelivered message | text of the message follows |
    lines of your original | lines of the message | message headers follow | old message | headers of the original |
    original mail | message contents follow | message follows | copie du message | originalnachricht | original-nachricht |
    kopie der nachricht | urspruengliche nachricht | message d'origine | mensaje original | messaggio originale |
    mensagem original | oorspronkelijk bericht | 元のメール
");

/// The same in a sentence.
static FOLLOWS: Phrases = Phrases::of("
    original message follows | original message as received | is a copy of your | is a copy of the | is following | message follows |
    header follows | headers follow | message header: | original message: | included is a copy | below this line | lines of your original |
    old message: | copie du message | kopie der nachricht
");

pub(super) static DELAYED_SUBJECTS: Phrases = Phrases::of("
    delayed | (delay) | delivery delay | still being retried | delivery warning | verzoegert | retard | retras |
    ritard | vertraag | opoznien | foersen | forsink | viivaest | zpozd
");

pub(super) static DELAYED: Phrases = Phrases::of("
    has been delayed | was delayed | is delayed | delivery delayed | not yet been delivered | not yet delivered |
    has been postponed | no action is required on your part | delivery attempts will continue | will continue to try |
    will continue trying | will keep trying | continue to be made | will be retried | do not need to resend |
    warning message only | no need to resend | still trying | still being retried | have not yet received |
    will be attempted | will try again | will retry for |  will retry | wird weiterhin versucht | noch nicht zugestellt |
    n'a pas encore ete | aun no se ha | todavia no se ha | non e ancora stato | ainda nao foi | nog niet |
    jeszcze nie
");

/// A final word, which a notice about an earlier delay may hold as well.
pub(super) static GAVE_UP: Phrases = Phrases::of(
    "
    given up | gave up | giving up on | permanent error | permanent failure | failed permanently |
    removed from the mail queue | no further attempts | will not be retried | already made numerous attempts |
    delivery has failed | finally failed
",
);

/// Why this is a bounce, if it is one.
pub(super) fn weighed(
    mail: &Mail<'_>,
    envelope: &Envelope,
    notice: &Notice,
    has_report: bool,
) -> Option<String> {
    let subject = plain(&mail.fields.text("Subject").unwrap_or_default());
    let said = plain(&notice.said);
    let (bare, is_answer) = without_prefixes(&subject);
    let is_machine = has_machines_address(mail)
        || (!is_answer && (address::is_null_sender(mail, envelope) || has_machines_name(mail)));
    let by_subject = found(bare, &SUBJECTS);
    let by_words = found(&said, &SAID);
    let is_marked = has_report || mail.fields.has("X-Failed-Recipients");
    if by_subject.is_none() && by_words.is_none() && !is_marked {
        return None;
    }
    // A person's name may sound like a machine's ("Root Insurance"), and many a server gives no sender: whoever objects is heard.
    if !is_marked && !has_machines_address(mail) && objecting::speaks_of_it(&plain(&own_words::of(mail))) {
        return None;
    }
    // A person forwards a bounce, or writes about one: the words are all there, the machine is not.
    // "Re: your letter: not delivered", and nothing but that in the text.
    let is_suffixed = by_subject.is_some_and(|phrase| !bare.starts_with(phrase) && ends_with_one(bare))
        && begins_like_one(&said);
    if !is_machine && !is_marked && (is_answer || is_thread(mail)) && !is_suffixed {
        return None;
    }
    // Who is away answers with the null sender, too, and a robot that wants an answer first.
    if !is_marked && !is_named_machine(mail) && automatic::says_so(&said) {
        return None;
    }
    let returns = !notice.returned.is_empty() || mail.parts.iter().any(|part| part.kind.contains("rfc822"));
    let is_transcript =
        verdict::reply_code(&notice.said).is_some() || verdict::status_in(&notice.said).is_some();
    let weight = 2 * u32::from(is_machine)
        + u32::from(by_subject.is_some()) * if is_answer { 1 } else { 2 }
        + 2 * u32::from(by_words.is_some())
        + 3 * u32::from(is_marked)
        + u32::from(returns || is_transcript)
        + u32::from(is_suffixed);
    let sign = by_words.or(by_subject).unwrap_or("it names failed recipients");
    (weight >= ENOUGH).then(|| format!("a mail system's notice without a report: {sign:?}"))
}

fn is_named_machine(mail: &Mail<'_>) -> bool {
    has_machines_address(mail) || has_machines_name(mail)
}

/// An address that only mail systems bear.
fn has_machines_address(mail: &Mail<'_>) -> bool {
    let from = mail.fields.mailboxes("From").into_iter().next();
    let from = from.map(|(_, from)| address::bare(&from)).unwrap_or_default();
    let path = mail.fields.first("Return-Path").map(|path| address::bare(&path)).unwrap_or_default();
    let raw = mail.fields.text("From").unwrap_or_default();
    is_machine(&from) || is_machine(&path) || raw.contains("<>")
}

/// A name that sounds like one: people have such names, too.
fn has_machines_name(mail: &Mail<'_>) -> bool {
    let raw = plain(&mail.fields.text("From").unwrap_or_default());
    found(&raw, &MACHINE_NAMES).is_some() || begins(&raw, &MACHINES).is_some()
}

/// By the local part.
pub(super) fn is_machine(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default();
    // "root" is one, "rooter" is not.
    let is_name = |name| local.strip_prefix(name).is_some_and(|rest| !rest.starts_with(char::is_alphabetic));
    MACHINES.each().any(is_name) || local.ends_with("mailer-daemon") || local.ends_with("-daemon")
}

fn is_thread(mail: &Mail<'_>) -> bool {
    mail.fields.has("In-Reply-To") || mail.fields.has("References")
}

fn ends_with_one(subject: &str) -> bool {
    let words = subject.trim_end_matches(|c: char| !c.is_alphanumeric());
    let mut tail = words.len().saturating_sub(24);
    while !words.is_char_boundary(tail) {
        tail += 1;
    }
    found(&words[tail..], &SUBJECTS).is_some()
}

/// No greeting, no introduction: the words stand in the first sentence.
fn begins_like_one(said: &str) -> bool {
    const FIRST_SENTENCE: usize = 160;
    let end =
        said.char_indices().map(|(at, _)| at).take_while(|at| *at <= FIRST_SENTENCE).last().unwrap_or(0);
    found(&said[..end], &SAID).is_some()
}

/// Where in the text the returned mail begins: a line says so, or its header fields stand there.
pub(in crate::mail::triage) fn returned_at(text: &str) -> Option<usize> {
    const LINE_BYTES_MAX: usize = 160;
    let mut at = 0;
    let mut is_empty = true;
    for line in text.split_inclusive('\n') {
        let quoted = line.trim_start_matches(['>', ' ']);
        let is_field = ["Received: from ", "Received: by ", "Return-Path: <"]
            .iter()
            .any(|field| quoted.starts_with(field));
        if !is_empty && (is_field || (line.len() <= LINE_BYTES_MAX && announces(line))) {
            return Some(at);
        }
        is_empty &= line.trim().is_empty();
        at += line.len();
    }
    None
}

fn announces(line: &str) -> bool {
    let plain = plain(line);
    if plain.contains('@')
        || plain.contains("attached")
        || plain.contains("not receive")
        || plain.contains("attempts")
    {
        return false;
    }
    let is_ruled = plain.starts_with(['-', '=', '*', '|']) && found(&plain, &RETURNED).is_some();
    is_ruled || (plain.ends_with([':', '-', '.', '>']) && found(&plain, &FOLLOWS).is_some())
}
