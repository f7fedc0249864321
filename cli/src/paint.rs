//! Lines for a terminal: a label column, wrapped text, and colour that says nothing the words do not say.
//!
//! What is made here always carries colour codes; where it is printed, `anstream` takes them out unless the
//! output is a terminal that wants them (`NO_COLOR` and `CLICOLOR` are heeded).

use anstyle::{AnsiColor, Style};

/// Narrower than this nothing can be laid out.
const LEAST_WIDTH: usize = 60;
/// Wider lines are hard to read.
const MOST_WIDTH: usize = 120;
const WIDTH_WITHOUT_TERMINAL: usize = 100;

pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const WEAK: Style = AnsiColor::Yellow.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const FAINT: Style = Style::new().dimmed();
pub(crate) const PLAIN: Style = Style::new();

/// The width to lay out for: that of the terminal, or of `COLUMNS`.
pub(crate) fn width() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    if let Some(width) = told {
        return usize::clamp(width, LEAST_WIDTH, MOST_WIDTH);
    }
    let terminal = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    terminal.unwrap_or(WIDTH_WITHOUT_TERMINAL).clamp(LEAST_WIDTH, MOST_WIDTH)
}

/// A text in a style.
pub(crate) fn painted(style: Style, text: &str) -> String {
    if style == PLAIN { text.to_owned() } else { format!("{style}{text}{style:#}") }
}

/// Lines in the making.
pub(crate) struct Lines {
    text: String,
    width: usize,
}

impl Lines {
    pub(crate) fn new(width: usize) -> Self {
        Self { text: String::new(), width }
    }

    pub(crate) fn finish(self) -> String {
        self.text
    }

    pub(crate) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A line as it is, not wrapped.
    pub(crate) fn line(&mut self, text: &str) {
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// A rule across, with a title in it.
    pub(crate) fn rule(&mut self, title: &str) {
        let rest = self.width.saturating_sub(columns(title)).saturating_sub(4);
        let text = format!(
            "{} {} {}",
            painted(FAINT, "──"),
            painted(BOLD, title),
            painted(FAINT, &"─".repeat(rest))
        );
        self.line(&text);
    }

    /// A heading at the left and a word at the right.
    pub(crate) fn heading(&mut self, indent: usize, left: (&str, Style), right: (&str, Style)) {
        let taken = indent.saturating_add(columns(left.0)).saturating_add(columns(right.0));
        let gap = self.width.saturating_sub(taken).max(2);
        let text =
            format!("{:indent$}{}{:gap$}{}", "", painted(left.1, left.0), "", painted(right.1, right.0));
        self.line(&text);
    }

    /// A label, and text beside it that is wrapped under its own beginning.
    pub(crate) fn entry(&mut self, indent: usize, label: &str, style: Style, text: &str) {
        const LABEL: usize = 10;
        let margin = indent.saturating_add(LABEL);
        let room = self.width.saturating_sub(margin).max(20);
        for (index, part) in wrapped(text, room).iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let pad = LABEL.saturating_sub(columns(label));
            let label = painted(FAINT, label);
            let text = format!("{:indent$}{label}{:pad$}{}", "", "", painted(style, part));
            self.line(text.trim_end());
        }
    }

    /// Text behind a mark, wrapped under its own beginning.
    pub(crate) fn item(&mut self, indent: usize, mark: (&str, Style), text: &str) {
        let margin = indent.saturating_add(columns(mark.0)).saturating_add(1);
        for (index, part) in wrapped(text, self.width.saturating_sub(margin).max(20)).iter().enumerate() {
            if index == 0 {
                self.line(&format!("{:indent$}{} {part}", "", painted(mark.1, mark.0)));
            } else {
                self.line(&format!("{:margin$}{part}", ""));
            }
        }
    }
}

fn columns(text: &str) -> usize {
    textwrap::core::display_width(text)
}

/// Lines of at most `room` columns; what cannot be broken at a space stays whole, so that it can be copied.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let options = textwrap::Options::new(room)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_wrapped_under_its_beginning_and_words_stay_whole() {
        let mut lines = Lines::new(40);
        lines.entry(2, "label", PLAIN, "one two three four five six seven eight nine ten");
        let hash = "0123456789".repeat(6);
        lines.item(4, ("–", PLAIN), &format!("copy {hash} whole"));
        let text = anstream::adapter::strip_str(&lines.finish()).to_string();
        assert_eq!(
            text,
            format!(
                "  label     one two three four five six\n            seven eight nine ten\n    – copy\n      {hash}\n      whole\n"
            )
        );
    }
}
