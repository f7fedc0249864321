//! Every limit of the library, in one place, each with the reason for its number.
//!
//! A peer can send what it likes; what it can make us hold or do ends here. Exceeding a limit is a
//! typed refusal in the room that meets it. The numbers are those of SEC-01, STLS-30 and SEC-06 where a
//! rule gives one.
