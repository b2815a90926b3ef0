//! The contract of the session store: compare-and-set, expiry, timers under a lease.

use std::collections::HashSet;

use pixelai::domain::TelegramId;
use pixelai::sessions::{EXPIRY, RedisSessions, Saved, Sessions};

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::support::database::{Fresh, engines};
use crate::support::{at_once, now, seconds};

const CHAT: TelegramId = TelegramId(7);

/// Each database under test as a session store; the database goes away with the first part.
async fn databases() -> Vec<(Option<Fresh>, Sessions)> {
    let over = |fresh: Fresh| {
        let sessions = Sessions::in_database(fresh.store.database().clone());
        (Some(fresh), sessions)
    };
    engines().await.into_iter().map(over).collect()
}

/// The Redis that `TEST_REDIS_URL` names, under a prefix of its own.
async fn redis() -> Option<RedisSessions> {
    let server = std::env::var("TEST_REDIS_URL").ok()?;
    let redis = RedisSessions::connect(&server, 8).await.expect("TEST_REDIS_URL can be reached");
    Some(redis.under(&format!("test-{}", uuid::Uuid::new_v4().simple())))
}

/// Each store under test.
async fn stores() -> Vec<(Option<Fresh>, Sessions)> {
    let mut stores = databases().await;
    stores.extend(redis().await.map(|redis| (None, Sessions::in_redis(redis))));
    stores
}

/// Saves and expects that nobody was faster.
async fn save(sessions: &Sessions, chat: TelegramId, value: &str, version: Option<i64>) {
    assert_eq!(sessions.save(chat, value, version, None, now()).await.unwrap(), Saved::Yes);
}

#[tokio::test]
async fn an_unknown_chat_is_absent_and_its_first_save_is_loaded_again() {
    for (_keep, sessions) in stores().await {
        assert_eq!(sessions.load(CHAT, now()).await.unwrap(), None);
        save(&sessions, CHAT, "первая", None).await;
        let loaded = sessions.load(CHAT, now()).await.unwrap().unwrap();
        assert_eq!((loaded.value.as_str(), loaded.screen, loaded.due_at), ("первая", None, None));
        save(&sessions, CHAT, "second", Some(loaded.version)).await;
        let next = sessions.load(CHAT, now()).await.unwrap().unwrap();
        assert_eq!(next.value, "second");
        assert_ne!(next.version, loaded.version);
    }
}

#[tokio::test]
async fn a_save_on_top_of_an_older_version_is_lost_and_changes_nothing() {
    for (_keep, sessions) in stores().await {
        save(&sessions, CHAT, "first", None).await;
        let old = sessions.load(CHAT, now()).await.unwrap().unwrap().version;
        save(&sessions, CHAT, "second", Some(old)).await;
        for version in [Some(old), None] {
            let due = Some(now());
            assert_eq!(sessions.save(CHAT, "late", version, due, now()).await.unwrap(), Saved::Lost);
        }
        let loaded = sessions.load(CHAT, now()).await.unwrap().unwrap();
        assert_eq!((loaded.value.as_str(), loaded.due_at), ("second", None));
    }
}

