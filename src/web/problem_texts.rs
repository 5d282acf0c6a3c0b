//! The words of the pages on which something ended: what happened, and what to do. Nothing from outside is in them.

/// One page's words.
#[derive(Debug)]
pub(super) struct Text {
    /// The heading.
    pub(super) title: &'static str,
    /// What happened.
    pub(super) happened: &'static str,
    /// What to do, one step each.
    pub(super) todo: &'static [&'static str],
}

pub(super) const CROSS_SITE: Text = Text {
    title: "This login was not started here",
    happened: "Your browser says that another website pressed the button. So that nobody can start a login for you, nothing was begun.",
    todo: &["If you want to connect Spotify, start from this server's own page."],
};

pub(super) const OTHER_ADDRESS: Text = Text {
    title: "This server has another address",
    happened: "You opened it at an address that it is not known by, and a login could not come back to that one.",
    todo: &["Go on at the right address."],
};

pub(super) const NOT_BEGUN: Text = Text {
    title: "The login could not be started",
    happened: "This server's database does not answer, so nothing was begun.",
    todo: &[
        "Wait a moment and start again.",
        "If it stays like this, tell whoever runs this server.",
    ],
};

pub(super) const BAD_CALLBACK: Text = Text {
    title: "This address is incomplete",
    happened: "Spotify sends you back to this page with an answer, and the address that you opened does not hold one.",
    todo: &["Start again from the beginning. This page is no use as a bookmark."],
};

pub(super) const CANCELLED: Text = Text {
    title: "You cancelled at Spotify",
    happened: "You did not agree on Spotify's page, so nothing was connected and nothing was kept.",
    todo: &["If you did not mean to, start again and agree on Spotify's page."],
};

pub(super) const SPOTIFY_FAILED: Text = Text {
    title: "Spotify could not do it just now",
    happened: "Spotify sent you back and reports a fault of its own. Nothing was connected.",
    todo: &["Wait a moment and start again."],
};

pub(super) const REQUEST_REFUSED: Text = Text {
    title: "Spotify refused the request",
    happened: "Spotify sent you back without asking you. Most likely the settings of this server's Spotify app are wrong.",
    todo: &[
        "Tell whoever runs this server: the app's redirect URI and the server's SPOTIFY_REDIRECT_URI must be equal, letter by letter.",
    ],
};

pub(super) const UNKNOWN: Text = Text {
    title: "This login is not known",
    happened: "It ended long ago, or its address was changed on the way.",
    todo: &["Start again from the beginning."],
};

pub(super) const EXPIRED: Text = Text {
    title: "This login took too long",
    happened: "A login has to be finished within ten minutes, and this one is older.",
    todo: &["Start again. Your earlier keys, if you have any, stay valid."],
};

pub(super) const SPENT: Text = Text {
    title: "This login was already used",
    happened: "A login works once, and this page was opened again, perhaps by reloading it or going back. What it led to the first time still stands.",
    todo: &[
        "If you have your key or are signed in, there is nothing to do.",
        "If you missed it, start again: you get a new key, and earlier ones stay valid.",
    ],
};

pub(super) const OTHER_BROWSER: Text = Text {
    title: "This login belongs to another browser",
    happened: "It was begun in another browser, or this one did not keep the cookie that ties the login to it. It was refused, so that nobody can finish a login for somebody else.",
    todo: &[
        "Go on in the browser in which you began, or start again in this one and let it keep cookies.",
        "If somebody sent you the link to this page, close it.",
    ],
};

pub(super) const CODE: Text = Text {
    title: "Spotify did not accept the login",
    happened: "The code with which Spotify sent you back was refused when this server handed it in. It works once, and for a few minutes only.",
    todo: &["Start again."],
};

pub(super) const APP_REFUSED: Text = Text {
    title: "Spotify does not accept this server's app",
    happened: "You did nothing wrong: Spotify refused the credentials or the settings of the app that this server uses. Nothing was connected.",
    todo: &[
        "Tell whoever runs this server: SPOTIFY_CLIENT_ID, SPOTIFY_CLIENT_SECRET and SPOTIFY_REDIRECT_URI must be those of the app at developer.spotify.com.",
    ],
};

