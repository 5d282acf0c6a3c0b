//! What the commands of Spotify Connect do to a person's devices and player, and why they refuse. It knows no HTTP,
//! no permission and no plan.

use super::{
    account::{Content, Play},
    player::{Device, Load, On, Player, Repeat},
};

/// A person's devices and what is on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Playback {
    pub(crate) devices: Vec<Device>,
    pub(crate) player: Option<Player>,
}

/// Why a command is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Denied {
    /// No device is named and none is active.
    NoActiveDevice,
    /// There is no device of that id.
    NoSuchDevice,
    /// The device takes no commands.
    Restricted,
    /// The device's volume cannot be set from elsewhere.
    Volume,
    /// What is on does not allow it, such as pausing what is paused.
    Violated,
}

impl Playback {
    /// What is on, and on which device, if any is active.
    pub(crate) fn active(&self) -> Option<(&Player, &Device)> {
        let player = self.player.as_ref()?;
        Some((player, self.devices.get(player.device?)?))
    }

    /// Plays something new on the device, or on the active one.
    pub(crate) fn start(&mut self, id: Option<&str>, load: Load, now: i64) -> Result<(), Denied> {
        let device = self.target(id)?;
        let player = self.player.get_or_insert_with(Player::empty);
        player.device = Some(device);
        player.load(load, now);
        Ok(())
    }

    /// Refuses what any command on that device would be refused for.
    pub(crate) fn check(&self, id: Option<&str>) -> Result<(), Denied> {
        self.target(id).map(|_| ())
    }

    /// Goes on with what was on, or else with the last play, and wakes the device for it.
    pub(crate) fn resume(
        &mut self,
        id: Option<&str>,
        progress: Option<i64>,
        last: Option<&Play>,
        now: i64,
    ) -> Result<(), Denied> {
        let device = self.target(id)?;
        let player = self.player_or(last, now);
        let same = player.device == Some(device);
        if player.on == On::Nothing || (player.playing && same && progress.is_none()) {
            return Err(Denied::Violated);
        }
        player.device = Some(device);
        player.set_playing(true, now);
        player.progress = progress.unwrap_or(player.progress);
        Ok(())
    }

    /// Makes a device the active one. `play` wakes the music there; otherwise it goes on as it was.
    pub(crate) fn transfer(
        &mut self,
        id: &str,
        play: bool,
        last: Option<&Play>,
        now: i64,
    ) -> Result<(), Denied> {
        let device = self.target(Some(id))?;
        let player = self.player_or(last, now);
        player.device = Some(device);
        if play && player.on != On::Nothing {
            player.set_playing(true, now);
        }
        Ok(())
    }

    /// Pauses.
    pub(crate) fn pause(&mut self, id: Option<&str>, now: i64) -> Result<(), Denied> {
        let player = self.at_work(id)?;
        allowed(player.playing)?;
        player.set_playing(false, now);
        Ok(())
    }

    /// Skips to the next thing, which then plays.
    pub(crate) fn next(&mut self, id: Option<&str>, now: i64) -> Result<(), Denied> {
        let player = self.at_work(id)?;
        allowed(player.next(now))?;
        player.playing = true;
        Ok(())
    }

    /// Skips back to the thing before, which then plays.
    pub(crate) fn previous(&mut self, id: Option<&str>, now: i64) -> Result<(), Denied> {
        let player = self.at_work(id)?;
        allowed(player.previous(now))?;
        player.playing = true;
        Ok(())
    }

    /// Goes to a place in what is on, in milliseconds.
    pub(crate) fn seek(&mut self, id: Option<&str>, to: i64, now: i64) -> Result<(), Denied> {
        let player = self.at_work(id)?;
        allowed(matches!(player.on, On::Content(_)))?;
        (player.progress, player.since) = (to, now);
        Ok(())
    }

    /// Sets what repeats.
    pub(crate) fn repeat(&mut self, id: Option<&str>, repeat: Repeat) -> Result<(), Denied> {
        self.at_work(id)?.repeat = repeat;
        Ok(())
    }

    /// Sets whether the order is left to chance.
    pub(crate) fn shuffle(
        &mut self,
        id: Option<&str>,
        shuffle: bool,
        now: i64,
    ) -> Result<(), Denied> {
        self.at_work(id)?.set_shuffle(shuffle, now);
        Ok(())
    }

    /// Sets a device's volume, in percent; the device need not be the active one.
    pub(crate) fn volume(&mut self, id: Option<&str>, percent: u8) -> Result<(), Denied> {
        let device = self.target(id)?;
        let device = &mut self.devices[device];
        if !device.supports_volume {
            return Err(Denied::Volume);
        }
        device.volume = Some(percent);
        Ok(())
    }

    /// Queues a thing after what is queued already.
    pub(crate) fn queue(&mut self, id: Option<&str>, content: Content) -> Result<(), Denied> {
        self.at_work(id)?.ask(content);
        Ok(())
    }

    /// Takes a device away. What was on there has fallen asleep.
    pub(crate) fn remove(&mut self, device: usize, now: i64) {
        self.devices.remove(device);
        let Some(player) = &mut self.player else {
            return;
        };
        match player.device {
            Some(active) if active == device => {
                player.set_playing(false, now);
                player.device = None;
            }
            Some(active) if active > device => player.device = Some(active - 1),
            _ => {}
        }
    }

    /// Place of the device that a command is for; it must take commands.
    fn target(&self, id: Option<&str>) -> Result<usize, Denied> {
        let place = if let Some(id) = id {
            let named = |device: &Device| device.id.as_deref() == Some(id);
            let found = self.devices.iter().position(named);
            found.ok_or(Denied::NoSuchDevice)?
        } else {
            let active = self.player.as_ref().and_then(|player| player.device);
            active.ok_or(Denied::NoActiveDevice)?
        };
        match self.devices.get(place) {
            Some(device) if device.restricted => Err(Denied::Restricted),
            Some(_) => Ok(place),
            None => Err(Denied::NoActiveDevice),
        }
    }

    /// The player of a command that only an active device can carry out.
    fn at_work(&mut self, id: Option<&str>) -> Result<&mut Player, Denied> {
        let device = self.target(id)?;
        let player = self.player.as_mut().ok_or(Denied::NoActiveDevice)?;
        match player.device {
            None => Err(Denied::NoActiveDevice),
            Some(active) if active != device => Err(Denied::Violated),
            Some(_) => Ok(player),
        }
    }

    /// The player, or one that has the last play in it.
    fn player_or(&mut self, last: Option<&Play>, now: i64) -> &mut Player {
        self.player.get_or_insert_with(|| {
            let mut player = Player::empty();
            if let Some(play) = last {
                let load = Load {
                    list: vec![Content::Track(play.track)],
                    first: Some(0),
                    context: play.context,
                    progress: 0,
                };
                player.load(load, now);
                player.playing = false;
            }
            player
        })
    }
}

fn allowed(yes: bool) -> Result<(), Denied> {
    if yes { Ok(()) } else { Err(Denied::Violated) }
}
