//! Mail tokens: 18 characters that survive every mail system, behind a letter that says what they are for.
//!
//! 8 characters are the delivery's serial under a keyed permutation (FF1, NIST SP 800-38G, radix 32), 10 are a MAC of
//! 50 bits over purpose, serial and key version. The alphabet has no `i l o u`: what comes back case-folded, or typed
//! by hand with `o` for `0` and `i` or `l` for `1`, is still read.

use aes::Aes256Enc;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use hmac::Mac;

use super::{Key, Keys};
use crate::domain::delivery::DeliveryId;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const BITS_PER_CHARACTER: u32 = 5;
const SERIAL_CHARACTERS: usize = 8;
const MAC_CHARACTERS: usize = 10;
const MAC_BITS: u32 = 50;
const SECRET_CHARACTERS: usize = SERIAL_CHARACTERS + MAC_CHARACTERS;
const TOKEN_CHARACTERS: usize = 2 + SECRET_CHARACTERS;

/// What a mail token is for. The prefix is bound by the MAC: an `r-` token made into an `o-` is nobody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailPurpose {
    /// Envelope sender (VERP): a bounce comes home to its delivery.
    Bounce,
    /// Reply-To: an answer comes home to the letter it answers.
    Reply,
    /// Recipient of the mailto link: whatever arrives there is an objection.
    Objection,
    Unsubscribe,
    Probe,
    /// Left side of the Message-ID.
    Message,
    /// Thread root in References: the serial of the recipient's first letter about the change.
    Thread,
    /// The delivery's name in headers, ENVID and relay metadata.
    Delivery,
    /// The code printed in the letter, by which anybody can ask whether it is ours.
    Genuine,
}

impl MailPurpose {
    pub const ALL: [Self; 9] = [
        Self::Bounce,
        Self::Reply,
        Self::Objection,
        Self::Unsubscribe,
        Self::Probe,
        Self::Message,
        Self::Thread,
        Self::Delivery,
        Self::Genuine,
    ];

    fn prefix(self) -> u8 {
        match self {
            Self::Bounce => b'b',
            Self::Reply => b'r',
            Self::Objection => b'o',
            Self::Unsubscribe => b'u',
            Self::Probe => b'p',
            Self::Message => b'm',
            Self::Thread => b't',
            Self::Delivery => b'd',
            Self::Genuine => b'g',
        }
    }

    fn of_prefix(prefix: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.prefix() == prefix.to_ascii_lowercase())
    }
}

/// Why no token can be made for a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error(
        "delivery {serial} has no mail token: serials go from 0 to 1099511627775 (40 bits); \
         the batch sequence has run out or a row was written by hand"
    )]
    SerialOutOfRange { serial: i64 },
}

/// The tokens of one delivery: its serial, permuted once.
#[derive(Clone, Copy, Debug)]
pub struct MailTokens<'a> {
    key: &'a Key,
    serial: u64,
    hidden: [u8; SERIAL_CHARACTERS],
}

impl MailTokens<'_> {
    /// The token for `purpose`.
    pub fn of(&self, purpose: MailPurpose) -> MailToken {
        let mut token = [b'-'; TOKEN_CHARACTERS];
        token[0] = purpose.prefix();
        token[2..2 + SERIAL_CHARACTERS].copy_from_slice(&self.hidden);
        let mac = digits::<MAC_CHARACTERS>(self.key.mail_mac(purpose, self.serial));
        token[2 + SERIAL_CHARACTERS..].copy_from_slice(&mac.map(character));
        MailToken(token)
    }
}

/// One token: 20 characters, `b-4k7m2q9wxh3t8c5d1n`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MailToken([u8; TOKEN_CHARACTERS]);

impl MailToken {
    /// What is behind the prefix, which says what the token is for.
    pub fn secret(&self) -> &str {
        &self[2..]
    }
}

impl std::ops::Deref for MailToken {
    type Target = str;

    fn deref(&self) -> &str {
        // Characters of the alphabet, all ASCII.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl std::fmt::Display for MailToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self)
    }
}

