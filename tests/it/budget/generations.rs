//! Whatever order reads, writes, losses and time come in: nobody is served what was asked for before a write of theirs
//! ended, nor another's answer, nor one that is too old.

use std::{
    pin::Pin,
    sync::Mutex,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use auxcord::{
    clock::Clock,
    quota::{Basis, Memory, Whose},
    spotify::{
        Call, Group, Received, SpotifyError,
        api::{self, Paging},
        model::{Page, PlaylistSummary},
    },
    store::{AppId, Freshness, PersonId},
};
use futures::channel::oneshot;
use proptest::prelude::*;

use crate::harness::app::NOON;

type Answer = Page<PlaylistSummary>;
type Reading<'a> = Pin<Box<dyn Future<Output = Result<Answer, SpotifyError>> + 'a>>;

const PEOPLE: usize = 2;
const QUESTIONS: u32 = 2;
/// How long lists of playlists are remembered at most, in milliseconds.
const LASTS: i64 = 30_000;

#[derive(Clone, Debug)]
enum Step {
    Ask {
        person: usize,
        question: u32,
        fresh: bool,
    },
    /// Spotify answers one of those who really asked.
    Answer(usize),
    /// Spotify fails one of them.
    Fail(usize),
    /// One of those who wait goes away.
    Leave(usize),
    BeginWrite {
        person: usize,
        group: Group,
    },
    EndWrite(usize),
    Forget(usize),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let group = prop::sample::select(vec![Group::Playlists, Group::Library, Group::Player]);
    prop_oneof![
        6 => (0..PEOPLE, 0..QUESTIONS, prop::bool::weighted(0.2))
            .prop_map(|(person, question, fresh)| Step::Ask { person, question, fresh }),
        5 => (0..8_usize).prop_map(Step::Answer),
        1 => (0..8_usize).prop_map(Step::Fail),
        1 => (0..8_usize).prop_map(Step::Leave),
        2 => (0..PEOPLE, group).prop_map(|(person, group)| Step::BeginWrite { person, group }),
        2 => (0..4_usize).prop_map(Step::EndWrite),
        1 => (0..PEOPLE).prop_map(Step::Forget),
        1 => (0..40_000_u64).prop_map(Step::Wait),
    ]
}

/// A request that really went out, and how to answer it.
struct Sent {
    person: usize,
    question: u32,
    /// The step at which it went out.
    begun: usize,
    begun_at: i64,
    /// The step at which it was answered.
    answered: Option<usize>,
    respond: Option<oneshot::Sender<bool>>,
}

/// Every request that went out.
#[derive(Default)]
struct Ledger {
    sent: Mutex<Vec<Sent>>,
    /// The present step, and what the clock says.
    now: Mutex<(usize, i64)>,
}

struct Reader<'a> {
    person: usize,
    question: u32,
    fresh: bool,
    begun: usize,
    begun_at: i64,
    future: Reading<'a>,
}

/// Everything that happened, for judging what is served.
#[derive(Default)]
struct History {
    /// Step at which the last write of each person that concerns playlists ended.
    wrote: [Option<usize>; PEOPLE],
    /// When each person last left or connected again.
    left: [Option<(usize, i64)>; PEOPLE],
    /// Writes under way: whose, of which group.
    writing: Vec<(usize, Group)>,
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_asked_before_a_write_ended_is_served_after_it(steps in prop::collection::vec(step(), 1..60)) {
        run(&steps);
    }
}

