//! Whether this machine's clock agrees with somebody else's: tokens, logins and certificates go by the time.

use super::{report::Finding, wire::Dated};
use crate::clock::{MINUTE, SECOND};

const CHECK: &str = "clock";

/// From a `Date` header, which Spotify's answer has rather than our own server's: that one may run on this machine.
pub(super) fn examine(dated: Option<Dated>) -> Finding {
    let Some(Dated { host, theirs, ours }) = dated else {
        return Finding::unchecked(CHECK, "no answer from elsewhere told the time")
            .once("mend the connection to Spotify first, see below");
    };
    let skew = ours - theirs;
    let seconds = skew.abs() / SECOND;
    if skew.abs() <= MINUTE {
        return Finding::ok(CHECK, format!("within {seconds} s of what {host} says"));
    }
    let direction = if skew > 0 { "ahead of" } else { "behind" };
    Finding::fault(
        CHECK,
        format!("this machine is {seconds} s {direction} {host}"),
        "let the system keep the time, such as with `timedatectl set-ntp true`; tokens and logins expire by it",
    )
}
