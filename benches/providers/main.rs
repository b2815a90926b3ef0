//! Many jobs outstanding at a provider: `cargo bench --bench providers -- [jobs] [least seconds] [most seconds]`.
//!
//! The provider lives in this process: it takes each task for a time between the two, and then posts a webhook to those
//! that asked for one. The bot's poller is this program once more, in a process of its own, over a database in a file.
//! What is measured is printed; nothing is asserted.

#[path = "../load/gauge.rs"]
mod gauge;
mod poller;
mod provider;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context;
use gauge::Gauge;
use provider::Provider;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let Some(order) = poller::Order::read(&arguments) {
        return poller::serve(order).await;
    }
    let number = |at: usize, usual: u64| match arguments.get(at) {
        Some(text) => text.parse::<u64>().context("[jobs] [least seconds] [most seconds]"),
        None => Ok(usual),
    };
    let (jobs, least, most) = (number(0, 10_000)?, number(1, 30)?, number(2, 60)?);
    println!("{jobs} jobs of {least} to {most} s, {} processors", gauge::processors());
    for webhooks in [true, false] {
        measure(jobs, (least, most.max(least)), webhooks).await?;
    }
    Ok(())
}

async fn measure(jobs: u64, seconds: (u64, u64), webhooks: bool) -> anyhow::Result<()> {
    println!("\n{}", if webhooks { "with webhooks" } else { "by polling alone" });
    let provider = Provider::start(seconds).await?;
    let folder = tempfile::tempdir()?;
    let mut child = start(&provider.url, folder.path(), jobs, webhooks)?;
    let mut lines = BufReader::new(child.stdout.take().context("it has an output")?).lines();
    // Its first line comes when all jobs are placed, the last when all are done.
    let ready = move || lines.next().map(|line| (line, lines));
    let (line, mut lines) = tokio::task::spawn_blocking(ready).await?.context("the poller has died")?;
    line?;
    let (before, began) = (Gauge::read(child.id()), Instant::now());
    let line = tokio::task::spawn_blocking(move || lines.next()).await?.context("the poller has died")??;
    let (span, after) = (began.elapsed(), Gauge::read(child.id()));
    let cpu = after.cpu_since(&before);
    row("most tasks out at once", provider.most_out());
    row("calls a second", format!("{:.0}", provider.calls() as f64 / span.as_secs_f64()));
    row("calls a job", format!("{:.1}", provider.calls() as f64 / jobs as f64));
    row("CPU of the bot, of one processor", format!("{:.0} %", cpu.as_secs_f64() / span.as_secs_f64() * 100.0));
    row("CPU of the bot a job, picture and database included", format!("{:.1} ms", millis(cpu) / jobs as f64));
    row("peak memory", format!("{:.0} MiB", after.peak_mib()));
    row("from done to completion written, p50 / p99", line);
    child.wait()?;
    Ok(())
}

fn start(url: &str, folder: &std::path::Path, jobs: u64, webhooks: bool) -> anyhow::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(poller::MARK).arg(url).arg(folder).arg(jobs.to_string()).arg(webhooks.to_string());
    command.stdout(Stdio::piped()).spawn().context("the poller's process does not start")
}

fn row(what: &str, value: impl std::fmt::Display) {
    println!("{what:54} {value}");
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1000.0
}
