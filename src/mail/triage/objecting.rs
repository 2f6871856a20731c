//! Words of objecting, in the languages in which people answer.

use super::wording::{Phrases, found, is_one, plain, without_prefixes};

/// With these a subject or a first line begins that objects: OBJECT, and the language's word for it.
static OBJECT: Phrases = Phrases::of("
    object | objection | widerspruch | einspruch | opposition | oposicion | objecion | opposizione | obiezione |
    bezwaar | oposicao | objecao | sprzeciw | invaendning | invaendningar | indsigelse | indvending | innsigelse |
    vastustus | vastustan | vastustamme | vastalause | namitka | namitky | возражение | возражаем | 異議 | 异议 | 反对 |
    反對
");

/// What turns such a beginning into a question or its contrary.
static NOT: Phrases = Phrases::of("
    none | no | not | keine | keinen | nein | aucune | non | ninguna | nessuna | geen | nenhuma | brak | ingen | ei |
    zadna | zadne | нет | なし | n/a
");

static SPEAKS: Phrases = Phrases::of("
    object | widerspr | einspruch | oppos | opongo | oponemos | oposi | obiezion | oppong | bezwaar | objec |
    sprzeciw | invaend | indsigelse | indvend | innsigelse | vastust | vastalause | namitk | nesouhlas | возраж | 異議 |
    异议 | 反对 | 反對 | disagree | not agree | refuse | not accept | no longer accept | not consent | say no to |
    lehnen | lehne | ablehn | nicht einverstanden | nicht zustimm | stimmen nicht | stimme nicht | refuson |
    n'acceptons pas | n'accepte pas | pas d'accord | rechaz | no acept | no estamos de acuerdo | no estoy de acuerdo |
    desacuerdo | rifiut | non accett | weiger | niet akkoord | nie zgadza
");

/// Somewhere in it, for or against.
pub(super) fn speaks_of_it(plain: &str) -> bool {
    found(plain, &SPEAKS).is_some()
}

/// The subject or the first line begins with OBJECT or the language's word for it.
pub(super) fn is_said(subject: Option<&str>, own_words: &str) -> bool {
    let first_line = own_words
        .lines()
        .find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('>'))
        .unwrap_or_default();
    let subject = plain(subject.unwrap_or_default());
    begins_with_it(without_prefixes(&subject).0) || begins_with_it(&plain(first_line))
}

fn begins_with_it(plain: &str) -> bool {
    let plain = plain.trim_start_matches(|c: char| !c.is_alphanumeric());
    // The longest first: "objection" is not "object" and something else.
    let word = OBJECT
        .each()
        .filter(|word| plain.strip_prefix(word).is_some_and(ends_a_word))
        .max_by_key(|word| word.len());
    let Some(word) = word else { return false };
    let next =
        plain[word.len()..].split(|c: char| !c.is_alphanumeric() && c != '/').find(|word| !word.is_empty());
    !plain[word.len()..].trim_start().starts_with('?') && next.is_none_or(|next| !is_one(next, &NOT))
}

/// Languages without blanks go on at once.
fn ends_a_word(rest: &str) -> bool {
    rest.chars().next().is_none_or(|c| !c.is_alphanumeric() || c as u32 >= 0x3040)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_at_the_beginning_or_not_at_all() {
        for subject in [
            "OBJECT CHG-2026-0001",
            "Re: OBJECT",
            "Objection to CHG-2026-0001",
            "AW: Widerspruch!",
            "異議があります",
        ] {
            assert!(is_said(Some(subject), ""), "{subject}");
        }
        for first in ["OBJECT\n\nJane", "Objection from our side", "Bezwaar: wij"] {
            assert!(is_said(None, first), "{first}");
        }
        for neither in [
            "No objection",
            "Objection: none",
            "Objective of the change?",
            "Thanks, no objection from us.",
            "Objections?",
            "Object?",
            "We object.",
        ] {
            assert!(!is_said(Some(neither), neither), "{neither}");
        }
    }
}