impl std::fmt::Debug for MailToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self)
    }
}

impl Keys {
    /// The token of `delivery` for `purpose`: the same each time, 20 characters, `b-4k7m2q9wxh3t8c5d1n`.
    pub fn mail_token(&self, purpose: MailPurpose, delivery: DeliveryId) -> Result<String, TokenError> {
        Ok(self.mail_tokens(delivery)?.of(purpose).to_string())
    }

    /// All tokens of `delivery`, for who needs several of them.
    pub fn mail_tokens(&self, delivery: DeliveryId) -> Result<MailTokens<'_>, TokenError> {
        let DeliveryId(number) = delivery;
        let serial = in_40_bits(number).ok_or(TokenError::SerialOutOfRange { serial: number })?;
        let hidden = digits(self.current.permutation.apply(serial)).map(character);
        Ok(MailTokens { key: &self.current, serial, hidden })
    }

    /// What `token` is for and which delivery it names, if one of our keys made it. Case does not matter.
    pub fn read_mail_token(&self, token: &str) -> Option<(MailPurpose, DeliveryId)> {
        let &[prefix, b'-', ref secret @ ..] = token.as_bytes() else { return None };
        let purpose = MailPurpose::of_prefix(prefix)?;
        if secret.len() != SECRET_CHARACTERS {
            return None;
        }
        let digits = secret.iter().map(|&byte| value(byte)).collect::<Option<Vec<u16>>>()?;
        let (hidden, mac) = digits.split_at(SERIAL_CHARACTERS);
        self.newest_first().find_map(|key| key.read(purpose, hidden, number(mac)))
    }

    /// The first of our tokens in a mail address, a Message-ID or any other header value.
    ///
    /// It may stand behind a mailbox name (`objections+r-…@`) or inside what a relay wrapped around the address: a token
    /// begins at any character that is no letter or digit, and only one that verifies is found.
    pub fn find_mail_token(&self, address: &str) -> Option<(MailPurpose, DeliveryId)> {
        const HEADER_BYTES_MAX: usize = 1000;
        let bytes = &address.as_bytes()[..address.len().min(HEADER_BYTES_MAX)];
        bytes.windows(TOKEN_CHARACTERS).enumerate().find_map(|(at, window)| {
            let starts_a_word = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
            let ends_a_word =
                bytes.get(at + TOKEN_CHARACTERS).is_none_or(|byte| !byte.is_ascii_alphanumeric());
            if !(starts_a_word && ends_a_word && window[1] == b'-') {
                return None;
            }
            self.read_mail_token(std::str::from_utf8(window).ok()?)
        })
    }
}

impl Key {
    fn read(&self, purpose: MailPurpose, hidden: &[u16], mac: u64) -> Option<(MailPurpose, DeliveryId)> {
        let serial = self.permutation.undo(number(hidden));
        // Whole words compared at once: the time taken says nothing about where two MACs differ.
        let genuine = self.mail_mac(purpose, serial) ^ mac == 0;
        genuine.then_some((purpose, DeliveryId(i64::try_from(serial).ok()?)))
    }

    fn mail_mac(&self, purpose: MailPurpose, serial: u64) -> u64 {
        let mac = self
            .mail_mac
            .clone()
            .chain_update([purpose.prefix()])
            .chain_update(serial.to_be_bytes())
            .chain_update([self.version])
            .finalize()
            .into_bytes();
        let first = mac.iter().take(8).fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
        first >> (u64::BITS - MAC_BITS)
    }
}

/// FF1 (NIST SP 800-38G, algorithms 7 and 8) for eight digits of radix 32 and no tweak: numbers of 40 bits, of which
/// both halves fit into a register. `fpe`, which takes any radix and length, is what the tests hold it against.
#[derive(Clone)]
pub(super) struct Permutation {
    cipher: Aes256Enc,
    /// The first block of each round's MAC, which is the same in all, already encrypted.
    chained: [u8; 16],
}

impl Permutation {
    const ROUNDS: std::ops::Range<u8> = 0..10;
    const HALF_BITS: u32 = 20;
    const HALF: u64 = (1 << Self::HALF_BITS) - 1;

