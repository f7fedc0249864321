//! Showing text that a peer wrote (HUM-08).

/// Text from a certificate or another peer-made source, made safe to show on one line of a terminal, log
/// or page: control characters, line ends, invisible and direction-changing characters, the backslash and
/// private-use characters become `\u{…}` escapes. The escape of no text is the text of another.
pub fn escape_for_text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_plain(character) {
            shown.push(character);
        } else {
            shown.extend(character.escape_unicode());
        }
    }
    shown
}

fn is_plain(character: char) -> bool {
    !character.is_control()
        && character != '\\'
        && !matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What is no text as `#` and hexadecimal digits.
pub(super) fn marked_hexadecimal(bytes: &[u8]) -> String {
    format!("#{}", hexadecimal(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hum_08_letters_of_all_scripts_stay() {
        for text in ["im.example.com", "bücher.example", "例え.テスト", "O=Example, Inc.", "שלום"] {
            assert_eq!(escape_for_text(text), text);
        }
    }

    #[test]
    fn hum_08_what_would_forge_the_line_is_escaped() {
        assert_eq!(escape_for_text("a\nb\r\tc"), "a\\u{a}b\\u{d}\\u{9}c");
        assert_eq!(escape_for_text("\u{202e}moc.elpmaxe"), "\\u{202e}moc.elpmaxe");
        assert_eq!(escape_for_text("a\0b\u{1b}[2J"), "a\\u{0}b\\u{1b}[2J");
        assert_eq!(escape_for_text("zero\u{200b}width\u{feff}"), "zero\\u{200b}width\\u{feff}");
        assert_ne!(escape_for_text("\\u{a}"), escape_for_text("\n"));
    }
}
