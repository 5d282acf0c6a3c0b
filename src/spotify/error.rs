//! What went wrong at Spotify, told apart as far as anybody can act on it. Knows no HTTP of ours and no advice.

use std::{fmt, sync::Arc, time::Duration};

use super::call::{Call, Group};

/// Why a call has no answer. Every variant carries the same [`Context`]; none carries a token, a body or a query.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SpotifyError {
    /// 400 and other refusals of the request itself: our fault or the caller's.
    #[error("spotify refused the request{0}")]
    InvalidRequest(Box<Context>),
    /// 401: the token is dead, or Spotify says so by mistake. Renew once, repeat once.
    #[error("spotify refused the access token{0}")]
    Unauthorized(Box<Context>),
    /// 403: the person did not grant the scope.
    #[error("the access token lacks a scope{0}")]
    InsufficientScope(Box<Context>),
    /// 403: the account is not on the user list of the app, which is in Development Mode.
    #[error("the account is not on the app's user list{0}")]
    NotAllowListed(Box<Context>),
    /// 403: the owner of the app has no Premium.
    #[error("the owner of the app has no premium subscription{0}")]
    AppOwnerPremium(Box<Context>),
    /// 403 without a reason at an endpoint that new apps have lost.
    #[error("spotify does not offer this endpoint to the app{0}")]
    EndpointGone(Box<Context>),
    /// 403 without a reason at a thing that is somebody else's, such as the items of a followed playlist.
    #[error("spotify does not show or change what belongs to somebody else{0}")]
    NotReadable(Box<Context>),
    /// 403: the listener has no Premium. Seen by mistake too, so not to be remembered for long.
    #[error("the listener has no premium subscription{0}")]
    PremiumRequired(Box<Context>),
    /// 403: the player cannot do that now, for instance pause what is paused. `reason` may say why.
    #[error("the player cannot do that now{0}")]
    Restricted(Box<Context>),
    /// 404: no device is active, or the named one is gone.
    #[error("no such device is active{0}")]
    NoActiveDevice(Box<Context>),
    /// 404: no such thing, or one of Spotify's own playlists.
    #[error("not found at spotify{0}")]
    NotFound(Box<Context>),
    /// 429 for some seconds.
    #[error("spotify asks to slow down{0}")]
    RateLimited(Box<Context>),
    /// 429 for hours: the daily quota of the app's owner is used up.
    #[error("the app's quota at spotify is used up{0}")]
    QuotaExceeded(Box<Context>),
    /// 202 from the player: the device is not reachable for the moment.
    #[error("the device is unavailable for the moment{0}")]
    DeviceUnavailable(Box<Context>),
    /// 5xx, or a status that makes no sense.
    #[error("spotify failed{0}")]
    Upstream(Box<Context>),
    /// No whole answer in time, attempts and waits together.
    #[error("spotify did not answer in time{0}")]
    Timeout(Box<Context>),
    /// The connection could not be made, or broke.
    #[error("the connection to spotify failed{0}")]
    Network(Box<Context>, #[source] Arc<reqwest::Error>),
    /// The answer is longer than the cap.
    #[error("the answer is too long{0}")]
    BodyTooLarge(Box<Context>),
    /// A successful answer that is not what was asked for; the message says where decoding stopped.
    #[error("the answer cannot be read{0}")]
    Malformed(Box<Context>),
    /// The address of the next page is not below the API's base; no request was made.
    #[error("the next page is elsewhere{0}")]
    ForeignPage(Box<Context>),
}

impl SpotifyError {
    /// The call was not made, because the quota of its group is used up for as long as `wait`.
    pub fn quota_closed<T>(call: &Call<T>, wait: Duration) -> Self {
        Self::QuotaExceeded(Box::new(Context::waiting(call, wait)))
    }

    /// The call was not made, because Spotify asked the app to slow down for as long as `wait`.
    pub fn cooling<T>(call: &Call<T>, wait: Duration) -> Self {
        Self::RateLimited(Box::new(Context::waiting(call, wait)))
    }

