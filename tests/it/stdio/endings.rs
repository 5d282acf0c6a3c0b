//! How a session ends: with its input, by a signal, when nobody reads. What is being written is brought to its end.

use std::io::Write;

use auxcord::sandbox::{Action, Fault, Shelf};
use serde_json::{Value, json};

use super::stage::Machine;
use crate::harness::until;

#[tokio::test]
async fn it_ends_when_its_input_ends_also_in_the_middle_of_a_message() {
    let machine = Machine::new().await;
    for rest in ["", "{\"jsonrpc\":\"2.0\",\"id\":7,\"meth", "\n"] {
        for greeted in [false, true] {
            let mut talk = machine.start();
            if greeted {
                talk.initialize(json!({})).await;
            }
            talk.send_raw(rest.as_bytes());
            talk.close();
            let (status, lines, log) = talk.ended().await;
            assert!(status.success(), "{rest:?}: {log:?}");
            assert_eq!(lines, Vec::<String>::new(), "{rest:?}");
        }
    }
}

#[tokio::test]
async fn what_was_asked_before_the_input_ended_is_answered() {
    let machine = Machine::new().await;
    let mut talk = machine.talk().await;
    machine.link(&mut talk).await;
    let slow = Fault::new(Action::Latency { ms: 300 }).on("GET", "/v1/search");
    machine.spotify().add_fault(slow);
    let id = talk.request(
        "tools/call",
        json!({"name": "search", "arguments": {"query": "night"}}),
    );
    talk.close();
    let (status, lines, _) = talk.ended().await;
    assert!(status.success());
    let [line] = lines.as_slice() else {
        panic!("{lines:?}");
    };
    let answer: Value = serde_json::from_str(line).unwrap();
    assert_eq!(answer["id"], id);
    assert_ne!(answer["result"]["isError"], true, "{answer}");
}

#[tokio::test]
async fn a_signal_ends_it_while_its_input_is_open() {
    let machine = Machine::new().await;
    for signal in ["TERM", "INT"] {
        let talk = machine.talk().await;
        talk.signal(signal);
        let (status, lines, _) = talk.ended().await;
        assert!(status.success(), "{signal}");
        assert_eq!(lines, Vec::<String>::new());
    }
}

#[tokio::test]
async fn several_writes_that_belong_together_are_all_made_before_it_ends() {
    let machine = Machine::new().await;
    let mut talk = machine.talk().await;
    machine.link(&mut talk).await;
    let spotify = machine.spotify();
    let tracks = spotify.library(&machine.somebody(), Shelf::Tracks);
    let tracks = &tracks[..150];
    // Longer than the library waits for answers after a signal.
    let slow = Fault::new(Action::Latency { ms: 3_000 }).on("POST", "/v1/playlists/");
    spotify.add_fault(slow.times(0, 1));
    spotify.add_fault(Fault::new(Action::Hold).on("POST", "/v1/me/playlists"));
    talk.request(
        "tools/call",
        json!({"name": "create_playlist", "arguments": {"name": "To the end", "tracks": tracks}}),
    );
    spotify.until_held(1).await;
    talk.signal("TERM");
    spotify.clear_faults();
    spotify.add_fault(Fault::new(Action::Latency { ms: 3_000 }).on("POST", "/v1/playlists/"));
    spotify.release();
    let (status, ..) = talk.ended().await;
    assert!(status.success());
    let made = spotify.playlists(&machine.somebody());
    let made = made.iter().find(|one| one.name == "To the end").unwrap();
    assert_eq!(spotify.rows(&made.id).len(), 150, "all of it is there");
    spotify.take_writes();
}

#[tokio::test]
async fn a_client_that_goes_away_without_a_word_leaves_no_process_behind() {
    let machine = Machine::new().await;
    let mut child = machine.command(&["stdio"]).spawn().unwrap();
    // Nobody reads its output, and its input stays open.
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "garbage").unwrap();
    until("it has ended", async || child.try_wait().unwrap().is_some()).await;
    drop(input);
}