fn run(steps: &[Step]) {
    let clock = Clock::manual(NOON);
    let freshness = Freshness::new();
    let memory = Memory::new(clock.clone(), freshness.clone());
    let app = AppId::new(NOON, [9; 10]);
    let people: Vec<Whose> = (0..PEOPLE)
        .map(|n| Whose {
            person: PersonId::new(NOON, [u8::try_from(n).unwrap(); 10]),
            app,
        })
        .collect();
    let calls: Vec<Call<Answer>> = (0..QUESTIONS)
        .map(|n| api::my_playlists(Paging::new(50, n * 50)))
        .collect();
    let sent = &Ledger::default();
    let basis = Basis::default();
    let mut readers: Vec<Reader<'_>> = Vec::new();
    let mut history = History::default();
    for (number, step) in steps.iter().enumerate() {
        freshness.note(Instant::now());
        *sent.now.lock().unwrap() = (number, clock.now());
        match *step {
            Step::Ask {
                person,
                question,
                fresh,
            } => {
                let call = &calls[usize::try_from(question).unwrap()];
                let ask = move || sent.ask(person, question);
                readers.push(Reader {
                    person,
                    question,
                    fresh,
                    begun: number,
                    begun_at: clock.now(),
                    future: Box::pin(memory.read(people[person], call, fresh, &basis, ask)),
                });
            }
            Step::Answer(which) => sent.respond(which, true),
            Step::Fail(which) => sent.respond(which, false),
            Step::Leave(which) if !readers.is_empty() => {
                drop(readers.remove(which % readers.len()));
            }
            Step::BeginWrite { person, group } => {
                memory.changed(people[person].person, group);
                history.writing.push((person, group));
            }
            Step::EndWrite(which) if !history.writing.is_empty() => {
                let (person, group) = history.writing.remove(which % history.writing.len());
                memory.changed(people[person].person, group);
                if group != Group::Player {
                    history.wrote[person] = Some(number);
                }
            }
            Step::Forget(person) => {
                memory.forget(people[person].person, clock.now());
                history.left[person] = Some((number, clock.now()));
            }
            Step::Wait(millis) => clock.advance(Duration::from_millis(millis)),
            Step::Leave(_) | Step::EndWrite(_) => {}
        }
        settle(&mut readers, sent, &history);
    }
}

/// Polls everybody until nobody gets any further, and judges what they got.
fn settle(readers: &mut Vec<Reader<'_>>, sent: &Ledger, history: &History) {
    let mut context = Context::from_waker(Waker::noop());
    loop {
        let before = readers.len();
        readers.retain_mut(|reader| match reader.future.as_mut().poll(&mut context) {
            Poll::Pending => true,
            Poll::Ready(outcome) => {
                if let Ok(answer) = outcome {
                    judge(reader, &answer, sent, history);
                }
                false
            }
        });
        if readers.len() == before {
            return;
        }
    }
}

fn judge(reader: &Reader<'_>, answer: &Answer, sent: &Ledger, history: &History) {
    let number = usize::try_from(answer.total.unwrap()).unwrap();
    let sent = sent.sent.lock().unwrap();
    let asked = &sent[number];
    assert_eq!(asked.person, reader.person, "another's answer");
    assert_eq!(asked.question, reader.question, "another question's answer");
    if reader.fresh {
        assert!(asked.begun >= reader.begun, "asked for afresh");
    }
    if let Some(wrote) = history.wrote[reader.person]
        && wrote < reader.begun
    {
        assert!(asked.begun > wrote, "asked for before the write ended");
    }
    if let Some((step, left)) = history.left[reader.person]
        && step < reader.begun
    {
        assert!(asked.begun_at >= left, "asked for before they left");
    }
    // What was under way when the reader came was not remembered, however long it took.
    let remembered = asked.answered.is_some_and(|step| step < reader.begun);
    let over = asked.begun_at + LASTS <= reader.begun_at;
    assert!(!(remembered && over), "remembered for too long");
}

impl Ledger {
    /// What is sent to Spotify: noted at once, answered when the story says so, with its own number.
    fn ask(
        &self,
        person: usize,
        question: u32,
    ) -> impl Future<Output = Result<Received<Answer>, SpotifyError>> + Send + use<> {
        let (respond, response) = oneshot::channel();
        let mut sent = self.sent.lock().unwrap();
        let number = u64::try_from(sent.len()).unwrap();
        let (begun, begun_at) = *self.now.lock().unwrap();
        sent.push(Sent {
            person,
            question,
            begun,
            begun_at,
            answered: None,
            respond: Some(respond),
        });
        async move {
            let well = response.await.unwrap_or(false);
            if well {
                let body = format!(r#"{{"items":[],"total":{number}}}"#).into();
                let value = Answer {
                    total: Some(number),
                    ..Answer::default()
                };
                Ok(Received { value, body })
            } else {
                let failed = api::my_playlists(Paging::new(1, 0));
                Err(SpotifyError::known_gone(&failed))
            }
        }
    }

    /// Answers one of those that are not answered yet.
    fn respond(&self, which: usize, well: bool) {
        let mut sent = self.sent.lock().unwrap();
        let mut open: Vec<&mut Sent> = sent
            .iter_mut()
            .filter(|one| one.respond.is_some())
            .collect();
        if open.is_empty() {
            return;
        }
        let which = which % open.len();
        let one: &mut Sent = open[which];
        one.answered = Some(self.now.lock().unwrap().0);
        // Whoever asked may have gone away.
        let _ = one.respond.take().unwrap().send(well);
    }
}
