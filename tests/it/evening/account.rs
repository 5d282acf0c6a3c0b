//! All that one person has at Spotify, at one moment: what is, or what ought to be. Knows no tool.

use auxcord::sandbox::{Control, DeviceState, PlayerState, PlaylistState, Shelf};

/// How many plays Spotify remembers.
const PLAYS: usize = 50;

/// Every shelf of a library.
const SHELVES: [Shelf; 8] = [
    Shelf::Tracks,
    Shelf::Albums,
    Shelf::Shows,
    Shelf::Episodes,
    Shelf::Audiobooks,
    Shelf::Artists,
    Shelf::Users,
    Shelf::Playlists,
];

/// Somebody's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Account {
    /// What is in their list, own and followed, newest first.
    pub(super) playlists: Vec<PlaylistState>,
    /// The URIs on each shelf, newest first.
    pub(super) shelves: Vec<(Shelf, Vec<String>)>,
    /// What is on.
    pub(super) player: Option<PlayerState>,
    /// Where it could be.
    pub(super) devices: Vec<DeviceState>,
    /// What was on, newest first.
    pub(super) plays: Vec<String>,
}

impl Account {
    /// The account as the simulated Spotify has it now.
    pub(super) fn of(spotify: &Control, person: &str) -> Self {
        let shelf = |shelf| (shelf, spotify.library(person, shelf));
        Self {
            playlists: spotify.playlists(person),
            shelves: SHELVES.map(shelf).to_vec(),
            player: spotify.player(person),
            devices: spotify.devices(person),
            plays: spotify.plays(person),
        }
    }

    /// The playlist of that name.
    pub(super) fn list(&mut self, name: &str) -> &mut PlaylistState {
        let found = self.playlists.iter_mut().find(|list| list.name == name);
        found.unwrap()
    }

    /// A shelf.
    pub(super) fn shelf(&mut self, which: Shelf) -> &mut Vec<String> {
        let found = self.shelves.iter_mut().find(|(one, _)| *one == which);
        &mut found.unwrap().1
    }

    /// The player.
    pub(super) fn player(&mut self) -> &mut PlayerState {
        self.player.as_mut().unwrap()
    }

    /// `uri` is now the newest on its shelf.
    pub(super) fn saved(&mut self, which: Shelf, uri: &str) {
        self.shelf(which).insert(0, uri.to_owned());
    }

    /// `uri` is no longer on its shelf; it was.
    pub(super) fn removed(&mut self, which: Shelf, uri: &str) {
        let held = self.shelf(which);
        let at = held.iter().position(|one| one == uri).unwrap();
        held.remove(at);
    }

    /// A playlist is new in the list.
    pub(super) fn listed(&mut self, list: PlaylistState) {
        self.saved(Shelf::Playlists, &uri_of(&list));
        self.playlists.insert(0, list);
    }

    /// A playlist has left the list.
    pub(super) fn unlisted(&mut self, name: &str) {
        let uri = uri_of(self.list(name));
        self.removed(Shelf::Playlists, &uri);
        self.playlists.retain(|list| list.name != name);
    }

    /// `uri` was on for long enough to be remembered.
    pub(super) fn played(&mut self, uri: &str) {
        self.plays.insert(0, uri.to_owned());
        self.plays.truncate(PLAYS);
    }

    /// The named device is the active one.
    pub(super) fn moved_to(&mut self, name: &str) {
        for device in &mut self.devices {
            device.active = device.name == name;
        }
        let volume = self.devices.iter().find(|one| one.active).unwrap().volume;
        let player = self.player();
        (player.device, player.volume) = (Some(name.to_owned()), volume);
    }

    /// The music went on for so long.
    pub(super) fn heard(&mut self, millis: i64) {
        if let Some(player) = self.player.as_mut().filter(|player| player.playing) {
            player.progress_ms += millis;
        }
    }

    /// Labels say only that something was written: those of the lists that were changed are taken over, if they are
    /// new ones.
    pub(super) fn take_labels(&mut self, now: &Self, changed: &[String]) {
        for list in &mut self.playlists {
            let Some(there) = now.playlists.iter().find(|there| there.id == list.id) else {
                continue;
            };
            if changed.contains(&list.id) {
                assert_ne!(list.snapshot_id, there.snapshot_id, "{}", list.name);
                list.snapshot_id.clone_from(&there.snapshot_id);
            }
        }
    }
}

/// The URI of a playlist.
pub(super) fn uri_of(list: &PlaylistState) -> String {
    format!("spotify:playlist:{}", list.id)
}
