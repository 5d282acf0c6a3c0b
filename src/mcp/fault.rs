//! What went wrong, by the codes of the catalogue: one exhaustive match over the link's faults and Spotify's.
//!
//! The words are in `advice`. Knows no HTTP of ours and no tool's work.

use rmcp::model::CallToolResult;

use crate::{auth::Scope, clock::Millis, link::LinkFault, spotify::SpotifyError};

use super::{
    advice::{self, Advice},
    ask::Question,
    reconnect::Reconnect,
    registry::Spec,
    visit::Visit,
};

/// Why a tool has no answer.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The caller's arguments are wrong; the words say how.
    InvalidArgument(String),
    /// A name fits several things; the words list them.
    Ambiguous(String),
    /// Nothing by that name; the words say what was looked through.
    NotFound(String),
    /// The playlist is somebody else's.
    Foreign,
    /// Something would be lost: the person is to agree first.
    AskFirst(Question),
    /// The person is to open an address first; only a client that shows it gets here.
    Visit(Visit),
    /// The person was asked and said no.
    Declined,
    /// The client has left or has taken the call back.
    Cancelled,
    /// Any other code of the catalogue, found out here; the words say what and what next.
    Coded {
        /// The code.
        code: &'static str,
        /// Cause and next step.
        words: String,
    },
    /// The tool exists and was withheld from this caller.
    Withheld {
        /// Its name.
        tool: &'static str,
        /// By whom.
        because: &'static str,
    },
    /// The client did not ask for the tool's scope.
    InsufficientScope {
        /// The tool.
        tool: &'static str,
        /// Its scope.
        scope: Scope,
    },
    /// The person did not grant these Spotify permissions.
    MissingScope(Vec<&'static str>),
    /// There is no access token.
    Link(LinkFault),
    /// Spotify did not do it.
    Spotify(SpotifyError),
    /// Some of several writes that belong together were made, or may have been, and then one failed.
    Halfway {
        /// Why it failed.
        cause: Box<Fault>,
        /// What is done, what is unknown, and all that puts things right.
        words: String,
    },
}

impl From<LinkFault> for Fault {
    fn from(fault: LinkFault) -> Self {
        Self::Link(fault)
    }
}

impl From<SpotifyError> for Fault {
    fn from(fault: SpotifyError) -> Self {
        Self::Spotify(fault)
    }
}

/// Where a fault happened, for the words that depend on it.
pub(crate) struct Scene<'a> {
    /// How a person connects again.
    pub(crate) reconnect: Reconnect<'a>,
    /// The tool that was called.
    pub(crate) tool: &'static Spec,
    /// The time.
    pub(crate) now: Millis,
}

impl Fault {
    /// An argument that cannot be used.
    pub(crate) fn invalid_argument(how: impl Into<String>) -> Self {
        Self::InvalidArgument(how.into())
    }

    /// A tool that this caller may not use.
    pub(crate) fn withheld(tool: &'static str, because: &'static str) -> Self {
        Self::Withheld { tool, because }
    }

    /// A tool whose scope this caller has not got yet.
    pub(crate) fn insufficient_scope(tool: &'static str, scope: Scope) -> Self {
        Self::InsufficientScope { tool, scope }
    }

    /// What stopped the work in the middle, and all that puts things right.
    pub(crate) fn halfway(cause: Self, words: String) -> Self {
        Self::Halfway {
            cause: Box::new(cause),
            words,
        }
    }

