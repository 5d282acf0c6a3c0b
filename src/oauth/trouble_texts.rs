//! The words of the pages on which a client's request ended: what happened, and what to do.

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

pub(super) const NAMELESS: Text = Text {
    title: "The app's request is incomplete",
    happened: "The app that sent you here did not say who it is, or where to send you back to.",
    todo: &[
        "Go back to the app and connect again.",
        "If that does not help, tell whoever makes the app.",
    ],
};

pub(super) const UNKNOWN_CLIENT: Text = Text {
    title: "This app is not known here",
    happened: "The app that sent you here is not registered with this server, or what it says about itself cannot be verified.",
    todo: &[
        "In the app, remove the connection to this server and add it again: it then registers anew.",
        "If somebody else sent you the link to this page, close it.",
    ],
};

pub(super) const FOREIGN_REDIRECT: Text = Text {
    title: "This address does not belong to the app",
    happened: "The app asked this server to send you to an address that it did not register. So that nobody else gets your permission, it was refused.",
    todo: &[
        "In the app, remove the connection to this server and add it again.",
        "If somebody else sent you the link to this page, close it.",
    ],
};

pub(super) const LIMITED: Text = Text {
    title: "Too many attempts",
    happened: "From your network, this server was asked for permission too often within a minute.",
    todo: &["Wait a moment, then connect again from the app."],
};

pub(super) const UNSEEN: Text = Text {
    title: "This question was not asked in a window of its own",
    happened: "A page asked for it in the background, where nobody sees it. Nothing was done.",
    todo: &[
        "If you want to connect an app, begin in the app, and let it open this page in your browser.",
    ],
};

pub(super) const CROSS_SITE: Text = Text {
    title: "This answer was not given here",
    happened: "Your browser says that another website pressed the button. So that nobody can agree for you, nothing was done.",
    todo: &["If you want to connect an app, begin in the app."],
};

pub(super) const OTHER_ADDRESS: Text = Text {
    title: "This server has another address",
    happened: "You opened it at an address that it is not known by, and an answer could not come back to that one.",
    todo: &["Connect the app to the server's right address."],
};

pub(super) const NO_FORM: Text = Text {
    title: "This is no answer to the question",
    happened: "What was sent is not the form of this server's page.",
    todo: &["Go back to the app and connect again."],
};

pub(super) const OTHER_BROWSER: Text = Text {
    title: "This question belongs to another browser",
    happened: "It was begun in another browser, or this one did not keep the cookie that ties it to you. It was refused, so that nobody can connect an app for somebody else.",
    todo: &[
        "Go on in the browser in which you began, or begin again in the app and let this browser keep cookies.",
        "If somebody sent you the link to this page, close it.",
    ],
};

pub(super) const OVER: Text = Text {
    title: "This was already answered",
    happened: "An app's request is answered once, and this one was, or it ended long ago. What you answered then still stands.",
    todo: &["If the app is not connected, begin again in the app."],
};

pub(super) const UNFINISHED: Text = Text {
    title: "Your answer is being finished",
    happened: "You came back from Spotify before, and this server is still waiting for Spotify about it. Opening the page again does not make it faster, and does no harm.",
    todo: &[
        "Reload this page in a moment.",
        "If it stays like this and the app is not connected, begin again in the app.",
    ],
};

pub(super) const LATE: Text = Text {
    title: "This took too long",
    happened: "Connecting has to be finished soon after it is begun, and this was begun too long ago.",
    todo: &["Begin again in the app."],
};

pub(super) const NO_ANSWER: Text = Text {
    title: "This address is incomplete",
    happened: "Spotify sends you back to this page with an answer, and the address that you opened does not hold one.",
    todo: &["Begin again in the app. This page is no use as a bookmark."],
};

pub(super) const NOT_ALLOW_LISTED: Text = Text {
    title: "Your Spotify account is not on this server's list",
    happened: "Spotify lets an app in Development Mode serve five people, each of whom its owner has to name. You agreed, but you are not among them, so Spotify tells this server nothing about you.",
    todo: &[
        "Ask whoever runs this server to add you: at developer.spotify.com, under the app's User Management, with the e-mail address of your Spotify account.",
        "Then wait a few minutes and begin again in the app.",
    ],
};

pub(super) const APP_OWNER_PREMIUM: Text = Text {
    title: "This server's Spotify app is switched off",
    happened: "Spotify serves an app in Development Mode only as long as its owner has Spotify Premium, and they have not. You did nothing wrong.",
    todo: &["Tell whoever runs this server: the owner of its Spotify app needs Premium."],
};

pub(super) const APP_REFUSED: Text = Text {
    title: "Spotify does not accept this server's app",
    happened: "You did nothing wrong: Spotify refused the credentials or the settings of the app that this server uses.",
    todo: &[
        "Tell whoever runs this server: SPOTIFY_CLIENT_ID, SPOTIFY_CLIENT_SECRET and SPOTIFY_REDIRECT_URI must be those of the app at developer.spotify.com.",
    ],
};

pub(super) const UNAVAILABLE: Text = Text {
    title: "Spotify does not answer just now",
    happened: "You agreed at Spotify, and then Spotify could not be reached to finish. Nothing is lost: this page can be tried again.",
    todo: &[
        "Wait a moment and try again.",
        "After ten minutes, begin again in the app.",
    ],
};

pub(super) const DATABASE: Text = Text {
    title: "This server could not go on",
    happened: "Its database does not answer.",
    todo: &[
        "Wait a moment and try again. If it then says that this was already answered, begin again in the app.",
        "If it stays like this, tell whoever runs this server.",
    ],
};