    /// The call was not made, because Spotify lately said that the app has not got this endpoint.
    pub fn known_gone<T>(call: &Call<T>) -> Self {
        Self::EndpointGone(Context::of(call).into())
    }

    /// What is known about the failure.
    pub fn context(&self) -> &Context {
        match self {
            Self::InvalidRequest(context)
            | Self::Unauthorized(context)
            | Self::InsufficientScope(context)
            | Self::NotAllowListed(context)
            | Self::AppOwnerPremium(context)
            | Self::EndpointGone(context)
            | Self::NotReadable(context)
            | Self::PremiumRequired(context)
            | Self::Restricted(context)
            | Self::NoActiveDevice(context)
            | Self::NotFound(context)
            | Self::RateLimited(context)
            | Self::QuotaExceeded(context)
            | Self::DeviceUnavailable(context)
            | Self::Upstream(context)
            | Self::Timeout(context)
            | Self::Network(context, _)
            | Self::BodyTooLarge(context)
            | Self::Malformed(context)
            | Self::ForeignPage(context) => context,
        }
    }

    /// Whether the same call may succeed a moment later. The client has used up its own few attempts by now.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::RateLimited(_) | Self::Timeout(_) | Self::Network(..) => true,
            Self::Upstream(context) => context.status.is_some_and(|status| status >= 500),
            _ => false,
        }
    }

    /// Whether a write may have been carried out all the same: read back before it is repeated.
    pub fn outcome_unknown(&self) -> bool {
        self.context().write
            && match self {
                Self::Network(context, cause) => context.status.is_some() || !cause.is_connect(),
                Self::Timeout(_)
                | Self::Upstream(_)
                | Self::DeviceUnavailable(_)
                | Self::BodyTooLarge(_)
                | Self::Malformed(_) => true,
                _ => false,
            }
    }
}

/// What is known about a failed call, whatever its kind.
#[derive(Clone, Debug)]
pub struct Context {
    /// The HTTP status, when an answer began.
    pub status: Option<u16>,
    /// Spotify's words: one line of at most 200 printable characters. Written by a stranger.
    pub message: Option<Box<str>>,
    /// Spotify's `reason`, an open set of upper-case words.
    pub reason: Option<Box<str>>,
    /// How long Spotify asks to wait.
    pub retry_after: Option<Duration>,
    /// The group of endpoints that the call belongs to.
    pub group: Group,
    /// Whether the call was to change something.
    pub write: bool,
}

impl Context {
    /// A call about which Spotify has said nothing yet.
    pub(super) fn of<T>(call: &Call<T>) -> Self {
        Self {
            status: None,
            message: None,
            reason: None,
            retry_after: None,
            group: call.group(),
            write: !call.is_read(),
        }
    }

    /// A call that was not made, and may be in a while: whole seconds, at least one.
    fn waiting<T>(call: &Call<T>, wait: Duration) -> Self {
        let seconds = wait.as_millis().div_ceil(1_000).max(1);
        let wait = Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX));
        Self {
            retry_after: Some(wait),
            ..Self::of(call)
        }
    }

    pub(super) fn reason_is(&self, word: &str) -> bool {
        self.reason.as_deref() == Some(word)
    }
}

/// In brackets what is known, or nothing: it completes the sentence of a [`SpotifyError`].
impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, " ({}", self.group)?;
        if let Some(status) = self.status {
            write!(f, ", status {status}")?;
        }
        if let Some(reason) = &self.reason {
            write!(f, ", reason {reason}")?;
        }
        if let Some(wait) = self.retry_after {
            write!(f, ", retry after {} s", wait.as_secs())?;
        }
        // What was wrong with a request, or not found, may repeat what a person typed.
        let about_words = matches!(self.status, Some(400 | 404));
        if let Some(message) = self.message.as_ref().filter(|_| !about_words) {
            write!(f, ": {message}")?;
        }
        f.write_str(")")
    }
}
