//! The rules of polling, on a clock that moves only when everything waits.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, advance, sleep};

use super::*;
use crate::fleet::request::Request;
use crate::fleet::task::{Kind, LogLine, Phase, Raw, Source, State, Task, TaskId};
use crate::link::{BoxFuture, Picture, SendError, Sent, Transfer, WriteAccess};

type Outcome = Result<Picture, LinkError>;

/// Answers from a script; the last line of it for ever.
#[derive(Default)]
struct Script {
    lines: Mutex<BTreeMap<Ask, VecDeque<(Duration, Outcome)>>>,
    /// When each question was asked, from the start.
    asked: Mutex<Vec<(Ask, Duration)>>,
    under_way: Mutex<BTreeMap<Ask, usize>>,
    most_at_once: Mutex<usize>,
    began: Option<Instant>,
}

impl Script {
    fn new(lines: impl IntoIterator<Item = (Ask, Vec<(u64, Outcome)>)>) -> Arc<Self> {
        let lines = lines.into_iter().map(|(ask, steps)| {
            let steps = steps.into_iter();
            (
                ask,
                steps
                    .map(|(ms, outcome)| (Duration::from_millis(ms), outcome))
                    .collect(),
            )
        });
        Arc::new(Self {
            lines: Mutex::new(lines.collect()),
            began: Some(Instant::now()),
            ..Self::default()
        })
    }

    /// Milliseconds at which this was asked.
    fn times(&self, ask: &Ask) -> Vec<u128> {
        let asked = self.asked.lock().unwrap();
        let of_it = asked.iter().filter(|(one, _)| one == ask);
        of_it.map(|(_, at)| at.as_millis()).collect()
    }
}

impl Backend for Script {
    fn ask<'a>(&'a self, ask: &'a Ask) -> BoxFuture<'a, Result<Asked, LinkError>> {
        Box::pin(async move {
            let (took, outcome) = {
                let mut lines = self.lines.lock().unwrap();
                let steps = lines.get_mut(ask).expect("a question of the script");
                let step = steps.front().cloned().expect("a step");
                if steps.len() > 1 {
                    steps.pop_front();
                }
                step
            };
            let since = self.began.map(|began| began.elapsed()).unwrap_or_default();
            self.asked.lock().unwrap().push((ask.clone(), since));
            {
                let mut under_way = self.under_way.lock().unwrap();
                let count = under_way.entry(ask.clone()).or_default();
                *count += 1;
                let mut most = self.most_at_once.lock().unwrap();
                *most = (*most).max(*count);
            }
            sleep(took).await;
            *self
                .under_way
                .lock()
                .unwrap()
                .entry(ask.clone())
                .or_default() -= 1;
            outcome.map(|picture| Asked {
                picture,
                endpoint: self.endpoint(),
                took,
                at: Timestamp::UNIX_EPOCH,
            })
        })
    }

    fn send_watched<'a>(
        &'a self,
        _: &'a WriteAccess,
        _: &'a Request,
        _: &'a Transfer,
    ) -> BoxFuture<'a, Result<Sent, SendError>> {
        unreachable!("a poller never sends")
    }

    fn endpoint(&self) -> String {
        "10.0.0.5:2886".into()
    }
}

fn task(state: State) -> Picture {
    Picture::Task(Box::new(plain(state)))
}

fn plain(state: State) -> Task {
    Task {
        source: Source::Obshell,
        id: TaskId("2213".into()),
        name: "Join self".into(),
        kind: Kind::Dag,
        state,
        phase: Phase::Forward,
        raw: Raw::default(),
        stage: 1,
        stages: 1,
        started_at: None,
        ended_at: None,
        lock: None,
        main: None,
        detailed: true,
        nodes: Vec::new().into(),
        problems: Vec::new(),
        extra: serde_json::Map::new(),
    }
}

fn the_task() -> Ask {
    Ask::Task(TaskId("2213".into()))
}

fn down() -> LinkError {
    LinkError::Unreachable {
        endpoint: "10.0.0.5:2886".into(),
        reason: "connection refused".into(),
    }
}

fn refused(status: u16) -> LinkError {
    LinkError::Refused {
        status,
        code: "Task.NotFound".into(),
        message: "not found".into(),
        advice: String::new(),
        trace: String::new(),
    }
}

fn unauthorized() -> LinkError {
    LinkError::Unauthorized {
        endpoint: "10.0.0.5:2886".into(),
        code: "Security.Authentication.IncorrectOceanbasePassword".into(),
        message: "unauthorized".into(),
        advice: String::new(),
    }
}

fn start(script: &Arc<Script>) -> (Poller, Answers) {
    Poller::start(Arc::clone(script) as Arc<dyn Backend>, Pace::default(), 7)
}

