//! How mail programs mark what they quote: a sign before each line, a line that says who wrote it, a copy of its header, a
//! rule with words in it.

use crate::mail::triage::wording::{Phrases, begins, found, is_one, plain};

/// What stands at the beginning of some lines.
#[derive(Debug, PartialEq)]
pub(super) enum Mark {
    /// "On Monday Jane wrote:". Sure: a program wrote it, so that all below is the quote though no line is marked.
    Attribution { lines: usize, is_sure: bool },
    /// From, Sent, To, Subject of the quoted mail.
    Header { lines: usize },
    /// "-----Original Message-----"
    Separator { lines: usize },
    /// "-- "
    Signature,
}

const ATTRIBUTION_LINES_MAX: usize = 4;
const ATTRIBUTION_BYTES_MAX: usize = 400;
const LINE_BYTES_MAX: usize = 600;

pub(super) fn is_quoted(line: &str) -> bool {
    line.trim_start().starts_with('>')
}

/// The mark of a program that does not use `>`: a bar, or the author's initials.
pub(super) fn mark_of(line: &str) -> Option<&str> {
    const INITIALS_MAX: usize = 16;
    let line = line.trim_start();
    if line.starts_with('|') {
        return Some("|");
    }
    let (initials, _) = line.split_once('>')?;
    let is_name = (1..=INITIALS_MAX).contains(&initials.len()) && initials.chars().all(char::is_alphanumeric);
    is_name.then(|| &line[..=initials.len()])
}

pub(super) fn is_marked(line: &str, mark: &str) -> bool {
    line.trim_start().starts_with(mark)
}

pub(super) fn at(lines: &[&str]) -> Option<Mark> {
    let line = lines.first()?;
    if line.is_empty() || line.len() > LINE_BYTES_MAX {
        return None;
    }
    let trimmed = line.trim();
    if trimmed == "--"
        || (trimmed.len() >= 2 && trimmed.bytes().all(|byte| byte == b'_') && !precedes_header(lines))
    {
        return Some(Mark::Signature);
    }
    if !trimmed.contains(char::is_alphanumeric) {
        return None;
    }
    header(lines).or_else(|| separator(line)).or_else(|| attribution(lines))
}

fn precedes_header(lines: &[&str]) -> bool {
    let next = lines.iter().skip(1).position(|line| !line.trim().is_empty());
    next.is_some_and(|next| header(&lines[next + 1..]).is_some())
}

fn attribution(lines: &[&str]) -> Option<Mark> {
    let first = plain(lines[0]);
    let opens = opens(&first);
    let mut joined = String::new();
    let mut unsure = None;
    for (at, line) in lines.iter().take(ATTRIBUTION_LINES_MAX).enumerate() {
        // An address may be broken before its bracket.
        let is_quoted = is_quoted(line) && !line.trim().starts_with(">:");
        let is_too_long = joined.len() + line.len() > ATTRIBUTION_BYTES_MAX;
        if line.trim().is_empty() || is_quoted || is_too_long || (at > 0 && !opens) {
            break;
        }
        joined.push_str(line.trim());
        joined.push(' ');
        if !ends_like_one(line) {
            continue;
        }
        match says_who_wrote(&plain(&joined), opens) {
            Some(true) => return Some(Mark::Attribution { lines: at + 1, is_sure: true }),
            Some(false) => unsure = unsure.or(Some(Mark::Attribution { lines: at + 1, is_sure: false })),
            None => {}
        }
    }
    unsure
}

/// With a colon, a bracket, a rule or a word.
fn ends_like_one(line: &str) -> bool {
    line.trim_end()
        .ends_with(|c: char| c.is_alphabetic() || matches!(c, ':' | '>' | ')' | '-' | '*' | '_' | '：'))
}

/// A date stands at its beginning, with or without a word before.
fn opens(first: &str) -> bool {
    let first = first.trim_start_matches(['-', '*', '_', ' ', '>']);
    let has_number = first.bytes().any(|byte| byte.is_ascii_digit());
    let word = first.split([' ', ',', '.', '(']).next().unwrap_or_default();
    has_number && (first.starts_with(|c: char| c.is_ascii_digit()) || is_one(word, &OPENERS))
}

