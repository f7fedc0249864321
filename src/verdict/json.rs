//! The verdict as JSON.

/// The name and version of the format, in its member `format`.
pub const VERDICT_FORMAT: &str = "xmpptls-verdict-1";