fn set<const N: usize>(asks: [Ask; N]) -> BTreeSet<Ask> {
    asks.into()
}

#[tokio::test(start_paused = true)]
async fn a_running_task_is_asked_each_second_and_an_ended_one_never_again() {
    let script = Script::new([(
        the_task(),
        vec![
            (0, Ok(task(State::Running))),
            (0, Ok(task(State::Running))),
            (0, Ok(task(State::Succeeded))),
        ],
    )]);
    let (poller, _answers) = start(&script);
    poller.follow(set([the_task()]));
    sleep(Duration::from_secs(60)).await;
    assert_eq!(script.times(&the_task()), [0, 1000, 2000]);
    let standing = poller.standing(&the_task()).unwrap();
    assert_eq!(standing.next, Next::Never);
    assert_eq!(standing.answered, Some(Timestamp::UNIX_EPOCH));
}

#[tokio::test(start_paused = true)]
async fn what_stands_still_is_asked_less_often() {
    let line = |text: &str| LogLine {
        attempt: None,
        at: None,
        text: text.into(),
    };
    let log = Ask::Log("221".into());
    let script = Script::new([
        (the_task(), vec![(0, Ok(task(State::Failed)))]),
        (
            Ask::Tasks,
            vec![(0, Ok(Picture::Tasks(vec![plain(State::Succeeded)])))],
        ),
        (
            log.clone(),
            vec![(0, Ok(Picture::Log(vec![line("start observer")])))],
        ),
    ]);
    let (poller, _answers) = start(&script);
    poller.follow(set([the_task(), Ask::Tasks, log.clone()]));
    sleep(Duration::from_millis(20_500)).await;
    assert_eq!(script.times(&the_task()), [0, 5000, 10_000, 15_000, 20_000]);
    assert_eq!(script.times(&Ask::Tasks).len(), 5);
    // Five seconds of hope, then the slow pace.
    assert_eq!(
        script.times(&log),
        [0, 1000, 2000, 3000, 4000, 5000, 10_000, 15_000, 20_000]
    );
}

#[tokio::test(start_paused = true)]
async fn a_slow_question_is_never_doubled_and_holds_up_no_other() {
    let script = Script::new([
        (
            Ask::Cluster,
            vec![(1, Ok(task(State::Running))), (20_000, Err(down()))],
        ),
        (the_task(), vec![(0, Ok(task(State::Running)))]),
    ]);
    let (poller, _answers) = start(&script);
    poller.follow(set([Ask::Cluster, the_task()]));
    for _ in 0..40 {
        sleep(Duration::from_millis(300)).await;
        poller.ask_now(Ask::Cluster);
    }
    assert_eq!(*script.most_at_once.lock().unwrap(), 1);
    assert!(script.times(&Ask::Cluster).len() <= 3);
    assert!(script.times(&the_task()).len() >= 11);
    assert_eq!(poller.standing(&Ask::Cluster).unwrap().next, Next::Asking);
}

#[tokio::test(start_paused = true)]
async fn failures_back_off_and_an_answer_brings_the_pace_back() {
    let mut steps: Vec<(u64, Outcome)> = (0..6).map(|_| (0, Err(down()))).collect();
    steps.push((0, Ok(task(State::Running))));
    let script = Script::new([(the_task(), steps)]);
    let (poller, mut answers) = start(&script);
    poller.follow(set([the_task()]));
    for failures in 1..=6 {
        let (ask, result) = answers.recv().await.unwrap();
        assert_eq!((ask, result), (the_task(), Err(down())));
        let standing = poller.standing(&the_task()).unwrap();
        assert_eq!(
            (standing.failures, standing.error),
            (failures, Some(down()))
        );
    }
    answers.recv().await.unwrap().1.unwrap();
    let standing = poller.standing(&the_task()).unwrap();
    assert_eq!((standing.failures, standing.error), (0, None));
    answers.recv().await.unwrap().1.unwrap();
    let times = script.times(&the_task());
    let waits: Vec<u128> = times.windows(2).map(|two| two[1] - two[0]).collect();
    for (n, wait) in waits[..6].iter().enumerate() {
        let whole = 1000_u128 << n;
        assert!(
            (whole * 3 / 4..=whole * 5 / 4 + 1).contains(wait),
            "{waits:?}"
        );
    }
    assert_eq!(waits[6], 1000);
}

