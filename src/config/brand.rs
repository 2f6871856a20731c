//! What pages and letters wear: the processor's colours and, on pages, its logo, checked at start, so that no page goes out that cannot be read.
//!
//! A colour is given once for light and, if wanted, once for dark paper; what goes with it (its tint, the text on it, its deeper
//! form under the pointer) is derived unless it is given. Each pair that meets on a page has 4.5 at least (WCAG 2.2, 1.4.3).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::parse::text;
use super::reader::{Noted, Reader, Why};
use super::source::Raw;

/// Least contrast of text.
const READABLE: f64 = 4.5;
/// What a colour that we derive has, so that it is as easy to read as ours.
const COMFORTABLE: f64 = 7.0;
/// A page is 60 kB in all at its first view.
const LOGO_BYTES_MAX: usize = 32 * 1024;

/// The processor's own look.
#[derive(Clone, Debug, Default)]
pub struct Brand {
    pub light: Option<Palette>,
    pub dark: Option<Palette>,
    pub logo: Option<Image>,
    /// In the place of the logo on dark paper.
    pub logo_dark: Option<Image>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Colour([u8; 3]);

/// The colours that a brand replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    pub key: Colour,
    pub deep: Colour,
    pub on_key: Colour,
    pub tint: Colour,
}

/// A picture, and what its bytes say that it is.
#[derive(Clone)]
pub struct Image {
    pub kind: &'static str,
    pub extension: &'static str,
    pub bytes: Arc<[u8]>,
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Image({}, {} bytes)", self.kind, self.bytes.len())
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl fmt::Debug for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The paper that a palette stands on, with the rest of the ink.
struct Scheme {
    paper: Colour,
    /// Text of less weight, which stands on tints too.
    soft: Colour,
    /// Where a colour goes to be easier to read.
    away: Colour,
    /// Text on a filled button: whichever is easier to read.
    inks: [Colour; 2],
    /// Parts of a hundred.
    tint: u16,
    /// Key of the colour, of its deeper form and of the text on it.
    keys: [&'static str; 3],
    paper_is: &'static str,
}

const WHITE: Colour = Colour([255; 3]);
const LIGHT: Scheme = Scheme {
    paper: WHITE,
    soft: Colour([0x52, 0x5c, 0x63]),
    away: Colour([0; 3]),
    inks: [WHITE, Colour([0x14, 0x19, 0x1c])],
    tint: 9,
    keys: ["site.brand.key", "site.brand.deep", "site.brand.on_key"],
    paper_is: "white paper",
};
const DARK: Scheme = Scheme {
    paper: Colour([0x12, 0x17, 0x1a]),
    soft: Colour([0xa3, 0xad, 0xb3]),
    away: WHITE,
    inks: [Colour([0x12, 0x17, 0x1a]), WHITE],
    tint: 14,
    keys: ["site.brand.key_dark", "site.brand.deep_dark", "site.brand.on_key_dark"],
    paper_is: "dark paper",
};

impl Colour {
    /// This colour with so many parts of a hundred from `other`.
    fn mixed(self, other: Self, percent: u16) -> Self {
        let mut mixed = self.0;
        for (own, other) in mixed.iter_mut().zip(other.0) {
            let value = (u16::from(*own) * (100 - percent) + u16::from(other) * percent + 50) / 100;
            *own = u8::try_from(value).unwrap_or(u8::MAX);
        }
        Self(mixed)
    }

    /// Relative luminance (WCAG 2.2).
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// From 1, the same, to 21, black on white.
    fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance(), other.luminance());
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }
}

impl FromStr for Colour {
    type Err = String;

    fn from_str(given: &str) -> Result<Self, String> {
        let wrong = || format!("{given:?} is no colour; write it as \"#0b5a70\"");
        let digits = given.strip_prefix('#').filter(|digits| digits.len() == 6).ok_or_else(wrong)?;
        let mut bytes = [0; 3];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| wrong())?;
        Ok(Self(bytes))
    }
}

fn colour(raw: &Raw) -> Result<Colour, Why> {
    text(raw)?.parse().map_err(Why)
}

impl Scheme {
    fn tint_of(&self, key: Colour) -> Colour {
        self.paper.mixed(key, self.tint)
    }

