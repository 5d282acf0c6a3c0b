//! What is worth knowing about a configuration and stops nothing. Knows names, never values.

/// One thing that is worth knowing, as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What it is about.
    pub about: About,
    /// The sentence.
    pub text: String,
}

/// What a [`Note`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A variable of an older server that has no effect here.
    Older(&'static str),
    /// A variable that looks like one of ours and is none.
    Misspelt(String),
    /// There is no Spotify app.
    NoApp,
    /// Something else.
    Other,
}

/// Said where nobody could connect.
pub(super) const NO_APP: &str = "SPOTIFY_CLIENT_ID is not set: nobody can connect a Spotify account through this server's own app";