    pub(super) fn new(key: &[u8; 32]) -> Self {
        // Version, method, and Feistel; radix 32; ten rounds, 4 digits on the left; 8 digits in all, a tweak of 0 octets.
        let mut first = [1, 2, 1, 0, 0, 32, 10, 4, 0, 0, 0, 8, 0, 0, 0, 0].into();
        let cipher = Aes256Enc::new(&(*key).into());
        cipher.encrypt_block(&mut first);
        Self { cipher, chained: first.into() }
    }

    fn apply(&self, number: u64) -> u64 {
        let (mut left, mut right) = (number >> Self::HALF_BITS, number & Self::HALF);
        for round in Self::ROUNDS {
            (left, right) = (right, left.wrapping_add(self.mix(round, right)) & Self::HALF);
        }
        left << Self::HALF_BITS | right
    }

    fn undo(&self, number: u64) -> u64 {
        let (mut left, mut right) = (number >> Self::HALF_BITS, number & Self::HALF);
        for round in Self::ROUNDS.rev() {
            (left, right) = (right.wrapping_sub(self.mix(round, left)) & Self::HALF, left);
        }
        left << Self::HALF_BITS | right
    }

    /// The number that a round adds to one half, from the other.
    fn mix(&self, round: u8, half: u64) -> u64 {
        let mut block = self.chained;
        block[12] ^= round;
        for (octet, of_half) in block[13..].iter_mut().zip(&half.to_be_bytes()[5..]) {
            *octet ^= of_half;
        }
        let mut block = block.into();
        self.cipher.encrypt_block(&mut block);
        block.iter().take(8).fold(0, |number, &octet| number << 8 | u64::from(octet))
    }
}

fn in_40_bits(serial: i64) -> Option<u64> {
    u64::try_from(serial).ok().filter(|number| *number < 1 << 40)
}

/// The last base-32 digits of `number`, the most significant first.
fn digits<const COUNT: usize>(number: u64) -> [u16; COUNT] {
    let mut digits = [0; COUNT];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit = (rest & 31) as u16;
        rest >>= BITS_PER_CHARACTER;
    }
    digits
}

fn number(digits: &[u16]) -> u64 {
    digits.iter().fold(0, |number, &digit| number << BITS_PER_CHARACTER | u64::from(digit))
}

fn character(digit: u16) -> u8 {
    ALPHABET[usize::from(digit) % ALPHABET.len()]
}

