//! Text from a ledger is hostile: everything goes through here on its way into the page.

use std::fmt::{self, Display, Write as _};

/// HTML under construction. Only what this program wrote itself goes in as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Html(String);

impl Html {
    /// Markup of this program's own: never anything that comes from a ledger or a caller.
    pub(super) fn raw(markup: impl Into<String>) -> Self {
        Self(markup.into())
    }

    /// Text, escaped for elements and for attributes in double quotes.
    pub(super) fn text(text: impl Display) -> Self {
        let mut html = Self::default();
        html.push_text(text);
        html
    }

    /// Puts markup behind.
    pub(super) fn push(&mut self, markup: &Html) {
        self.0.push_str(&markup.0);
    }

    /// Puts markup of this program's own behind.
    pub(super) fn push_raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// Puts text behind, escaped.
    pub(super) fn push_text(&mut self, text: impl Display) {
        // Writing into a string cannot fail.
        let _ = write!(Escaping(&mut self.0), "{text}");
    }

    /// `<name>inside</name>`, with an opening tag that may have attributes of this program's own.
    pub(super) fn element(opening: &str, inside: &Html) -> Self {
        let name = opening.split_ascii_whitespace().next().unwrap_or_default();
        Self(format!("<{opening}>{}</{name}>", inside.0))
    }

    /// The same around text.
    pub(super) fn of(opening: &str, text: impl Display) -> Self {
        Self::element(opening, &Self::text(text))
    }

    /// The markup.
    pub(super) fn into_string(self) -> String {
        self.0
    }
}

impl Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Html>>(parts: I) -> Self {
        Self(parts.into_iter().map(|part| part.0).collect())
    }
}

/// Writes text so that it is text wherever it stands.
struct Escaping<'a>(&'a mut String);

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                // What turns or hides the letters around it would show another text than the one that stands there.
                hidden if is_hidden(hidden) => self.0.push('\u{fffd}'),
                letter => self.0.push(letter),
            }
        }
        Ok(())
    }
}

/// Letters that are controls or change how others are shown: no sound entry has them, a title or a damaged file may.
fn is_hidden(letter: char) -> bool {
    (letter.is_control() && letter != '\n')
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// JSON that stands in a `<script>`: no character in it can end the element or begin another.
pub(super) fn json_in_script(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            letter => safe.push(letter),
        }
    }
    safe
}

/// Base64 of RFC 4648 section 4, padded.
pub(super) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3).saturating_mul(4));
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4_u32 {
            let six = (bits >> 18_u32.saturating_sub(at.saturating_mul(6))) & 0x3f;
            let letter = usize::try_from(six).ok().and_then(|six| LETTERS.get(six)).copied().unwrap_or(b'=');
            let padding = usize::try_from(at).is_ok_and(|at| at > group.len());
            text.push(if padding { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let hostile = "<img src=x onerror=\"alert('1')\">&\u{202e}";
        assert_eq!(
            Html::text(hostile).into_string(),
            "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;\u{fffd}"
        );
        assert_eq!(Html::of("td class=\"n\"", "<b>").into_string(), "<td class=\"n\">&lt;b&gt;</td>");
    }

    #[test]
    fn json_cannot_leave_its_element() {
        let json = serde_json::json!("</script><!--<script>&\u{2028}").to_string();
        let safe = json_in_script(&json);
        assert!(!safe.contains(['<', '>', '&', '\u{2028}']), "{safe}");
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), "</script><!--<script>&\u{2028}");
    }

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
        assert_eq!(base64(&[0xff, 0xfe, 0xfb]), "//77");
    }
}