    /// `key` moved away from the paper until it is easy to read there.
    fn readable(&self, key: Colour) -> Colour {
        let mut steps = (0..=100).step_by(5).map(|percent| key.mixed(self.away, percent));
        let easy = |shade: &Colour| {
            shade.contrast(self.paper).min(shade.contrast(self.tint_of(*shade))) >= COMFORTABLE
        };
        steps.find(easy).unwrap_or(self.away)
    }

    fn palette(&self, key: Colour, deep: Option<Colour>, on_key: Option<Colour>) -> Palette {
        let deep = deep.unwrap_or_else(|| key.mixed(self.away, 30));
        let [one, other] = self.inks;
        let best = if one.contrast(key) >= other.contrast(key) { one } else { other };
        Palette { key, deep, on_key: on_key.unwrap_or(best), tint: self.tint_of(key) }
    }

    /// Every pair that meets on a page. What is derived of a readable colour is readable, so the key comes first.
    fn check(&self, r: &mut Reader, palette: &Palette) -> Result<(), Noted> {
        let Palette { key, deep, on_key, tint } = *palette;
        let [of_key, of_deep, of_on_key] = self.keys;
        let of_itself = [
            (of_key, key, self.paper, self.paper_is),
            (of_key, key, tint, "its own tint"),
            (of_key, self.soft, tint, "the tint made of it"),
        ];
        let of_others = [
            (of_deep, deep, self.paper, self.paper_is),
            (of_on_key, on_key, key, "the key colour"),
            (of_on_key, on_key, deep, "the deeper colour"),
        ];
        check(r, of_itself)?;
        check(r, of_others)
    }
}

/// Each an ink on its ground, with the key to blame and what the ground is.
fn check(r: &mut Reader, pairs: [(&'static str, Colour, Colour, &'static str); 3]) -> Result<(), Noted> {
    let mut checked = Ok(());
    for (name, ink, ground, which) in pairs {
        let contrast = ink.contrast(ground);
        if contrast < READABLE {
            // Cut, not rounded: 4.499 is not 4.50.
            let figure = (contrast * 100.0).floor() / 100.0;
            let why =
                format!("{ink} on {which} ({ground}) has a contrast of {figure:.2}; {READABLE} is the least");
            checked = Err(r.fault(name, why, r.origin_of(name)));
        }
    }
    checked
}

/// `[site.brand]`
pub fn brand(r: &mut Reader) -> Result<Brand, Noted> {
    let mut of = |scheme: &Scheme| {
        let [key, deep, on_key] = scheme.keys.map(|name| r.optional(name, colour));
        Ok::<_, Noted>((key?, deep?, on_key?))
    };
    let (light, dark) = (of(&LIGHT), of(&DARK));
    let (logo, logo_dark) = (image(r, "site.brand.logo"), image(r, "site.brand.logo_dark"));
    let ((key, deep, on_key), (key_dark, deep_dark, on_key_dark)) = (light?, dark?);
    let (logo, logo_dark) = (logo?, logo_dark?);
    if logo.is_none() && logo_dark.is_some() {
        let why = "is for dark paper, in the place of site.brand.logo, which is not given";
        return Err(r.fault("site.brand.logo_dark", why, r.origin_of("site.brand.logo_dark")));
    }
    let Some(key) = key else {
        let others = [
            ("site.brand.deep", deep),
            ("site.brand.on_key", on_key),
            ("site.brand.key_dark", key_dark),
            ("site.brand.deep_dark", deep_dark),
            ("site.brand.on_key_dark", on_key_dark),
        ];
        return match others.into_iter().find(|(_, given)| given.is_some()) {
            Some((name, _)) => {
                Err(r.fault(name, "goes with site.brand.key, which is not given", r.origin_of(name)))
            }
            None => Ok(Brand { light: None, dark: None, logo, logo_dark }),
        };
    };
    let light = LIGHT.palette(key, deep, on_key);
    let dark = DARK.palette(key_dark.unwrap_or_else(|| DARK.readable(key)), deep_dark, on_key_dark);
    let (checked, checked_dark) = (LIGHT.check(r, &light), DARK.check(r, &dark));
    checked?;
    checked_dark?;
    Ok(Brand { light: Some(light), dark: Some(dark), logo, logo_dark })
}