fn value(byte: u8) -> Option<u16> {
    let folded = match byte.to_ascii_lowercase() {
        b'o' => b'0',
        b'i' | b'l' => b'1',
        other => other,
    };
    ALPHABET.iter().position(|&letter| letter == folded).and_then(|at| u16::try_from(at).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn keys() -> Keys {
        Keys::from_master(&[42; 32])
    }

    fn purpose() -> impl Strategy<Value = MailPurpose> {
        proptest::sample::select(MailPurpose::ALL.to_vec())
    }

    fn serial() -> impl Strategy<Value = DeliveryId> {
        (0_i64..1 << 40).prop_map(DeliveryId)
    }

    #[test]
    fn tokens_do_not_change_between_versions_of_the_program() {
        let tokens = [0, 1, 1024, (1 << 40) - 1]
            .map(|serial| keys().mail_token(MailPurpose::Bounce, DeliveryId(serial)).unwrap());
        insta::assert_snapshot!(tokens.join("\n"), @r"
        b-7qkhgewt2stdkkjn5a
        b-50tkqwj7acvf9kqgy4
        b-f2b14e7b6f4vz99d8n
        b-gwvkd8tnd17r5q5d3e
        ");
    }

    #[test]
    fn tokens_of_one_delivery_share_the_serial_part() {
        let made = MailPurpose::ALL.map(|purpose| keys().mail_token(purpose, DeliveryId(5)).unwrap());
        assert!(made.iter().all(|token| token[2..10] == made[0][2..10]));
    }

    #[test]
    fn a_serial_outside_40_bits_is_refused() {
        for serial in [-1, 1 << 40, i64::MAX, i64::MIN] {
            let refusal = keys().mail_token(MailPurpose::Bounce, DeliveryId(serial)).unwrap_err();
            assert_eq!(refusal, TokenError::SerialOutOfRange { serial });
        }
    }

    #[test]
    fn the_prefix_o_is_a_purpose_and_not_a_zero() {
        let token = keys().mail_token(MailPurpose::Objection, DeliveryId(9)).unwrap();
        assert_eq!(keys().read_mail_token(&token), Some((MailPurpose::Objection, DeliveryId(9))));
        assert_eq!(keys().read_mail_token(&format!("0{}", &token[1..])), None);
    }

    #[test]
    fn a_token_is_found_in_an_address_a_message_id_and_a_wrapped_sender() {
        let keys = keys();
        let token = keys.mail_token(MailPurpose::Reply, DeliveryId(4_096)).unwrap();
        let found = Some((MailPurpose::Reply, DeliveryId(4_096)));
        for text in [
            format!("{token}@replies.processor.example"),
            format!("objections+{token}@processor.example"),
            format!("Processor <\"{}\"@replies.processor.example>", token.to_uppercase()),
            format!("prvs=4123abcdef={token}@replies.processor.example"),
            format!("SRS0=HHH=TT=bounces.processor.example={token}@forwarder.example"),
        ] {
            assert_eq!(keys.find_mail_token(&text), found, "{text}");
        }
        assert_eq!(keys.find_mail_token(&format!("x{token}@replies.processor.example")), None);
        assert_eq!(keys.find_mail_token(&format!("{token}0@replies.processor.example")), None);
        assert_eq!(keys.find_mail_token("é-ü@b-"), None);
    }

    proptest! {
        #[test]
        fn the_permutation_is_ff1_and_undone(key: [u8; 32], number in 0_u64..1 << 40) {
            use fpe::ff1::{FF1, FlexibleNumeralString};
            let digits = FlexibleNumeralString::from(digits::<SERIAL_CHARACTERS>(number).to_vec());
            let theirs = FF1::<aes::Aes256>::new(&key, 32).unwrap().encrypt(&[], &digits).unwrap();
            let ours = Permutation::new(&key);
            prop_assert_eq!(ours.apply(number), super::number(&Vec::<u16>::from(theirs)));
            prop_assert_eq!(ours.undo(ours.apply(number)), number);
        }

        #[test]
        fn every_token_reads_back_however_it_was_written(purpose in purpose(), delivery in serial(), upper: bool) {
            let token = keys().mail_token(purpose, delivery).unwrap();
            prop_assert_eq!(token.len(), 20);
            let mut written = token[..2].to_owned();
            written.push_str(&token[2..].replace('0', "o").replace('1', if upper { "i" } else { "l" }));
            if upper {
                written = written.to_uppercase();
            }
            prop_assert_eq!(keys().read_mail_token(&written), Some((purpose, delivery)));
        }

        #[test]
        fn a_token_with_one_character_changed_is_refused(
            purpose in purpose(), delivery in serial(), at in 2_usize..20, digit in 0_u16..32,
        ) {
            let token = keys().mail_token(purpose, delivery).unwrap();
            let mut changed = token.clone().into_bytes();
            changed[at] = character(digit);
            let changed = String::from_utf8(changed).unwrap();
            prop_assume!(changed != token);
            prop_assert_eq!(keys().read_mail_token(&changed), None);
        }

        #[test]
        fn a_token_never_serves_another_purpose(made in purpose(), asked in purpose(), delivery in serial()) {
            prop_assume!(made != asked);
            let token = keys().mail_token(made, delivery).unwrap();
            let forged = format!("{}{}", char::from(asked.prefix()), &token[1..]);
            prop_assert_eq!(keys().read_mail_token(&forged), None);
        }

        #[test]
        fn no_text_makes_the_reader_fail(text in ".{0,64}") {
            prop_assert_eq!(keys().read_mail_token(&text), None);
            prop_assert_eq!(keys().find_mail_token(&text), None);
        }
    }
}