pub(super) const NOT_ALLOW_LISTED: Text = Text {
    title: "Your Spotify account is not on this app's list",
    happened: "Spotify lets an app in Development Mode serve five people, each of whom its owner has to name. You agreed, but you are not among them, so Spotify tells this server nothing about you.",
    todo: &[
        "Ask whoever runs this server to add you: at developer.spotify.com, under the app's User Management, with the e-mail address of your Spotify account. There are five seats; if all are taken, one has to be freed.",
        "Then wait a few minutes and start again.",
    ],
};

pub(super) const APP_OWNER_PREMIUM: Text = Text {
    title: "This server's Spotify app is asleep",
    happened: "Spotify serves an app in Development Mode only while its owner has Spotify Premium, and reports that this owner has not. Your own account is fine.",
    todo: &[
        "Tell whoever runs this server. After the owner has subscribed again, it takes Spotify some hours to notice.",
    ],
};

pub(super) const UNAVAILABLE: Text = Text {
    title: "Spotify does not answer",
    happened: "You agreed, but this server could not reach Spotify to finish, or was asked to wait. Your login is still open.",
    todo: &[
        "Wait a moment, then reload this page to try again. That works until ten minutes after you began.",
        "If it does not help, start again later.",
    ],
};

pub(super) const UNNAMED: Text = Text {
    title: "Spotify did not say whose account it is",
    happened: "Spotify accepted the login and then failed when this server asked about the account. Nothing was connected.",
    todo: &["Wait a moment and start again."],
};

pub(super) const INCOMPLETE: Text = Text {
    title: "Spotify's answer was incomplete",
    happened: "Spotify accepted the login, but left out what this server needs to stay connected. Nothing was connected.",
    todo: &[
        "Start again.",
        "If it happens again, tell whoever runs this server.",
    ],
};

pub(super) const DATABASE: Text = Text {
    title: "This server could not save your login",
    happened: "Its database does not answer.",
    todo: &[
        "Wait a moment, then reload this page. If it then says that the login was already used, start again.",
        "If it stays like this, tell whoever runs this server.",
    ],
};

pub(super) const FORM_FROM_ELSEWHERE: Text = Text {
    title: "This was not sent from here",
    happened: "Your browser says that another website pressed the button. So that nobody can change or end anything for you, nothing was done.",
    todo: &["If you meant to, do it on your account page."],
};

pub(super) const FORM_AT_OTHER_ADDRESS: Text = Text {
    title: "This server has another address",
    happened: "You opened your account page at an address that this server is not known by, so nothing was done.",
    todo: &["Go on at the right address."],
};

pub(super) const NOT_YOURS: Text = Text {
    title: "There is nothing to end here",
    happened: "It was ended before, or it is none of yours.",
    todo: &["Your account page shows what is still connected."],
};

pub(super) const ACCOUNT_UNAVAILABLE: Text = Text {
    title: "Your account cannot be shown just now",
    happened: "This server's database does not answer.",
    todo: &[
        "Wait a moment, then open your account page again. It shows whether what you asked for was done.",
        "If it stays like this, tell whoever runs this server.",
    ],
};

pub(super) const KEY_FORM: Text = Text {
    title: "This form could not be read",
    happened: "A key needs a name of at most 80 characters, and limits that the form has. So that no key can do more than you meant, none was made.",
    todo: &["Go back to your account, and fill in the form there."],
};

pub(super) const KEY_OF_NOTHING: Text = Text {
    title: "This key could do nothing",
    happened: "What you ticked leaves no tool: every one of them changes something, or is not offered here. No key was made.",
    todo: &["Tick fewer limits, or other tools."],
};

pub(super) const TOO_MANY_KEYS: Text = Text {
    title: "You have as many keys as a person can have",
    happened: "No key was made, and none was ended.",
    todo: &["End one that you do not need any more, and make the new one then."],
};