#[tokio::test(start_paused = true)]
async fn a_refused_password_is_not_tried_twice() {
    let script = Script::new([
        (
            Ask::Cluster,
            vec![(5, Err(unauthorized())), (0, Ok(task(State::Running)))],
        ),
        (Ask::Tasks, vec![(0, Ok(Picture::Tasks(Vec::new())))]),
    ]);
    let (poller, mut answers) = start(&script);
    poller.follow(set([Ask::Cluster, Ask::Tasks]));
    sleep(Duration::from_secs(60)).await;
    poller.ask_now(Ask::Cluster);
    sleep(Duration::from_secs(60)).await;
    assert_eq!(script.times(&Ask::Cluster), [0]);
    assert_eq!(
        script.times(&Ask::Tasks),
        [] as [u128; 0],
        "it needs the same password"
    );
    assert_eq!(
        poller.standing(&Ask::Cluster).unwrap().next,
        Next::AfterCredentials
    );
    // The answer, and the reason once more for whoever asked again.
    for _ in 0..2 {
        assert_eq!(answers.recv().await.unwrap().1, Err(unauthorized()));
    }
    poller.credentials_changed();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(script.times(&Ask::Cluster), [0, 120_000]);
    assert_eq!(script.times(&Ask::Tasks), [120_000]);
}

#[tokio::test(start_paused = true)]
async fn an_id_that_is_gone_is_asked_for_once() {
    let script = Script::new([(the_task(), vec![(0, Err(refused(404)))])]);
    let (poller, mut answers) = start(&script);
    poller.follow(set([the_task()]));
    sleep(Duration::from_secs(60)).await;
    poller.follow(BTreeSet::new());
    poller.follow(set([the_task()]));
    poller.ask_now(the_task());
    sleep(Duration::from_secs(60)).await;
    assert_eq!(script.times(&the_task()), [0]);
    for _ in 0..2 {
        assert_eq!(answers.recv().await.unwrap().1, Err(refused(404)));
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_is_followed_is_asked() {
    let script = Script::new([
        (
            Ask::Tasks,
            vec![(0, Ok(Picture::Tasks(vec![plain(State::Running)])))],
        ),
        (the_task(), vec![(0, Ok(task(State::Running)))]),
    ]);
    let (poller, _answers) = start(&script);
    sleep(Duration::from_secs(10)).await;
    assert!(script.asked.lock().unwrap().is_empty());
    poller.follow(set([Ask::Tasks]));
    sleep(Duration::from_millis(1500)).await;
    poller.follow(set([the_task()]));
    sleep(Duration::from_millis(1200)).await;
    assert_eq!(script.times(&Ask::Tasks), [10_000, 11_000]);
    assert_eq!(script.times(&the_task()), [11_500, 12_500]);
    // Back within its pace: it waits for its turn.
    poller.follow(set([Ask::Tasks]));
    poller.ask_now(the_task());
    sleep(Duration::from_millis(100)).await;
    assert_eq!(script.times(&Ask::Tasks).len(), 3);
    assert_eq!(
        script.times(&the_task()).len(),
        3,
        "asked once, followed or not"
    );
    sleep(Duration::from_secs(5)).await;
    assert_eq!(script.times(&the_task()).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn asking_now_during_a_flight_asks_once_more_after_it() {
    let script = Script::new([(Ask::Tasks, vec![(400, Ok(Picture::Tasks(Vec::new())))])]);
    let (poller, _answers) = start(&script);
    poller.follow(set([Ask::Tasks]));
    sleep(Duration::from_millis(100)).await;
    poller.ask_now(Ask::Tasks);
    poller.ask_now(Ask::Tasks);
    sleep(Duration::from_secs(3)).await;
    assert_eq!(script.times(&Ask::Tasks), [0, 400]);
}

#[tokio::test(start_paused = true)]
async fn a_switch_cancels_what_is_under_way() {
    let old = Script::new([(Ask::Tasks, vec![(500, Err(down()))])]);
    let new = Script::new([(Ask::Tasks, vec![(0, Ok(Picture::Tasks(Vec::new())))])]);
    let (poller, mut answers) = start(&old);
    poller.follow(set([Ask::Tasks]));
    sleep(Duration::from_millis(100)).await;
    poller.switch(Arc::clone(&new) as Arc<dyn Backend>);
    let (_, first) = answers.recv().await.unwrap();
    assert!(first.is_ok(), "the old one's answer was dropped");
    assert_eq!(new.times(&Ask::Tasks), [100]);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(old.times(&Ask::Tasks).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_given_up_in_time() {
    let script = Script::new([(Ask::Tasks, vec![(1_000_000, Err(down()))])]);
    let (poller, mut answers) = start(&script);
    poller.follow(set([Ask::Tasks]));
    let (_, result) = answers.recv().await.unwrap();
    assert!(result.unwrap_err().to_string().contains("90 s"));
    drop(poller);
    advance(Duration::from_secs(1)).await;
    assert!(
        answers.recv().await.is_none(),
        "dropping the handle ends it"
    );
}
