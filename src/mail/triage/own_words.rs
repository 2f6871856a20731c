//! The person's own words: the mail's text without quotes, headers of quoted mails and signatures.
//!
//! A help for the reader and no more: the raw mail is kept. To lose a word that the person wrote is the grave mistake, to
//! keep a quoted one the small one. So a quote is cut only where its client marked it, what stands between and below
//! marked quotes is kept, and a signature that speaks of objecting is no signature.

mod marks;

use super::mime::Mail;
use super::objecting;
use super::wording::{Phrases, begins, found, found_whole, plain};
use marks::Mark;

/// More is not read by anybody.
const LINES_MAX: usize = 5000;
const SIGNATURE_LINES_MAX: usize = 12;

pub(super) fn of(mail: &Mail<'_>) -> String {
    own(mail.readable())
}

/// Whether there is more text than anybody reads.
pub(super) fn is_cut(mail: &Mail<'_>) -> bool {
    mail.is_cut() || mail.readable().lines().nth(LINES_MAX).is_some()
}

pub(super) fn own(text: &str) -> String {
    let lines: Vec<&str> = text.lines().take(LINES_MAX).map(str::trim_end).collect();
    let (mut own, was_cut) = kept(&lines);
    trim(&mut own);
    let words = own.join("\n");
    // "See my answers below, in red": what looks quoted holds the answer.
    let points_below = was_cut && found_whole(&plain(&words), &POINTS_BELOW).is_some();
    if points_below { lines.join("\n").trim().to_owned() } else { words }
}

static POINTS_BELOW: Phrases = Phrases::of("
    inline | in-line | in red | in blue | in bold | see below | answers below | comments below | answered below |
    responses below | siehe unten | s. u. | weiter unten | in rot | untenstehend | im text | ci-dessous | en rouge | mas abajo |
    en rojo | qui sotto | in rosso | hieronder | in het rood | abaixo | a vermelho | ponizej | na czerwono | nedan | nedenfor |
    nize | ниже | 以下
");

/// The lines that no client marked as another's, and whether the rest was cut off. What somebody answers between the lines
/// keeps the lines that it answers.
fn kept<'a>(lines: &[&'a str]) -> (Vec<&'a str>, bool) {
    let mut own: Vec<&str> = Vec::new();
    let mut at = 0;
    let mut quote = Quote::default();
    while at < lines.len() {
        let line = lines[at];
        if marks::is_quoted(line) || quote.mark.is_some_and(|mark| marks::is_marked(line, mark)) {
            quote.lines.push(line);
            at += 1;
            continue;
        }
        if !line.is_empty() {
            quote.mark = None;
        }
        match marks::at(&lines[at..]) {
            Some(Mark::Attribution { lines: length, is_sure }) => {
                let next = (at + length..lines.len()).find(|next| !lines[*next].trim().is_empty());
                let Some(next) = next else { break };
                let mark = marks::mark_of(lines[next]);
                if marks::is_quoted(lines[next]) || mark.is_some() {
                    quote = Quote { mark, is_whole: !has_words(&own), lines: Vec::new() };
                    at = next;
                    continue;
                }
                if is_sure {
                    if has_words(&own) {
                        return (own, true);
                    }
                    at += length;
                    continue;
                }
            }
            Some(Mark::Header { lines: length } | Mark::Separator { lines: length }) => {
                if has_words(&own) {
                    return (own, true);
                }
                at += length;
                continue;
            }
            Some(Mark::Signature) => {
                if let Some(end) = signature_end(&lines[at..]) {
                    at += end;
                    continue;
                }
            }
            None => {}
        }
        if has_words(&[line]) && !is_device(line) {
            own.extend(quote.answered());
        }
        own.push(line);
        at += 1;
    }
    (own, false)
}

/// Marked lines that nobody has answered yet.
#[derive(Default)]
struct Quote<'a> {
    /// After an attribution, quotes may have other marks than `>`.
    mark: Option<&'a str>,
    /// It is the whole letter, put before an answer to all of it.
    is_whole: bool,
    lines: Vec<&'a str>,
}

impl<'a> Quote<'a> {
    fn answered(&mut self) -> Vec<&'a str> {
        let quote = std::mem::take(self);
        if quote.is_whole { Vec::new() } else { quote.lines }
    }
}

fn has_words(own: &[&str]) -> bool {
    own.iter().any(|line| line.chars().any(char::is_alphanumeric))
}

/// How many lines the signature has that begins here; `None`: it is none, or says too much for one.
fn signature_end(lines: &[&str]) -> Option<usize> {
    let mut end = lines.len();
    let mut long = 0;
    for (at, line) in lines.iter().enumerate().skip(1) {
        let is_another = matches!(marks::at(&lines[at..]), Some(mark) if mark != Mark::Signature);
        if marks::is_quoted(line) || is_another {
            end = at;
            break;
        }
        long += usize::from(!line.trim().is_empty());
        if long > SIGNATURE_LINES_MAX || at > 4 * SIGNATURE_LINES_MAX {
            return None;
        }
    }
    let signature = &lines[1..end];
    let is_list_footer = || signature.iter().any(|line| line.contains("://") || line.contains("list"));
    let is_signature = !objecting::speaks_of_it(&plain(&signature.join(" ")));
    (is_signature && (lines[0].starts_with('-') || is_list_footer())).then_some(end)
}

/// Takes empty lines, rules and what telephones add off the ends.
fn trim(own: &mut Vec<&str>) {
    while own.last().is_some_and(|line| is_rule(line) || is_device(line)) {
        own.pop();
    }
    let begins = own.iter().position(|line| !line.trim().is_empty()).unwrap_or(own.len());
    own.drain(..begins);
}