    /// The code of the catalogue.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::InvalidArgument(_) => "invalid_argument",
            Self::Ambiguous(_) => "ambiguous",
            Self::NotFound(_) => "not_found",
            Self::Foreign => "not_readable",
            Self::AskFirst(_) => "confirmation_required",
            Self::Visit(_) => "visit_required",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::Coded { code, .. } => code,
            Self::Withheld { .. } => "not_offered",
            Self::InsufficientScope { .. } => "insufficient_scope",
            Self::MissingScope(_) => "missing_scope",
            Self::Halfway { cause, .. } => cause.code(),
            Self::Link(fault) => match fault {
                LinkFault::Missing | LinkFault::Suspended => "reauth_required",
                LinkFault::Busy | LinkFault::Unavailable { .. } | LinkFault::Store => {
                    "upstream_error"
                }
            },
            Self::Spotify(fault) => match fault {
                SpotifyError::InvalidRequest(_) => "invalid_argument",
                SpotifyError::InsufficientScope(_) => "missing_scope",
                SpotifyError::NotAllowListed(_) => "not_allowlisted",
                SpotifyError::AppOwnerPremium(_) => "app_owner_premium",
                SpotifyError::EndpointGone(_) => "endpoint_gone",
                SpotifyError::NotReadable(_) => "not_readable",
                SpotifyError::PremiumRequired(_) => "premium_required",
                SpotifyError::Restricted(_) => "restricted",
                SpotifyError::NoActiveDevice(_) | SpotifyError::DeviceUnavailable(_) => "no_device",
                SpotifyError::NotFound(_) => "not_found",
                SpotifyError::RateLimited(_) => "rate_limited",
                SpotifyError::QuotaExceeded(_) => "quota_exceeded",
                SpotifyError::Unauthorized(_)
                | SpotifyError::Upstream(_)
                | SpotifyError::Timeout(_)
                | SpotifyError::Network(..)
                | SpotifyError::BodyTooLarge(_)
                | SpotifyError::Malformed(_)
                | SpotifyError::ForeignPage(_) => "upstream_error",
            },
        }
    }

    /// The result that the model reads, with `notes` behind it. The fault goes to the log here, once: what went wrong
    /// at Spotify or in the house as a warning.
    pub(crate) fn tell(
        &self,
        scene: &Scene<'_>,
        spotify_calls: u32,
        notes: &[String],
    ) -> CallToolResult {
        let advice = self.advice(scene);
        let (tool, code) = (scene.tool.name, advice.code);
        let reference = advice.reference.as_deref().unwrap_or_default();
        match self {
            Self::Link(fault) => {
                tracing::warn!(tool, code, reference, spotify_calls, %fault, "no access to spotify");
            }
            Self::Spotify(fault) => {
                tracing::warn!(tool, code, reference, spotify_calls, %fault, "spotify refused or failed");
            }
            Self::Halfway { .. } => {
                tracing::warn!(tool, code, spotify_calls, "stopped halfway");
            }
            _ => tracing::info!(tool, code, spotify_calls, "call refused"),
        }
        advice.into_result(notes)
    }

    /// The same where no tool is at work: for faults that need no scene.
    pub(crate) fn alone(&self) -> CallToolResult {
        Advice::new(self.code(), self.own_words()).into_result(&[])
    }

    fn advice(&self, scene: &Scene<'_>) -> Advice {
        match self {
            Self::Link(fault) => advice::on_link(fault, scene),
            Self::Spotify(fault) => advice::on_spotify(fault, scene),
            Self::MissingScope(scopes) => advice::on_missing_scope(scopes, scene),
            Self::Foreign => Advice::new(self.code(), advice::on_foreign(scene)),
            Self::InvalidArgument(_)
            | Self::Ambiguous(_)
            | Self::NotFound(_)
            | Self::AskFirst(_)
            | Self::Visit(_)
            | Self::Declined
            | Self::Cancelled
            | Self::Coded { .. }
            | Self::Halfway { .. }
            | Self::Withheld { .. }
            | Self::InsufficientScope { .. } => Advice::new(self.code(), self.own_words()),
        }
    }

    /// Words that depend on nothing else.
    fn own_words(&self) -> String {
        match self {
            Self::InvalidArgument(words)
            | Self::Ambiguous(words)
            | Self::NotFound(words)
            | Self::Coded { words, .. }
            | Self::Halfway { words, .. } => words.clone(),
            Self::AskFirst(question) => format!(
                "{} Nothing was changed yet. Ask the user, and if they agree repeat the call with confirm=true.",
                question.what
            ),
            Self::Visit(visit) => format!("{} {}", visit.why, visit.url),
            Self::Declined => "The user said no; nothing was changed.".to_owned(),
            Self::Cancelled => {
                "The call was taken back; what was done until then stays done.".to_owned()
            }
            Self::Withheld { tool, because } => {
                format!("`{tool}` cannot be used: {because}. Go on with the tools that are listed.")
            }
            Self::InsufficientScope { tool, scope } => format!(
                "`{tool}` needs the permission {scope}, which this client has not asked for. Ask the user to connect \
                 this client again and to allow it."
            ),
            Self::Foreign | Self::MissingScope(_) | Self::Link(_) | Self::Spotify(_) => {
                String::new()
            }
        }
    }
}
