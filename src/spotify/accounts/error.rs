//! Why the accounts service gave no tokens, sorted by what it says about the person's grant. Knows no answer's form.

use std::{sync::Arc, time::Duration};

/// Why there are no tokens. Holds no token, code, verifier or secret.
#[derive(Clone, Debug, thiserror::Error)]
pub enum AccountsError {
    /// The code or refresh token is not good any more, and never will be.
    #[error("spotify refused the grant")]
    InvalidGrant {
        /// Spotify's words, such as `Refresh token revoked`.
        description: Option<String>,
    },
    /// The client id or secret is wrong. The person's link may still be good.
    #[error("spotify does not know the app or its secret")]
    InvalidClient,
    /// Another refusal.
    #[error("spotify refused with {0:?}")]
    OtherOauth(OauthCode),
    /// Too many requests.
    #[error("spotify's accounts service asks to slow down")]
    RateLimited {
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// The accounts service failed, or answered what makes no sense.
    #[error("spotify's accounts service failed with status {status}")]
    Unavailable {
        /// The HTTP status.
        status: u16,
    },
    /// No whole answer in time.
    #[error("spotify's accounts service did not answer in time")]
    Timeout,
    /// The connection could not be made, or broke.
    #[error("the connection to spotify's accounts service failed")]
    Network(#[source] Arc<reqwest::Error>),
    /// A successful answer without usable tokens in it.
    #[error("the answer of spotify's accounts service cannot be read")]
    Malformed,
}

impl AccountsError {
    /// Whether the grant is dead: the person must consent again, and another try is of no use.
    pub fn is_terminal(&self) -> bool {
        matches!(self, Self::InvalidGrant { .. })
    }

    /// How long the accounts service asked to wait, in whole seconds.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Self::RateLimited { retry_after } => retry_after.map(|wait| wait.as_secs()),
            _ => None,
        }
    }

    /// Whether it says nothing about the grant, which must be kept, and a later try may succeed.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::Unavailable { .. }
                | Self::Timeout
                | Self::Network(_)
                | Self::Malformed
        )
    }
}

/// Refusals of the token endpoint other than the two that matter most (RFC 6749, section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OauthCode {
    /// `invalid_request`
    InvalidRequest,
    /// `invalid_scope`
    InvalidScope,
    /// `unauthorized_client`
    UnauthorizedClient,
    /// `unsupported_grant_type`
    UnsupportedGrantType,
    /// A code that is in no standard.
    Unknown,
}