/// `Some(sure)` if a whole attribution stands there.
fn says_who_wrote(plain: &str, opens: bool) -> Option<bool> {
    let bare = plain.trim_matches(['-', '*', '_', ' ']);
    let verb = found(bare, &VERBS);
    let has_address = bare.contains('@');
    let has_time = has_time(bare);
    let has_number = bare.bytes().any(|byte| byte.is_ascii_digit());
    let has_colon = bare.ends_with([':', '：']);
    let ends = has_colon || verb.is_some_and(|verb| bare.ends_with(verb));
    if ends && verb.is_some() && (opens || has_address) && (has_number || has_address) {
        return Some(has_address || (opens && has_time));
    }
    if has_colon && has_address && has_time && opens {
        return Some(true);
    }
    // "2013/7/20 Sam <sam@…>", which counts only with a marked quote below it.
    (opens && has_address && bare.ends_with('>')).then_some(false)
}

/// `9:14`, `17h34`, `13.16` after a blank.
fn has_time(text: &str) -> bool {
    text.as_bytes().windows(4).any(|four| {
        four[0].is_ascii_digit()
            && matches!(four[1], b':' | b'h' | b'.')
            && four[2].is_ascii_digit()
            && four[3].is_ascii_digit()
    })
}

static OPENERS: Phrases = Phrases::of("
    在 | 於 | vao | στις | pada | dana | pe | data | giovedi | lunedi | martedi | mercoledi | venerdi | sabato | domenica | quinta | segunda |
    terca | quarta | sexta | torstaina | maanantaina | perjantaina | keskiviikkona | tiistaina | dnes | čt |
    on | at | am | le | el | il | op | em | no | dne | dnia | w | den | pa | in | da | v | ma | a | sinulle | klo |
    mon | tue | wed | thu | fri | sat | sun | monday | tuesday | wednesday | thursday | friday | saturday | sunday |
    mo | di | mi | do | fr | sa | so | montag | dienstag | mittwoch | donnerstag | freitag | samstag | sonntag | lun |
    mar | mer | jeu | ven | sam | dim | lundi | mardi | mercredi | jeudi | vendredi | samedi | dimanche | mie | jue |
    vie | sab | dom | lunes | martes | miercoles | jueves | viernes | sabado | domingo | gio | wo | vr | za | zo |
    seg | ter | qua | qui | sex | pon | wt | sr | czw | pt | sob | niedz | man | tir | ons | tor | fre | lor | lore |
    loer | son | soen | mandag | tirsdag | onsdag | torsdag | fredag | loerdag | soendag | tis | maandag | dinsdag |
    woensdag | donderdag | vrijdag | zaterdag | zondag | ti | ke | to | pe | la | su | po | ut | st | ct | ne | пн |
    вт | ср | чт | пт | сб | вс | понедельник | вторник | среда | четверг | пятница | суббота | воскресенье | нд |
    kl
");

static VERBS: Phrases = Phrases::of("
    da viet | va escriure | rase | rakstija | menulis | sunu yazdi | 작성 | написао | napisao | je napisal | 님이 | escreveu | schreef |
    wrote | writes | schrieb | geschrieben | a ecrit | ecrit | escribio | escribia | ha scritto | scrive | schreef |
    geschreven | escreveu | napisal(a) | napisal | napisala | pisze | skrev | skriver | kirjoitti | napsal(a) |
    napsal | napsala | написал | написала | пишет | пише | написав | irta | a scris | yazdi | 写道 | 寫道 | のメール |
    さんは書きました | wrote/a ecrit | ezt irta | egrapse | έγραψε
");

fn separator(line: &str) -> Option<Mark> {
    const WORDS_MAX: usize = 8;
    let plain = plain(line);
    let bare = plain.trim_matches(|c: char| !c.is_alphanumeric());
    let is_ruled = plain.starts_with("--")
        || plain.starts_with("__")
        || plain.starts_with("==")
        || plain.starts_with("**");
    let is_short = bare.split(' ').count() <= WORDS_MAX;
    let says = begins(bare, &SEPARATORS).is_some() && is_short;
    (says && (is_ruled || bare.starts_with("begin forwarded") || bare.starts_with("anfang der weiter")))
        .then_some(Mark::Separator { lines: 1 })
}

static SEPARATORS: Phrases = Phrases::of("
    original message | original email | original mail | original appointment | forwarded message | forwarded by |
    forwarded email | begin forwarded | reply message | reply above | message original | urspruengliche nachricht |
    urspruengl. nachricht | urspruengliche mail | originalnachricht | original-nachricht | original nachricht |
    weitergeleitete nachricht | anfang der weiter | message d'origine | message initial | message transfere |
    courriel original | mensaje original | mensaje reenviado | correo original | messaggio originale |
    messaggio inoltrato | oorspronkelijk bericht | origineel bericht | doorgestuurd bericht | mensagem original |
    mensagem encaminhada | wiadomosc oryginalna | oryginalna wiadomosc | przekazana wiadomosc | wiadomosc przekazana |
    ursprungligt meddelande | originalmeddelande | vidarebefordrat meddelande | oprindelig meddelelse |
    oprindelig besked | videresendt meddelelse | opprinnelig melding | videresendt melding | alkuperaeinen viesti |
    vaelitetty viesti | puvodni zprava | puvodni e-mail | preposlana zprava | исходное сообщение |
    пересланное сообщение | пересылаемое сообщение | original-meddelelse | 元のメッセージ | 転送メッセージ | 原始邮件 | 原始郵件 | 转发的邮件 |
    eredeti uzenet | mesaj original
");

/// Which field of a header a line is.
#[derive(Clone, Copy, PartialEq)]
enum Field {
    From,
    Date,
    To,
    Subject,
    Other,
}

static FIELDS: [(Field, Phrases); 5] = [
    (
        Field::From,
        Phrases::of("from | von | de | da | van | od | fran | fra | laehettaejae | от | від | kimden | felado | 发件人 | 寄件者 |
         差出人 | 送信者 | expeditor | mittente | absender | emetteur | expediteur | afsender"),
    ),
    (
        Field::Date,
        Phrases::of("sent | date | gesendet | datum | envoye | envoye le | date d'envoi | enviado | enviado el | enviada em |
         enviado em | fecha | data | inviato | inviato il | verzonden | wyslano | wyslane | skickat | sendt |
         dato | laehetetty | paeivaemaeaerae | paeivaeys | odeslano | дата | отправлено | надіслано |
         gonderme tarihi | tarih | elkuldve | 发送时间 | 日期 | 送信日時 | 日時 | 寄件日期 | message du | sent at"),
    ),
    (
        Field::To,
        Phrases::of("to | an | a | para | aan | do | til | till | vastaanottaja | komu | pro | кому | kime | cimzett | 收件人 |
         宛先 | 收件者 | destinataire | destinatario | modtager"),
    ),
    (
        Field::Subject,
        Phrases::of("subject | betreff | objet | asunto | oggetto | onderwerp | assunto | temat | amne | aemne | emne | aihe |
         predmet | тема | konu | targy | 主题 | 主旨 | 件名 | sujet | subiect"),
    ),
    (
        Field::Other,
        Phrases::of("cc | bcc | kopie | copie a | reply-to | antwort an | importance | priority | wichtigkeit | attachments |
         anlagen | on behalf of | organization | resent-from | kopia | копия | 抄送 | message-id | dw | k | kopi |
         copia | repondre a | responder a"),
    ),
];

fn header(lines: &[&str]) -> Option<Mark> {
    const HEADER_LINES_MAX: usize = 14;
    /// Long lists of addresses go on in further lines.
    const UNNAMED_MAX: usize = 2;
    if !matches!(field(lines[0]), Some(Field::From | Field::Date | Field::Subject | Field::To)) {
        return None;
    }
    let mut seen = Vec::new();
    let mut length = 0;
    let mut unnamed = 0;
    for (at, line) in lines.iter().take(HEADER_LINES_MAX).enumerate() {
        if let Some(field) = field(line) {
            if !seen.contains(&field) {
                seen.push(field);
            }
            length = at + 1;
            unnamed = 0;
        } else if line.trim().is_empty() && seen.len() >= 3 {
            break;
        } else {
            unnamed += 1;
            if unnamed > UNNAMED_MAX {
                break;
            }
        }
    }
    let named = seen.iter().filter(|field| **field != Field::Other).count();
    (seen.contains(&Field::From) && named >= 3).then_some(Mark::Header { lines: length })
}

fn field(line: &str) -> Option<Field> {
    const NAME_BYTES_MAX: usize = 40;
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || "*_|\u{200e}".contains(c));
    let (name, _) = line.split_once([':', '：'])?;
    if name.len() > NAME_BYTES_MAX {
        return None;
    }
    let name = plain(name.trim_end_matches(['*', '_', ' ']));
    FIELDS.iter().find(|(_, names)| is_one(&name, names)).map(|(field, _)| *field)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(text: &str) -> Option<Mark> {
        at(&text.lines().collect::<Vec<_>>())
    }

    #[test]
    fn attributions_of_many_programs_and_languages_are_known() {
        for (lines, text) in [
            (1, "On Mon, Jan 26, 2026 at 9:14 AM Jane Roe <jane@customer.example> wrote:"),
            (2, "On Mon, Jan 26, 2026 at 9:14 AM Jane Roe <\njane@customer.example> wrote:"),
            (1, "Am 26.01.2026 um 09:14 schrieb Jane Roe:"),
            (2, "Le lun. 26 janv. 2026 à 09:14, Jane Roe <jane@customer.example>\na écrit :"),
            (1, "El lun, 26 ene 2026 a las 9:14, Jane (<jane@customer.example>) escribió:"),
            (1, "Il giorno lun 26 gen 2026 alle ore 09:14 Jane <jane@customer.example> ha scritto:"),
            (1, "Op ma 26 jan 2026 om 09:14 schreef Jane <jane@customer.example>:"),
            (1, "Em seg., 26 de jan. de 2026 às 09:14, Jane <jane@customer.example> escreveu:"),
            (1, "pon., 26 sty 2026 o 09:14 Jane <jane@customer.example> napisał(a):"),
            (1, "Den mån 26 jan. 2026 kl 09:14 skrev Jane <jane@customer.example>:"),
            (1, "man. 26. jan. 2026 kl. 09.14 skrev Jane <jane@customer.example>:"),
            (1, "ma 26.1.2026 klo 9.14 Jane (jane@customer.example) kirjoitti:"),
            (1, "po 26. 1. 2026 v 9:14 odesílatel Jane <jane@customer.example> napsal:"),
            (1, "ср, 30 апр. 2025 г. в 15:19, Jane <jane@customer.example>:"),
            (1, "2026年1月26日(月) 9:14 Jane <jane@customer.example>:"),
        ] {
            assert_eq!(mark(text), Some(Mark::Attribution { lines, is_sure: true }), "{text}");
        }
    }

    #[test]
    fn headers_of_quoted_mails_are_known() {
        for text in [
            "From: Jane\nSent: Monday\nTo: Bob\nSubject: Change",
            "*Von:* Jane\n*Gesendet:* Montag\n*An:* Bob\n*Betreff:* Change",
            "De : Jane\nEnvoyé : lundi\nÀ : Bob\nObjet : Change",
            "Fra: Jane\nSendt: mandag\nTil: Bob\nEmne: Change",
            "Lähettäjä: Jane\nLähetetty: maanantai\nVastaanottaja: Bob\nAihe: Change",
            "Od: Jane\nOdesláno: pondělí\nKomu: Bob\nPředmět: Change",
            "差出人: Jane\n送信日時: 2026年1月26日\n宛先: Bob\n件名: Change",
        ] {
            assert_eq!(mark(text), Some(Mark::Header { lines: 4 }), "{text}");
        }
        assert_eq!(mark("From: 1 January\nwe object"), None);
    }
}
