//! Faults that tests order: which calls they hit and what goes wrong. They stand before both services and know
//! neither.

mod act;

use std::sync::{
    Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

pub(crate) use act::meddle;

/// A fault: which calls it hits, and what happens to them. What is absent matches everything.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// `GET`, `POST` and so on.
    #[serde(default)]
    pub method: Option<String>,
    /// The beginning of the path, such as `/v1/search` or `/api/token`.
    #[serde(default)]
    pub path: Option<String>,
    /// Spotify's `id` of the person whose token, code or refresh token the call carries.
    #[serde(default)]
    pub person: Option<String>,
    /// How many matching calls pass before the first is hit.
    #[serde(default)]
    pub skip: u64,
    /// How many calls are hit; without it all are, until the faults are cleared.
    #[serde(default)]
    pub count: Option<u64>,
    /// What happens.
    pub action: Action,
}

/// What a fault does to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// Refuses with a status and Spotify's error body; the call is not carried out.
    Status {
        /// The HTTP status.
        status: u16,
        /// The error's message.
        #[serde(default)]
        message: String,
        /// The error's reason, if it has one.
        #[serde(default)]
        reason: Option<String>,
        /// `Retry-After`, in seconds.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// 429 of the rolling 30 seconds.
    RateLimited {
        /// `Retry-After`, in seconds.
        retry_after: u64,
    },
    /// 429 of the developer account's quota.
    QuotaExceeded {
        /// `Retry-After`, in seconds.
        retry_after: u64,
    },
    /// 401 although the token is good.
    Unauthorized,
    /// Answers as it should, but later.
    Latency {
        /// In milliseconds.
        ms: u64,
    },
    /// Never answers and carries nothing out.
    Hang,
    /// Carries out and closes the connection in the middle of the answer.
    Cut,
    /// Carries out and answers with half of the JSON, as if that were all.
    MalformedJson,
    /// Answers with a page of HTML; the call is not carried out.
    Html {
        /// The HTTP status.
        status: u16,
    },
    /// Answers without a body; the call is not carried out.
    Empty {
        /// The HTTP status.
        status: u16,
    },
    /// Carries out, and keeps the answer until it is released.
    Hold,
}

impl Fault {
    /// A fault that hits every call until the faults are cleared.
    pub fn new(action: Action) -> Self {
        Self {
            method: None,
            path: None,
            person: None,
            skip: 0,
            count: None,
            action,
        }
    }

    /// Only calls of that method and of paths that begin so.
    #[must_use]
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.method = Some(method.to_owned());
        self.path = Some(path.to_owned());
        self
    }

    /// Only calls of that person, by Spotify's `id`.
    #[must_use]
    pub fn of(mut self, person: &str) -> Self {
        self.person = Some(person.to_owned());
        self
    }

    /// Lets the first `skip` matching calls pass and hits the next `count`.
    #[must_use]
    pub fn times(mut self, skip: u64, count: u64) -> Self {
        self.skip = skip;
        self.count = Some(count);
        self
    }

    fn matches(&self, method: &str, path: &str, person: impl FnOnce() -> Option<String>) -> bool {
        let says = |wish: Option<&str>, test: &dyn Fn(&str) -> bool| wish.is_none_or(test);
        says(self.method.as_deref(), &|wish| {
            wish.eq_ignore_ascii_case(method)
        }) && says(self.path.as_deref(), &|wish| path.starts_with(wish))
            && (self.person.is_none() || self.person == person())
    }
}

/// The faults that are in force, and the answers that are held.
#[derive(Debug)]
pub(crate) struct Faults {
    armed: AtomicUsize,
    list: Mutex<Vec<Armed>>,
    held: watch::Sender<usize>,
    /// Grows with every release; a held answer goes out when it has grown.
    releases: watch::Sender<u64>,
    numbers: AtomicU64,
}

#[derive(Debug)]
struct Armed {
    number: u64,
    fault: Fault,
    seen: u64,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            armed: AtomicUsize::new(0),
            list: Mutex::default(),
            held: watch::Sender::new(0),
            releases: watch::Sender::new(0),
            numbers: AtomicU64::new(1),
        }
    }
}

impl Faults {
    /// Puts a fault into force and gives its number.
    pub(crate) fn add(&self, fault: Fault) -> u64 {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let mut list = self.list();
        list.push(Armed {
            number,
            fault,
            seen: 0,
        });
        self.armed.store(list.len(), Ordering::Release);
        number
    }

    /// Ends one fault, or all, and releases what is held.
    pub(crate) fn clear(&self, number: Option<u64>) {
        let mut list = self.list();
        list.retain(|armed| number.is_some_and(|number| armed.number != number));
        self.armed.store(list.len(), Ordering::Release);
        drop(list);
        self.release();
    }

    /// Lets the held answers out.
    pub(crate) fn release(&self) {
        self.releases.send_modify(|count| *count += 1);
    }

    /// How many answers are held; the receiver sees every change.
    pub(crate) fn held(&self) -> watch::Receiver<usize> {
        self.held.subscribe()
    }

    /// Whether any fault is in force: the one question that every call pays for.
    fn any(&self) -> bool {
        self.armed.load(Ordering::Acquire) != 0
    }

    /// Whether any fault asks whose call it is.
    fn by_person(&self) -> bool {
        self.list().iter().any(|armed| armed.fault.person.is_some())
    }

    /// What happens to a call; the first fault that matches and is not used up decides.
    fn strike(&self, method: &str, path: &str, person: Option<&str>) -> Option<Action> {
        for armed in self.list().iter_mut() {
            let fault = &armed.fault;
            if !fault.matches(method, path, || person.map(str::to_owned)) {
                continue;
            }
            let used_up = fault.skip.saturating_add(fault.count.unwrap_or(u64::MAX));
            armed.seen += 1;
            if armed.seen > armed.fault.skip && armed.seen <= used_up {
                return Some(armed.fault.action.clone());
            }
        }
        None
    }

    /// Waits until the next release.
    async fn hold(&self) {
        let mut releases = self.releases.subscribe();
        let held = Held::new(&self.held);
        // The sender lives as long as this.
        let _ = releases.changed().await;
        drop(held);
    }

    fn list(&self) -> MutexGuard<'_, Vec<Armed>> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts an answer as held, also when its caller goes away.
struct Held<'a>(&'a watch::Sender<usize>);

impl<'a> Held<'a> {
    fn new(count: &'a watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}