/// A picture beside the configuration.
fn image(r: &mut Reader, key: &'static str) -> Result<Option<Image>, Noted> {
    let Some(name) = r.optional(key, text)? else { return Ok(None) };
    let read = std::fs::read(r.path(&name)).map_err(|error| format!("{name} cannot be read: {error}"));
    let image = read.and_then(|bytes| Image::of(bytes).map_err(|why| format!("{name} {why}")));
    image.map(Some).map_err(|why| r.fault(key, why, r.origin_of(key)))
}

impl Image {
    /// The bytes as the picture that they are, whatever its file is called.
    fn of(bytes: Vec<u8>) -> Result<Self, String> {
        if bytes.len() > LOGO_BYTES_MAX {
            return Err(format!("has {} bytes; {LOGO_BYTES_MAX} are the most", bytes.len()));
        }
        let (kind, extension) = match bytes.as_slice() {
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => ("image/png", "png"),
            [0xff, 0xd8, 0xff, ..] => ("image/jpeg", "jpg"),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => ("image/webp", "webp"),
            other => match std::str::from_utf8(other).map(first_element) {
                Ok(Some("svg")) if !has_script(other) => ("image/svg+xml", "svg"),
                Ok(Some("svg")) => return Err("has a script in it; save it without".to_owned()),
                Ok(_) | Err(_) => return Err("is no PNG, JPEG, WebP or SVG".to_owned()),
            },
        };
        Ok(Self { kind, extension, bytes: bytes.into() })
    }
}

/// The name of the first element of a document, its prologue passed over.
fn first_element(text: &str) -> Option<&str> {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = if rest.starts_with("<!--") {
            "-->"
        } else if rest.starts_with("<?") {
            "?>"
        } else if rest.starts_with("<!") {
            ">"
        } else {
            break;
        };
        rest = rest.split_once(end)?.1.trim_start();
    }
    rest.strip_prefix('<')?.split(|c: char| c.is_whitespace() || matches!(c, '>' | '/')).next()
}

fn has_script(svg: &[u8]) -> bool {
    svg.to_ascii_lowercase().windows(7).any(|part| part == b"<script")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Colour {
        text.parse().unwrap()
    }

    #[test]
    fn contrasts_are_those_of_the_design() {
        // Its figures are rounded, some of them up.
        for (ink, ground, said) in [
            ("#0b5a70", "#ffffff", 7.8),
            ("#7cc5d9", "#12171a", 9.3),
            ("#000000", "#ffffff", 21.0),
            ("#525c63", "#f5f7f7", 6.4),
        ] {
            let contrast = of(ink).contrast(of(ground));
            assert!((contrast - said).abs() < 0.07, "{ink} on {ground}: {contrast}");
        }
    }

    #[test]
    fn what_is_derived_of_any_colour_is_readable_on_dark_paper() {
        for red in (0..=255).step_by(51) {
            for green in (0..=255).step_by(51) {
                for blue in (0..=255).step_by(51) {
                    let dark = DARK.palette(DARK.readable(Colour([red, green, blue])), None, None);
                    for (ink, ground) in [
                        (dark.key, DARK.paper),
                        (dark.key, dark.tint),
                        (dark.on_key, dark.key),
                        (dark.on_key, dark.deep),
                        (DARK.soft, dark.tint),
                    ] {
                        assert!(ink.contrast(ground) >= READABLE, "{dark:?}: {ink} on {ground}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_picture_is_what_its_bytes_say() {
        let kind = |bytes: &[u8]| Image::of(bytes.to_vec()).map(|image| image.kind);
        assert_eq!(kind(b"\x89PNG\r\n\x1a\nx"), Ok("image/png"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0"), Ok("image/jpeg"));
        assert_eq!(kind(b"RIFF\0\0\0\0WEBPVP8 "), Ok("image/webp"));
        let prologue = "\u{feff}<?xml version=\"1.0\"?>\n<!-- a > b --><!DOCTYPE svg>\n";
        assert_eq!(kind(format!("{prologue}<svg xmlns=\"x\"/>").as_bytes()), Ok("image/svg+xml"));
        for refused in ["<html><svg/></html>", "GIF89a", "<svg><SCRIPT>x</SCRIPT></svg>", "", "<!-- <svg>"] {
            assert!(kind(refused.as_bytes()).is_err(), "{refused}");
        }
        assert!(kind(&vec![0x89; LOGO_BYTES_MAX + 1]).unwrap_err().contains("32768 are the most"));
    }
}