fn is_rule(line: &str) -> bool {
    line.chars().all(|c| c.is_whitespace() || "-_=*~#—–".contains(c))
}

/// "Sent from my telephone".
fn is_device(line: &str) -> bool {
    const DEVICE_BYTES_MAX: usize = 140;
    let plain = plain(line);
    let bare = plain.trim_start_matches(|c: char| !c.is_alphanumeric());
    let by_device = found(bare, &DEVICES).is_some();
    line.len() <= DEVICE_BYTES_MAX
        && !objecting::speaks_of_it(bare)
        && (begins(bare, &SENT_FROM).is_some() || (by_device && found(bare, &SENT).is_some()))
}

static SENT_FROM: Phrases = Phrases::of("
    sent from my | sent from a | sent from mail | sent from yahoo | sent from outlook | sent from windows |
    sent from samsung | sent from typeapp | sent from proton | sent from [ | sent via | sent with | sent by galaxy |
    sent using | sent on the go | sent from mobile | from my iphone | from my ipad | get outlook for | get [outlook |
    get < | envoye de mon | envoye depuis mon | envoye a partir de | obtenez outlook | telecharger outlook |
    von meinem | gesendet von mein | gesendet mit | holen sie sich outlook | outlook fuer ios | outlook fuer android |
    enviado desde mi | enviado desde outlook | obtener outlook | enviado do meu | enviado a partir do | enviado via |
    obter o outlook | inviato da | inviato dal | scarica outlook | ottieni outlook | verzonden vanaf | verzonden met |
    verstuurd vanaf | verstuurd vanuit | outlook voor | wyslane z | wyslano z | pobierz aplikacje outlook |
    skickat fran | haemta outlook | sendt fra | hent outlook | laehetetty | hanki outlook | odeslano z |
    ziskat outlook | отправлено с | отправлено из | надіслано з | 從我的 | 从我的 | 发自我的 | iphoneから送信
");
static DEVICES: Phrases = Phrases::of(
    "
    iphone | ipad | android | mobile | mobil | handy | blackberry | smartphone | k-9 mail | outlook | galaxy |
    telefon
",
);
static SENT: Phrases = Phrases::of("
    sent | gesendet | from mobile | envoye | enviado | inviato | verzonden | 送信 | 傳送 | 发送 | get outlook | wyslan |
    skickat | sendt
");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_above_below_and_between_quotes_are_the_persons() {
        let text = "Hello,\n\nOn Mon, Jan 26, 2026 at 9:14 AM Notices <n@processor.example> wrote:\n> Anthropic is planned.\n\n\
            We object.\n\n> You may object.\n\nAnd we wait.\n";
        assert_eq!(
            own(text),
            "Hello,\n\n\n> Anthropic is planned.\nWe object.\n\n\n> You may object.\nAnd we wait."
        );
    }

    #[test]
    fn what_only_looks_like_a_quote_is_kept() {
        for text in [
            "In your letter you wrote:\nthe data stay in the EU.\nWe object.",
            "Please note:\nFrom: 1 January we object.",
            "--\nWe object to this change.",
            "On this day\nI wrote something",
            "Subject: our objection",
        ] {
            assert_eq!(own(text), text);
        }
    }

    #[test]
    fn who_answers_in_the_quoted_text_loses_nothing() {
        let text = "See my answers below.\n\nVon: Notices\nGesendet: Montag, 26. Januar 2026 09:14\nAn: Anna\nBetreff: Change\n\nYou may object. YES";
        assert_eq!(own(text), text);
    }

    #[test]
    fn signatures_of_people_and_telephones_come_off() {
        assert_eq!(own("We object.\n-- \nJane Roe\nDPO"), "We object.");
        assert_eq!(own("We object.\n\nSent from my iPhone"), "We object.");
        assert_eq!(own("We object.\n\nVon meinem iPhone gesendet\n\n> Du kannst"), "We object.");
    }

    #[test]
    fn each_clients_html_gives_the_same_words() {
        let said = "<div>We object.<br>Jane</div>";
        for quoted in [
            "<div class=\"gmail_quote\"><div class=\"gmail_attr\">On Mon, 26 Jan 2026 at 09:14, N &lt;n@p.example&gt; wrote:<br></div>\
             <blockquote class=\"gmail_quote\" style=\"border-left:1px solid\">old</blockquote></div>",
            "<div id=\"appendonsend\"></div><hr><div id=\"divRplyFwdMsg\"><b>Von:</b> N<br><b>Gesendet:</b> Montag<br>\
             <b>An:</b> J<br><b>Betreff:</b> x</div><div>old</div>",
            "<div class=\"yahoo_quoted\"><div>On Monday, January 26, 2026 at 09:14:02 AM GMT+1, N &lt;n@p.example&gt; wrote:</div>\
             <div>old</div></div>",
            "<blockquote type=\"cite\"><div>On 26 Jan 2026, at 09:14, N &lt;n@p.example&gt; wrote:</div><div>old</div></blockquote>",
            "<hr id=\"stopSpelling\">Date: Mon, 26 Jan 2026<br>Subject: x<br>From: n@p.example<br>To: j@c.example<br><div>old</div>",
            "<div>Sent from my iPhone</div><div>On 26.01.2026, at 09:14, N wrote:</div><blockquote type=\"cite\">old</blockquote>",
        ] {
            let (text, _) = crate::mail::triage::html::text(&format!("{said}{quoted}"), usize::MAX);
            assert_eq!(own(&text), "We object.\nJane", "{quoted}");
        }
    }
}
