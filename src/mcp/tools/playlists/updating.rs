//! `update_playlist`: name, description and visibility of one of the person's own playlists.

use std::fmt::Write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::spotify::{
    api::{self, PlaylistChange, PlaylistParts},
    id::SpotifyId,
    model::Playlist,
};

use super::{Context, named, reading::Head};
use crate::mcp::{
    answer::Answer,
    fault::Fault,
    text::{self, NAME},
};

/// The longest description that an answer repeats, in characters; Spotify takes 300.
const DESCRIPTION: usize = 300;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Link, URI, id or own name
    #[schemars(length(min = 1, max = 200))]
    playlist: String,
    #[schemars(length(min = 1, max = 100))]
    name: Option<String>,
    #[schemars(length(max = 300))]
    description: Option<String>,
    /// On the user's profile
    public: Option<bool>,
    /// Others may edit; not with public
    collaborative: Option<bool>,
}

/// One value, before and after.
#[derive(Debug, Serialize)]
struct Change {
    field: &'static str,
    old: Value,
    new: Value,
    /// What Spotify shows, where that is something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    reads_back: Option<Value>,
}

/// One call to look, one to change, one to read back.
pub(super) async fn update_playlist(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let name = args.name.as_deref().map(str::trim);
    if name == Some("") {
        return Err(Fault::invalid_argument("`name` must not be blank"));
    }
    let nothing =
        args.description.is_none() && args.public.is_none() && args.collaborative.is_none();
    if name.is_none() && nothing {
        return Err(Fault::invalid_argument(
            "pass at least one of `name`, `description`, `public`, `collaborative`",
        ));
    }
    let _turn = context.editing().await?;
    let me = context.me().await?;
    let id = named::resolve(context, &args.playlist).await?;
    let before = details(context, &id).await?;
    if before.owner.id.as_deref() != Some(&*me) {
        return Err(Fault::Foreign);
    }
    fits_together(&args, &before)?;
    let mut changes = changes(&args, name, &before);
    let head = Head::of(&before, &id);
    if changes.is_empty() {
        let words = format!("\"{}\" is like that already · {}", head.title, head.link);
        let nothing = json!({"playlist": head, "changed": changes});
        return Ok(Answer::new(words, nothing));
    }
    let wish = PlaylistChange {
        name: name.filter(|_| has(&changes, "name")),
        description: args
            .description
            .as_deref()
            .filter(|_| has(&changes, "description")),
        public: args.public.filter(|_| has(&changes, "public")),
        collaborative: args
            .collaborative
            .filter(|_| has(&changes, "collaborative")),
    };
    context
        .upstream
        .send(&api::change_playlist(&id, &wish))
        .await?;
    Ok(match details(context, &id).await {
        Ok(after) => {
            for change in &mut changes {
                change.compare(&after);
            }
            let same = changes.iter().all(|change| change.reads_back.is_none());
            let answer = answer(&Head::of(&after, &id), &changes, Some(same));
            answer.noting_all(changes.iter().filter_map(Change::note))
        }
        Err(fault) => answer(&head.without_snapshot(), &changes, None).noting(format!(
            "It could not be read back ({}); `get_playlist` shows it.",
            fault.code()
        )),
    })
}

async fn details(context: &Context<'_>, id: &SpotifyId) -> Result<Playlist, Fault> {
    let call = api::playlist(id, PlaylistParts::Details);
    context.upstream.fresh(&call).await
}

/// Spotify keeps collaborative playlists off the profile.
fn fits_together(args: &Args, before: &Playlist) -> Result<(), Fault> {
    let public = args.public.or(before.public).unwrap_or(false);
    let collaborative = args.collaborative.unwrap_or(before.collaborative);
    if !(public && collaborative) {
        return Ok(());
    }
    Err(Fault::invalid_argument(
        match (args.public, args.collaborative) {
            (_, None) => {
                "the playlist is collaborative, so it cannot be public: pass collaborative=false too"
            }
            (None, _) => {
                "the playlist is public, so it cannot be collaborative: pass public=false too"
            }
            _ => "a collaborative playlist cannot be public: leave out `public` or `collaborative`",
        },
    ))
}

/// What is asked for and not so yet.
fn changes(args: &Args, name: Option<&str>, before: &Playlist) -> Vec<Change> {
    let asked = [
        ("name", name.map(|name| shown(name, NAME))),
        (
            "description",
            args.description
                .as_deref()
                .map(|words| shown(words, DESCRIPTION)),
        ),
        ("public", args.public.map(Value::from)),
        ("collaborative", args.collaborative.map(Value::from)),
    ];
    asked
        .into_iter()
        .filter_map(|(field, new)| {
            let (new, old) = (new?, value(before, field));
            (new != old).then_some(Change {
                field,
                old,
                new,
                reads_back: None,
            })
        })
        .collect()
}

fn has(changes: &[Change], field: &str) -> bool {
    changes.iter().any(|change| change.field == field)
}

/// What Spotify says of a field.
fn value(playlist: &Playlist, field: &str) -> Value {
    match field {
        "name" => shown(&playlist.name, NAME),
        "description" => {
            let words = playlist.description.as_deref().unwrap_or_default();
            shown(&unescaped(words), DESCRIPTION)
        }
        "public" => json!(playlist.public),
        _ => json!(playlist.collaborative),
    }
}

fn shown(words: &str, cap: usize) -> Value {
    json!(text::clean(words, cap))
}

/// Spotify writes descriptions for web pages.
fn unescaped(words: &str) -> String {
    let plain = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#x2F;", "/"),
        ("&amp;", "&"),
    ];
    plain
        .into_iter()
        .fold(words.to_owned(), |words, (escaped, plain)| {
            words.replace(escaped, plain)
        })
}

impl Change {
    fn compare(&mut self, after: &Playlist) {
        let now = value(after, self.field);
        self.reads_back = (now != self.new).then_some(now);
    }

    fn note(&self) -> Option<String> {
        let now = self.reads_back.as_ref()?;
        Some(match (self.field, now) {
            ("public", Value::Bool(true)) => {
                "Spotify took the change and still reads it back as public; look in a minute, or change it in the \
                 Spotify app. Anyone with the link can open a private playlist too."
                    .to_owned()
            }
            ("description", _) if self.new == "" => {
                "Spotify took the change and kept the description: apps cannot clear it.".to_owned()
            }
            (field, now) => format!(
                "Spotify took the change of {field} and reads it back as {now}; look in a minute."
            ),
        })
    }
}

fn answer(head: &Head, changes: &[Change], verified: Option<bool>) -> Answer {
    let mut words = format!("Changed \"{}\" · {}", head.title, head.link);
    for change in changes {
        let _ = write!(
            words,
            "\n{}: {} -> {}",
            change.field, change.old, change.new
        );
    }
    match verified {
        Some(true) => words.push_str("\nRead back: as asked."),
        Some(false) => words.push_str("\nRead back: not as asked."),
        None => {}
    }
    let mut told = json!({"playlist": head, "changed": changes});
    if let Some(verified) = verified {
        told["verified"] = json!(verified);
    }
    Answer::new(words, told)
}
