//! An episode or chapter as a row of an answer. Knows models and rows, no tool.

use crate::{
    mcp::{
        answer::Row,
        text,
        view::{self, Detail, title},
    },
    spotify::model::{Part, ResumePoint},
};

/// Title, podcast, date, length and how far the person has listened.
pub(in crate::mcp::tools) fn row(part: Part, detail: Detail) -> Row {
    let Some(link) = part.uri.as_deref().and_then(view::link) else {
        return Row::gone();
    };
    let date = part.release_date.filter(|date| date.is_ascii());
    let mut about: Vec<String> = Vec::new();
    about.extend(part.resume_point.and_then(heard));
    if part.is_playable == Some(false) {
        about.push("unavailable".to_owned());
    }
    if detail == Detail::Detailed && part.explicit {
        about.push("explicit".to_owned());
    }
    Row {
        title: title(part.name),
        album: part.show.map(|show| title(show.name)),
        year: date
            .map(|date| text::cleaned(date, 10))
            .filter(|date| !date.starts_with("0000") && !date.is_empty()),
        about: (!about.is_empty()).then(|| about.join(", ")),
        duration_ms: part.duration_ms,
        uri: part.uri,
        link: Some(link),
        ..Row::default()
    }
}

/// How far somebody has listened; nothing for what was not begun.
fn heard(at: ResumePoint) -> Option<String> {
    match at.resume_position_ms {
        _ if at.fully_played => Some("played".to_owned()),
        Some(position) if position > 0 => Some(format!("heard to {}", text::duration(position))),
        _ => None,
    }
}
