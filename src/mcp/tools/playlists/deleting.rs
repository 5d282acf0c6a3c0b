//! `delete_playlist`: Spotify deletes nothing, it takes playlists out of the person's library.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::spotify::{
    api::{self, PlaylistParts},
    id::Kind,
};

use super::{Context, named, reading::Head, told};
use crate::mcp::{answer::Answer, ask::Question, fault::Fault, view};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Args {
    /// Link, URI, id or own name
    #[schemars(length(min = 1, max = 200))]
    playlist: String,
    /// Only tell
    #[serde(default)]
    dry_run: bool,
    /// The user agreed
    confirm: Option<bool>,
}

/// One call to look, one to take it out, one to see that it is out.
pub(super) async fn delete_playlist(context: &Context<'_>, args: Args) -> Result<Answer, Fault> {
    let _turn = context.editing_unless(args.dry_run).await?;
    let me = context.me().await?;
    let id = named::resolve(context, &args.playlist).await?;
    let call = api::playlist(&id, PlaylistParts::Details);
    let playlist = context.upstream.fresh(&call).await?;
    let own = playlist.owner.id.as_deref() == Some(&*me);
    let total = playlist.items.as_ref().and_then(|items| items.total);
    let size = total.map_or_else(String::new, |total| {
        let total = usize::try_from(view::small(total)).unwrap_or(usize::MAX);
        format!(" ({})", told::items(total))
    });
    let version = playlist.snapshot_id.clone().unwrap_or_default();
    let head = Head::of(&playlist, &id).without_snapshot();
    let name = told::name(&head.title);
    let what = if own {
        format!(
            "The user's own playlist {name}{size} would leave their library, which is Spotify's way to delete it."
        )
    } else {
        format!(
            "The playlist {name} of somebody else would leave the user's library; its owner keeps it."
        )
    };
    let restore = format!(
        "To bring it back: `save_to_library` with {}{}",
        head.link,
        if own {
            ", or within 90 days at https://www.spotify.com/account/recover-playlists/"
        } else {
            ""
        }
    );
    if args.dry_run {
        let told = json!({"playlist": head, "dry_run": true, "own": own, "restore": restore});
        return Ok(Answer::new(
            format!("{what} Nothing was changed. {restore}."),
            told,
        ));
    }
    let question = Question {
        what,
        ids: vec![head.link.clone(), version],
    };
    context.ask(args.confirm, question)?;
    let uri = [id.uri(Kind::Playlist)];
    context
        .upstream
        .send(&api::remove_from_library(&uri))
        .await?;
    let look = context.upstream.fresh(&api::library_contains(&uri)).await;
    let verified = look.ok().and_then(|held| held.first().map(|held| !held));
    let read_back = match verified {
        Some(true) => "It is no longer in the library.",
        Some(false) => {
            "Spotify still shows it in the library; look again in a minute with `list_playlists`."
        }
        None => "Whether it is gone could not be read back; `list_playlists` shows it.",
    };
    let words = format!(
        "Removed {name} from the library · {}\n{read_back} {restore}.",
        head.link
    );
    let mut told = json!({"playlist": head, "dry_run": false, "own": own, "restore": restore});
    if let Some(verified) = verified {
        told["verified"] = json!(verified);
    }
    Ok(Answer::new(words, told))
}
