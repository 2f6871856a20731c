//! What a status (RFC 3463) and a server's words say of a letter and of an address.
//!
//! Servers give the same status to many things, so plain words come first: a full mailbox lives, "no such user" is dead
//! whatever number stands before it, a refusal of sender or content says nothing against the address. Without words the
//! status decides, by chapter 10's list. What neither tells stays open: nobody is suppressed on a guess.

use super::wording::{Phrases, found, plain};
use crate::domain::inbound::{AddressVerdict, LetterVerdict};

/// Statuses that name the address itself as the fault.
const DEAD: [&str; 6] = ["1.1", "1.2", "1.3", "1.6", "1.10", "2.1"];
const WORDS_BYTES_MAX: usize = 8 * 1024;

/// It is the sender who is refused; what follows of unknown domains and names is about us.
static SENDER: Phrases = Phrases::of("
    sender address rejected | sender domain | domain of sender | sender verify | sender rejected | sender denied |
    invalid sender | bad sender | unknown sender | sender unknown | sender is not | senderdenied | your domain |
    envelope sender | from address | client host | cannot find your | helo | ehlo command | reverse dns | ptr record |
    reverse lookup | not accepting mail from | from domain must resolve | return address | mail from
");

static FULL: Phrases = Phrases::of("
    quota | mailbox full | mailbox is full | mail box full | full mailbox | inbox is full | inbox full |
    account is full | is full | mailfolder is full | disk space | diskspace | disk full | storage |
    too many messages in | mailbox size limit | exceeded its size | mailbox would exceed | exceed mailbox |
    mailbox exceeds | out of space | mailbox has exceeded | postfach voll | postfach ist voll |
    postfach des empfaengers ist voll | boite pleine | boite aux lettres pleine | buzon lleno | buzon esta lleno |
    casella piena | casella e piena | caixa cheia | caixa de correio cheia | skrzynka jest pelna | postvak is vol |
    mailbox vol | inkorgen aer full | postkassen er fuld | prekrocena kvota | переполнен | 容量 | いっぱい | 已满 | 空间不足
");

static UNKNOWN: Phrases = Phrases::of("
    user unknown | unknown user | userunknown | unknown to address | no such user | no such recipient |
    no such mailbox | no such account | no such address | no such person | no such local | no such name |
    no such email | no such mail | no mailbox here | no mailbox by | no account by | no user by | no user with |
    no one by that | no recipient | not a user | doesn't have a | does not have a | does not have an email |
    does not exist | doesn't exist | do not exist | not exist | nonexistent | non-existent | non existent |
    inexistent | unknown recipient | recipient unknown | recipients unknown | recipient not found | recipient is not |
    recipient name is not recognized | name is not recognized | not recognized | not recognised | not found in |
    user not found | mailbox not found | account not found | address not found | wasn't found | couldn't be found |
    could not be found | cannot be found | can't be found | recipnotfound | not found by | unable to find recipient |
    unable to find user | addressee unknown | address unknown | unknown address | unknown e-mail | unknown email | unrecognised-or | unrecognized-or | unrecognized or | unknown mailbox | mailbox unknown |
    unknown account | account unknown | unknown local | unknown alias | unknown or illegal | unknown login |
    invalid recipient | recipient invalid | recipient is invalid | invalid mailbox | mailbox invalid | invalid user |
    invalid address | address invalid | address is invalid | invalid final delivery userid | invalid local |
    invalid to address | bad address | bad recipient | bad destination | not a valid | no valid recipient |
    valid user of the system | is not valid | not listed in | not our customer | not known here | not known at |
    is unknown | is not known | not a known user | no longer valid | no longer available | no longer in use |
    no longer used | no longer exist | no longer active | no longer accept | no longer on server | no longer with |
    no longer at | no longer has | no longer maintained | not accepting mail for | does not accept mail |
    deactivated | disabled | discontinued | mailbox is inactive | inactive | account is closed | account closed |
    account has been closed | account has expired | account expired | account has been deleted | has been deleted |
    been terminated | has been removed | cancelled | closed account | mailbox closed | dormant | has moved |
    address has changed | address changed | changed address | unrouteable address | unroutable address |
    undeliverable address | no matches to nameserver | does not have a final email delivery point |
    did not exactly match | aliasing loop | user not local | user isn't | user is not | user does not | user doesn't |
    this user has no | not a local | mailbox unavailable | mailbox not available | mailbox does not |
    recipient rejected: unknown | verification failed: unknown | unbekannter empfaenger | empfaenger unbekannt |
    unbekannter benutzer | benutzer unbekannt | existiert nicht | ist unbekannt | nie ma takiego | adresse unbekannt | unbekannte adresse |
    nicht gefunden | utilisateur inconnu | destinataire inconnu | adresse inconnue | n'existe pas | inconnu |
    introuvable | usuario desconocido | no existe | desconocid | utente sconosciuto | sconosciut | non esiste |
    inesistente | nao existe | desconhecid | nieznany | nie istnieje | onbekende gebruiker | bestaat niet | onbekend |
    finns inte | okaend | findes ikke | ukendt | ei ole olemassa | tuntematon | neexistuje | neznam | не существует |
    не найден | неизвест | 存在しません | 見つかりません | 不存在 | 找不到
");

static NO_HOST: Phrases = Phrases::of("
    host not found | host unknown | unknown host | domain not found | domain does not exist | domain doesn't exist |
    no such domain | no such host | nxdomain | couldn't find any host | could not find any host |
    couldn't be resolved | could not be resolved | name or service not known | bad destination host | unknown domain |
    invalid domain | domain is not valid | domain name not found | could not find a gateway | non-existent domain |
    nonexistent domain | unrouteable mail domain | nullmx | null mx | no mail exchanger | no mx |
    name server: host not found | cannot resolve | can't resolve | unable to resolve | no dns entry |
    domain could not be found | domain wasn't found | domain couldn't be found | hostname lookup | has no mail |
    address resolution failed
");

/// The letter, its sender or its way is refused; the address is not the fault.
static REFUSED: Phrases = Phrases::of("
    spam | block | blacklist | black list | dnsbl | rbl | spamhaus | spamcop | barracuda | reputation | policy |
    policies | not allowed | not permitted | not authorized | not authorised | unauthorized | unauthenticated |
    not accepted | denied | relay | dmarc | spf | dkim | content | virus | malware | attachment | too large |
    too big | message size | size limit | exceeds | exceeded | rate limit | too many | greylist | graylist |
    grey-list | banned | refused | prohibit | restrict | rejected | rejecting | too long | loop | hop count | too many hops |
    suspicious | bulk | unsolicited | authenticat | abuse | filter | certificate | tls | suspended | complain | 8bit |
    syntax | command | message format | protocol | moderat
");

/// The way was closed for as long as anybody tried.
static LATER: Phrases = Phrases::of("
    timed out | timeout | time out | could not connect | can't connect | cannot connect | unable to connect |
    temporar | try again | retry | retries | expired | defer | unreachable | network | connection | busy |
    not responding | no answer | too old | delivery time | gave up | attempts | overload | unavailable | queue |
    delayed | local error | system error | internal error | resource | configuration | postponed
");

static FOR_NOW: Phrases = Phrases::of("try again | temporar");
static AGAINST_THE_LETTER: Phrases = Phrases::of("spam | block | policy | reputation | denied");

/// The first status of the form `5.1.1`.
pub(super) fn status_in(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
    words.map(|word| word.trim_matches('.')).find(|word| is_status(word)).map(str::to_owned)
}

fn is_status(word: &str) -> bool {
    let mut pieces = word.split('.');
    let class = matches!(pieces.next(), Some("2" | "4" | "5"));
    let is_number =
        |piece: &&str| (1..=3).contains(&piece.len()) && piece.bytes().all(|byte| byte.is_ascii_digit());
    let numbers = pieces.by_ref().take(2).filter(is_number).count() == 2;
    class && numbers && pieces.next().is_none()
}

/// The first SMTP reply of refusal: three digits that stand alone, before a blank, a hyphen or the end.
pub(super) fn reply_code(text: &str) -> Option<u16> {
    text.split(|c: char| {
        c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | ':' | '[' | ']' | '"' | '\'' | ',' | ';')
    })
    .find_map(|word| {
        let digits = word.get(..3)?;
        let ends = word.len() == 3 || word.as_bytes()[3] == b'-';
        let code: u16 = digits.parse().ok()?;
        (ends && matches!(code, 420..=459 | 500..=559)).then_some(code)
    })
}

/// What became of the letter, where a report has no action.
pub(super) fn letter_by_status(status: Option<&str>) -> Option<LetterVerdict> {
    match status?.as_bytes().first()? {
        b'5' => Some(LetterVerdict::Failed),
        b'4' => Some(LetterVerdict::Delayed),
        b'2' => Some(LetterVerdict::Delivered),
        _ => None,
    }
}

/// Whether the address lives, by the server's words, then by the status, then by the reply code.
pub(super) fn address(status: Option<&str>, words: &str) -> Option<AddressVerdict> {
    let mut end = words.len().min(WORDS_BYTES_MAX);
    while !words.is_char_boundary(end) {
        end -= 1;
    }
    let words = &words[..end];
    let in_words = status_in(words);
    // A server that forwards another's refusal often keeps a general status to itself.
    let status = match status {
        Some(general) if general.ends_with(".0.0") => in_words.as_deref().or(Some(general)),
        Some(own) => Some(own),
        None => in_words.as_deref(),
    };
    let code = reply_code(words);
    let is_transient = match status {
        Some(status) => status.starts_with('4'),
        None => code.is_some_and(|code| code < 500),
    };
    if is_transient {
        return Some(AddressVerdict::Alive);
    }
    by_words(&plain(words), status).or_else(|| by_number(status, code))
}

fn by_words(words: &str, status: Option<&str>) -> Option<AddressVerdict> {
    if found(words, &FULL).or_else(|| found(words, &SENDER)).is_some() {
        return Some(AddressVerdict::Alive);
    }
    let is_lasting = found(words, &FOR_NOW).is_none();
    if found(words, &UNKNOWN).is_some() || (is_lasting && found(words, &NO_HOST).is_some()) {
        return Some(AddressVerdict::Dead);
    }
    if status.is_some_and(is_dead) && found(words, &AGAINST_THE_LETTER).is_none() {
        return Some(AddressVerdict::Dead);
    }
    found(words, &REFUSED).or_else(|| found(words, &LATER)).map(|_| AddressVerdict::Alive)
}

fn is_dead(status: &str) -> bool {
    status.strip_prefix("5.").is_some_and(|detail| DEAD.contains(&detail))
}

fn by_number(status: Option<&str>, code: Option<u16>) -> Option<AddressVerdict> {
    match status {
        Some(status) if is_dead(status) => Some(AddressVerdict::Dead),
        Some("5.0.0" | "5.1.0" | "5.2.0") | None => match code? {
            // RFC 5321, section 4.2.3: mailbox not found, not local, name not allowed.
            550 | 551 | 553 => Some(AddressVerdict::Dead),
            452 | 552 => Some(AddressVerdict::Alive),
            _ => None,
        },
        Some(status) if status.starts_with('5') => Some(AddressVerdict::Alive),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_go_before_numbers_and_what_is_not_said_stays_open() {
        use AddressVerdict::{Alive, Dead};
        for (status, words, verdict) in [
            (Some("5.1.1"), "", Some(Dead)),
            (Some("5.1.10"), "", Some(Dead)),
            (Some("5.2.2"), "", Some(Alive)),
            (Some("5.7.1"), "", Some(Alive)),
            (Some("4.1.1"), "user unknown", Some(Alive)),
            (Some("5.7.1"), "554 5.7.1 Recipient address rejected: Nonexistent user", Some(Dead)),
            (Some("5.0.0"), "550 unknown user", Some(Dead)),
            (Some("5.0.0"), "550 5.7.1 our policy", Some(Alive)),
            (Some("5.1.1"), "550 5.1.1 mailbox is full", Some(Alive)),
            (Some("5.1.8"), "550 5.1.8 Sender address rejected: Domain not found", Some(Alive)),
            (Some("5.1.1"), "550 5.1.1 blocked by spam filter", Some(Alive)),
            (Some("5.4.4"), "Host or domain name not found. Name service error", Some(Dead)),
            (None, "550 <jane@customer.example>", Some(Dead)),
            (None, "452 try later", Some(Alive)),
            (Some("5.0.0"), "", None),
            (None, "Sorry.", None),
        ] {
            assert_eq!(address(status, words), verdict, "{status:?} {words}");
        }
    }

    #[test]
    fn numbers_are_found_where_they_stand_and_not_in_others() {
        assert_eq!(status_in("(#5.1.1)"), Some("5.1.1".into()));
        assert_eq!(status_in("host 5.6.7.8 said 550-5.7.26 no"), Some("5.7.26".into()));
        assert_eq!(status_in("Release 5.0.9a"), None);
        assert_eq!(reply_code("host mx[192.0.2.5] said: 550-no such"), Some(550));
        assert_eq!(reply_code("5501 letters"), None);
    }
}
