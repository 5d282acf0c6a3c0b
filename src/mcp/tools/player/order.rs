//! The order in which `play` plays: set first where a device plays already, so that it begins in it, and afterwards
//! where one wakes up, which knows no order yet. When nothing begins it is put back.

use crate::spotify::{SpotifyError, api, model::Playback};

use super::{Context, commanding::Hand};
use crate::mcp::fault::Fault;

/// The order that was asked for, and what became of it.
pub(super) struct Order {
    /// Whether to shuffle, if anything was said about it and could be done.
    pub(super) wanted: Option<bool>,
    /// Why it could not be done.
    failed: Option<&'static str>,
    /// What it was before, where it was changed for something that had yet to begin.
    before: Option<Before>,
}

/// What the order was.
#[derive(Clone, Copy)]
enum Before {
    Shuffled(bool),
    Untold,
}

impl Order {
    pub(super) fn wanted(shuffle: Option<bool>) -> Self {
        Self {
            wanted: shuffle,
            failed: None,
            before: None,
        }
    }

    /// Sets it for what is about to begin. `now` is what the player does, where that was seen; else it is looked at, and
    /// an order that stands already is not set.
    ///
    /// # Errors
    /// What Spotify answered; a player that is in no state for it may still play.
    pub(super) async fn set_before(
        &mut self,
        context: &Context<'_>,
        hand: &mut Hand<'_>,
        now: Option<&Playback>,
    ) -> Result<(), Fault> {
        let Some(on) = self.wanted else {
            return Ok(());
        };
        let was = match now {
            Some(now) => now.shuffle_state,
            None => match context.upstream.fresh(&api::player()).await {
                Ok(seen) => seen.and_then(|now| now.shuffle_state),
                // It can still be set; only putting it back would need this.
                Err(_) => None,
            },
        };
        if was == Some(on) {
            return Ok(());
        }
        self.set(hand).await?;
        if self.failed.is_none() {
            self.before = Some(was.map_or(Before::Untold, Before::Shuffled));
        }
        Ok(())
    }

    /// Sets it for what plays by now, and that stays so, whatever becomes of the order.
    pub(super) async fn set_behind(&mut self, hand: &mut Hand<'_>) {
        if let Err(fault) = self.set(hand).await {
            self.fail(&fault);
        }
    }

    /// What is to be said about it.
    pub(super) fn note(&self) -> Option<String> {
        let code = self.failed?;
        Some(format!("The order could not be set ({code})."))
    }

    /// Nothing began because of `fault`: puts the order back. Gives what is to be told of both; an order that is as
    /// before needs no word.
    pub(super) async fn put_back(self, hand: &mut Hand<'_>, fault: Fault) -> Fault {
        let (Some(before), Some(on)) = (self.before, self.wanted) else {
            return fault;
        };
        let code = fault.code();
        let open = matches!(&fault, Fault::Spotify(fault) if fault.outcome_unknown());
        if open {
            let words = format!(
                "Shuffle was turned {} first; then Spotify failed or did not answer in time, so it is unknown whether it \
                 plays. Look with `get_playback` before repeating the call.",
                word(on)
            );
            return Fault::halfway(fault, words);
        }
        let kept = match before {
            Before::Shuffled(was) => match hand.send(|id| api::set_shuffle(was, id)).await {
                Ok(_) => return fault,
                Err(other) => format!("could not be turned {} again ({})", word(was), other.code()),
            },
            Before::Untold => "stays so, because the player did not tell what it was".to_owned(),
        };
        let words = format!(
            "Spotify did not start it ({code}). Shuffle was turned {} before that and {kept}; `control_playback` with \
             action=\"shuffle\" sets it.",
            word(on)
        );
        Fault::halfway(fault, words)
    }

    async fn set(&mut self, hand: &mut Hand<'_>) -> Result<(), Fault> {
        let Some(on) = self.wanted else {
            return Ok(());
        };
        match hand.send(|id| api::set_shuffle(on, id)).await {
            Ok(_) => Ok(()),
            Err(fault @ Fault::Spotify(SpotifyError::Restricted(_))) => {
                self.fail(&fault);
                Ok(())
            }
            Err(fault) => Err(fault),
        }
    }

    fn fail(&mut self, fault: &Fault) {
        (self.wanted, self.failed) = (None, Some(fault.code()));
    }
}

fn word(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}
