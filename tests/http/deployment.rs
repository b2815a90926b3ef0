//! What the files around the program promise: settings, image, platform.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pixelai::config::SETTINGS;

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap_or_else(|_| panic!("no {name}"))
}

/// The instructions of a Dockerfile, continued lines joined.
fn instructions(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let joined = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    joined
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|it| !it.is_empty())
        .collect()
}

#[test]
fn every_setting_is_explained_and_nothing_else() {
    let example = file(".env.example");
    let mut explained = BTreeSet::new();
    let mut words = 0;
    for line in example.lines() {
        match line.trim_start_matches('#').split_once('=') {
            Some((name, _)) if name.chars().all(|c| c.is_ascii_uppercase() || c == '_') && !line.starts_with("# ") => {
                assert!(explained.insert(name.to_owned()), "{name} stands twice");
                assert!(words > 0, "{name} is not explained");
            }
            _ if line.is_empty() => words = 0,
            _ => words += 1,
        }
    }
    let known = SETTINGS.iter().map(|name| (*name).to_owned());
    // Read by the libraries themselves.
    let known: BTreeSet<String> = known.chain(["RUST_LOG".to_owned()]).collect();
    assert_eq!(explained, known);
}

#[test]
fn every_setting_that_the_code_reads_is_in_the_list() {
    let read: BTreeSet<String> = ["src/config.rs", "src/config/web.rs"]
        .iter()
        .flat_map(|name| {
            let text = file(name);
            let calls = ["env.get(\"", "env.parsed(\"", "env.flag(\"", "env.parsed::<u64>(\"", "env.parsed::<i64>(\""];
            let names = calls.iter().flat_map(|call| {
                text.split(call).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect::<Vec<_>>()
            });
            names.collect::<Vec<_>>()
        })
        .collect();
    let listed: BTreeSet<String> = SETTINGS.iter().map(|name| (*name).to_owned()).collect();
    let missing: Vec<&String> = read.difference(&listed).collect();
    assert!(missing.is_empty(), "not in SETTINGS: {missing:?}");
}

#[test]
fn the_image_is_small_locked_and_without_rights() {
    let steps = instructions(&file("Dockerfile"));
    let has = |what: &str| steps.iter().any(|step| step.contains(what));
    let bases: Vec<&String> = steps.iter().filter(|step| step.starts_with("FROM ")).collect();
    assert_eq!(bases.len(), 2, "it is built in one stage and runs in another");
    assert!(bases.iter().all(|base| !base.contains(":latest") && base.contains(':')), "{bases:?}");
    assert!(bases[1].contains("distroless"), "{}", bases[1]);
    assert!(has("--release --locked"), "{steps:?}");
    let minimum = file("Cargo.toml");
    let minimum =
        minimum.lines().find_map(|line| line.strip_prefix("rust-version = ")).expect("there is one").trim_matches('"');
    assert!(bases[0].contains(&format!("rust:{minimum}")), "{} is not Rust {minimum}", bases[0]);
    let last: Vec<&String> = steps.iter().skip_while(|step| !step.contains("distroless")).collect();
    assert!(last.iter().any(|step| **step == "USER nonroot"));
    assert!(has("HEALTHCHECK") && has("\"health\"") && has("STOPSIGNAL SIGTERM"));
    let entry = last.iter().find(|step| step.starts_with("ENTRYPOINT")).expect("an entry point");
    assert!(entry.contains('['), "a shell in between would keep SIGTERM to itself: {entry}");
}

/// What the build copies is there, and comes through `.dockerignore`.
#[test]
fn the_image_is_given_all_that_the_build_needs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ignore = file(".dockerignore");
    let let_in: BTreeSet<&str> = ignore.lines().filter_map(|line| line.strip_prefix('!')).collect();
    let mut copied = BTreeSet::new();
    for step in instructions(&file("Dockerfile")) {
        let Some(names) = step.strip_prefix("COPY ").filter(|rest| !rest.starts_with("--from")) else { continue };
        let names: Vec<&str> = names.split(' ').collect();
        copied.extend(names[..names.len() - 1].iter().map(|name| (*name).to_owned()));
    }
    for name in &copied {
        assert!(root.join(name).exists(), "{name} is not there");
        assert!(let_in.contains(name.as_str()), "{name} does not come through .dockerignore");
    }
    // Whatever is built in has to be there when it is built.
    for source in rust_files(&root.join("src")) {
        let text = fs::read_to_string(&source).expect("readable");
        for folder in text.split("#[folder = \"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let first = folder.split('/').next().expect("a name");
            assert!(copied.contains(first), "{} needs {folder}", source.display());
        }
    }
}

fn rust_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let files = files.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
    files.chain(folders.iter().flat_map(|folder| rust_files(folder))).collect()
}

#[test]
fn the_platform_is_told_what_the_program_does() {
    let fly: toml_edit::DocumentMut = file("fly.toml").parse().expect("it is TOML");
    let text = |item: &toml_edit::Item| item.as_str().unwrap_or_default().to_owned();
    assert_eq!(text(&fly["deploy"]["release_command"]), "migrate");
    assert_eq!(text(&fly["deploy"]["strategy"]), "rolling");
    assert_eq!(text(&fly["kill_signal"]), "SIGTERM");
    let seconds: u64 = text(&fly["kill_timeout"]).trim_end_matches('s').parse().expect("seconds");
    // Draining (5 s), the last confirmation (3 s), what goes on by itself (8 s), open requests (5 s).
    assert!(seconds > 21, "{seconds} s are not enough to end in order");
    let port = fly["http_service"]["internal_port"].as_integer().expect("a port");
    assert_eq!(text(&fly["env"]["HTTP_ADDR"]), format!("0.0.0.0:{port}"));
    assert!(
        text(&fly["env"]["METRICS_ADDR"])
            .ends_with(&format!(":{}", fly["metrics"]["port"].as_integer().expect("a port")))
    );
    assert_eq!(fly["http_service"]["min_machines_running"].as_integer(), Some(2));
    assert_eq!(text(&fly["http_service"]["auto_stop_machines"]), "off");
    let checks = fly["http_service"]["checks"].as_array_of_tables().expect("there are checks");
    assert!(checks.iter().any(|check| check["path"].as_str() == Some("/readyz")));
    for (name, _) in fly["env"].as_table().expect("a table") {
        assert!(SETTINGS.contains(&name), "{name} is no setting");
        let is_secret = ["TOKEN", "SECRET", "KEY", "DATABASE_URL", "REDIS_URL"].iter().any(|word| name.contains(word));
        assert!(!is_secret, "{name} is a secret");
    }
    assert!(!text(&fly["primary_region"]).is_empty());
}

#[test]
fn the_compose_file_waits_for_its_servers_and_gives_time_to_end() {
    let compose = file("compose.yaml");
    for promise in
        ["condition: service_healthy", "stop_grace_period: 30s", "postgres:17", "redis:7", "no-new-privileges"]
    {
        assert!(compose.contains(promise), "{promise}");
    }
    for name in compose.lines().filter_map(|line| line.trim().split_once(": ")).map(|(name, _)| name) {
        let is_setting = name.chars().all(|c| c.is_ascii_uppercase() || c == '_') && !name.starts_with("POSTGRES_");
        assert!(!is_setting || SETTINGS.contains(&name), "{name} is no setting");
    }
}