#[tokio::test]
async fn a_save_of_a_chat_that_was_forgotten_is_lost() {
    for (_keep, sessions) in stores().await {
        save(&sessions, CHAT, "first", None).await;
        let version = sessions.load(CHAT, now()).await.unwrap().unwrap().version;
        sessions.forget(CHAT).await.unwrap();
        assert_eq!(sessions.load(CHAT, now()).await.unwrap(), None);
        assert_eq!(sessions.save(CHAT, "late", Some(version), None, now()).await.unwrap(), Saved::Lost);
        assert_eq!(sessions.load(CHAT, now()).await.unwrap(), None);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_writers_at_once_exactly_one_wins() {
    for (_keep, sessions) in stores().await {
        let mut version = None;
        for round in 0..3 {
            let saved = at_once(8, |writer| {
                let sessions = sessions.clone();
                async move { sessions.save(CHAT, &format!("{round}:{writer}"), version, None, now()).await.unwrap() }
            })
            .await;
            let winners: Vec<usize> = (0..8).filter(|writer| saved[*writer] == Saved::Yes).collect();
            assert_eq!(winners.len(), 1, "{saved:?}");
            let loaded = sessions.load(CHAT, now()).await.unwrap().unwrap();
            assert_eq!(loaded.value, format!("{round}:{}", winners[0]));
            version = Some(loaded.version);
        }
    }
}

#[tokio::test]
async fn an_expired_chat_is_absent_and_begins_anew() {
    for (_keep, sessions) in databases().await {
        let then = now() - EXPIRY - seconds(1);
        sessions.save(CHAT, "old", None, None, then).await.unwrap();
        sessions.note_screen(CHAT, "12t").await.unwrap();
        assert!(sessions.load(CHAT, then).await.unwrap().is_some());
        assert_eq!(sessions.load(CHAT, now()).await.unwrap(), None);
        save(&sessions, CHAT, "new", None).await;
        let loaded = sessions.load(CHAT, now()).await.unwrap().unwrap();
        assert_eq!((loaded.value.as_str(), loaded.screen), ("new", None));
    }
}

#[tokio::test]
async fn what_has_expired_is_removed_and_what_was_saved_since_stays() {
    for (fresh, sessions) in databases().await {
        let then = now() - EXPIRY - seconds(1);
        for chat in [1, 2] {
            sessions.save(TelegramId(chat), "old", None, None, then).await.unwrap();
        }
        let version = sessions.load(TelegramId(2), then).await.unwrap().unwrap().version;
        save(&sessions, TelegramId(2), "renewed", Some(version)).await;
        sessions.remove_expired(now()).await.unwrap();
        assert_eq!(sessions.load(TelegramId(2), now()).await.unwrap().unwrap().value, "renewed");
        let fresh = fresh.expect("a database");
        assert_eq!(fresh.number("SELECT count(*) FROM sessions").await, 1);
    }
}

#[tokio::test]
async fn redis_forgets_a_chat_by_itself_and_its_screen_with_it() {
    let Some(redis) = redis().await else { return };
    let server = std::env::var("TEST_REDIS_URL").expect("it was there a moment ago");
    let prefix = format!("test-{}", uuid::Uuid::new_v4().simple());
    let sessions = Sessions::in_redis(redis.under(&prefix));
    let key = format!("{prefix}:session:{CHAT}");
    let client = redis::Client::open(server).expect("it is an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("it answers");
    // Without a session there is nothing to note a screen beside, and nothing that would stay for ever.
    sessions.note_screen(CHAT, "12t").await.unwrap();
    let there: bool = redis::cmd("EXISTS").arg(&key).query_async(&mut connection).await.unwrap();
    assert!(!there);
    sessions.save(CHAT, "waits", None, Some(now()), now()).await.unwrap();
    sessions.note_screen(CHAT, "12t").await.unwrap();
    let left: u64 = redis::cmd("PTTL").arg(&key).query_async(&mut connection).await.unwrap();
    assert!(left > 0 && left <= EXPIRY.as_millis() as u64, "{left}");
    // As when it expires: the timer that is left over is dropped, not handed out.
    let () = redis::cmd("DEL").arg(&key).query_async(&mut connection).await.unwrap();
    assert_eq!(sessions.claim_due(now(), now() + seconds(60), 10).await.unwrap(), []);
    assert_eq!(sessions.next_due().await.unwrap(), None);
}

#[tokio::test]
async fn redis_that_is_gone_is_an_error_and_one_that_is_back_serves_again() {
    let Ok(server) = std::env::var("TEST_REDIS_URL") else { return };
    let target = server.strip_prefix("redis://").expect("a plain address").trim_end_matches('/').to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let line = tokio::spawn(forward(listener, target.clone()));
    let redis = RedisSessions::connect(&format!("redis://{address}"), 4).await.expect("it answers");
    let sessions = Sessions::in_redis(redis.under(&format!("test-{}", uuid::Uuid::new_v4().simple())));
    save(&sessions, CHAT, "first", None).await;

    line.abort();
    assert!(line.await.expect_err("it was aborted").is_cancelled());
    sessions.load(CHAT, now()).await.expect_err("nobody answers");

    let listener = TcpListener::bind(address).await.expect("the port is free again");
    let _line = tokio::spawn(forward(listener, target));
    // Connections that died in the meantime fail once each, and are replaced.
    let mut answer = sessions.load(CHAT, now()).await;
    for _ in 0..4 {
        if answer.is_ok() {
            break;
        }
        answer = sessions.load(CHAT, now()).await;
    }
    assert_eq!(answer.unwrap().unwrap().value, "first");
}

/// Hands every connection through to `target`, until it is aborted and all of them are cut.
async fn forward(listener: TcpListener, target: String) {
    let mut lines = JoinSet::new();
    while let Ok((mut near, _)) = listener.accept().await {
        let target = target.clone();
        lines.spawn(async move {
            let mut far = TcpStream::connect(target).await?;
            tokio::io::copy_bidirectional(&mut near, &mut far).await
        });
    }
}

#[tokio::test]
async fn noting_the_screen_does_not_move_the_version() {
    for (_keep, sessions) in stores().await {
        save(&sessions, CHAT, "first", None).await;
        let before = sessions.load(CHAT, now()).await.unwrap().unwrap();
        sessions.note_screen(CHAT, "12t").await.unwrap();
        let noted = sessions.load(CHAT, now()).await.unwrap().unwrap();
        assert_eq!((noted.version, noted.screen.as_deref()), (before.version, Some("12t")));
        save(&sessions, CHAT, "second", Some(before.version)).await;
        let kept = sessions.load(CHAT, now()).await.unwrap().unwrap();
        assert_eq!(kept.screen.as_deref(), Some("12t"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_due_timer_goes_to_one_of_many_claimers() {
    for (_keep, sessions) in stores().await {
        let now = now();
        for chat in 0..40 {
            sessions.save(TelegramId(chat), "waits", None, Some(now - seconds(1)), now).await.unwrap();
        }
        let claims = at_once(8, |_| {
            let sessions = sessions.clone();
            async move { sessions.claim_due(now, now + seconds(60), 7).await.unwrap() }
        })
        .await;
        assert!(claims.iter().all(|claim| claim.len() <= 7), "{claims:?}");
        let mut claimed: Vec<TelegramId> = claims.into_iter().flatten().collect();
        claimed.extend(sessions.claim_due(now, now + seconds(60), 100).await.unwrap());
        let distinct: HashSet<TelegramId> = claimed.iter().copied().collect();
        assert_eq!((claimed.len(), distinct.len()), (40, 40));
    }
}

#[tokio::test]
async fn a_claimed_timer_comes_again_when_its_lease_ends() {
    for (_keep, sessions) in stores().await {
        let (now, lease) = (now(), now() + seconds(60));
        sessions.save(CHAT, "waits", None, Some(now), now).await.unwrap();
        assert_eq!(sessions.claim_due(now, lease, 10).await.unwrap(), [CHAT]);
        assert_eq!(sessions.claim_due(lease - seconds(1), lease, 10).await.unwrap(), []);
        assert_eq!(sessions.next_due().await.unwrap(), Some(lease));
        assert_eq!(sessions.load(CHAT, now).await.unwrap().unwrap().due_at, Some(lease));
        assert_eq!(sessions.claim_due(lease, lease + seconds(60), 10).await.unwrap(), [CHAT]);
    }
}

#[tokio::test]
async fn a_save_clears_or_moves_the_timer() {
    for (_keep, sessions) in stores().await {
        let (now, later) = (now(), now() + seconds(30));
        sessions.save(CHAT, "waits", None, Some(now), now).await.unwrap();
        // Claiming is no change of the conversation: whoever saves does so on the version that was there.
        assert_eq!(sessions.claim_due(now, now + seconds(60), 10).await.unwrap(), [CHAT]);
        assert_eq!(sessions.save(CHAT, "waits", Some(1), Some(later), now).await.unwrap(), Saved::Yes);
        assert_eq!(sessions.next_due().await.unwrap(), Some(later));
        assert_eq!(sessions.save(CHAT, "done", Some(2), None, now).await.unwrap(), Saved::Yes);
        assert_eq!(sessions.next_due().await.unwrap(), None);
        assert_eq!(sessions.claim_due(later, later, 10).await.unwrap(), []);
    }
}

#[tokio::test]
async fn the_earliest_timers_are_claimed_first() {
    for (_keep, sessions) in stores().await {
        let now = now();
        for (chat, ago) in [(1, 10), (2, 30), (3, 20)] {
            sessions.save(TelegramId(chat), "waits", None, Some(now - seconds(ago)), now).await.unwrap();
        }
        let first: HashSet<TelegramId> =
            sessions.claim_due(now, now + seconds(60), 2).await.unwrap().into_iter().collect();
        assert_eq!(first, HashSet::from([TelegramId(2), TelegramId(3)]));
    }
}
