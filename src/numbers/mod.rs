//! The numbers by which other languages know causes, reasons and notes.
//!
//! Written by hand and never reused: a number keeps its meaning for good, and a new one takes the next free
//! place in its block of a hundred. Three spaces live here – causes of a failed connection, reasons of a
//! verdict, notes beside it – and never mix; the fourth, results of calls, is the C face's. Every number has
//! a name and a message, unknown ones too, so that a program built against an older library can show what a
//! newer one says; and a clause, where a document of ours or others' has one.

mod cause;
mod note;
mod reason;

pub use cause::CauseCode;
pub use note::NoteCode;
pub use reason::ReasonCode;

/// What is fixed about a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberFacts {
    /// The name of the constant in C.
    pub name: &'static str,
    /// The name in our own data, such as `name_mismatch`.
    pub word: &'static str,
    /// One sentence for people, without data of the case.
    pub message: &'static str,
    /// The clause behind it; empty where there is none.
    pub clause: &'static str,
}

/// The facts of a reason's number; defined for every number.
pub fn reason_facts(number: u32) -> NumberFacts {
    ReasonCode::from_number(number).map_or(
        NumberFacts {
            name: "XMPP_TLS_REASON_UNKNOWN",
            word: "unknown",
            message: "a reason that this version does not know",
            clause: "",
        },
        ReasonCode::facts,
    )
}

/// The facts of a cause's number; defined for every number.
pub fn cause_facts(number: u32) -> NumberFacts {
    CauseCode::from_number(number).map_or(
        NumberFacts {
            name: "XMPP_TLS_CAUSE_UNKNOWN",
            word: "unknown",
            message: "a cause that this version does not know",
            clause: "",
        },
        CauseCode::facts,
    )
}

/// The facts of a note's number; defined for every number.
pub fn note_facts(number: u32) -> NumberFacts {
    NoteCode::from_number(number).map_or(
        NumberFacts {
            name: "XMPP_TLS_NOTE_UNKNOWN",
            word: "unknown",
            message: "a note that this version does not know",
            clause: "",
        },
        NoteCode::facts,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(facts: &[NumberFacts], prefix: &str) {
        let mut words = std::collections::HashSet::new();
        for fact in facts {
            assert_eq!(fact.name, format!("{prefix}{}", fact.word.to_uppercase()));
            assert!(!fact.message.is_empty(), "{}", fact.name);
            let is_ours = ["host_refused", "unusable"].contains(&fact.word) && prefix == "XMPP_TLS_CAUSE_";
            assert_eq!(fact.clause.is_empty(), is_ours, "{}", fact.name);
            assert!(words.insert(fact.word), "{} stands twice", fact.word);
        }
    }

    #[test]
    fn every_number_has_a_name_of_its_own() {
        let reasons: Vec<_> = ReasonCode::ALL.iter().map(|code| code.facts()).collect();
        let notes: Vec<_> = NoteCode::ALL.iter().map(|code| code.facts()).collect();
        let causes: Vec<_> = CauseCode::ALL.iter().map(|code| code.facts()).collect();
        check(&reasons, "XMPP_TLS_REASON_");
        check(&causes, "XMPP_TLS_CAUSE_");
        check(&notes, "XMPP_TLS_NOTE_");
    }

    #[test]
    fn numbers_lead_back_to_their_codes() {
        for &code in ReasonCode::ALL {
            assert_eq!(ReasonCode::from_number(code.number()), Some(code));
        }
        for &code in CauseCode::ALL {
            assert_eq!(CauseCode::from_number(code.number()), Some(code));
        }
        for &code in NoteCode::ALL {
            assert_eq!(NoteCode::from_number(code.number()), Some(code));
        }
    }

    #[test]
    fn unknown_numbers_are_defined() {
        assert_eq!(reason_facts(0).word, "unknown");
        assert_eq!(cause_facts(0).word, "unknown");
        assert_eq!(note_facts(u32::MAX).word, "unknown");
        assert_eq!(reason_facts(100).word, "name_mismatch");
    }
}
