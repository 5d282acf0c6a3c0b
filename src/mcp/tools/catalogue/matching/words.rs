//! The words by which titles tell which version they name. Folded; knows no title.

/// What begins like a credit and ends so is a version.
pub(super) const VERSION_ENDS: [&str; 6] = ["remix", "mix", "live", "version", "edit", "rework"];
/// Words of those who play what is another's, or play it without the singer.
pub(super) const COVERS: [&str; 7] = [
    "karaoke",
    "cover",
    "tribute",
    "instrumental",
    "lullaby",
    "rendition",
    "parody",
];
/// The same in several words.
pub(super) const COVER_PHRASES: [&str; 6] = [
    "originally performed",
    "made famous",
    "made popular",
    "in the style of",
    "backing track",
    "8 bit",
];
/// Words of performances before people.
pub(super) const LIVES: [&str; 11] = [
    "unplugged",
    "concert",
    "concierto",
    "konzert",
    "vivo",
    "directo",
    "концерт",
    "концерте",
    "вживую",
    "ζωντανα",
    "लाइव",
];
/// Parts of words, for scripts that write no spaces or bend words.
pub(super) const LIVE_PARTS: [&str; 8] = [
    "ライブ",
    "ライヴ",
    "라이브",
    "演唱会",
    "演唱會",
    "现场",
    "مباشر",
    "הופעה חיה",
];
/// What follows "live" where it is no verb.
pub(super) const LIVE_GOES_ON: [&str; 13] = [
    "at",
    "in",
    "from",
    "on",
    "version",
    "session",
    "sessions",
    "recording",
    "performance",
    "take",
    "edit",
    "mix",
    "with",
];
/// Names of issues that are the recording itself.
pub(super) const EDITIONS: [&str; 17] = [
    "album version",
    "lp version",
    "original version",
    "original mix",
    "original",
    "main version",
    "studio version",
    "studio",
    "explicit",
    "explicit version",
    "explicit album version",
    "bonus track",
    "bonus",
    "deluxe",
    "deluxe edition",
    "deluxe version",
    "digital master",
];
/// Words of recordings made of a recording.
pub(super) const REMIXES: [&str; 13] = [
    "remix", "remixed", "rmx", "mix", "mixed", "rework", "reworked", "bootleg", "mashup", "dub",
    "vip", "flip", "refix",
];
/// Words of other recordings of a song.
pub(super) const OTHERS: [&str; 37] = [
    "acoustic",
    "acustico",
    "acustica",
    "akustik",
    "demo",
    "edit",
    "radio",
    "extended",
    "version",
    "ver",
    "versao",
    "session",
    "sessions",
    "take",
    "alternate",
    "alternative",
    "sped",
    "slowed",
    "nightcore",
    "orchestral",
    "symphonic",
    "acapella",
    "cappella",
    "stripped",
    "piano",
    "unreleased",
    "outtake",
    "rehearsal",
    "cut",
    "clean",
    "mono",
    "stereo",
    "rerecorded",
    "rerecording",
    "mixtape",
    "medley",
    "акустика",
];
/// Parts of such words, for what is written in several ways.
pub(super) const OTHER_PARTS: [&str; 3] = ["re recorded", "アコースティック", "акустическ"];
/// Words that say nothing beside their kind.
pub(super) const FILLERS: [&str; 22] = [
    "live",
    "version",
    "ver",
    "remix",
    "remixed",
    "rmx",
    "mix",
    "the",
    "at",
    "in",
    "from",
    "on",
    "a",
    "of",
    "recorded",
    "recording",
    "performance",
    "session",
    "sessions",
    "edit",
    "by",
    "concert",
];
